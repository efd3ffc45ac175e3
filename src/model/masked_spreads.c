/* How far a healthy node's features lie from what the masked auto-encoder, or the baseline alone, expects of them. */
#include "model/masked_train.h"

#include "model/masked_rows.h"
#include "model/matrix.h"
#include "model/statistics.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_MAX            20000
#define TAIL_SHARE          0.99
#define TAIL_UNITS          3
#define RANGE_PER_DEVIATION 1.349f

struct spread_collection {
    const struct model *model;
    struct reservoir *residuals, *plain; /* [kind * features + feature], SPREAD_KINDS of them */
    struct random random;
};

static bool residual_add(struct spread_collection *collection, struct reservoir *cells, size_t kind, size_t feature,
                         float residual)
{
    size_t features = collection->model->feature_count;
    return reservoir_add(&cells[kind * features + feature], &collection->random, residual) &&
           reservoir_add(&cells[SPREAD_ANY_KIND * features + feature], &collection->random, residual);
}

/* The rows from first on with one group hidden. */
static bool block_collect(struct spread_collection *collection, const struct masked_rows *rows, size_t first,
                          size_t count, size_t group, struct masked_room *room)
{
    const struct model *model = collection->model;
    memcpy(room->rows, rows->inputs + first * rows->input_stride, count * rows->input_stride * sizeof(float));
    for (size_t i = 0; i < count; i++)
        masked_hide(model, room->rows + i * rows->input_stride, group);
    const float *out = masked_forward(model, room, count);
    for (size_t i = 0; i < count; i++)
        for (size_t f = 0; f < model->feature_count; f++) {
            size_t cell = (first + i) * rows->target_stride + f;
            if (model->groups[f] != group || rows->scored[cell] == 0)
                continue;
            float x = rows->targets[cell], expected = out[i * rows->target_stride + f];
            if (!residual_add(collection, collection->residuals, rows->kinds[first + i], f, x - expected) ||
                !residual_add(collection, collection->plain, rows->kinds[first + i], f, x))
                return false;
        }
    return true;
}

static void spreads_fill(struct spread *spreads, struct reservoir *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct reservoir *cell = &cells[i];
        float median = percentile(cell->values, cell->count, 0.5);
        float tail = percentile(cell->values, cell->count, TAIL_SHARE) - median;
        spreads[i] = (struct spread){median, tail * RANGE_PER_DEVIATION / TAIL_UNITS, cell->offered};
        reservoir_done(cell);
    }
}

bool masked_calibrate_spreads(struct model *model, struct graph *const *graphs, size_t graph_count, uint64_t seed,
                              struct error *error)
{
    struct spread_collection collection = {.model = model};
    struct masked_rows rows = {0};
    struct masked_room room = {0};
    size_t cells = SPREAD_KINDS * model->feature_count, wanted = masked_rows_of(graphs, graph_count);
    double share = wanted > ROWS_MAX ? ROWS_MAX / (double)wanted : 1;
    random_init(&collection.random, seed);
    collection.residuals = calloc(cells, sizeof *collection.residuals);
    collection.plain = calloc(cells, sizeof *collection.plain);
    bool done = (collection.residuals != NULL && collection.plain != NULL) || error_memory(error);
    done = done && masked_rows_init(&rows, model, (wanted < ROWS_MAX ? wanted : ROWS_MAX) + 1, error) &&
           masked_room_init(&room, model, error);
    for (size_t i = 0; done && i < graph_count; i++)
        done = masked_rows_add(&rows, model, graphs[i], share, &collection.random, error);
    for (size_t first = 0; done && first < rows.count; first += MASKED_BLOCK) {
        size_t left = rows.count - first, count = left < MASKED_BLOCK ? left : MASKED_BLOCK;
        for (size_t group = 0; done && group < model->group_count; group++)
            done = block_collect(&collection, &rows, first, count, group, &room) || error_memory(error);
    }
    if (done) {
        spreads_fill(model->spreads, collection.residuals, cells);
        spreads_fill(model->baseline_spreads, collection.plain, cells);
    }
    free(collection.residuals);
    free(collection.plain);
    masked_rows_done(&rows);
    masked_room_done(&room);
    return done;
}
