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

/* Fills waits from the wait edges. A wait that goes on longer than the window, or had begun before our first look, has
 * no known end: it counts as endless (of a lock or a device: as what was seen of it), so a kind of which more than one
 * in twenty is such becomes normal for as long as one looks. */
bool calibrate_waits(struct model *model, struct graph *const *graphs, size_t graph_count, uint64_t seed,
                     struct error *error);

/* Mixes in the baselines of another model of the same features: n/(n + 20) new, the rest old, n = graphs. */
bool calibrate_blend(struct model *model, const struct model *from, size_t graph_count, struct error *error);

#endif
