/* Medians and spreads per key, from every observation of the nodes that bear it. */
#include "model/baseline_learn.h"

#include "model/relation.h"
#include "model/standing.h"
#include "model/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Seen less often, a program is known by its kind. */
#define OBSERVATIONS_MIN 5

#define RANGE_PER_DEVIATION 1.349f
/* The 95th percentile of what is normal lies within three units. */
#define TAIL_SHARE 0.95
#define TAIL_UNITS 3

struct learning {
    struct baselines keys;        /* their cells stay empty until the end */
    struct reservoir *reservoirs; /* [key * features + feature] */
    size_t capacity;
    struct random random;
    const struct model *model;
};

static bool key_learn(struct learning *learning, const char *key, int level, const float *observed)
{
    size_t features = learning->keys.features;
    if (learning->keys.count >= BASELINES_MAX && baselines_find(&learning->keys, key) == NULL)
        return true;
    size_t known = learning->keys.count;
    struct baseline *item = baselines_add(&learning->keys, key);
    if (item == NULL || !memory_grow(&learning->reservoirs, &learning->capacity, learning->keys.count * features,
                                     sizeof *learning->reservoirs))
        return false;
    struct reservoir *cells = learning->reservoirs + (size_t)(item - learning->keys.items) * features;
    if (learning->keys.count > known)
        memset(cells, 0, features * sizeof *cells);
    for (size_t i = 0; i < features; i++) {
        bool context = learning->model->features[i].role == FEATURE_CONTEXT;
        if (isnan(observed[i]) || (context && level > BASELINE_KIND))
            continue;
        float y = (float)transform_apply(&learning->model->columns[i].transform, (double)observed[i]);
        if (!reservoir_add(&cells[i], &learning->random, y))
            return false;
    }
    return true;
}

static bool graph_learn(struct learning *learning, const struct graph *graph, int deepest, struct error *error)
{
    size_t features = learning->keys.features;
    struct relations relations = {0};
    float *observed = malloc((graph->node_count * features + 1) * sizeof *observed);
    bool learnt = (observed != NULL || error_memory(error)) && relations_init(&relations, graph, error);
    if (learnt)
        standing_observe(learning->model, graph, observed);
    for (uint32_t node = 0; learnt && node < graph->node_count; node++) {
        if (graph->nodes[node].self)
            continue;
        for (int level = 0; learnt && level <= deepest; level++) {
            char key[BASELINE_KEY_BYTES];
            if (baseline_key(graph, node, relation_parent(&relations, node), level, key))
                learnt = key_learn(learning, key, level, observed + node * features) || error_memory(error);
        }
    }
    relations_done(&relations);
    free(observed);
    return learnt;
}

static struct baseline_cell cell_of(struct reservoir *values)
{
    float median = percentile(values->values, values->count, 0.5);
    float range = percentile(values->values, values->count, 0.75) - percentile(values->values, values->count, 0.25);
    float tail = percentile(values->values, values->count, TAIL_SHARE) - median;
    uint32_t count = values->offered > UINT32_MAX ? UINT32_MAX : (uint32_t)values->offered;
    return (struct baseline_cell){median, fmaxf(range / RANGE_PER_DEVIATION, tail / TAIL_UNITS), count};
}

static bool baselines_fill(struct model *model, struct learning *learning)
{
    size_t features = learning->keys.features;
    for (size_t k = 0; k < learning->keys.count; k++) {
        struct reservoir *cells = learning->reservoirs + k * features;
        size_t most = 0;
        for (size_t i = 0; i < features; i++)
            most = cells[i].offered > most ? cells[i].offered : most;
        if (most < OBSERVATIONS_MIN)
            continue;
        struct baseline *item = baselines_add(&model->baselines, learning->keys.items[k].key);
        if (item == NULL)
            return false;
        for (size_t i = 0; i < features; i++)
            if (cells[i].count > 0)
                item->cells[i] = cell_of(&cells[i]);
    }
    return true;
}

bool baselines_learn(struct model *model, struct graph *const *graphs, const bool *left_out, size_t graph_count,
                     bool entities, uint64_t seed, struct error *error)
{
    struct learning learning = {.model = model};
    baselines_init(&learning.keys, model->feature_count);
    random_init(&learning.random, seed);
    baselines_done(&model->baselines);
    baselines_init(&model->baselines, model->feature_count);
    bool learnt = true;
    for (size_t i = 0; learnt && i < graph_count; i++)
        if (left_out == NULL || !left_out[i])
            learnt = graph_learn(&learning, graphs[i], entities ? BASELINE_ENTITY : BASELINE_PROGRAM, error);
    learnt = learnt && (baselines_fill(model, &learning) || error_memory(error));
    for (size_t i = 0; i < learning.keys.count * learning.keys.features; i++)
        reservoir_done(&learning.reservoirs[i]);
    free(learning.reservoirs);
    baselines_done(&learning.keys);
    return learnt;
}
