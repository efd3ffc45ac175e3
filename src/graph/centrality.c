/* Betweenness and degree centrality of the simple graph behind the edges. */
#include "graph/centrality.h"

#include <stdlib.h>
#include <string.h>

enum { EXACT_NODES_MAX = 1000, PIVOTS = 256 };

/* Neighbours of node n: adjacent[offsets[n]] ... adjacent[offsets[n] + degree[n] - 1]. */
struct simple_graph {
    uint32_t nodes;
    uint32_t *offsets, *degree, *adjacent;
};

static void simple_graph_done(struct simple_graph *simple)
{
    free(simple->offsets);
    free(simple->degree);
    free(simple->adjacent);
}

static bool simple_graph_init(struct simple_graph *simple, const struct graph *graph)
{
    *simple = (struct simple_graph){
        .nodes = (uint32_t)graph->node_count,
        .offsets = calloc(graph->node_count + 2, sizeof *simple->offsets),
        .degree = calloc(graph->node_count + 1, sizeof *simple->degree),
        .adjacent = malloc((graph->edge_count * 2 + 1) * sizeof *simple->adjacent),
    };
    uint32_t *last = malloc((graph->node_count + 1) * sizeof *last);
    bool complete = simple->offsets != NULL && simple->degree != NULL && simple->adjacent != NULL && last != NULL;
    if (complete) {
        uint32_t *fill = simple->offsets + 1; /* counted ahead, so that filling moves each start to its place */
        for (size_t i = 0; i < graph->edge_count; i++) {
            fill[graph->edges[i].from + 1]++;
            fill[graph->edges[i].to + 1]++;
        }
        for (size_t n = 1; n <= graph->node_count; n++)
            fill[n] += fill[n - 1];
        for (size_t i = 0; i < graph->edge_count; i++) {
            simple->adjacent[fill[graph->edges[i].from]++] = graph->edges[i].to;
            simple->adjacent[fill[graph->edges[i].to]++] = graph->edges[i].from;
        }
        memset(last, 0xff, (graph->node_count + 1) * sizeof *last);
        for (uint32_t n = 0; n < simple->nodes; n++)
            for (uint32_t i = simple->offsets[n]; i < simple->offsets[n + 1]; i++) {
                uint32_t neighbour = simple->adjacent[i];
                if (neighbour == n || last[neighbour] == n)
                    continue;
                last[neighbour] = n;
                simple->adjacent[simple->offsets[n] + simple->degree[n]++] = neighbour;
            }
    }
    free(last);
    return complete;
}

/* The working memory of one search. */
struct search {
    uint32_t *order; /* nodes in the order in which they were reached */
    int32_t *distance;
    double *paths;      /* shortest paths from the source */
    double *dependency; /* of the source on the node */
};

static bool search_init(struct search *search, size_t nodes)
{
    *search = (struct search){
        .order = malloc((nodes + 1) * sizeof *search->order),
        .distance = malloc((nodes + 1) * sizeof *search->distance),
        .paths = malloc((nodes + 1) * sizeof *search->paths),
        .dependency = malloc((nodes + 1) * sizeof *search->dependency),
    };
    if (search->distance != NULL)
        memset(search->distance, 0xff, (nodes + 1) * sizeof *search->distance);
    return search->order != NULL && search->distance != NULL && search->paths != NULL && search->dependency != NULL;
}

static void search_done(struct search *search)
{
    free(search->order);
    free(search->distance);
    free(search->paths);
    free(search->dependency);
}

static void node_reach(struct search *search, uint32_t *reached, uint32_t node, int32_t distance)
{
    search->distance[node] = distance;
    search->paths[node] = 0;
    search->dependency[node] = 0;
    search->order[(*reached)++] = node;
}

/* Brandes' algorithm 1 for one source: distances are -1 for all nodes before and after. */
static void search_from(const struct simple_graph *simple, struct search *search, uint32_t source, double *values)
{
    uint32_t reached = 0;
    node_reach(search, &reached, source, 0);
    search->paths[source] = 1;
    for (uint32_t i = 0; i < reached; i++) {
        uint32_t node = search->order[i];
        const uint32_t *adjacent = simple->adjacent + simple->offsets[node];
        for (uint32_t k = 0; k < simple->degree[node]; k++) {
            if (search->distance[adjacent[k]] < 0)
                node_reach(search, &reached, adjacent[k], search->distance[node] + 1);
            if (search->distance[adjacent[k]] == search->distance[node] + 1)
                search->paths[adjacent[k]] += search->paths[node];
        }
    }
    for (uint32_t i = reached; i-- > 1;) {
        uint32_t node = search->order[i];
        const uint32_t *adjacent = simple->adjacent + simple->offsets[node];
        double share = (1 + search->dependency[node]) / search->paths[node];
        for (uint32_t k = 0; k < simple->degree[node]; k++)
            if (search->distance[adjacent[k]] == search->distance[node] - 1)
                search->dependency[adjacent[k]] += search->paths[adjacent[k]] * share;
        values[node] += search->dependency[node];
    }
    for (uint32_t i = 0; i < reached; i++)
        search->distance[search->order[i]] = -1;
}

bool graph_betweenness(const struct graph *graph, double *values, struct error *error)
{
    struct simple_graph simple;
    struct search search = {0};
    bool complete = simple_graph_init(&simple, graph) && search_init(&search, graph->node_count);
    if (complete) {
        size_t nodes = graph->node_count;
        size_t sources = nodes > EXACT_NODES_MAX ? PIVOTS : nodes;
        memset(values, 0, nodes * sizeof *values);
        for (size_t i = 0; i < sources; i++)
            search_from(&simple, &search, (uint32_t)(i * nodes / sources), values);
        double scale = 1;
        if (nodes > 2)
            scale = (double)nodes / (double)sources / ((double)(nodes - 1) * (double)(nodes - 2));
        for (size_t n = 0; n < nodes; n++)
            values[n] *= scale;
    }
    search_done(&search);
    simple_graph_done(&simple);
    return complete || error_memory(error);
}

bool graph_degree_centrality(const struct graph *graph, double *values, struct error *error)
{
    struct simple_graph simple;
    bool complete = simple_graph_init(&simple, graph);
    for (size_t n = 0; complete && n < graph->node_count; n++)
        values[n] = graph->node_count > 1 ? simple.degree[n] / (double)(graph->node_count - 1) : 0;
    simple_graph_done(&simple);
    return complete || error_memory(error);
}
