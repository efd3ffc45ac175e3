/* graph: the container. */
#include "graph/graph.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void nodes_are_found_by_their_id(void **state)
{
    (void)state;
    struct graph *graph = graph_new();
    assert_non_null(graph);
    assert_int_equal(graph->host, NODE_NONE);
    for (uint32_t n = 0; n < 3000; n++) {
        char id[32];
        snprintf(id, sizeof id, "%u@1", n);
        assert_int_equal(graph_node_add(graph, NODE_PROCESS, id, "worker", NULL), n);
    }
    uint32_t node = graph_find(graph, "2999@1");
    assert_int_equal(node, 2999);
    assert_string_equal(graph->nodes[node].label, "worker");
    assert_int_equal(graph->nodes[node].uid, UINT32_MAX);
    assert_int_equal(graph->nodes[node].row, UINT32_MAX);
    assert_int_equal(graph_find(graph, "2999@"), NODE_NONE);
    assert_int_equal(graph_find(graph, ""), NODE_NONE);
    graph_free(graph);
}

static void an_id_that_is_there_is_not_added_twice(void **state)
{
    (void)state;
    struct graph *graph = graph_new();
    uint32_t node = graph_node_add(graph, NODE_FILE, "file:/a", "/a", "the file");
    assert_int_equal(graph_node_add(graph, NODE_FILE, "file:/a", "other", "other"), node);
    assert_int_equal(graph->node_count, 1);
    assert_string_equal(graph->nodes[node].label, "the file");
    graph_free(graph);
}

static void measures_are_unknown_until_set(void **state)
{
    (void)state;
    struct graph *graph = graph_new();
    uint32_t one = graph_node_add(graph, NODE_FILE, "1", "1", NULL);
    for (enum measure m = 0; m < MEASURE_COUNT; m++)
        assert_true(isnan(graph_measure(graph, one, m)));
    graph_measure_set(graph, one, MEASURE_SIZE_BYTES, 7);
    uint32_t two = graph_node_add(graph, NODE_FILE, "2", "2", NULL);
    assert_true(graph_measure(graph, one, MEASURE_SIZE_BYTES) == 7);
    assert_true(isnan(graph_measure(graph, two, MEASURE_SIZE_BYTES)));
    graph_free(graph);
}

static void edges_are_found_at_both_of_their_ends(void **state)
{
    (void)state;
    struct graph *graph = graph_new();
    for (uint32_t n = 0; n < 4; n++)
        graph_node_add(graph, NODE_PROCESS, (const char[]){(char)('a' + n), '\0'}, "p", NULL);
    static const uint32_t ends[][2] = {{0, 1}, {2, 0}, {1, 1}, {0, 1}};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(graph_edge_add(graph, EDGE_WAITS, ends[i][0], ends[i][1])->on, NODE_NONE);
    for (int again = 0; again < 2; again++) /* finishing twice changes nothing */
        assert_true(graph_finish(graph, NULL));
    static const uint32_t around[4][3] = {{0, 1, 3}, {0, 2, 3}, {1}, {0}};
    static const uint32_t degree[4] = {3, 3, 1, 0};
    for (uint32_t n = 0; n < 4; n++) {
        assert_int_equal(graph->offsets[n + 1] - graph->offsets[n], degree[n]);
        assert_memory_equal(graph->adjacent + graph->offsets[n], around[n], degree[n] * sizeof around[n][0]);
        assert_true(graph_measure(graph, n, MEASURE_DEGREE) == degree[n]);
    }
    graph_free(graph);
}

static void an_empty_graph_is_a_graph(void **state)
{
    (void)state;
    struct graph *graph = graph_new();
    assert_true(graph_finish(graph, NULL));
    assert_int_equal(graph_find(graph, "host"), NODE_NONE);
    graph_free(graph);
    graph_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_are_found_by_their_id),    cmocka_unit_test(an_id_that_is_there_is_not_added_twice),
        cmocka_unit_test(measures_are_unknown_until_set), cmocka_unit_test(edges_are_found_at_both_of_their_ends),
        cmocka_unit_test(an_empty_graph_is_a_graph),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
