/* The steps of a judgement in their order: waits, symptoms, points, the walk, the objects' part. */
#include "judge/judgement.h"

#include "judge/points.h"
#include "judge/sentence.h"
#include "judge/space.h"
#include "judge/suspect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OBJECT_PART  0.5
#define OBJECT_BELOW 0.9

bool node_is_object(const struct node *node)
{
    return node->kind != NODE_PROCESS;
}

void marks_clear(struct judgement *judgement)
{
    if (++judgement->mark == 0) {
        memset(judgement->marks, 0, judgement->graph->node_count * sizeof *judgement->marks);
        judgement->mark = 1;
    }
}

bool node_mark(struct judgement *judgement, uint32_t node)
{
    bool first = judgement->marks[node] != judgement->mark;
    judgement->marks[node] = judgement->mark;
    return first;
}

/* Per component of waiters: the most that any node keeps that can be reached from it. Components are numbered so that
 * those who are waited for come first. */
static double *keepers_find(const struct judgement *judgement)
{
    const struct waits *waits = &judgement->waits;
    size_t nodes = judgement->graph->node_count;
    double *best = calloc(nodes + 1, sizeof *best);
    uint32_t *starts = calloc(nodes + 2, sizeof *starts);
    if (best == NULL || starts == NULL) {
        free(best);
        free(starts);
        return NULL;
    }
    uint32_t *fill = starts + 1;
    uint32_t *order = judgement->queue;
    for (size_t n = 0; n < nodes; n++)
        fill[waits->component[n] + 1]++;
    for (size_t c = 1; c <= nodes; c++)
        fill[c] += fill[c - 1];
    for (size_t n = 0; n < nodes; n++)
        order[fill[waits->component[n]]++] = (uint32_t)n;
    for (size_t i = 0; i < nodes; i++) {
        uint32_t node = order[i];
        double *most = &best[waits->component[node]];
        *most = fmax(*most, judgement->kept[node]);
        for (uint32_t o = waits->out_offsets[node]; o < waits->out_offsets[node + 1]; o++)
            *most = fmax(*most, best[waits->component[waits->edges[waits->out[o]].to]]);
    }
    free(starts);
    return best;
}

/* An object's part: half of the blame that passed over it to one holder (of several holders the largest), kept below
 * the one who keeps that blame in the end. */
static bool objects_weigh(struct judgement *judgement, struct error *error)
{
    const struct waits *waits = &judgement->waits;
    size_t nodes = judgement->graph->node_count;
    if (waits->count == 0)
        return true;
    double *best = keepers_find(judgement);
    double *sums = calloc(nodes + 1, sizeof *sums);
    for (size_t n = 0; best != NULL && sums != NULL && n < nodes; n++) {
        uint32_t first = waits->in_offsets[n], end = waits->in_offsets[n + 1];
        double ceiling = OBJECT_BELOW * best[waits->component[n]];
        for (uint32_t i = first; i < end; i++) {
            uint32_t on = wait_edge(waits, judgement->graph, waits->in[i])->on;
            if (on != NODE_NONE && on != n)
                sums[on] += waits->blame[waits->in[i]];
        }
        for (uint32_t i = first; i < end; i++) {
            uint32_t on = wait_edge(waits, judgement->graph, waits->in[i])->on;
            if (on == NODE_NONE || sums[on] == 0)
                continue;
            double part = fmin(OBJECT_PART * sums[on], fmax(0, ceiling - judgement->kept[on]));
            judgement->passed[on] = fmax(judgement->passed[on], part);
            sums[on] = 0;
        }
    }
    bool weighed = best != NULL && sums != NULL;
    free(best);
    free(sums);
    return weighed || error_memory(error);
}

static bool judgement_allocate(struct judgement *judgement, struct error *error)
{
    size_t nodes = judgement->graph->node_count;
    judgement->own = calloc(5 * nodes + 1, sizeof *judgement->own);
    judgement->marks = calloc(2 * nodes + 1, sizeof *judgement->marks);
    if (judgement->own == NULL || judgement->marks == NULL)
        return error_memory(error);
    judgement->suffered = judgement->own + nodes;
    judgement->kept = judgement->own + 2 * nodes;
    judgement->kept_own = judgement->own + 3 * nodes;
    judgement->passed = judgement->own + 4 * nodes;
    judgement->queue = judgement->marks + nodes;
    return true;
}

/* Whose file grows there, else whose is the largest: once it is full nothing grows. */
static bool filler_find(struct judgement *judgement, struct error *error)
{
    uint32_t full = judgement->symptoms.worst[SYMPTOM_SPACE].node;
    struct space_use use;
    judgement->filler = NODE_NONE;
    if (full == NODE_NONE)
        return true;
    if (!space_use_find(judgement->graph, full, &use, error))
        return false;
    judgement->filler = use.writer != NODE_NONE ? use.writer : use.opener;
    judgement->filled_bytes = use.file_bytes;
    return true;
}

bool judgement_make(struct judgement *judgement, const struct graph *graph, const struct residuals *residuals,
                    const struct knowledge *knowledge, struct arena *arena, struct error *error)
{
    *judgement = (struct judgement){.graph = graph, .residuals = residuals, .knowledge = knowledge, .arena = arena};
    if (!judgement_allocate(judgement, error) || !waits_collect(&judgement->waits, graph, knowledge, error))
        return false;
    struct waits *waits = &judgement->waits;
    symptoms_find(&judgement->symptoms, graph, waits);
    memory_kill_find(graph, &judgement->memory_kill);
    if (!filler_find(judgement, error))
        return false;
    for (size_t n = 0; n < graph->node_count; n++) {
        struct node_points points;
        points_of_node(judgement, (uint32_t)n, &points);
        judgement->own[n] = points.acts + points.felt + points.symptom + points.growth;
        judgement->suffered[n] = points.waited;
    }
    return blame_walk(graph->node_count, judgement->own, judgement->suffered, waits->edges, waits->count,
                      judgement->kept, judgement->kept_own, waits->blame, error) &&
           objects_weigh(judgement, error);
}

void judgement_done(struct judgement *judgement)
{
    waits_done(&judgement->waits);
    free(judgement->own);
    free(judgement->marks);
    *judgement = (struct judgement){0};
}

bool judgement_conclude(struct judgement *judgement, size_t suspects_max, struct verdict *verdict, struct error *error)
{
    verdict->anomalous = judgement->symptoms.any;
    return suspects_rank(judgement, suspects_max, verdict, error) && sentence_write(judgement, verdict, error);
}
