/* The absorbing blame walk (formula: blame.h). Each step touches the edges only, so that the many nodes that wait for
 * nobody cost nothing. */
#include "judge/blame.h"

#include <math.h>
#include <stdlib.h>

enum { STEPS_MAX = 40 };

/* The walk ends when less than this part of the blame still moves. */
#define MOVING_LEAST 1e-6

struct walk {
    const struct blame_edge *edges;
    size_t edge_count;
    double *weight_sum; /* per node, of its outgoing edges */
    double *handed;     /* what it hands on in the next step */
    double *arrived;    /* what reached it in this step */
    double *kept;
    double *edge_blame;
};

static bool edge_carries(const struct blame_edge *edge)
{
    return edge->weight > 0 && edge->from != edge->to;
}

/* Moves what is handed along the edges; returns how much of it still moves. */
static double walk_step(struct walk *walk)
{
    for (size_t i = 0; i < walk->edge_count; i++) {
        const struct blame_edge *edge = &walk->edges[i];
        if (!edge_carries(edge) || walk->handed[edge->from] == 0)
            continue;
        double flow = walk->handed[edge->from] * edge->weight / walk->weight_sum[edge->from];
        walk->arrived[edge->to] += flow;
        walk->edge_blame[i] += flow;
    }
    for (size_t i = 0; i < walk->edge_count; i++)
        walk->handed[walk->edges[i].from] = 0;
    double moving = 0;
    for (size_t i = 0; i < walk->edge_count; i++) {
        uint32_t to = walk->edges[i].to;
        double came = walk->arrived[to];
        if (came == 0)
            continue;
        double on = BLAME_ALPHA * fmin(1, walk->weight_sum[to]) * came;
        walk->kept[to] += came - on;
        walk->handed[to] = on;
        walk->arrived[to] = 0;
        moving += on;
    }
    return moving;
}

static void walk_settle(struct walk *walk)
{
    for (size_t i = 0; i < walk->edge_count; i++) {
        uint32_t node = walk->edges[i].from;
        walk->kept[node] += walk->handed[node];
        walk->handed[node] = 0;
    }
}

bool blame_walk(size_t nodes, const double *own, const double *suffered, const struct blame_edge *edges,
                size_t edge_count, double *kept, double *kept_own, double *edge_blame, struct error *error)
{
    double *scratch = calloc(3 * nodes + 1, sizeof *scratch);
    if (scratch == NULL)
        return error_memory(error);
    struct walk walk = {.edges = edges, .edge_count = edge_count, .kept = kept, .edge_blame = edge_blame};
    walk.weight_sum = scratch;
    walk.handed = scratch + nodes;
    walk.arrived = scratch + 2 * nodes;
    for (size_t i = 0; i < edge_count; i++) {
        edge_blame[i] = 0;
        if (edge_carries(&edges[i]))
            walk.weight_sum[edges[i].from] += edges[i].weight;
    }
    double moving = 0;
    for (size_t n = 0; n < nodes; n++) {
        double phi = fmin(1, walk.weight_sum[n]);
        walk.handed[n] = phi > 0 ? BLAME_ALPHA * (phi * own[n] + suffered[n]) : 0;
        kept_own[n] = own[n] + suffered[n] - walk.handed[n];
        kept[n] = kept_own[n];
        moving += walk.handed[n];
    }
    const double least = moving * MOVING_LEAST;
    for (int step = 0; step < STEPS_MAX && moving > least; step++)
        moving = walk_step(&walk);
    walk_settle(&walk);
    free(scratch);
    return true;
}
