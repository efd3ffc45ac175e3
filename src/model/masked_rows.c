/* Rows for training, from graphs. */
#include "model/masked_rows.h"

#include "model/matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OBJECTS_LEAST 32

bool masked_rows_init(struct masked_rows *rows, const struct model *model, size_t capacity, struct error *error)
{
    *rows = (struct masked_rows){
        .capacity = capacity,
        .input_stride = matrix_stride(masked_inputs(model)),
        .target_stride = matrix_stride(model->feature_count),
    };
    rows->inputs = matrix_new(capacity, masked_inputs(model));
    rows->targets = matrix_new(capacity, model->feature_count);
    rows->scored = matrix_new(capacity, model->feature_count);
    rows->kinds = calloc(capacity + 1, 1);
    if (rows->inputs != NULL && rows->targets != NULL && rows->scored != NULL && rows->kinds != NULL)
        return true;
    masked_rows_done(rows);
    return error_memory(error);
}

void masked_rows_done(struct masked_rows *rows)
{
    free(rows->inputs);
    free(rows->targets);
    free(rows->scored);
    free(rows->kinds);
    *rows = (struct masked_rows){0};
}

static size_t processes_count(const struct graph *graph)
{
    size_t count = 0;
    for (size_t node = 0; node < graph->node_count; node++)
        count += graph->nodes[node].kind == NODE_PROCESS;
    return count;
}

static size_t objects_wanted(const struct graph *graph)
{
    size_t processes = processes_count(graph), objects = graph->node_count - processes;
    size_t wanted = processes > OBJECTS_LEAST ? processes : OBJECTS_LEAST;
    return wanted < objects ? wanted : objects;
}

size_t masked_rows_of(struct graph *const *graphs, size_t graph_count)
{
    size_t count = 0;
    for (size_t i = 0; i < graph_count; i++)
        count += 2 * (processes_count(graphs[i]) + objects_wanted(graphs[i]));
    return count;
}

static void row_fill(struct masked_rows *rows, const struct model *model, const struct graph *graph,
                     const struct standing *standing, const struct relations *relations, const float *observed,
                     uint32_t node)
{
    size_t place = rows->count++, features = model->feature_count;
    masked_row(model, graph, standing, relations, observed, node, rows->inputs + place * rows->input_stride);
    memcpy(rows->targets + place * rows->target_stride, standing->values + node * standing->stride,
           features * sizeof(float));
    for (size_t i = 0; i < features; i++)
        rows->scored[place * rows->target_stride + i] =
            !isnan(observed[node * features + i]) && model->features[i].role != FEATURE_CONTEXT;
    rows->kinds[place] = (uint8_t)graph->nodes[node].kind;
}

/* One of the two views of the graph. */
static bool view_add(struct masked_rows *rows, const struct model *model, const struct graph *graph,
                     const struct relations *relations, const float *observed, int deepest, double share,
                     struct random *random, struct error *error)
{
    struct standing standing;
    size_t processes = processes_count(graph);
    double of_objects = (double)objects_wanted(graph) / fmax(1, (double)(graph->node_count - processes));
    bool made = standing_make(&standing, model, graph, relations, observed, deepest, error);
    for (uint32_t node = 0; made && node < graph->node_count && rows->count < rows->capacity; node++) {
        double chance = graph->nodes[node].kind == NODE_PROCESS ? share : share * of_objects;
        if (random_unit(random) < chance)
            row_fill(rows, model, graph, &standing, relations, observed, node);
    }
    standing_done(&standing);
    return made;
}

bool masked_rows_add(struct masked_rows *rows, const struct model *model, const struct graph *graph, double share,
                     struct random *random, struct error *error)
{
    struct relations relations = {0};
    float *observed = malloc((graph->node_count * model->feature_count + 1) * sizeof *observed);
    bool added = observed != NULL || error_memory(error);
    added = added && relations_init(&relations, graph, error);
    if (added)
        standing_observe(model, graph, observed);
    added = added && view_add(rows, model, graph, &relations, observed, BASELINE_ENTITY, share, random, error) &&
            view_add(rows, model, graph, &relations, observed, BASELINE_KIND, share, random, error);
    relations_done(&relations);
    free(observed);
    return added;
}
