/* The graph as a container: nodes, edges, measures, adjacency. What fills it from samples is build.c. */
#include "graph/graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NODE_NAME(kind, name, plural) [kind] = {name, plural},
const struct node_kind_name node_kinds[NODE_KIND_COUNT] = {NODE_KINDS(NODE_NAME)};

#define EDGE_NAME(kind, name, verb) [kind] = {name, verb},
const struct edge_kind_name edge_kinds[EDGE_KIND_COUNT] = {EDGE_KINDS(EDGE_NAME)};

static bool node_has_id(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const struct node *nodes = items;
    return strncmp(nodes[place].id, key, key_bytes) == 0 && nodes[place].id[key_bytes] == '\0';
}

struct graph *graph_new(void)
{
    struct graph *graph = calloc(1, sizeof *graph);
    if (graph != NULL) {
        index_init(&graph->index, node_has_id);
        graph->host = NODE_NONE;
    }
    return graph;
}

void graph_free(struct graph *graph)
{
    if (graph == NULL)
        return;
    sample_release(graph->sample);
    free(graph->nodes);
    free(graph->edges);
    free(graph->measures);
    free(graph->offsets);
    free(graph->adjacent);
    index_done(&graph->index);
    arena_done(&graph->arena);
    free(graph);
}

bool graph_reserve(struct graph *graph, size_t nodes)
{
    return memory_grow(&graph->nodes, &graph->node_capacity, nodes, sizeof *graph->nodes) &&
           memory_grow(&graph->measures, &graph->measure_capacity, nodes, MEASURE_COUNT * sizeof *graph->measures) &&
           index_reserve(&graph->index, nodes);
}

uint32_t graph_node_add(struct graph *graph, enum node_kind kind, const char *id, const char *name, const char *label)
{
    uint32_t place = graph_find(graph, id);
    if (place != NODE_NONE)
        return place;
    if (!memory_grow(&graph->nodes, &graph->node_capacity, graph->node_count + 1, sizeof *graph->nodes) ||
        !memory_grow(&graph->measures, &graph->measure_capacity, graph->node_count + 1,
                     MEASURE_COUNT * sizeof *graph->measures))
        return NODE_NONE;
    struct node node = {.kind = kind, .uid = UINT32_MAX, .row = UINT32_MAX, .killer = NODE_NONE};
    node.id = arena_copy(&graph->arena, id, strlen(id));
    node.name = arena_copy(&graph->arena, name, strlen(name));
    node.label = label == NULL ? node.name : arena_copy(&graph->arena, label, strlen(label));
    if (node.id == NULL || node.name == NULL || node.label == NULL ||
        !index_add(&graph->index, id, strlen(id), (uint32_t)graph->node_count))
        return NODE_NONE;
    float *values = graph->measures + graph->node_count * MEASURE_COUNT;
    for (size_t i = 0; i < MEASURE_COUNT; i++)
        values[i] = NAN;
    graph->nodes[graph->node_count] = node;
    return (uint32_t)graph->node_count++;
}

struct edge *graph_edge_add(struct graph *graph, enum edge_kind kind, uint32_t from, uint32_t to)
{
    if (!memory_grow(&graph->edges, &graph->edge_capacity, graph->edge_count + 1, sizeof *graph->edges))
        return NULL;
    struct edge *edge = &graph->edges[graph->edge_count++];
    *edge = (struct edge){.kind = kind, .from = from, .to = to, .on = NODE_NONE};
    return edge;
}

bool graph_finish(struct graph *graph, struct error *error)
{
    free(graph->offsets);
    free(graph->adjacent);
    graph->offsets = calloc(graph->node_count + 2, sizeof *graph->offsets);
    graph->adjacent = calloc(graph->edge_count * 2 + 1, sizeof *graph->adjacent);
    if (graph->offsets == NULL || graph->adjacent == NULL)
        return error_memory(error);
    /* Counted two places ahead, so that filling moves each start to where it belongs. */
    uint32_t *fill = graph->offsets + 1;
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        fill[edge->from + 1]++;
        if (edge->to != edge->from)
            fill[edge->to + 1]++;
    }
    for (size_t i = 1; i <= graph->node_count; i++)
        fill[i] += fill[i - 1];
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        graph->adjacent[fill[edge->from]++] = (uint32_t)i;
        if (edge->to != edge->from)
            graph->adjacent[fill[edge->to]++] = (uint32_t)i;
    }
    for (size_t n = 0; n < graph->node_count; n++)
        graph_measure_set(graph, (uint32_t)n, MEASURE_DEGREE, graph->offsets[n + 1] - graph->offsets[n]);
    return true;
}

uint32_t graph_find(const struct graph *graph, const char *id)
{
    return index_find(&graph->index, graph->nodes, id, strlen(id));
}
