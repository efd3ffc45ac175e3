/* The way that blame took to a suspect: backwards along the waits. */
#include "judge/suspect.h"

enum { STEPS_MOST = 64 };

struct trail {
    size_t links[STEPS_MOST]; /* longest first */
    size_t count;
    size_t queued; /* nodes in the judgement's queue whose waiters are looked for */
};

static void trail_add(void *context, struct judgement *judgement, size_t link)
{
    struct trail *trail = context;
    if (!(judgement->waits.blame[link] > 0))
        return;
    uint32_t from = judgement->waits.edges[link].from;
    if (node_mark(judgement, from))
        judgement->queue[trail->queued++] = from;
    if (trail->count == STEPS_MOST && !link_before(judgement, link, trail->links[STEPS_MOST - 1]))
        return;
    size_t place = trail->count < STEPS_MOST ? trail->count++ : STEPS_MOST - 1;
    for (; place > 0 && link_before(judgement, link, trail->links[place - 1]); place--)
        trail->links[place] = trail->links[place - 1];
    trail->links[place] = link;
}

bool path_trace(struct judgement *judgement, struct suspect *suspect, struct error *error)
{
    struct trail trail = {0};
    marks_clear(judgement);
    node_mark(judgement, suspect->node);
    links_visit(judgement, suspect->node, trail_add, &trail);
    for (size_t i = 0; i < trail.queued; i++) {
        uint32_t node = judgement->queue[i];
        for (uint32_t j = judgement->waits.in_offsets[node]; j < judgement->waits.in_offsets[node + 1]; j++)
            trail_add(&trail, judgement, judgement->waits.in[j]);
    }
    suspect->path = arena_take(judgement->arena, (trail.count + 1) * sizeof *suspect->path);
    if (suspect->path == NULL)
        return error_memory(error);
    for (size_t i = 0; i < trail.count; i++) {
        const struct edge *edge = wait_edge(&judgement->waits, judgement->graph, trail.links[i]);
        suspect->path[i] = (struct blame_step){.from = edge->from,
                                               .to = edge->to,
                                               .on = edge->on,
                                               .by = edge->wait,
                                               .seconds = edge->seconds,
                                               .at_least = edge->at_least,
                                               .inferred = edge->inferred};
    }
    suspect->path_count = trail.count;
    return true;
}
