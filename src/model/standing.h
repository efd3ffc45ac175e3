/* Where every node of a graph stands against its own normal, feature by feature:
 *
 *     x = asinh((y - centre) / unit)       y: the transformed feature; centre and unit: its baseline (model/baseline.h)
 *
 * so that one unit is one normal spread of that very entity, and far away counts as its logarithm. */
#ifndef MODEL_STANDING_H
#define MODEL_STANDING_H

#include "model/baseline.h"
#include "model/relation.h"
#include "model/structure.h"

struct standing {
    size_t nodes, features, stride;
    float *values;     /* rows of stride: x; 0 where not observed */
    uint32_t *normals; /* per node: its row of `rows` */
    struct normal *rows;
    size_t row_count;
};

/* observed: [node * features + feature], NaN = not observed (standing_observe). `deepest` is the last level of
 * baselines that is looked at: BASELINE_ENTITY for a verdict. False: out of memory; standing_done is due either way. */
bool standing_make(struct standing *standing, const struct model *model, const struct graph *graph,
                   const struct relations *relations, const float *observed, int deepest, struct error *error);
void standing_done(struct standing *standing);

/* Every feature of every node in its unit. */
void standing_observe(const struct model *model, const struct graph *graph, float *observed);

/* From x of a node's feature back to the feature's unit. */
double standing_expected(const struct model *model, const struct standing *standing, uint32_t node, size_t feature,
                         double x);

#endif
