/* The masked auto-encoder: from a node with some of its feature groups hidden, and from its neighbours, to what the
 * hidden ones should be.
 *
 *     input    values of the node (x of model/standing.h, 0 where hidden) | a bit per group: hidden | its kind, one-hot
 * | per relation the mean of its neighbours' values layers   input -> 32 -> 16 -> 32 -> features, ReLU between them,
 * the last one linear
 *
 * The first layer thus is W_self x + sum over relations of W_r mean of x over N_r. Neighbours are seen whole, the node
 * itself is in none of those means: what is hidden stays hidden. Inputs are cut at +-4 (27 normal spreads): what lies
 * beyond was in no healthy host. */
#ifndef MODEL_MASKED_H
#define MODEL_MASKED_H

#include "model/relation.h"
#include "model/standing.h"
#include "model/structure.h"

#define MASKED_INPUT_MAX 4.0f

/* Numbers a row of input has; its places. */
size_t masked_inputs(const struct model *model);

/* A node's row of input, nothing hidden but what was not observed. */
void masked_row(const struct model *model, const struct graph *graph, const struct standing *standing,
                const struct relations *relations, const float *observed, uint32_t node, float *row);

/* Hides a group in a row. */
void masked_hide(const struct model *model, float *row, size_t group);

/* Is the group hidden in that row? */
bool masked_is_hidden(const struct model *model, const float *row, size_t group);

#define MASKED_BLOCK 256

/* Room for at most MASKED_BLOCK rows at once. */
struct masked_room {
    float *rows;   /* of input, stride matrix_stride(masked_inputs): filled by the caller */
    float *out[2]; /* of the layers in turn */
};
bool masked_room_init(struct masked_room *room, const struct model *model, struct error *error);
void masked_room_done(struct masked_room *room);

/* The reconstruction of the first `count` rows: rows of matrix_stride(features), valid until the next call. */
const float *masked_forward(const struct model *model, struct masked_room *room, size_t count);

#endif
