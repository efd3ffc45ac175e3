/* The normalised adjacency, and its product with a matrix. */
#include "model/adjacency.h"

#include "model/matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void rows_fill(struct adjacency *adjacency, const struct graph *graph, uint32_t *seen_by)
{
    size_t used = 0;
    memset(seen_by, 0xff, graph->node_count * sizeof *seen_by);
    for (uint32_t node = 0; node < graph->node_count; node++) {
        adjacency->offsets[node] = used;
        adjacency->neighbours[used++] = node;
        seen_by[node] = node;
        for (size_t i = graph->offsets[node]; i < graph->offsets[node + 1]; i++) {
            const struct edge *edge = &graph->edges[graph->adjacent[i]];
            uint32_t other = edge->from == node ? edge->to : edge->from;
            if (seen_by[other] == node)
                continue;
            seen_by[other] = node;
            adjacency->neighbours[used++] = other;
        }
    }
    adjacency->offsets[graph->node_count] = used;
}

static void weights_fill(struct adjacency *adjacency, float *scales)
{
    for (size_t node = 0; node < adjacency->nodes; node++)
        scales[node] = 1.0f / sqrtf((float)(adjacency->offsets[node + 1] - adjacency->offsets[node]));
    for (size_t node = 0; node < adjacency->nodes; node++)
        for (size_t i = adjacency->offsets[node]; i < adjacency->offsets[node + 1]; i++)
            adjacency->weights[i] = scales[node] * scales[adjacency->neighbours[i]];
}

bool adjacency_init(struct adjacency *adjacency, const struct graph *graph, struct error *error)
{
    size_t most = graph->node_count + 2 * graph->edge_count;
    *adjacency = (struct adjacency){.nodes = graph->node_count};
    uint32_t *seen_by = calloc(graph->node_count + 1, sizeof *seen_by);
    float *scales = calloc(graph->node_count + 1, sizeof *scales);
    adjacency->offsets = calloc(graph->node_count + 1, sizeof *adjacency->offsets);
    adjacency->neighbours = calloc(most + 1, sizeof *adjacency->neighbours);
    adjacency->weights = calloc(most + 1, sizeof *adjacency->weights);
    bool fits = seen_by != NULL && scales != NULL && adjacency->offsets != NULL && adjacency->neighbours != NULL &&
                adjacency->weights != NULL;
    if (fits) {
        rows_fill(adjacency, graph, seen_by);
        weights_fill(adjacency, scales);
    } else {
        adjacency_done(adjacency);
        error_memory(error);
    }
    free(seen_by);
    free(scales);
    return fits;
}

void adjacency_done(struct adjacency *adjacency)
{
    free(adjacency->offsets);
    free(adjacency->neighbours);
    free(adjacency->weights);
    *adjacency = (struct adjacency){0};
}

size_t adjacency_degree(const struct adjacency *adjacency, size_t node)
{
    return adjacency->offsets[node + 1] - adjacency->offsets[node] - 1;
}

/* One cache line of columns of one row: the sums stay in registers. */
static inline void line_multiply(const struct adjacency *adjacency, size_t node, const float *restrict in,
                                 size_t stride, float *restrict out)
{
    float sums[MATRIX_LANES] = {0};
    for (size_t i = adjacency->offsets[node]; i < adjacency->offsets[node + 1]; i++) {
        const float *row = in + adjacency->neighbours[i] * stride;
        float weight = adjacency->weights[i];
        for (size_t lane = 0; lane < MATRIX_LANES; lane++)
            sums[lane] += weight * row[lane];
    }
    memcpy(out, sums, sizeof sums);
}

void adjacency_multiply(const struct adjacency *adjacency, const float *in, float *out, size_t stride, size_t first,
                        size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t column = 0; column < stride; column += MATRIX_LANES)
            line_multiply(adjacency, first + i, in + column, stride, out + i * stride + column);
}
