/* What is normal, taken from healthy graphs once the network is trained: the threshold, the spread of the residuals per
 * node kind and feature, and how long single waits last. */
#ifndef MODEL_CALIBRATE_H
#define MODEL_CALIBRATE_H

#include "model/gradient.h"
#include "model/structure.h"

/* Fills threshold and spreads from the network's residuals in the examples of those graphs. `held_out[i]`: graph i does
 * not count for the threshold (it does for the spreads). Observation without a sample: see features_observe. */
bool calibrate_spreads(struct model *model, struct graph *const *graphs, const struct example *examples,
                       const bool *held_out, size_t graph_count, uint64_t seed, struct error *error);

/* Fills waits from the wait edges, per kind, and per kind and program, where there are at least WAIT_COUNT_MIN. A wait
 * that goes on, or had begun before our first look, is known to last at least so long: a kind of which more than one in
 * twenty never was seen to end becomes normal for as long as one looks. */
bool calibrate_waits(struct model *model, struct graph *const *graphs, size_t graph_count, uint64_t seed,
                     struct error *error);

/* Mixes in the baselines of another model of the same features: n/(n + 20) new, the rest old, n = graphs. */
bool calibrate_blend(struct model *model, const struct model *from, size_t graph_count, struct error *error);

#endif
