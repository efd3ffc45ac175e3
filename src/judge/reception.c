/* Gathering the waits around a node. */
#include "judge/reception.h"

#include <string.h>

void links_visit(struct judgement *judgement, uint32_t node, link_visit *visit, void *context)
{
    const struct waits *waits = &judgement->waits;
    for (uint32_t i = waits->in_offsets[node]; i < waits->in_offsets[node + 1]; i++)
        visit(context, judgement, waits->in[i]);
    if (!node_is_object(&judgement->graph->nodes[node]))
        return;
    for (size_t i = 0; i < waits->count; i++)
        if (wait_edge(waits, judgement->graph, i)->on == node && waits->edges[i].to != node)
            visit(context, judgement, i);
}

bool link_before(const struct judgement *judgement, size_t a, size_t b)
{
    const struct edge *first = wait_edge(&judgement->waits, judgement->graph, a);
    const struct edge *second = wait_edge(&judgement->waits, judgement->graph, b);
    if (first->seconds != second->seconds)
        return first->seconds > second->seconds;
    int order = strcmp(judgement->graph->nodes[first->from].id, judgement->graph->nodes[second->from].id);
    if (order == 0)
        order = strcmp(judgement->graph->nodes[first->to].id, judgement->graph->nodes[second->to].id);
    return order != 0 ? order < 0 : a < b;
}

static bool link_leads(const struct judgement *judgement, size_t a, size_t b)
{
    bool first = wait_edge(&judgement->waits, judgement->graph, a)->ongoing;
    bool second = wait_edge(&judgement->waits, judgement->graph, b)->ongoing;
    return first != second ? first : link_before(judgement, a, b);
}

static void reception_add(void *context, struct judgement *judgement, size_t link)
{
    struct receptions *receptions = context;
    const struct edge *edge = wait_edge(&judgement->waits, judgement->graph, link);
    struct reception *reception = &receptions->by_kind[edge->wait];
    reception->blame += judgement->waits.blame[link];
    reception->ongoing |= edge->ongoing;
    if (node_mark(judgement, edge->from)) {
        receptions->waiters++;
        reception->total_s += edge->seconds;
    }
    if (reception->longest == LINK_NONE || link_before(judgement, link, reception->longest))
        reception->longest = link;
    if (reception->lead == LINK_NONE || link_leads(judgement, link, reception->lead))
        reception->lead = link;
    receptions->blame += judgement->waits.blame[link];
}

void receptions_gather(struct judgement *judgement, uint32_t node, struct receptions *receptions)
{
    *receptions = (struct receptions){.most = WAIT_KIND_COUNT};
    for (int kind = 0; kind < WAIT_KIND_COUNT; kind++)
        receptions->by_kind[kind].longest = receptions->by_kind[kind].lead = LINK_NONE;
    marks_clear(judgement);
    links_visit(judgement, node, reception_add, receptions);
    for (int kind = 0; kind < WAIT_KIND_COUNT; kind++) {
        const struct reception *reception = &receptions->by_kind[kind];
        if (reception->longest != LINK_NONE &&
            (receptions->most == WAIT_KIND_COUNT || reception->blame > receptions->by_kind[receptions->most].blame))
            receptions->most = (enum wait_kind)kind;
    }
}

double lock_held_s(const struct judgement *judgement, size_t link, bool *at_least)
{
    const struct graph *graph = judgement->graph;
    const struct edge *wait = wait_edge(&judgement->waits, graph, link);
    *at_least = true;
    double held_s = wait->seconds;
    for (uint32_t i = graph->offsets[wait->to]; i < graph->offsets[wait->to + 1]; i++) {
        const struct edge *edge = &graph->edges[graph->adjacent[i]];
        if (edge->kind != EDGE_HOLDS || edge->from != wait->to || edge->to != wait->on || edge->seconds < held_s)
            continue;
        held_s = edge->seconds;
        *at_least = edge->at_least;
    }
    return held_s;
}

size_t wait_heaviest(const struct judgement *judgement, uint32_t node)
{
    const struct waits *waits = &judgement->waits;
    size_t heaviest = LINK_NONE;
    for (uint32_t i = waits->out_offsets[node]; i < waits->out_offsets[node + 1]; i++) {
        size_t link = waits->out[i];
        double more = heaviest == LINK_NONE ? 1 : waits->links[link].weight - waits->links[heaviest].weight;
        if (more > 0 || (more == 0 && link_before(judgement, link, heaviest)))
            heaviest = link;
    }
    return heaviest;
}
