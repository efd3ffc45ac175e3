/* Rises of rates and of growths (formulas: rise.h). */
#include "graph/rise.h"

#include <math.h>

double graph_life_before_s(const struct graph *graph, uint32_t node)
{
    if (graph->nodes[node].kind != NODE_PROCESS || !(graph->window_s > 0))
        return NAN;
    return (double)graph_measure(graph, node, MEASURE_AGE_S) - graph->window_s;
}

double graph_rate_rise(const struct graph *graph, uint32_t node, enum measure rate, size_t column, double scale)
{
    double before_s = graph_life_before_s(graph, node), now = (double)graph_measure(graph, node, rate);
    if (!(before_s >= RISE_LIFE_LEAST_S) || graph->sample == NULL)
        return NAN;
    const struct table *table = &graph->sample->tables[TABLE_PROCESS];
    uint32_t row = graph->nodes[node].row;
    if (row >= table->rows || !table_known(table, row, column))
        return NAN;
    double all = scale * (double)table_u64(table, row, column, 0);
    return now - fmax(0, all - now * graph->window_s) / before_s;
}

double graph_growth_rise(const struct graph *graph, uint32_t node, enum measure growth, enum measure level)
{
    double before_s = graph_life_before_s(graph, node), now = (double)graph_measure(graph, node, growth);
    double all = (double)graph_measure(graph, node, level);
    if (!(before_s >= RISE_LIFE_LEAST_S) || isnan(all))
        return graph->nodes[node].kind == NODE_PROCESS ? now : NAN;
    return now - fmax(0, all - now * graph->window_s) / before_s;
}
