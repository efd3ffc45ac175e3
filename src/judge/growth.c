/* Growth of a process's resources (formula: growth.h). */
#include "judge/growth.h"

#include "graph/rise.h"

#include <math.h>

#define MIB (1024.0 * 1024)

const struct growth_rule growth_rules[GROWTH_RULES] = {
    {MEASURE_DESCRIPTORS_GROWTH_PS, MEASURE_DESCRIPTORS, 5, 15, "descriptors opened and kept"},
    {MEASURE_THREADS_GROWTH_PS, MEASURE_THREADS, 2, 4, "threads started and kept"},
    {MEASURE_CHILDREN_PS, MEASURE_COUNT, 10, 40, "children started"},
    {MEASURE_RSS_GROWTH_BPS, MEASURE_RSS_BYTES, 2 * MIB, 3 * MIB, "memory taken"},
    {MEASURE_SIZE_GROWTH_BPS, MEASURE_COUNT, 0.5 * MIB, 0.75 * MIB, "written into deleted files"},
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

static double rule_rate(const struct growth_rule *rule, const struct graph *graph, uint32_t node)
{
    if (rule->measure == MEASURE_SIZE_GROWTH_BPS)
        return deleted_growth(graph, node);
    if (rule->level != MEASURE_COUNT)
        return graph_growth_rise(graph, node, rule->measure, rule->level);
    return (double)graph_measure(graph, node, rule->measure);
}

size_t growth_of_node(const struct graph *graph, uint32_t node, double *rate, double *strength)
{
    size_t most = GROWTH_RULES;
    double strongest = 1;
    *strength = *rate = 0;
    if (graph->nodes[node].kind != NODE_PROCESS)
        return most;
    for (size_t i = 0; i < GROWTH_RULES; i++) {
        double value = rule_rate(&growth_rules[i], graph, node);
        if (!(value / growth_rules[i].limit > strongest))
            continue;
        strongest = value / growth_rules[i].limit;
        most = i;
        *rate = value;
    }
    *strength = asinh(strongest - 1);
    return most;
}
