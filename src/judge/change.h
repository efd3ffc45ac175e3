/* What changed most between two moments, in units of what is normal. */
#ifndef JUDGE_CHANGE_H
#define JUDGE_CHANGE_H

#include "graph/difference.h"
#include "model/model.h"

struct change {
    struct node_pair node;
    size_t feature;       /* of the model */
    double before, after; /* in the feature's unit */
    double normals;       /* the change in units of its normal spread, positive = more; at least 1 either way */
};

/* Changes of what nodes do or suffer (not of context features), the largest first. The
 * residuals are of the two graphs and this model. *changes is malloc'ed; NULL when there are none, or on failure. */
bool changes_find(const struct model *model, const struct graph *after, const struct residuals *residuals_before,
                  const struct residuals *residuals_after, const struct difference *difference, struct change **changes,
                  size_t *count, struct error *error);

#endif
