/* Who takes more and more, second by second, of what a host has a bounded amount of.
 *
 *     strength = asinh(rate / limit - 1)      above the limit; how it becomes points: judge/points.h
 */
#ifndef JUDGE_GROWTH_H
#define JUDGE_GROWTH_H

#include "graph/graph.h"

struct growth_rule {
    enum measure
        measure; /* a rate per second of a process; MEASURE_SIZE_GROWTH_BPS: of the deleted files that it writes */
    enum measure level; /* what grows: of a level the rise counts (graph/rise.h); MEASURE_COUNT = the rate itself */
    double limit;       /* as much is nothing to speak of */
    double alarm;       /* as much is a symptom by itself (judge/symptom.h) */
    const char *label;  /* for people */
};

enum { GROWTH_RULES = 5 };
extern const struct growth_rule growth_rules[GROWTH_RULES];

/* The rule that the process exceeds most, GROWTH_RULES = none; stores the rate and the strength, 0 where there is none.
 */
size_t growth_of_node(const struct graph *graph, uint32_t node, double *rate, double *strength);

#endif
