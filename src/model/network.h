/* A stack of graph convolutions: H' = relu(A H W + b), the last one linear (the features lie in about 0 to 1 but are
 * not bounded by 1, and a sigmoid would have to saturate to reach 0). The published auto-encoder has layers
 * 11 -> 32 -> 16 -> 32 -> 11: 1,819 parameters. */
#ifndef MODEL_NETWORK_H
#define MODEL_NETWORK_H

#include "base/error.h"
#include "model/adjacency.h"
#include "model/random.h"

#include <stdbool.h>
#include <stddef.h>

#define NETWORK_LAYERS_MAX 8
#define NETWORK_WIDTH_MAX  512

struct layer {
    size_t inputs, outputs;
    float *weights; /* inputs rows of matrix_stride(outputs), padding zero; in the network's values */
    float *biases;  /* matrix_stride(outputs), padding zero */
};

struct network {
    size_t layer_count;
    struct layer layers[NETWORK_LAYERS_MAX];
    float *values; /* all weights and biases, padding included: what an optimiser walks over */
    size_t value_count;
};

/* All zero. widths: layer_count + 1 of them, each 1 to NETWORK_WIDTH_MAX; layer_count 1 to NETWORK_LAYERS_MAX. */
bool network_init(struct network *network, const size_t *widths, size_t layer_count, struct error *error);
bool network_copy(struct network *network, const struct network *from, struct error *error);
void network_done(struct network *network);

/* Same number of layers with the same widths? */
bool network_same_shape(const struct network *one, const struct network *other);

/* Weights and biases, without padding. */
size_t network_parameter_count(const struct network *network);

/* Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010): weights
 * uniform within +-sqrt(6 / (inputs + outputs)), biases 0. */
void network_draw(struct network *network, struct random *random);

/* The sparse product runs on the narrower side of a layer: before the dense one, or after it. */
static inline bool layer_spreads_first(const struct layer *layer)
{
    return layer->inputs <= layer->outputs;
}

/* Adds the biases to rows of the layer's output, and cuts at zero when `cut`. */
void layer_activate(const struct layer *layer, float *rows, size_t count, bool cut);

/* Room that a forward pass needs; reusable for graphs of at most `nodes` nodes. */
struct network_room {
    size_t nodes;
    float *across[2]; /* nodes rows each, between two sparse products */
    float *block[2];  /* a block of rows on its way through the dense products: stays in the cache */
};
bool network_room_init(struct network_room *room, const struct network *network, size_t nodes, struct error *error);
void network_room_done(struct network_room *room);

/* features: adjacency->nodes rows of matrix_stride(inputs of the first layer), padding zero. The reconstruction lies in
 * the room (rows of matrix_stride(outputs of the last layer)) until the next pass. */
const float *network_forward(const struct network *network, const struct adjacency *adjacency, const float *features,
                             struct network_room *room);

#endif
