/* What the masked auto-encoder is trained on: rows of nodes from healthy graphs. All processes of a graph, and of its
 * objects a selection as large: most objects are alike. Each graph twice: with the baselines of its programs, and with
 * those of the kinds alone, as a program is met that no baseline knows. */
#ifndef MODEL_MASKED_ROWS_H
#define MODEL_MASKED_ROWS_H

#include "model/masked.h"
#include "model/random.h"

/* Rows beyond that are left out, evenly. */
#define MASKED_ROWS_MAX 100000

struct masked_rows {
    size_t count, capacity, input_stride, target_stride;
    float *inputs;  /* nothing hidden but what was not observed */
    float *targets; /* x, whole */
    float *scored;  /* 1 = observed, and something that a node does or suffers; else 0 */
    uint8_t *kinds;
};

bool masked_rows_init(struct masked_rows *rows, const struct model *model, size_t capacity, struct error *error);
void masked_rows_done(struct masked_rows *rows);

/* Rows that the graphs would give. */
size_t masked_rows_of(struct graph *const *graphs, size_t graph_count);

/* Adds a graph's rows, each with the chance `share`. */
bool masked_rows_add(struct masked_rows *rows, const struct model *model, const struct graph *graph, double share,
                     struct random *random, struct error *error);

#endif
