/* Loss and gradient of the auto-encoder for one graph: mean squared error over the entries that were observed. */
#ifndef MODEL_GRADIENT_H
#define MODEL_GRADIENT_H

#include "base/error.h"
#include "model/network.h"

/* One graph as the network sees it. */
struct example {
    struct adjacency adjacency;
    float *features; /* rows of matrix_stride(features); 0 where not observed */
    float *weights;  /* same shape: 1 = observed, 0 = masked or padding */
    size_t observed; /* entries */
};

void example_done(struct example *example);

/* Activations and their gradients for graphs of at most `nodes` nodes; reusable. */
struct gradient_room {
    float *inputs[NETWORK_LAYERS_MAX + 1]; /* of each layer; [0] is borrowed, [layer_count] is the reconstruction */
    float *spread[NETWORK_LAYERS_MAX];     /* adjacency * input, of layers that spread first */
    float *down[2];                        /* gradients on their way down */
    float *scratch;
    size_t layer_count;
};
bool gradient_room_init(struct gradient_room *room, const struct network *network, size_t nodes, struct error *error);
void gradient_room_done(struct gradient_room *room);

/* Loss of the example; with `gradient` (of the network's shape; not NULL) also its derivative by every value, written
 * over what stood there. */
double gradient_compute(const struct network *network, const struct example *example, struct gradient_room *room,
                        struct network *gradient);

/* The loss alone. */
double example_loss(const struct network *network, const struct example *example, struct network_room *room);

#endif
