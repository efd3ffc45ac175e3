/* judge: who takes more and more is told from who has much. */
#include "judge/growth.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct graph *graph_of(uint32_t *process, uint32_t *file)
{
    struct graph *graph = graph_new();
    assert_non_null(graph);
    *process = graph_node_add(graph, NODE_PROCESS, "7@1", "p", NULL);
    *file = graph_node_add(graph, NODE_FILE, "file:/a", "/a", NULL);
    assert_non_null(graph_edge_add(graph, EDGE_OPENS, *process, *file));
    assert_true(graph_finish(graph, NULL));
    return graph;
}

static void growth_beyond_the_limit_counts_and_the_worst_is_named(void **state)
{
    (void)state;
    uint32_t process, file;
    struct graph *graph = graph_of(&process, &file);
    double rate, points, more;
    graph_measure_set(graph, process, MEASURE_DESCRIPTORS, 100000);
    graph_measure_set(graph, process, MEASURE_DESCRIPTORS_GROWTH_PS, 5);
    assert_int_equal(growth_of_node(graph, process, &rate, &points), GROWTH_RULES);
    assert_true(points == 0);
    graph_measure_set(graph, process, MEASURE_DESCRIPTORS_GROWTH_PS, 20);
    size_t rule = growth_of_node(graph, process, &rate, &points);
    assert_int_equal(growth_rules[rule].measure, MEASURE_DESCRIPTORS_GROWTH_PS);
    assert_true(points > 0 && rate == 20);
    graph_measure_set(graph, process, MEASURE_THREADS_GROWTH_PS, 60);
    rule = growth_of_node(graph, process, &rate, &more);
    assert_int_equal(growth_rules[rule].measure, MEASURE_THREADS_GROWTH_PS);
    assert_true(more > points);
    graph_free(graph);
}

static void file_that_grows_counts_when_it_is_deleted(void **state)
{
    (void)state;
    uint32_t process, file;
    struct graph *graph = graph_of(&process, &file);
    double rate, points;
    graph_measure_set(graph, file, MEASURE_SIZE_GROWTH_BPS, 8e6);
    assert_int_equal(growth_of_node(graph, process, &rate, &points), GROWTH_RULES);
    graph_measure_set(graph, file, MEASURE_DELETED, 1);
    size_t rule = growth_of_node(graph, process, &rate, &points);
    assert_int_equal(growth_rules[rule].measure, MEASURE_SIZE_GROWTH_BPS);
    assert_true(points > 0 && fabs(rate - 8e6) < 1);
    assert_int_equal(growth_of_node(graph, file, &rate, &points), GROWTH_RULES);
    graph_free(graph);
}

/* What it holds it took in the ten seconds of its life, evenly: that is a start, or its way of life. */
static void growth_that_goes_on_for_all_of_a_life_is_no_rise(void **state)
{
    (void)state;
    uint32_t process, file;
    struct graph *graph = graph_of(&process, &file);
    double rate, strength;
    graph->window_s = 5;
    graph_measure_set(graph, process, MEASURE_AGE_S, 10);
    graph_measure_set(graph, process, MEASURE_RSS_GROWTH_BPS, 50e6);
    graph_measure_set(graph, process, MEASURE_RSS_BYTES, 500e6);
    assert_int_equal(growth_of_node(graph, process, &rate, &strength), GROWTH_RULES);
    graph_measure_set(graph, process, MEASURE_RSS_BYTES, 260e6);
    size_t rule = growth_of_node(graph, process, &rate, &strength);
    assert_int_equal(growth_rules[rule].measure, MEASURE_RSS_GROWTH_BPS);
    assert_true(fabs(rate - 48e6) < 1);
    graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growth_beyond_the_limit_counts_and_the_worst_is_named),
        cmocka_unit_test(file_that_grows_counts_when_it_is_deleted),
        cmocka_unit_test(growth_that_goes_on_for_all_of_a_life_is_no_rise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
