/* What is different between the graphs of two moments: what appeared, what vanished, which relations are new or gone.
 * Nodes are the same when their ids are. This tool's own processes are left out, and what is theirs alone. */
#ifndef GRAPH_DIFFERENCE_H
#define GRAPH_DIFFERENCE_H

#include "graph/graph.h"

struct node_pair {
    uint32_t before, after;
};

/* Nodes come by kind, the most connected first, then by id; relations with waits and locks first, the longest first.
 * Relations of what appeared or vanished are left out, for they say no more; waits and locks never are. */
struct difference {
    uint32_t *appeared; /* nodes of the graph after */
    uint32_t *vanished; /* nodes of the graph before */
    struct node_pair *kept;
    uint32_t *edges_new;  /* edges of the graph after */
    uint32_t *edges_gone; /* edges of the graph before */
    size_t appeared_count, vanished_count, kept_count, edges_new_count, edges_gone_count;
};

/* On failure the difference is empty. */
bool graph_difference(const struct graph *before, const struct graph *after, struct difference *difference,
                      struct error *error);
void difference_done(struct difference *difference);

#endif
