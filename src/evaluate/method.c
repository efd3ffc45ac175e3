/* The compared ways of ranking. */
#include "evaluate/method.h"

#include "evaluate/robust.h"
#include "judge/blame.h"
#include "judge/judgement.h"
#include "judge/points.h"
#include "model/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define METHOD_ROW(method, name, help) [method] = {name, help},
const struct method_name methods[METHOD_COUNT] = {METHODS(METHOD_ROW)};

/* Beyond so many spreads a rise counts, as in judge/points.h. */
#define DEAD_ZONE 3.0

enum method method_find(const char *name, size_t length)
{
    for (int method = 0; method < METHOD_COUNT; method++)
        if (strlen(methods[method].name) == length && memcmp(methods[method].name, name, length) == 0)
            return (enum method)method;
    return METHOD_COUNT;
}

/* A judgement made once for the window, and room: per node, points of its own and what the walk leaves. */
struct scoring {
    const struct scene *scene;
    struct judgement judgement;
    double *robust_all, *robust_acts, *own, *kept_own, *edge_blame;
};

typedef bool score_method(struct scoring *scoring, double *scores, struct error *error);

static bool score_default(struct scoring *scoring, double *scores, struct error *error)
{
    (void)error;
    const struct verdict *verdict = scoring->scene->verdict;
    for (size_t n = 0; n < scoring->scene->graph->node_count; n++)
        scores[n] = 0;
    for (size_t i = 0; i < verdict->suspect_count; i++)
        scores[verdict->suspects[i].node] = verdict->suspects[i].score;
    return true;
}

static bool score_random(struct scoring *scoring, double *scores, struct error *error)
{
    (void)error;
    struct random random;
    random_init(&random, scoring->scene->seed);
    for (size_t n = 0; n < scoring->scene->graph->node_count; n++)
        scores[n] = random_unit(&random);
    return true;
}

static bool score_measure(const struct scoring *scoring, enum measure measure, double sign, double *scores)
{
    const struct graph *graph = scoring->scene->graph;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        double value = sign * (double)graph_measure(graph, n, measure);
        scores[n] = isnan(value) ? -INFINITY : value;
    }
    return true;
}

/* SCORE_BY(function, measure, sign): the largest value first, or with -1 the smallest. */
#define SCORE_BY(function, measure, sign)                                              \
    static bool function(struct scoring *scoring, double *scores, struct error *error) \
    {                                                                                  \
        (void)error;                                                                   \
        return score_measure(scoring, measure, sign, scores);                          \
    }
SCORE_BY(score_cpu, MEASURE_CPU_PCT, 1)
SCORE_BY(score_memory, MEASURE_RSS_BYTES, 1)
SCORE_BY(score_memory_growth, MEASURE_RSS_GROWTH_BPS, 1)
SCORE_BY(score_descriptors, MEASURE_DESCRIPTORS, 1)
SCORE_BY(score_blocked, MEASURE_BLOCKED_S, 1)
SCORE_BY(score_newest, MEASURE_AGE_S, -1)

static bool score_robust(struct scoring *scoring, double *scores, struct error *error)
{
    (void)error;
    memcpy(scores, scoring->robust_all, scoring->scene->graph->node_count * sizeof *scores);
    return true;
}

/* Hands the blame of those who wait along the judge's waits, from points of one's own that the caller filled in. */
static bool own_walk(struct scoring *scoring, double *scores, struct error *error)
{
    const struct judgement *judgement = &scoring->judgement;
    return blame_walk(scoring->scene->graph->node_count, scoring->own, judgement->suffered, judgement->waits.edges,
                      judgement->waits.count, scores, scoring->kept_own, scoring->edge_blame, error);
}

static bool score_robust_blame(struct scoring *scoring, double *scores, struct error *error)
{
    const struct graph *graph = scoring->scene->graph;
    for (size_t n = 0; n < graph->node_count; n++)
        scoring->own[n] =
            node_is_judged(&graph->nodes[n]) ? log1p(fmax(0, asinh(scoring->robust_acts[n] - DEAD_ZONE))) : 0;
    return own_walk(scoring, scores, error);
}

static bool score_reference(struct scoring *scoring, double *scores, struct error *error)
{
    (void)error;
    const struct residuals *residuals = scoring->judgement.residuals;
    for (size_t n = 0; n < scoring->scene->graph->node_count; n++)
        scores[n] = (double)residuals->error[n];
    return true;
}

static bool score_reference_blame(struct scoring *scoring, double *scores, struct error *error)
{
    const struct graph *graph = scoring->scene->graph;
    const double threshold = fmax(1e-9, model_threshold(scoring->scene->model));
    for (size_t n = 0; n < graph->node_count; n++)
        scoring->own[n] =
            node_is_judged(&graph->nodes[n]) ? log1p((double)scoring->judgement.residuals->error[n] / threshold) : 0;
    return own_walk(scoring, scores, error);
}

static bool score_no_blame(struct scoring *scoring, double *scores, struct error *error)
{
    (void)error;
    memcpy(scores, scoring->judgement.own, scoring->scene->graph->node_count * sizeof *scores);
    return true;
}

static score_method *const score_methods[METHOD_COUNT] = {
    [METHOD_DEFAULT] = score_default,
    [METHOD_RANDOM] = score_random,
    [METHOD_CPU] = score_cpu,
    [METHOD_MEMORY] = score_memory,
    [METHOD_MEMORY_GROWTH] = score_memory_growth,
    [METHOD_DESCRIPTORS] = score_descriptors,
    [METHOD_BLOCKED] = score_blocked,
    [METHOD_NEWEST] = score_newest,
    [METHOD_ROBUST_Z] = score_robust,
    [METHOD_ROBUST_Z_BLAME] = score_robust_blame,
    [METHOD_REFERENCE] = score_reference,
    [METHOD_REFERENCE_BLAME] = score_reference_blame,
    [METHOD_NO_BLAME] = score_no_blame,
};

bool methods_score(const struct scene *scene, const bool *wanted, double *scores, struct error *error)
{
    size_t nodes = scene->graph->node_count;
    struct scoring scoring = {.scene = scene};
    struct arena arena = {0};
    struct knowledge knowledge = knowledge_of_model(scene->model);
    bool scored =
        judgement_make(&scoring.judgement, scene->graph, &scene->verdict->residuals, &knowledge, &arena, error);
    double *room = calloc(4 * nodes + scoring.judgement.waits.count + 1, sizeof *room);
    if (room == NULL)
        scored = error_memory(error);
    if (scored) {
        scoring.robust_all = room;
        scoring.robust_acts = room + nodes;
        scoring.own = room + 2 * nodes;
        scoring.kept_own = room + 3 * nodes;
        scoring.edge_blame = room + 4 * nodes;
        scored = robust_scores(scene->graph, scoring.robust_all, scoring.robust_acts, error);
    }
    for (int method = 0; scored && method < METHOD_COUNT; method++)
        if (wanted[method])
            scored = score_methods[method](&scoring, scores + (size_t)method * nodes, error);
    free(room);
    judgement_done(&scoring.judgement);
    arena_done(&arena);
    return scored;
}
