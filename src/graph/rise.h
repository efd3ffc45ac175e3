/* Rises: how far what a process does in the window lies above what it did in all of its life before. Who always was
 * busy, or takes what it needs while it starts, has not become anything. From lifetime counters and levels, so that no
 * history is needed. */
#ifndef GRAPH_RISE_H
#define GRAPH_RISE_H

#include "graph/graph.h"

/* Of a rate that a counter of the newest sample's process table stands behind: rate - counter before the window / life
 * before the window. scale: from the counter's unit to the measure's. NaN: no process, or its life before the window
 * was shorter than two seconds. */
double graph_rate_rise(const struct graph *graph, uint32_t node, enum measure rate, size_t column, double scale);

/* Of the growth of a level: growth - level before the window / life before the window. The growth itself where the life
 * before the window was too short to tell; NaN: no process, or no growth is known. */
double graph_growth_rise(const struct graph *graph, uint32_t node, enum measure growth, enum measure level);

/* Seconds that the process lived before the window; NaN = unknown. */
double graph_life_before_s(const struct graph *graph, uint32_t node);
#define RISE_LIFE_LEAST_S 2.0

#endif
