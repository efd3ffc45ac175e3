/* Finding who waits in a circle with a node. */
#include "judge/circle.h"

#include "judge/reception.h"

#include <stdlib.h>
#include <string.h>

/* Who waits for the members; they are counted with those who wait for these. */
static size_t behind_count(struct judgement *judgement, uint32_t node)
{
    const struct waits *waits = &judgement->waits;
    size_t queued = 0, members = 0;
    marks_clear(judgement);
    node_mark(judgement, node);
    judgement->queue[queued++] = node;
    for (size_t at = 0; at < queued; at++) {
        uint32_t waited_for = judgement->queue[at];
        members += waits->component[waited_for] == waits->component[node];
        for (uint32_t i = waits->in_offsets[waited_for]; i < waits->in_offsets[waited_for + 1]; i++)
            if (node_mark(judgement, waits->edges[waits->in[i]].from))
                judgement->queue[queued++] = waits->edges[waits->in[i]].from;
    }
    return queued - members;
}

static void links_look(const struct judgement *judgement, struct circle *circle)
{
    const struct waits *waits = &judgement->waits;
    uint32_t component = waits->component[circle->members[0]];
    for (size_t i = 0; i < waits->count; i++) {
        const struct edge *edge = wait_edge(waits, judgement->graph, i);
        if (waits->component[edge->from] != component || waits->component[edge->to] != component)
            continue;
        circle->ongoing &= edge->ongoing;
        circle->locks &= edge->wait == WAIT_LOCK || edge->wait == WAIT_FUTEX;
        if (circle->longest == LINK_NONE || link_before(judgement, i, circle->longest))
            circle->longest = i;
    }
}

static void member_insert(const struct graph *graph, struct circle *circle, uint32_t node)
{
    size_t place = circle->count++;
    for (; place > 1 && strcmp(graph->nodes[node].id, graph->nodes[circle->members[place - 1]].id) < 0; place--)
        circle->members[place] = circle->members[place - 1];
    circle->members[place] = node;
}

bool circle_find(struct judgement *judgement, uint32_t node, struct circle *circle, struct error *error)
{
    const struct waits *waits = &judgement->waits;
    const struct graph *graph = judgement->graph;
    size_t count = 0;
    *circle = (struct circle){.count = 1, .longest = LINK_NONE, .ongoing = true, .locks = true};
    /* Who does not wait, or is not waited for, is in none. */
    if (waits->out_offsets[node] == waits->out_offsets[node + 1] ||
        waits->in_offsets[node] == waits->in_offsets[node + 1])
        return true;
    for (uint32_t n = 0; n < graph->node_count; n++)
        count += waits->component[n] == waits->component[node];
    if (count < 2)
        return true;
    circle->members = arena_take(judgement->arena, count * sizeof *circle->members);
    if (circle->members == NULL)
        return error_memory(error);
    circle->members[0] = node;
    for (uint32_t n = 0; n < graph->node_count; n++)
        if (n != node && waits->component[n] == waits->component[node])
            member_insert(graph, circle, n);
    links_look(judgement, circle);
    circle->behind = behind_count(judgement, node);
    return true;
}
