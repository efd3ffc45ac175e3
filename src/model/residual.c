/* What a model says of a graph: observed, expected, and how unusual the difference is. */
#include "model/structure.h"

#include "model/matrix.h"
#include "model/residual.h"
#include "model/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVIATION_MAX 20.0f
/* The quartiles of a normal distribution lie that many standard deviations apart. */
#define RANGE_PER_DEVIATION 1.349f

void residuals_done(struct residuals *residuals)
{
    free(residuals->observed);
    free(residuals->expected);
    free(residuals->deviation);
    free(residuals->error);
    *residuals = (struct residuals){0};
}

static bool residuals_init(struct residuals *residuals, size_t nodes, size_t features, struct error *error)
{
    *residuals = (struct residuals){.nodes = nodes, .features = features};
    size_t cells = nodes * features + 1;
    residuals->observed = malloc(cells * sizeof *residuals->observed);
    residuals->expected = malloc(cells * sizeof *residuals->expected);
    residuals->deviation = malloc(cells * sizeof *residuals->deviation);
    residuals->error = calloc(nodes + 1, sizeof *residuals->error);
    if (residuals->observed != NULL && residuals->expected != NULL && residuals->deviation != NULL &&
        residuals->error != NULL)
        return true;
    residuals_done(residuals);
    return error_memory(error);
}

/* The normal spread of a feature, in network values. */
static float normal_unit(const struct model *model, enum node_kind kind, size_t feature)
{
    float floor = (float)model->columns[feature].row->floor;
    float unit = model_spread(model, kind, feature)->range / RANGE_PER_DEVIATION;
    return unit > floor ? unit : floor;
}

static float deviation_of(const struct model *model, enum node_kind kind, size_t feature, float difference)
{
    float median = model_spread(model, kind, feature)->median;
    float deviation = (difference - median) / normal_unit(model, kind, feature);
    return fmaxf(-DEVIATION_MAX, fminf(DEVIATION_MAX, deviation));
}

/* False: the reconstruction is not a number. */
static bool node_fill(const struct model *model, enum node_kind kind, const float *features,
                      const float *reconstruction, size_t node, struct residuals *residuals)
{
    size_t count = 0;
    double squares = 0;
    for (size_t feature = 0; feature < model->feature_count; feature++) {
        size_t cell = node * model->feature_count + feature;
        if (isnan(residuals->observed[cell])) {
            residuals->expected[cell] = residuals->deviation[cell] = NAN;
            continue;
        }
        if (!isfinite(reconstruction[feature]))
            return false;
        float difference = features[feature] - reconstruction[feature];
        residuals->expected[cell] =
            (float)transform_invert(&model->columns[feature].transform, reconstruction[feature]);
        float deviation = deviation_of(model, kind, feature, difference);
        double rise = (double)residuals->observed[cell] - (double)residuals->expected[cell];
        if (deviation > 0)
            deviation *= (float)feature_material_share(model->columns[feature].row, rise);
        residuals->deviation[cell] = deviation;
        squares += (double)difference * difference;
        count++;
    }
    residuals->error[node] = count > 0 ? (float)fmin(squares / (double)count, 1e30) : 0;
    return true;
}

static bool score_fill(struct residuals *residuals, struct error *error)
{
    float *sorted = malloc((residuals->nodes + 1) * sizeof *sorted);
    if (sorted == NULL)
        return error_memory(error);
    memcpy(sorted, residuals->error, residuals->nodes * sizeof *sorted);
    residuals->score = percentile(sorted, residuals->nodes, 0.95);
    free(sorted);
    return true;
}

static bool residuals_of_reference(const struct model *model, const struct graph *graph, struct residuals *residuals,
                                   struct error *error)
{
    struct adjacency adjacency = {0};
    struct network_room room = {0};
    size_t stride = matrix_stride(model->feature_count);
    float *features = NULL;
    bool done = false;
    if (!adjacency_init(&adjacency, graph, error) ||
        !network_room_init(&room, &model->network, graph->node_count, error))
        goto out;
    features = matrix_new(graph->node_count, model->feature_count);
    if (features == NULL) {
        error_memory(error);
        goto out;
    }
    if (!features_observe(graph, &adjacency, model->columns, model->feature_count, residuals->observed, features,
                          error))
        goto out;
    const float *reconstruction = network_forward(&model->network, &adjacency, features, &room);
    for (size_t node = 0; node < graph->node_count; node++)
        if (!node_fill(model, graph->nodes[node].kind, features + node * stride, reconstruction + node * stride, node,
                       residuals)) {
            error_set(error, "the model \"%s\" expects what is not a number: its weights are of no use; try another",
                      model->name);
            goto out;
        }
    done = true;
out:
    free(features);
    network_room_done(&room);
    adjacency_done(&adjacency);
    return done;
}

static bool residuals_make(const struct model *model, const struct graph *graph, bool by_network,
                           struct residuals *residuals, struct error *error)
{
    if (!residuals_init(residuals, graph->node_count, model->feature_count, error))
        return false;
    bool done = model->form == FORM_MASKED ? residuals_of_masked(model, graph, by_network, residuals, error)
                                           : residuals_of_reference(model, graph, residuals, error);
    done = done && score_fill(residuals, error);
    if (!done)
        residuals_done(residuals);
    return done;
}

bool model_residuals(const struct model *model, const struct graph *graph, struct residuals *residuals,
                     struct error *error)
{
    return residuals_make(model, graph, true, residuals, error);
}

bool model_residuals_of_baselines(const struct model *model, const struct graph *graph, struct residuals *residuals,
                                  struct error *error)
{
    return residuals_make(model, graph, false, residuals, error);
}

/* The normal spread of a feature in nodes of that kind, by the baselines. */
static double kind_unit(const struct model *model, enum node_kind kind, size_t feature)
{
    char key[64];
    snprintf(key, sizeof key, "kind:%s", node_kinds[kind].name);
    const struct baseline *baseline = baselines_find(&model->baselines, key);
    double spread = baseline == NULL ? 0 : (double)baseline->cells[feature].spread;
    return fmax(spread, model->columns[feature].row->floor);
}

double model_change(const struct model *model, enum node_kind kind, size_t feature, double before, double after)
{
    const struct feature_column *column = &model->columns[feature];
    if (column->row == NULL || isnan(before) || isnan(after))
        return NAN;
    double way = transform_apply(&column->transform, after) - transform_apply(&column->transform, before);
    double unit =
        model->form == FORM_MASKED ? kind_unit(model, kind, feature) : (double)normal_unit(model, kind, feature);
    return way / unit * feature_material_share(column->row, fabs(after - before));
}
