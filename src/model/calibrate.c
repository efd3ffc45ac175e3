/* Threshold and spreads from healthy graphs, and their blending with a model that was there before. */
#include "model/calibrate.h"

#include "model/matrix.h"
#include "model/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLEND_GRAPHS 20.0

struct collection {
    struct reservoir *residuals; /* [kind * features + feature], SPREAD_KINDS of them */
    struct reservoir errors;
    struct random random;
    size_t cells;
};

static bool node_collect(struct collection *collection, size_t feature_count, enum node_kind kind,
                         const float *features, const float *weights, const float *reconstruction, bool held_out)
{
    double squares = 0;
    size_t count = 0;
    for (size_t i = 0; i < feature_count; i++) {
        if (weights[i] == 0)
            continue;
        float difference = features[i] - reconstruction[i];
        squares += (double)difference * difference;
        count++;
        if (!reservoir_add(&collection->residuals[kind * feature_count + i], &collection->random, difference) ||
            !reservoir_add(&collection->residuals[SPREAD_ANY_KIND * feature_count + i], &collection->random,
                           difference))
            return false;
    }
    return held_out || count == 0 ||
           reservoir_add(&collection->errors, &collection->random, (float)(squares / (double)count));
}

static bool graph_collect(struct collection *collection, const struct model *model, const struct graph *graph,
                          const struct example *example, bool held_out, struct network_room *room)
{
    size_t stride = matrix_stride(model->feature_count);
    const float *reconstruction = network_forward(&model->network, &example->adjacency, example->features, room);
    for (size_t node = 0; node < graph->node_count; node++)
        if (!node_collect(collection, model->feature_count, graph->nodes[node].kind, example->features + node * stride,
                          example->weights + node * stride, reconstruction + node * stride, held_out))
            return false;
    return true;
}

static void spreads_fill(struct model *model, struct collection *collection)
{
    for (size_t i = 0; i < collection->cells; i++) {
        struct reservoir *cell = &collection->residuals[i];
        model->spreads[i].median = percentile(cell->values, cell->count, 0.5);
        model->spreads[i].range =
            percentile(cell->values, cell->count, 0.75) - percentile(cell->values, cell->count, 0.25);
        model->spreads[i].count = cell->offered;
    }
    model->threshold = percentile(collection->errors.values, collection->errors.count, 0.95);
}

bool calibrate_spreads(struct model *model, struct graph *const *graphs, const struct example *examples,
                       const bool *held_out, size_t graph_count, uint64_t seed, struct error *error)
{
    struct collection collection = {.cells = SPREAD_KINDS * model->feature_count};
    struct network_room room = {0};
    size_t nodes_max = 0;
    random_init(&collection.random, seed);
    for (size_t i = 0; i < graph_count; i++)
        nodes_max = graphs[i]->node_count > nodes_max ? graphs[i]->node_count : nodes_max;
    collection.residuals = calloc(collection.cells, sizeof *collection.residuals);
    bool done = collection.residuals != NULL || error_memory(error);
    done = done && network_room_init(&room, &model->network, nodes_max, error);
    for (size_t i = 0; done && i < graph_count; i++)
        done = graph_collect(&collection, model, graphs[i], &examples[i], held_out[i], &room) || error_memory(error);
    if (done)
        spreads_fill(model, &collection);
    for (size_t i = 0; collection.residuals != NULL && i < collection.cells; i++)
        reservoir_done(&collection.residuals[i]);
    free(collection.residuals);
    reservoir_done(&collection.errors);
    network_room_done(&room);
    return done;
}

/* A child takes as long as its work does, and a host's few minutes do not show the longest: where the old model takes
 * any length for normal, so does the new one. */
static void child_waits_keep(struct model *model, const struct model *from)
{
    for (size_t i = 0; i < model->wait_count; i++) {
        struct wait_normal *wait = &model->waits[i];
        if (wait->kind == WAIT_CHILD && isinf(model_wait_normal_s(from, WAIT_CHILD, wait->program)))
            wait->normal_s = INFINITY;
    }
}

static bool waits_blend(struct model *model, const struct model *from, double share, struct error *error)
{
    size_t known = model->wait_count;
    child_waits_keep(model, from);
    for (size_t i = 0; i < from->wait_count; i++) {
        const struct wait_normal *old = &from->waits[i];
        struct wait_normal *found = NULL;
        for (size_t j = 0; j < known && found == NULL; j++)
            if (model->waits[j].kind == old->kind && strcmp(model->waits[j].program, old->program) == 0)
                found = &model->waits[j];
        if (found != NULL) {
            if (isfinite(found->normal_s) && isfinite(old->normal_s))
                found->normal_s = share * found->normal_s + (1 - share) * old->normal_s;
            else if (share < 0.5)
                found->normal_s = old->normal_s;
            found->count += old->count;
            continue;
        }
        if (!memory_grow(&model->waits, &model->wait_capacity, model->wait_count + 1, sizeof *model->waits))
            return error_memory(error);
        struct wait_normal copy = *old;
        copy.program = model_text(model, old->program);
        if (copy.program == NULL)
            return error_memory(error);
        model->waits[model->wait_count++] = copy;
    }
    model_waits_sort(model);
    return true;
}

bool calibrate_blend(struct model *model, const struct model *from, size_t graph_count, struct error *error)
{
    double share = (double)graph_count / ((double)graph_count + BLEND_GRAPHS);
    bool masked = model->form == FORM_MASKED;
    for (size_t i = 0; !masked && i < SPREAD_KINDS * model->feature_count; i++) {
        struct spread *fresh = &model->spreads[i];
        const struct spread *old = &from->spreads[i];
        if (fresh->count == 0)
            *fresh = *old;
        if (fresh->count == 0 || old->count == 0)
            continue;
        fresh->median = (float)(share * fresh->median + (1 - share) * old->median);
        fresh->range = (float)(share * fresh->range + (1 - share) * old->range);
        fresh->count += old->count;
    }
    model->threshold = share * model->threshold + (1 - share) * from->threshold;
    return waits_blend(model, from, share, error);
}
