/* The waits of a graph that go beyond what is normal, with their weight: what the blame walks along.
 *
 *     d    = the mean single wait, seconds: total / count; the longest one where it goes on, where it was the only one,
 *            and where it alone fills a fifth of T (a long wait must not drown among a thousand short ones)
 *     w_uv = min(1, max(0, d - 1.5 normal) / T), halved where the holder is only concluded (inferred)
 *     T    = the window, at least 1 s (a single sample has no length) and at most 10 s (a wait of seconds stays one
 *            however long one looks)
 *
 * What is normal comes from the model, and from the waiter's own rhythm where the model knows no bound (rhythm.h); a
 * wait for a stopped process is normal for 50 ms, unless it is for a child or for somebody who connects, and so is
 * being stopped. Who is stopped waits for who stopped it; that alone raises an alarm only where it has a socket, by
 * which it may serve others. A sleep in state D on nothing that is known raises none. This tool's own processes neither
 * wait nor hold here. */
#ifndef JUDGE_WAITS_H
#define JUDGE_WAITS_H

#include "graph/graph.h"
#include "judge/blame.h"
#include "judge/knowledge.h"

struct wait_link {
    uint32_t edge;   /* in graph->edges */
    double normal_s; /* what is normal for such a wait */
    double excess_s; /* d - 1.5 normal, more than 0 */
    double weight;
    bool doubtful; /* it hands blame on, and raises no alarm (judge/rhythm.h) */
};

struct waits {
    struct wait_link *links;
    struct blame_edge *edges; /* the same links as the walk takes them */
    double *blame;            /* that went over each link; 0 until the walk */
    size_t count;
    double span_s; /* T */

    /* Link numbers around each node: out[out_offsets[n]] ... out[out_offsets[n + 1] - 1], and so for in. */
    uint32_t *out_offsets, *out;
    uint32_t *in_offsets, *in;
    /* Nodes that wait in a circle share a component; a component that is waited for has the smaller number. */
    uint32_t *component;
};

/* False: out of memory; waits_done is due either way. */
bool waits_collect(struct waits *waits, const struct graph *graph, const struct knowledge *knowledge,
                   struct error *error);
void waits_done(struct waits *waits);

/* Stopped by a signal or by a debugger. */
bool node_is_stopped(const struct node *node);

/* The graph's edge behind a link. */
const struct edge *wait_edge(const struct waits *waits, const struct graph *graph, size_t link);

/* How much of T the node waits in all: phi, 0 to 1. */
double waits_share(const struct waits *waits, uint32_t node);

#endif
