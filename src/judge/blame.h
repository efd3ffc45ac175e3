/* The absorbing blame walk: what a node suffers is handed along the waits, in proportion to the time waited, until it
 * reaches somebody who is not waiting: that one keeps it.
 *
 *     phi_u = min(1, sum_v w_uv)     P_uv = w_uv / sum_v w_uv
 *     kept     = own + suffered - handed
 *     handed   = alpha (phi own + suffered)     where the node waits for somebody; otherwise nothing
 *     then, at most 40 times: c = transpose(P) handed;  kept += (1 - alpha phi) c;  handed = alpha phi c
 *
 * alpha = 0.9. What a node has done itself goes on only as far as it waits (phi), what it suffers by waiting goes on
 * whole: with phi there too, a wait shorter than half of the window would leave the victim above the culprit. What
 * still moves after the last step (cycles) stays where it is, so that blame is neither made nor lost. */
#ifndef JUDGE_BLAME_H
#define JUDGE_BLAME_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define BLAME_ALPHA 0.9

struct blame_edge {
    uint32_t from, to;
    double weight; /* w_uv, 0 to 1 */
};

/* own, suffered: `nodes` points each, >= 0. Writes per node:
 *   kept:      what it keeps in the end (its score before scaling)
 *   kept_own:  the part of kept that never left it: from its own points
 * and per edge the blame that went over it. Edges of no weight and from a node to itself carry nothing. */
bool blame_walk(size_t nodes, const double *own, const double *suffered, const struct blame_edge *edges,
                size_t edge_count, double *kept, double *kept_own, double *edge_blame, struct error *error);

#endif
