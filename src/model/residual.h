/* The residuals of the masked form. Private to this floor; others call model_residuals. */
#ifndef MODEL_RESIDUAL_H
#define MODEL_RESIDUAL_H

#include "model/structure.h"

/* Fills residuals that have their room, all but the score. by_network false: the baselines alone say what is expected.
 */
bool residuals_of_masked(const struct model *model, const struct graph *graph, bool by_network,
                         struct residuals *residuals, struct error *error);

#endif
