/* From observations and baselines to x. */
#include "model/standing.h"

#include "model/matrix.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECTED_MAX 8.0 /* in x: what is expected beyond that is no number that helps anybody */

void standing_observe(const struct model *model, const struct graph *graph, float *observed)
{
    const struct observation observation = {.graph = graph};
    for (uint32_t node = 0; node < graph->node_count; node++) {
        const float *values = graph->measures + (size_t)node * MEASURE_COUNT;
        for (size_t i = 0; i < model->feature_count; i++) {
            const struct feature_row *row = model->columns[i].row;
            float value = NAN;
            if (row != NULL)
                value = row->observe == measure_observe ? values[row->measure]
                                                        : row->observe(&observation, node, row->measure);
            *observed++ = isfinite(value) ? value : NAN;
        }
    }
}

static const struct baseline *level_find(const struct model *model, const struct graph *graph, uint32_t node,
                                         const struct relations *relations, int level)
{
    char key[BASELINE_KEY_BYTES];
    if (!baseline_key(graph, node, relation_parent(relations, node), level, key))
        return NULL;
    return baselines_find(&model->baselines, key);
}

/* Rows 0 to NODE_KIND_COUNT - 1 are those of the kinds; a process that is known by more than that gets its own. */
static void normals_find(struct standing *standing, const struct model *model, const struct graph *graph,
                         const struct relations *relations, const float *floors, int deepest)
{
    const struct baseline *levels[BASELINE_LEVELS] = {baselines_find(&model->baselines, "any")};
    const struct baseline *of_kind[NODE_KIND_COUNT];
    for (int kind = 0; kind < NODE_KIND_COUNT; kind++) {
        char key[64];
        snprintf(key, sizeof key, "kind:%s", node_kinds[kind].name);
        levels[BASELINE_KIND] = of_kind[kind] = baselines_find(&model->baselines, key);
        baselines_blend(&model->baselines, levels, floors, standing->rows + (size_t)kind * standing->features);
    }
    standing->row_count = NODE_KIND_COUNT;
    for (uint32_t node = 0; node < graph->node_count; node++) {
        enum node_kind kind = graph->nodes[node].kind;
        standing->normals[node] = kind;
        if (kind != NODE_PROCESS || deepest < BASELINE_PROGRAM)
            continue;
        levels[BASELINE_KIND] = of_kind[kind];
        levels[BASELINE_PROGRAM] = level_find(model, graph, node, relations, BASELINE_PROGRAM);
        levels[BASELINE_ENTITY] =
            deepest < BASELINE_ENTITY ? NULL : level_find(model, graph, node, relations, BASELINE_ENTITY);
        if (levels[BASELINE_PROGRAM] == NULL && levels[BASELINE_ENTITY] == NULL)
            continue;
        standing->normals[node] = (uint32_t)standing->row_count++;
        baselines_blend(&model->baselines, levels, floors,
                        standing->rows + standing->normals[node] * standing->features);
    }
}

static float value_of(const struct model *model, struct normal *normal, size_t feature, double observed)
{
    bool zero = observed == 0;
    if (zero && !isnan(normal->at_zero))
        return normal->at_zero;
    double y = zero ? 0 : transform_apply(&model->columns[feature].transform, observed);
    float x = (float)asinh((y - (double)normal->centre) / (double)normal->unit);
    if (zero)
        normal->at_zero = x;
    return x;
}

static void values_fill(struct standing *standing, const struct model *model, const float *observed)
{
    for (uint32_t node = 0; node < standing->nodes; node++) {
        struct normal *normals = standing->rows + standing->normals[node] * standing->features;
        for (size_t i = 0; i < standing->features; i++) {
            float value = observed[node * standing->features + i];
            if (!isnan(value))
                standing->values[node * standing->stride + i] = value_of(model, &normals[i], i, (double)value);
        }
    }
}

bool standing_make(struct standing *standing, const struct model *model, const struct graph *graph,
                   const struct relations *relations, const float *observed, int deepest, struct error *error)
{
    size_t processes = 0, features = model->feature_count;
    float floors[MODEL_FEATURES_MAX];
    *standing = (struct standing){.nodes = graph->node_count, .features = features, .stride = matrix_stride(features)};
    for (size_t node = 0; node < graph->node_count; node++)
        processes += graph->nodes[node].kind == NODE_PROCESS;
    standing->values = matrix_new(graph->node_count, features);
    standing->normals = calloc(graph->node_count + 1, sizeof *standing->normals);
    standing->rows = calloc((NODE_KIND_COUNT + processes) * features + 1, sizeof *standing->rows);
    if (standing->values == NULL || standing->normals == NULL || standing->rows == NULL)
        return error_memory(error);
    for (size_t i = 0; i < features; i++)
        floors[i] = model->columns[i].row == NULL ? 1 : (float)model->columns[i].row->floor;
    normals_find(standing, model, graph, relations, floors, deepest);
    values_fill(standing, model, observed);
    return true;
}

void standing_done(struct standing *standing)
{
    free(standing->values);
    free(standing->normals);
    free(standing->rows);
    *standing = (struct standing){0};
}

double standing_expected(const struct model *model, const struct standing *standing, uint32_t node, size_t feature,
                         double x)
{
    struct normal *normal = &standing->rows[standing->normals[node] * standing->features + feature];
    if (x == 0 && !isnan(normal->expected))
        return (double)normal->expected;
    double y = (double)normal->centre + (double)normal->unit * sinh(fmax(-EXPECTED_MAX, fmin(EXPECTED_MAX, x)));
    double expected = transform_invert(&model->columns[feature].transform, y);
    if (x == 0)
        normal->expected = (float)expected;
    return expected;
}
