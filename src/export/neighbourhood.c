/* Which part of a graph is drawn. */
#include "export/neighbourhood.h"

#include "export/phrase.h"

#include <stdlib.h>

enum { SEEN_DRAWN = 1, SEEN_LEFT_OUT = 2 };

static void node_take(struct neighbourhood *found, uint32_t node)
{
    if (node == NODE_NONE || found->seen[node] != 0)
        return;
    bool room = found->count < NEIGHBOURHOOD_MAX;
    found->seen[node] = room ? SEEN_DRAWN : SEEN_LEFT_OUT;
    if (room)
        found->nodes[found->count++] = node;
    else
        found->left_out++;
}

static bool edge_is_wait(const struct edge *edge)
{
    return edge->kind == EDGE_WAITS || edge->kind == EDGE_HOLDS;
}

/* Takes what a step of blame touches, and marks the edges that it went over. */
static void step_take(struct neighbourhood *found, const struct graph *graph, const struct blame_step *step)
{
    node_take(found, step->from);
    node_take(found, step->to);
    node_take(found, step->on);
    for (uint32_t i = graph->offsets[step->from]; i < graph->offsets[step->from + 1]; i++) {
        const struct edge *edge = &graph->edges[graph->adjacent[i]];
        if (edge->kind == EDGE_WAITS && edge->from == step->from && edge->to == step->to && edge->wait == step->by)
            found->path[graph->adjacent[i]] = 1;
    }
}

static void suspects_take(struct neighbourhood *found, const struct export_input *input)
{
    size_t top = phrase_top(input);
    for (size_t i = 0; i < top; i++)
        node_take(found, input->verdict->suspects[i].node);
    for (size_t i = 0; i < top; i++) {
        const struct suspect *suspect = &input->verdict->suspects[i];
        for (size_t step = 0; step < suspect->path_count; step++)
            step_take(found, input->graph, &suspect->path[step]);
    }
}

/* Without a verdict: who waits and what is locked, then everything. */
static void all_take(struct neighbourhood *found, const struct graph *graph)
{
    for (size_t i = 0; i < graph->edge_count; i++) {
        if (!edge_is_wait(&graph->edges[i]))
            continue;
        node_take(found, graph->edges[i].from);
        node_take(found, graph->edges[i].to);
        node_take(found, graph->edges[i].on);
    }
    for (size_t i = 0; i < graph->node_count; i++)
        if ((uint32_t)i != graph->host)
            node_take(found, (uint32_t)i);
}

/* The neighbours of a node; those that wait or hold come in a pass of their own, while there is room. */
static void neighbours_take(struct neighbourhood *found, const struct graph *graph, uint32_t node, bool waits)
{
    for (uint32_t i = graph->offsets[node]; i < graph->offsets[node + 1]; i++) {
        const struct edge *edge = &graph->edges[graph->adjacent[i]];
        if (edge_is_wait(edge) != waits)
            continue;
        node_take(found, edge->from);
        node_take(found, edge->to);
        node_take(found, edge->on);
    }
}

static void hop_take(struct neighbourhood *found, const struct graph *graph)
{
    size_t until = found->count;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < until; i++)
            neighbours_take(found, graph, found->nodes[i], pass == 0);
}

bool neighbourhood_find(struct neighbourhood *neighbourhood, const struct export_input *input, struct error *error)
{
    const struct graph *graph = input->graph;
    *neighbourhood =
        (struct neighbourhood){.seen = calloc(graph->node_count + 1, 1), .path = calloc(graph->edge_count + 1, 1)};
    if (neighbourhood->seen == NULL || neighbourhood->path == NULL) {
        neighbourhood_done(neighbourhood);
        return error_memory(error);
    }
    if (input->verdict == NULL) {
        all_take(neighbourhood, graph);
        return true;
    }
    for (size_t i = 0; i < input->node_count; i++)
        node_take(neighbourhood, input->nodes[i]);
    if (input->node_count == 0)
        suspects_take(neighbourhood, input);
    for (size_t hop = 0; hop < input->hops && neighbourhood->count < NEIGHBOURHOOD_MAX; hop++) {
        size_t before = neighbourhood->count;
        hop_take(neighbourhood, graph);
        if (neighbourhood->count == before)
            break;
    }
    return true;
}

void neighbourhood_done(struct neighbourhood *neighbourhood)
{
    free(neighbourhood->seen);
    free(neighbourhood->path);
    *neighbourhood = (struct neighbourhood){0};
}
