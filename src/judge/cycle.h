/* Who waits in a circle: the strongly connected components of the waits (Tarjan, "Depth-first search and linear graph
 * algorithms", 1972; without recursion, because chains of waits may be long). */
#ifndef JUDGE_CYCLE_H
#define JUDGE_CYCLE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* The targets of node n stand in targets[offsets[n]] ... targets[offsets[n + 1] - 1]. Writes each node's component;
 * a component that can be reached from another has the smaller number. */
bool cycle_components(size_t nodes, const uint32_t *offsets, const uint32_t *targets, uint32_t *component,
                      struct error *error);

#endif
