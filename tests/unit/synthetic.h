/* Made-up healthy hosts, for tests and benchmarks of the model: services with their files, sockets, pipes and children,
 * in about the proportions of real ones. Never what a model is shipped from. */
#ifndef TESTS_SYNTHETIC_H
#define TESTS_SYNTHETIC_H

#include "graph/graph.h"

#include <stdint.h>

/* A finished graph of exactly `nodes` nodes (at least 8), drawn from the seed; NULL: out of memory. */
struct graph *synthetic_graph(size_t nodes, uint64_t seed);

/* `count` of them with sizes spread evenly from low to high nodes, in a malloc'ed array; freed with
 * synthetic_graphs_free. */
struct graph **synthetic_graphs(size_t count, size_t low, size_t high, uint64_t seed);
void synthetic_graphs_free(struct graph **graphs, size_t count);

#endif
