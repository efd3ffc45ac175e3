/* Who takes more and more, second by second, of what a host has a bounded amount of. It raises no alarm by itself: a
 * window does not tell a leak from a start-up.
 *
 *     strength = asinh(rate / limit - 1)      above the limit; how it becomes points: judge/points.h
 */
#ifndef JUDGE_GROWTH_H
#define JUDGE_GROWTH_H

#include "graph/graph.h"

struct growth_rule {
    enum measure
        measure;  /* a rate per second of a process; MEASURE_SIZE_GROWTH_BPS: of the deleted files that it writes */
    double limit; /* as much is nothing to speak of */
    const char *label; /* for people */
};

enum { GROWTH_RULES = 5 };
extern const struct growth_rule growth_rules[GROWTH_RULES];

/* The rule that the process exceeds most, GROWTH_RULES = none; stores the rate and the strength, 0 where there is none.
 */
size_t growth_of_node(const struct graph *graph, uint32_t node, double *rate, double *strength);

#endif
