/* How central a node is. Serves the reference model and the drill-down: computed on demand, never on the refresh path.
 */
#ifndef GRAPH_CENTRALITY_H
#define GRAPH_CENTRALITY_H

#include "graph/graph.h"

/* Betweenness of every node of the undirected simple graph behind the edges (directions, parallel edges and loops
 * dropped), normalised to 0..1 as networkx does: Brandes, "A faster algorithm for betweenness centrality" (2001).
 * Exact up to 1,000 nodes; above, from 256 pivots spread evenly, scaled up. values: node_count doubles. */
bool graph_betweenness(const struct graph *graph, double *values, struct error *error);

/* Neighbours divided by (nodes - 1), in the same simple graph. */
bool graph_degree_centrality(const struct graph *graph, double *values, struct error *error);

#endif
