/* Edges of the locks that are held, also by those that no lock table showed. */
#include "graph/build.h"

#include <math.h>

static bool edge_holds(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    (void)key_bytes;
    const struct edge *edge = (const struct edge *)items + place;
    const uint32_t *pair = key;
    return edge->kind == EDGE_WAITS ? edge->to == pair[0] && edge->on == pair[1]
                                    : edge->from == pair[0] && edge->to == pair[1];
}

/* Every (holder, file) that somebody waits for. */
static bool contended_read(const struct graph *graph, struct index *contended)
{
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        if (edge->kind != EDGE_WAITS || edge->wait != WAIT_LOCK || edge->on == NODE_NONE || edge->to == edge->on)
            continue;
        const uint32_t pair[2] = {edge->to, edge->on};
        if (index_find(contended, graph->edges, pair, sizeof pair) == INDEX_NONE &&
            !index_add(contended, pair, sizeof pair, (uint32_t)i))
            return false;
    }
    return true;
}

static bool hold_add(struct build *build, const struct span *span, double seconds, struct index *held)
{
    const uint32_t pair[2] = {span->from, span->to};
    uint32_t place = (uint32_t)build->graph->edge_count;
    struct edge *edge = graph_edge_add(build->graph, EDGE_HOLDS, span->from, span->to);
    if (edge == NULL)
        return false;
    edge->wait = WAIT_LOCK;
    edge->on = span->to;
    edge->seconds = edge->total_s = seconds;
    edge->count = 1;
    edge->at_least = span->at_least;
    edge->ongoing = span->ongoing;
    edge->inferred = span->inferred;
    return index_add(held, pair, sizeof pair, place);
}

/* A holder that no lock table showed, because it let go or exited between two samples: it held the lock for at least
 * as long as somebody waited for it. */
static bool unseen_holds(struct build *build, struct index *held)
{
    struct graph *graph = build->graph;
    size_t edge_count = graph->edge_count, seen = edge_count;
    for (size_t i = 0; i < edge_count; i++) {
        const struct edge wait = graph->edges[i];
        if (wait.kind != EDGE_WAITS || wait.wait != WAIT_LOCK || wait.on == NODE_NONE || wait.to == wait.on)
            continue;
        const uint32_t pair[2] = {wait.to, wait.on};
        struct span span = {.from = wait.to, .to = wait.on, .at_least = true};
        uint32_t hold = index_find(held, graph->edges, pair, sizeof pair);
        if (hold == INDEX_NONE && !hold_add(build, &span, wait.seconds, held))
            return false;
        if (hold != INDEX_NONE && hold >= seen)
            graph->edges[hold].seconds = graph->edges[hold].total_s = fmax(graph->edges[hold].seconds, wait.seconds);
    }
    return true;
}

/* Of several locks of one process on one file (ranges, or given back and taken again): the longest of those that it
 * still holds, else the longest. */
static const struct span *hold_choose(const struct span *spans, size_t count)
{
    const struct span *chosen = &spans[0];
    for (size_t i = 1; i < count; i++)
        if (spans[i].ongoing > chosen->ongoing ||
            (spans[i].ongoing == chosen->ongoing && span_seconds(&spans[i]) > span_seconds(chosen)))
            chosen = &spans[i];
    return chosen;
}

static bool hold_edges(struct build *build, const struct spans *holds, const struct index *contended,
                       struct index *held)
{
    for (size_t first = 0, end; first < holds->count; first = end) {
        for (end = first + 1; end < holds->count; end++)
            if (!span_relates(&holds->items[first], &holds->items[end]))
                break;
        const struct span *span = hold_choose(holds->items + first, end - first);
        const uint32_t pair[2] = {span->from, span->to};
        /* Of the locks that are free again only those matter that somebody waited for. */
        bool wanted = span->ongoing || index_find(contended, build->graph->edges, pair, sizeof pair) != INDEX_NONE;
        if (wanted && !hold_add(build, span, span_seconds(span), held))
            return false;
    }
    return true;
}

bool build_holds(struct build *build, const struct spans *holds)
{
    struct graph *graph = build->graph;
    struct index contended, held;
    index_init(&contended, edge_holds);
    index_init(&held, edge_holds);
    bool complete =
        contended_read(graph, &contended) && hold_edges(build, holds, &contended, &held) && unseen_holds(build, &held);
    for (size_t i = 0; i < graph->edge_count && complete; i++) {
        const uint32_t pair[2] = {graph->edges[i].from, graph->edges[i].to};
        if (graph->edges[i].kind == EDGE_HOLDS && index_find(&contended, graph->edges, pair, sizeof pair) != INDEX_NONE)
            build_measure_raise(build, pair[0], MEASURE_LOCK_HELD_S, graph->edges[i].seconds);
    }
    index_done(&contended);
    index_done(&held);
    return complete;
}
