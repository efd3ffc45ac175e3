/* What tests of graphs ask: each fails the running test when the answer is not there. */
#ifndef TESTS_GRAPH_CHECKS_H
#define TESTS_GRAPH_CHECKS_H

#include "graph/graph.h"

/* The graph of a window, which must be built. Freed by the caller. */
struct graph *checked_graph(struct window *window);
uint32_t checked_node(const struct graph *graph, const char *id);
/* expected NAN: unknown. */
void check_measure(const struct graph *graph, const char *id, enum measure measure, double expected);

/* NULL when there is none. */
const struct edge *edge_between(const struct graph *graph, enum edge_kind kind, const char *from, const char *to);
size_t edge_kind_count(const struct graph *graph, enum edge_kind kind);

#endif
