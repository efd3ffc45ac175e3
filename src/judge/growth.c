/* Growth of a process's resources (formula: growth.h). */
#include "judge/growth.h"

#include <math.h>

#define MIB (1024.0 * 1024)

const struct growth_rule growth_rules[GROWTH_RULES] = {
    {MEASURE_DESCRIPTORS_GROWTH_PS, 5, "descriptors opened and kept"},
    {MEASURE_THREADS_GROWTH_PS, 2, "threads started and kept"},
    {MEASURE_CHILDREN_PS, 10, "children started"},
    {MEASURE_RSS_GROWTH_BPS, 2 * MIB, "memory taken"},
    {MEASURE_SIZE_GROWTH_BPS, 0.5 * MIB, "written into deleted files"},
};

static double deleted_growth(const struct graph *graph, uint32_t process)
{
    double sum = 0;
    for (uint32_t i = graph->offsets[process]; i < graph->offsets[process + 1]; i++) {
        const struct edge *edge = &graph->edges[graph->adjacent[i]];
        if (edge->kind != EDGE_OPENS || edge->from != process || graph_measure(graph, edge->to, MEASURE_DELETED) != 1)
            continue;
        double growth = (double)graph_measure(graph, edge->to, MEASURE_SIZE_GROWTH_BPS);
        if (growth > 0)
            sum += growth;
    }
    return sum;
}

size_t growth_of_node(const struct graph *graph, uint32_t node, double *rate, double *strength)
{
    size_t most = GROWTH_RULES;
    double strongest = 1;
    *strength = *rate = 0;
    if (graph->nodes[node].kind != NODE_PROCESS)
        return most;
    for (size_t i = 0; i < GROWTH_RULES; i++) {
        bool files = growth_rules[i].measure == MEASURE_SIZE_GROWTH_BPS;
        double value =
            files ? deleted_growth(graph, node) : (double)graph_measure(graph, node, growth_rules[i].measure);
        if (!(value / growth_rules[i].limit > strongest))
            continue;
        strongest = value / growth_rules[i].limit;
        most = i;
        *rate = value;
    }
    *strength = asinh(strongest - 1);
    return most;
}
