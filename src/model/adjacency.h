/* The normalised adjacency of a graph convolution: D^-1/2 (A + I) D^-1/2 over the undirected simple graph behind the
 * edges (directions, parallel edges and loops dropped), as rows of neighbours. Kipf and Welling, "Semi-supervised
 * classification with graph convolutional networks" (2017). */
#ifndef MODEL_ADJACENCY_H
#define MODEL_ADJACENCY_H

#include "base/error.h"
#include "graph/graph.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct adjacency {
    size_t nodes;
    size_t *offsets;      /* nodes + 1: where each row begins */
    uint32_t *neighbours; /* the node itself first */
    float *weights;
};

/* The graph must be finished (graph_finish). On failure the adjacency is empty. */
bool adjacency_init(struct adjacency *adjacency, const struct graph *graph, struct error *error);
void adjacency_done(struct adjacency *adjacency);

/* Neighbours of a node, itself not counted. */
size_t adjacency_degree(const struct adjacency *adjacency, size_t node);

/* Rows first to first + count of (adjacency * in), written from out's first row on; rows of `stride` floats, a multiple
 * of MATRIX_LANES; in and out do not overlap. */
void adjacency_multiply(const struct adjacency *adjacency, const float *in, float *out, size_t stride, size_t first,
                        size_t count);

#endif
