/* Robust z over the measures of a window. */
#include "evaluate/robust.h"

#include <math.h>
#include <stdlib.h>

#define RANGE_PER_DEVIATION 1.349
#define MIB                 (1024.0 * 1024)

struct robust_row {
    enum measure measure;
    double scale; /* y = log1p(scale x) */
    double floor; /* least spread, of y */
    bool acts;    /* something that a process does, not what it suffers */
};

static const struct robust_row rows[] = {
    {MEASURE_CPU_PCT, 0.01, .05, true},
    {MEASURE_RUN_DELAY, 1, .05, false},
    {MEASURE_RSS_BYTES, 1 / MIB, .1, true},
    {MEASURE_RSS_GROWTH_BPS, 1 / MIB, .3, true},
    {MEASURE_READ_BPS, 1 / MIB, .3, true},
    {MEASURE_WRITE_BPS, 1 / MIB, .3, true},
    {MEASURE_MAJOR_FAULTS_PS, 1, .3, false},
    {MEASURE_VOLUNTARY_PS, 1, .5, false},
    {MEASURE_INVOLUNTARY_PS, 1, .7, false},
    {MEASURE_DESCRIPTORS, 1, .1, true},
    {MEASURE_DESCRIPTORS_GROWTH_PS, 1, .1, true},
    {MEASURE_THREADS, 1, .1, true},
    {MEASURE_CHILDREN, 1, .1, true},
    {MEASURE_CHILDREN_PS, 1, .1, true},
    {MEASURE_ZOMBIES, 1, .3, true},
    {MEASURE_BLOCKED_S, 10, .3, false},
    {MEASURE_LOCK_HELD_S, 10, .3, true},
    {MEASURE_WAITERS, 1, .3, true},
};

static int number_compare(const void *left, const void *right)
{
    double one = *(const double *)left, other = *(const double *)right;
    return (one > other) - (one < other);
}

static double measure_transform(const struct graph *graph, uint32_t node, const struct robust_row *row)
{
    double value = graph_measure(graph, node, row->measure);
    return isfinite(value) ? log1p(row->scale * fmax(0, value)) : NAN;
}

static void row_score(const struct graph *graph, const struct robust_row *row, double *sorted, double *all,
                      double *acts)
{
    size_t count = 0;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        double value = graph->nodes[n].kind == NODE_PROCESS ? measure_transform(graph, n, row) : NAN;
        if (!isnan(value))
            sorted[count++] = value;
    }
    if (count == 0)
        return;
    qsort(sorted, count, sizeof *sorted, number_compare);
    double median = sorted[count / 2], range = sorted[count * 3 / 4] - sorted[count / 4];
    double unit = fmax(row->floor, range / RANGE_PER_DEVIATION);
    for (uint32_t n = 0; n < graph->node_count; n++) {
        double value = graph->nodes[n].kind == NODE_PROCESS ? measure_transform(graph, n, row) : NAN;
        if (isnan(value))
            continue;
        all[n] = fmax(all[n], (value - median) / unit);
        if (row->acts)
            acts[n] = fmax(acts[n], (value - median) / unit);
    }
}

bool robust_scores(const struct graph *graph, double *all, double *acts, struct error *error)
{
    double *sorted = calloc(graph->node_count + 1, sizeof *sorted);
    if (sorted == NULL)
        return error_memory(error);
    for (size_t n = 0; n < graph->node_count; n++)
        all[n] = acts[n] = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        row_score(graph, &rows[i], sorted, all, acts);
    free(sorted);
    return true;
}
