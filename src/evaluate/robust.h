/* Robust z: how far each process rises above the others of the same window, feature by feature. No model, no training.
 *
 *     z = (y - median) / max(floor, range / 1.349)       y: the transformed measure; median and range between the
 *                                                        quartiles over all processes of the window
 *
 * The measures include how many wait for a process and how long it held their lock: a line that is as strong as a rule
 * of this kind can be. */
#ifndef EVALUATE_ROBUST_H
#define EVALUATE_ROBUST_H

#include "base/error.h"
#include "graph/graph.h"

/* Per node the largest z: over all features, and over those that a process does. 0 where nothing rises or nothing was
 * observed, and for what is no process. */
bool robust_scores(const struct graph *graph, double *all, double *acts, struct error *error);

#endif
