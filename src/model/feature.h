/* The table of features: what is observed of a node, and how it becomes a number of about 0 to 1 for the network and a
 * number for people again. A model file names its features; a name that stands in this table is observed here. */
#ifndef MODEL_FEATURE_H
#define MODEL_FEATURE_H

#include "base/error.h"
#include "graph/graph.h"
#include "model/adjacency.h"
#include "model/model.h"

#include <stdbool.h>
#include <stddef.h>

/* X(enum, "name in model files", "network value y of the observed x") */
#define TRANSFORMS(X)                                                                  \
    X(TRANSFORM_LINEAR, "linear", "y = x / full")                                      \
    X(TRANSFORM_SATURATING, "saturating", "y = x / (x + full): full maps to one half") \
    X(TRANSFORM_LOG, "log", "y = log(1 + scale x) / log(1 + scale full)")
#define TRANSFORM_ENUM(transform, name, help) transform,
enum transform_kind { TRANSFORMS(TRANSFORM_ENUM) TRANSFORM_COUNT };
extern const char *const transform_names[TRANSFORM_COUNT];

struct transform {
    enum transform_kind kind;
    double full;  /* > 0, in the feature's unit */
    double scale; /* > 0, log only; 0 for the others */
};

double transform_apply(const struct transform *transform, double observed);
/* Back to the unit; what the network gives below 0 is 0, and what no observation could give is the largest that one
 * could (saturating: y at most 0.999). */
double transform_invert(const struct transform *transform, double value);

/* What features are observed from. */
struct observation {
    const struct graph *graph;
    const struct adjacency *adjacency;
    const double *betweenness; /* per node; NULL: not computed */
};

struct feature_row {
    struct feature feature;
    struct transform transform;
    double floor;    /* smallest spread of the residual that counts as one unit of deviation, in network values */
    double material; /* a rise by less than this, in the feature's unit, means little to a person: it counts in
                        proportion */
    /* The feature of a node in its unit, or NaN. */
    float (*observe)(const struct observation *observation, uint32_t node, enum measure measure);
    enum measure measure; /* for observe: which one, where it takes one */
    const char *help;     /* one line: what it is observed from */
    const char *group;    /* columns of the same counter, which the masked auto-encoder hides together */
};

/* The eleven of the published design, in its order: what the reference model sees. */
#define FEATURE_ROWS 11
extern const struct feature_row feature_rows[FEATURE_ROWS];

/* What the masked auto-encoder sees (feature_masked.c). Their transforms give y = x / full (linear) or log(1 + scale x)
 * (log); `floor` is the smallest spread of y that counts as normal. */
#define MASKED_FEATURES 36
extern const struct feature_row masked_features[MASKED_FEATURES];

/* A measure of the node; of the host. For the tables. */
float measure_observe(const struct observation *observation, uint32_t node, enum measure measure);
float host_observe(const struct observation *observation, uint32_t node, enum measure measure);

/* How much a rise (observed minus expected, in the feature's unit) counts, 0 to 1. The network sees logarithms: there a
 * process of 2 MB where none was expected is as far off as one of 2 GB where 20 MB were. */
double feature_material_share(const struct feature_row *row, double rise);

/* The row of that name in either table, or NULL. Names are unique over both. */
const struct feature_row *feature_find(const char *name);

/* Betweenness is observed up to so many nodes, where it is exact (graph/centrality.h): it costs about nodes x edges,
 * 10 to 20 ms there, and grows with the square of the host. Above it is masked. */
#define FEATURE_BETWEENNESS_NODES_MAX 1000

/* One column of a matrix: a row of the table (NULL: nothing here can observe it, all masked) and the transform that
 * the model was trained with. */
struct feature_column {
    const struct feature_row *row;
    struct transform transform;
};

/* Fills observed[node * columns + column] (in units, NaN = masked), features (rows of matrix_stride(columns), zeroed by
 * the caller: network values, left 0 where masked). */
bool features_observe(const struct graph *graph, const struct adjacency *adjacency,
                      const struct feature_column *columns, size_t column_count, float *observed, float *features,
                      struct error *error);

#endif
