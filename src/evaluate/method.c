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
    struct judgement by_rules;     /* the same with residuals that say nothing */
    struct judgement by_baselines; /* the same with those of the model's baselines */
    struct residuals silent, baselines, reference;
    struct knowledge knowledge;
    struct arena arena;
    double *robust_all, *robust_acts, *own, *kept_own, *edge_blame;
};

typedef bool score_method(struct scoring *scoring, double *scores, struct error *error);

static void suspect_score(const struct suspect *suspect, double *scores)
{
    scores[suspect->node] = suspect->score;
    for (size_t member = 1; member < suspect->member_count; member++)
        scores[suspect->members[member]] = suspect->score;
}

static bool score_default(struct scoring *scoring, double *scores, struct error *error)
{
    (void)error;
    const struct verdict *verdict = scoring->scene->verdict;
    for (size_t n = 0; n < scoring->scene->graph->node_count; n++)
        scores[n] = 0;
    for (size_t i = 0; i < verdict->suspect_count; i++)
        suspect_score(&verdict->suspects[i], scores);
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

static double robust_points(const struct scoring *scoring, size_t node)
{
    bool judged = node_is_judged(&scoring->scene->graph->nodes[node]);
    return judged ? log1p(fmax(0, asinh(scoring->robust_acts[node] - DEAD_ZONE))) : 0;
}

static bool score_robust_blame(struct scoring *scoring, double *scores, struct error *error)
{
    for (size_t n = 0; n < scoring->scene->graph->node_count; n++)
        scoring->own[n] = robust_points(scoring, n);
    return own_walk(scoring, scores, error);
}

/* The residuals of the published model; once for the window. */
static bool reference_residuals(struct scoring *scoring, struct error *error)
{
    return scoring->reference.error != NULL ||
           model_residuals(scoring->scene->reference, scoring->scene->graph, &scoring->reference, error);
}

static bool score_reference(struct scoring *scoring, double *scores, struct error *error)
{
    if (!reference_residuals(scoring, error))
        return false;
    for (size_t n = 0; n < scoring->scene->graph->node_count; n++)
        scores[n] = (double)scoring->reference.error[n];
    return true;
}

static bool score_reference_blame(struct scoring *scoring, double *scores, struct error *error)
{
    const struct graph *graph = scoring->scene->graph;
    const double threshold = fmax(1e-9, model_threshold(scoring->scene->reference));
    if (!reference_residuals(scoring, error))
        return false;
    for (size_t n = 0; n < graph->node_count; n++)
        scoring->own[n] = node_is_judged(&graph->nodes[n]) ? log1p((double)scoring->reference.error[n] / threshold) : 0;
    return own_walk(scoring, scores, error);
}

static bool score_kept(const struct judgement *judgement, double *scores)
{
    memcpy(scores, judgement->kept, judgement->graph->node_count * sizeof *scores);
    return true;
}

/* The judgement with residuals of which none is known. */
static bool rules_judge(struct scoring *scoring, struct error *error)
{
    const struct residuals *real = scoring->judgement.residuals;
    if (scoring->by_rules.kept != NULL)
        return true;
    scoring->silent = *real;
    scoring->silent.deviation = calloc(real->nodes * real->features + 1, sizeof *real->deviation);
    return (scoring->silent.deviation != NULL || error_memory(error)) &&
           judgement_make(&scoring->by_rules, scoring->scene->graph, &scoring->silent, &scoring->knowledge,
                          &scoring->arena, error);
}

static bool score_rules(struct scoring *scoring, double *scores, struct error *error)
{
    return rules_judge(scoring, error) && score_kept(&scoring->by_rules, scores);
}

static bool score_rules_robust(struct scoring *scoring, double *scores, struct error *error)
{
    const struct graph *graph = scoring->scene->graph;
    if (!rules_judge(scoring, error))
        return false;
    for (size_t n = 0; n < graph->node_count; n++)
        scoring->own[n] = scoring->by_rules.own[n] + robust_points(scoring, n);
    return own_walk(scoring, scores, error);
}

/* The judgement with the residuals of the model's baselines. */
static bool baselines_judge(struct scoring *scoring, struct error *error)
{
    const struct scene *scene = scoring->scene;
    return scoring->by_baselines.kept != NULL ||
           (model_residuals_of_baselines(scene->model, scene->graph, &scoring->baselines, error) &&
            judgement_make(&scoring->by_baselines, scene->graph, &scoring->baselines, &scoring->knowledge,
                           &scoring->arena, error));
}

static bool score_rules_baselines(struct scoring *scoring, double *scores, struct error *error)
{
    return baselines_judge(scoring, error) && score_kept(&scoring->by_baselines, scores);
}

/* The residuals of a judgement, and blame. */
static bool residuals_walk(struct scoring *scoring, const struct judgement *judgement, double *scores,
                           struct error *error)
{
    const struct graph *graph = scoring->scene->graph;
    for (size_t n = 0; n < graph->node_count; n++)
        scoring->own[n] = node_is_judged(&graph->nodes[n]) ? points_of_residuals(judgement, (uint32_t)n) : 0;
    return own_walk(scoring, scores, error);
}

static bool score_no_rules(struct scoring *scoring, double *scores, struct error *error)
{
    return residuals_walk(scoring, &scoring->judgement, scores, error);
}

static bool score_baselines(struct scoring *scoring, double *scores, struct error *error)
{
    return baselines_judge(scoring, error) && residuals_walk(scoring, &scoring->by_baselines, scores, error);
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
    [METHOD_RULES] = score_rules,
    [METHOD_RULES_ROBUST_Z] = score_rules_robust,
    [METHOD_RULES_BASELINES] = score_rules_baselines,
    [METHOD_NO_RULES] = score_no_rules,
    [METHOD_BASELINES] = score_baselines,
};

static void scoring_done(struct scoring *scoring)
{
    judgement_done(&scoring->judgement);
    judgement_done(&scoring->by_rules);
    judgement_done(&scoring->by_baselines);
    free(scoring->silent.deviation);
    residuals_done(&scoring->baselines);
    residuals_done(&scoring->reference);
    arena_done(&scoring->arena);
}

bool methods_score(const struct scene *scene, const bool *wanted, double *scores, struct error *error)
{
    size_t nodes = scene->graph->node_count;
    struct scoring scoring = {.scene = scene, .knowledge = knowledge_of_model(scene->model)};
    bool scored = judgement_make(&scoring.judgement, scene->graph, &scene->verdict->residuals, &scoring.knowledge,
                                 &scoring.arena, error);
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
    scoring_done(&scoring);
    return scored;
}
