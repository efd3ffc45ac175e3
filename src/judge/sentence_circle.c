/* Sentences about those who wait for each other. */
#include "judge/sentence.h"

#include "base/units.h"
#include "judge/reception.h"
#include "judge/words.h"

#include <string.h>

struct circle {
    uint32_t members[2]; /* the node itself, and the first of the others by id */
    size_t count;
    size_t longest; /* link inside of it */
    bool ongoing;   /* all of its waits go on */
    bool locks;     /* all of them are for locks: nobody will ever get on */
};

static void circle_measure(const struct judgement *judgement, uint32_t node, struct circle *circle)
{
    const struct waits *waits = &judgement->waits;
    const struct graph *graph = judgement->graph;
    uint32_t component = waits->component[node];
    *circle = (struct circle){.members = {node, NODE_NONE}, .longest = LINK_NONE, .ongoing = true, .locks = true};
    for (uint32_t n = 0; n < graph->node_count; n++) {
        if (waits->component[n] != component)
            continue;
        circle->count++;
        if (n != node &&
            (circle->members[1] == NODE_NONE || strcmp(graph->nodes[n].id, graph->nodes[circle->members[1]].id) < 0))
            circle->members[1] = n;
    }
    for (size_t i = 0; circle->count > 1 && i < waits->count; i++) {
        const struct edge *edge = wait_edge(waits, graph, i);
        if (waits->component[edge->from] != component || waits->component[edge->to] != component)
            continue;
        circle->ongoing &= edge->ongoing;
        circle->locks &= edge->wait == WAIT_LOCK || edge->wait == WAIT_FUTEX;
        if (circle->longest == LINK_NONE || link_before(judgement, i, circle->longest))
            circle->longest = i;
    }
}

/* Counts who waits for the members, directly or behind others. */
static size_t circle_behind(struct judgement *judgement, uint32_t node)
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

bool sentence_of_circle(struct judgement *judgement, uint32_t node, struct buffer *out)
{
    struct circle circle;
    circle_measure(judgement, node, &circle);
    if (circle.count < 2 || !circle.ongoing)
        return false;
    const struct edge *edge = wait_edge(&judgement->waits, judgement->graph, circle.longest);
    char time[32];
    words_nodes(out, judgement->graph, circle.members, circle.count);
    buffer_printf(out, " wait for each other%s, for %s%s by now", circle.locks ? " (deadlock)" : "",
                  edge->at_least ? "at least " : "", duration_format(time, sizeof time, edge->seconds));
    size_t behind = circle_behind(judgement, node);
    if (behind > 0)
        buffer_printf(out, "; %zu more wait%s for them", behind, behind == 1 ? "s" : "");
    buffer_string(out, ".");
    return true;
}
