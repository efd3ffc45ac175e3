/* Learning baselines from healthy graphs. */
#ifndef MODEL_BASELINE_LEARN_H
#define MODEL_BASELINE_LEARN_H

#include "model/structure.h"

/* Fills the model's baselines anew from the graphs that are not left out (NULL = all). Keys of entities are learnt when
 * `entities`: on one host, where the same executable in the same unit is the same thing. Context is learnt for kinds
 * only. */
bool baselines_learn(struct model *model, struct graph *const *graphs, const bool *left_out, size_t graph_count,
                     bool entities, uint64_t seed, struct error *error);

#endif
