/* The absorbing blame walk: what a node suffers is handed along the waits, in proportion to the time waited, until it
 * reaches somebody who is not waiting. Formula (detection notes, measured against PageRank with restart):
 *
 *     d_uv = time waited / (1 + wakeups)                      mean single wait, seconds
 *     w_uv = min(1, max(0, d_uv - 1.5 * normal) / T)          T = the window
 *     phi_u = min(1, sum_v w_uv)     P_uv = w_uv / sum_v w_uv
 *     c0 = log1p(own) + log1p(suffered)
 *     kept += (1 - alpha * phi) o c;    c <- transpose(P) (alpha * phi o c)       alpha = 0.9, at most 40 steps
 */
#ifndef JUDGE_BLAME_H
#define JUDGE_BLAME_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct blame_edge {
    uint32_t from, to;
    double weight; /* w_uv, 0 to 1 */
};

/* own, suffered: `nodes` values each, >= 0. Writes per node:
 *   kept:      what it keeps in the end (its score before scaling)
 *   kept_own:  the part of kept that comes from its own c0
 * and per edge the blame that went over it. */
bool blame_walk(size_t nodes, const double *own, const double *suffered, const struct blame_edge *edges,
                size_t edge_count, double *kept, double *kept_own, double *edge_blame, struct error *error);

#endif
