/* What tests of graphs ask. */
#include "tests/unit/graph_checks.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct graph *checked_graph(struct window *window)
{
    struct error error = {{0}};
    struct graph *graph = graph_build(window, &error);
    assert_string_equal(error.text, "");
    assert_non_null(graph);
    return graph;
}

uint32_t checked_node(const struct graph *graph, const char *id)
{
    uint32_t node = graph_find(graph, id);
    if (node == NODE_NONE)
        fail_msg("no node %s", id);
    return node;
}

const struct edge *edge_between(const struct graph *graph, enum edge_kind kind, const char *from, const char *to)
{
    uint32_t source = graph_find(graph, from), target = graph_find(graph, to);
    for (size_t i = 0; i < graph->edge_count; i++)
        if (graph->edges[i].kind == kind && graph->edges[i].from == source && graph->edges[i].to == target)
            return &graph->edges[i];
    return NULL;
}

size_t edge_kind_count(const struct graph *graph, enum edge_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < graph->edge_count; i++)
        count += graph->edges[i].kind == kind;
    return count;
}

void check_measure(const struct graph *graph, const char *id, enum measure measure, double expected)
{
    double value = graph_measure(graph, checked_node(graph, id), measure);
    if (isnan(expected) ? !isnan(value) : !(fabs(value - expected) <= 1e-4 * fmax(1, fabs(expected))))
        fail_msg("%s of %s is %g, not %g", measures[measure].name, id, value, expected);
}
