/* From wait edges to weighted links (formulas: waits.h). */
#include "judge/waits.h"

#include "judge/cycle.h"
#include "judge/rhythm.h"

#include <math.h>
#include <stdlib.h>

#define SPAN_LEAST_S     1.0
#define SPAN_MOST_S      10.0
#define NORMAL_MARGIN    1.5
#define INFERRED_FACTOR  0.5
#define LONG_WAIT_SHARE  0.2
#define STOPPED_NORMAL_S 0.05
#define CONNECT_NORMAL_S 1.0 /* then TCP asks again, RFC 6298 */
#define DURATION_MOST_S  1e9 /* recordings are hostile */

static double duration_bound(double seconds)
{
    return seconds > 0 ? fmin(seconds, DURATION_MOST_S) : 0;
}

static double single_wait_s(const struct edge *edge, double span_s)
{
    double longest = duration_bound(edge->seconds);
    double total = duration_bound(edge->total_s);
    bool alone = !(edge->count > 1);
    if (edge->ongoing || alone || longest >= LONG_WAIT_SHARE * span_s)
        return alone ? fmax(longest, total) : longest;
    return total / edge->count;
}

/* However patient the waiter is by design, from a stopped process nothing can come. */
static double wait_normal_s(const struct edge *edge, const struct graph *graph, const struct knowledge *knowledge)
{
    if (edge->wait == WAIT_STOPPED)
        return STOPPED_NORMAL_S;
    double normal_s = knowledge->wait_normal_s(knowledge->model, edge->wait, graph->nodes[edge->from].name);
    if (edge->wait == WAIT_CONNECT)
        return fmin(normal_s, CONNECT_NORMAL_S);
    bool by_design = edge->wait == WAIT_CHILD || edge->wait == WAIT_ACCEPT;
    return node_is_stopped(&graph->nodes[edge->to]) && !by_design ? fmin(normal_s, STOPPED_NORMAL_S) : normal_s;
}

/* Who serves others by a socket is missed, also by those who are elsewhere. */
static bool node_has_socket(const struct graph *graph, uint32_t node)
{
    for (uint32_t i = graph->offsets[node]; i < graph->offsets[node + 1]; i++)
        if (graph->edges[graph->adjacent[i]].kind == EDGE_OWNS)
            return true;
    return false;
}

/* Fills the link and returns true when the edge is a wait beyond its normal. */
static bool link_make(struct wait_link *link, const struct graph *graph, uint32_t number, double span_s,
                      const struct knowledge *knowledge)
{
    const struct edge *edge = &graph->edges[number];
    if (edge->kind != EDGE_WAITS || edge->from == edge->to || (unsigned)edge->wait >= WAIT_KIND_COUNT)
        return false;
    const struct node *waiter = &graph->nodes[edge->from];
    if (waiter->self || graph->nodes[edge->to].self)
        return false;
    double normal_s = wait_normal_s(edge, graph, knowledge);
    bool doubtful = false;
    if (isinf(normal_s))
        normal_s = rhythm_normal_s(graph, edge, &doubtful);
    double excess_s = single_wait_s(edge, span_s) - NORMAL_MARGIN * normal_s;
    if (!(excess_s > 0))
        return false;
    /* Of an answer the connection tells from whom it must come; what is inferred is that it is awaited. */
    bool guessed = edge->inferred && edge->wait != WAIT_SOCKET_RECEIVE;
    double weight = fmin(1, excess_s / span_s) * (guessed ? INFERRED_FACTOR : 1);
    if (edge->wait == WAIT_STOPPED)
        doubtful = !node_has_socket(graph, edge->from);
    /* A sleep on a lock of the kernel's own: with no file to it, nothing tells a sick device from a busy host. */
    doubtful |= edge->wait == WAIT_DISK && edge->on == NODE_NONE;
    *link = (struct wait_link){
        .edge = number, .normal_s = normal_s, .excess_s = excess_s, .weight = weight, .doubtful = doubtful};
    return true;
}

/* Sorts the links by one of their ends (counting sort: offsets, then places). */
static bool links_group(const struct waits *waits, size_t nodes, bool by_target, uint32_t **offsets, uint32_t **places)
{
    uint32_t *starts = *offsets = calloc(nodes + 2, sizeof *starts);
    uint32_t *sorted = *places = calloc(waits->count + 1, sizeof *sorted);
    if (starts == NULL || sorted == NULL)
        return false;
    /* Counted two places ahead, so that filling moves each start to where it belongs. */
    uint32_t *fill = starts + 1;
    for (size_t i = 0; i < waits->count; i++)
        fill[(by_target ? waits->edges[i].to : waits->edges[i].from) + 1]++;
    for (size_t n = 1; n <= nodes; n++)
        fill[n] += fill[n - 1];
    for (size_t i = 0; i < waits->count; i++)
        sorted[fill[by_target ? waits->edges[i].to : waits->edges[i].from]++] = (uint32_t)i;
    return true;
}

static bool components_find(struct waits *waits, size_t nodes, struct error *error)
{
    waits->component = calloc(nodes + 1, sizeof *waits->component);
    uint32_t *targets = calloc(waits->count + 1, sizeof *targets);
    bool found = waits->component != NULL && targets != NULL;
    if (found) {
        for (size_t i = 0; i < waits->count; i++)
            targets[i] = waits->edges[waits->out[i]].to;
        found = cycle_components(nodes, waits->out_offsets, targets, waits->component, error);
    } else {
        error_memory(error);
    }
    free(targets);
    return found;
}

bool waits_collect(struct waits *waits, const struct graph *graph, const struct knowledge *knowledge,
                   struct error *error)
{
    *waits = (struct waits){.span_s = fmin(SPAN_MOST_S, fmax(SPAN_LEAST_S, graph->window_s))};
    size_t room = 0;
    for (size_t i = 0; i < graph->edge_count; i++)
        room += graph->edges[i].kind == EDGE_WAITS;
    waits->links = calloc(room + 1, sizeof *waits->links);
    waits->edges = calloc(room + 1, sizeof *waits->edges);
    waits->blame = calloc(room + 1, sizeof *waits->blame);
    if (waits->links == NULL || waits->edges == NULL || waits->blame == NULL)
        return error_memory(error);
    for (size_t i = 0; i < graph->edge_count; i++) {
        struct wait_link *link = &waits->links[waits->count];
        if (!link_make(link, graph, (uint32_t)i, waits->span_s, knowledge))
            continue;
        const struct edge *edge = &graph->edges[i];
        waits->edges[waits->count++] = (struct blame_edge){.from = edge->from, .to = edge->to, .weight = link->weight};
    }
    if (!links_group(waits, graph->node_count, false, &waits->out_offsets, &waits->out) ||
        !links_group(waits, graph->node_count, true, &waits->in_offsets, &waits->in))
        return error_memory(error);
    return components_find(waits, graph->node_count, error);
}

void waits_done(struct waits *waits)
{
    free(waits->links);
    free(waits->edges);
    free(waits->blame);
    free(waits->out_offsets);
    free(waits->out);
    free(waits->in_offsets);
    free(waits->in);
    free(waits->component);
    *waits = (struct waits){0};
}

bool node_is_stopped(const struct node *node)
{
    return node->state == 'T' || node->state == 't';
}

const struct edge *wait_edge(const struct waits *waits, const struct graph *graph, size_t link)
{
    return &graph->edges[waits->links[link].edge];
}

double waits_share(const struct waits *waits, uint32_t node)
{
    double sum = 0;
    for (uint32_t i = waits->out_offsets[node]; i < waits->out_offsets[node + 1]; i++)
        sum += waits->links[waits->out[i]].weight;
    return fmin(1, sum);
}
