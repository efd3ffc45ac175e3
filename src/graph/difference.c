/* The difference of two graphs. */
#include "graph/difference.h"

#include <stdlib.h>
#include <string.h>

void difference_done(struct difference *difference)
{
    free(difference->appeared);
    free(difference->vanished);
    free(difference->kept);
    free(difference->edges_new);
    free(difference->edges_gone);
    *difference = (struct difference){0};
}

static bool difference_init(struct difference *difference, const struct graph *before, const struct graph *after)
{
    *difference = (struct difference){0};
    difference->appeared = calloc(after->node_count + 1, sizeof *difference->appeared);
    difference->vanished = calloc(before->node_count + 1, sizeof *difference->vanished);
    difference->kept = calloc(after->node_count + 1, sizeof *difference->kept);
    difference->edges_new = calloc(after->edge_count + 1, sizeof *difference->edges_new);
    difference->edges_gone = calloc(before->edge_count + 1, sizeof *difference->edges_gone);
    return difference->appeared != NULL && difference->vanished != NULL && difference->kept != NULL &&
           difference->edges_new != NULL && difference->edges_gone != NULL;
}

/* What only this tool's own processes have is its own as well. */
static bool node_is_own(const struct graph *graph, uint32_t number)
{
    const struct node *node = &graph->nodes[number];
    if (node->kind == NODE_PROCESS || graph->offsets[number] == graph->offsets[number + 1])
        return node->self;
    for (uint32_t at = graph->offsets[number]; at < graph->offsets[number + 1]; at++) {
        const struct edge *edge = &graph->edges[graph->adjacent[at]];
        if (!graph->nodes[edge->from == number ? edge->to : edge->from].self)
            return false;
    }
    return true;
}

/* What had exited by the end of the window was not there at the moment. */
static bool node_is_there(const struct graph *graph, uint32_t number)
{
    return !graph->nodes[number].exited;
}

/* The number of every node in the other graph, NODE_NONE where it is not there. */
static uint32_t *nodes_match(const struct graph *graph, const struct graph *other)
{
    uint32_t *matches = malloc((graph->node_count + 1) * sizeof *matches);
    for (uint32_t node = 0; matches != NULL && node < graph->node_count; node++) {
        uint32_t found = graph_find(other, graph->nodes[node].id);
        matches[node] = found != NODE_NONE && node_is_there(other, found) ? found : NODE_NONE;
    }
    return matches;
}

static int node_compare(const void *a, const void *b, void *context)
{
    const struct graph *graph = context;
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    const struct node *node = &graph->nodes[left], *other = &graph->nodes[right];
    if (node->kind != other->kind)
        return node->kind < other->kind ? -1 : 1;
    uint32_t degree = graph->offsets[left + 1] - graph->offsets[left];
    uint32_t other_degree = graph->offsets[right + 1] - graph->offsets[right];
    if (degree != other_degree)
        return degree > other_degree ? -1 : 1;
    return strcmp(node->id, other->id);
}

/* Nodes of graph that are not in the other one. */
static size_t nodes_missing(const struct graph *graph, const uint32_t *matches, uint32_t *missing)
{
    size_t count = 0;
    for (uint32_t node = 0; node < graph->node_count; node++)
        if (matches[node] == NODE_NONE && node_is_there(graph, node) && !node_is_own(graph, node))
            missing[count++] = node;
    qsort_r(missing, count, sizeof *missing, node_compare, (void *)graph);
    return count;
}

/* ---- relations ---- */

static bool edge_is_wait(const struct edge *edge)
{
    return edge->kind == EDGE_WAITS || edge->kind == EDGE_HOLDS;
}

static const char *edge_object(const struct graph *graph, const struct edge *edge)
{
    return edge->on == NODE_NONE ? "" : graph->nodes[edge->on].id;
}

struct edge_key {
    uint32_t from, to, kind, wait; /* numbers of the graph that is indexed */
};

static struct edge_key edge_key_of(const struct edge *edge)
{
    return (struct edge_key){edge->from, edge->to, edge->kind, edge_is_wait(edge) ? edge->wait : 0};
}

static bool edge_is(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const struct edge_key of = edge_key_of(&((const struct edge *)items)[place]);
    return memcmp(&of, key, key_bytes) == 0;
}

static bool edges_index(const struct graph *graph, struct index *index)
{
    index_init(index, edge_is);
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        struct edge_key key = edge_key_of(&graph->edges[i]);
        if (index_find(index, graph->edges, &key, sizeof key) == INDEX_NONE && !index_add(index, &key, sizeof key, i))
            return false;
    }
    return true;
}

static int edge_compare(const void *a, const void *b, void *context)
{
    const struct graph *graph = context;
    const struct edge *edge = &graph->edges[*(const uint32_t *)a], *other = &graph->edges[*(const uint32_t *)b];
    if (edge_is_wait(edge) != edge_is_wait(other))
        return edge_is_wait(edge) ? -1 : 1;
    if (edge_is_wait(edge) && edge->seconds != other->seconds)
        return edge->seconds > other->seconds ? -1 : 1;
    if (edge->kind != other->kind)
        return edge->kind > other->kind ? -1 : 1;
    int from = strcmp(graph->nodes[edge->from].id, graph->nodes[other->from].id);
    if (from != 0)
        return from;
    int to = strcmp(graph->nodes[edge->to].id, graph->nodes[other->to].id);
    return to != 0 ? to : strcmp(edge_object(graph, edge), edge_object(graph, other));
}

/* Relations of graph that are not in the other one, in which its nodes have the numbers `matches`. */
static bool edges_missing(const struct graph *graph, const struct graph *other, const uint32_t *matches,
                          uint32_t *missing, size_t *count)
{
    struct index index = {0};
    bool indexed = edges_index(other, &index);
    for (uint32_t i = 0; indexed && i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        struct edge_key key = edge_key_of(edge);
        key.from = matches[edge->from];
        key.to = matches[edge->to];
        bool stayed = key.from != NODE_NONE && key.to != NODE_NONE;
        if (graph->nodes[edge->from].self || graph->nodes[edge->to].self || (!stayed && !edge_is_wait(edge)))
            continue;
        if (!stayed || index_find(&index, other->edges, &key, sizeof key) == INDEX_NONE)
            missing[(*count)++] = i;
    }
    index_done(&index);
    qsort_r(missing, *count, sizeof *missing, edge_compare, (void *)graph);
    return indexed;
}

bool graph_difference(const struct graph *before, const struct graph *after, struct difference *difference,
                      struct error *error)
{
    uint32_t *in_after = nodes_match(before, after), *in_before = nodes_match(after, before);
    bool good = difference_init(difference, before, after) && in_after != NULL && in_before != NULL;
    if (good) {
        difference->appeared_count = nodes_missing(after, in_before, difference->appeared);
        difference->vanished_count = nodes_missing(before, in_after, difference->vanished);
        for (uint32_t node = 0; node < after->node_count; node++)
            if (in_before[node] != NODE_NONE && node_is_there(after, node) && !after->nodes[node].self)
                difference->kept[difference->kept_count++] = (struct node_pair){in_before[node], node};
        good = edges_missing(after, before, in_before, difference->edges_new, &difference->edges_new_count) &&
               edges_missing(before, after, in_after, difference->edges_gone, &difference->edges_gone_count);
    }
    free(in_after);
    free(in_before);
    if (good)
        return true;
    difference_done(difference);
    return error_memory(error);
}
