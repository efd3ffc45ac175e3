/* graph: what is built from samples made by hand. */
#include "graph/graph.h"
#include "tests/unit/hand_made.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct graph *built(struct window *window)
{
    struct error error = {{0}};
    struct graph *graph = graph_build(window, &error);
    assert_string_equal(error.text, "");
    assert_non_null(graph);
    return graph;
}

static uint32_t node_of(const struct graph *graph, const char *id)
{
    uint32_t node = graph_find(graph, id);
    if (node == NODE_NONE)
        fail_msg("no node %s", id);
    return node;
}

static const struct edge *edge_between(const struct graph *graph, enum edge_kind kind, const char *from, const char *to)
{
    uint32_t source = graph_find(graph, from), target = graph_find(graph, to);
    for (size_t i = 0; i < graph->edge_count; i++)
        if (graph->edges[i].kind == kind && graph->edges[i].from == source && graph->edges[i].to == target)
            return &graph->edges[i];
    return NULL;
}

static size_t edge_kind_count(const struct graph *graph, enum edge_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < graph->edge_count; i++)
        count += graph->edges[i].kind == kind;
    return count;
}

static void measure_is(const struct graph *graph, const char *id, enum measure measure, double expected)
{
    double value = graph_measure(graph, node_of(graph, id), measure);
    if (isnan(expected) ? !isnan(value) : !(fabs(value - expected) <= 1e-4 * fmax(1, fabs(expected))))
        fail_msg("%s of %s is %g, not %g", measures[measure].name, id, value, expected);
}

/* log-rotate holds /var/log/app.log from 97.5 s on; three services wait since 98, 98.5 and 99 s; samples at 98 to 100 s
 * (the first sees but one waiter). */
static struct window lock_window(struct sample *samples[3])
{
    static const double since_s[] = {98, 98.5, 99};
    for (size_t s = 0; s < 3; s++) {
        double now_s = 98 + (double)s;
        samples[s] = made_sample(now_s);
        made_process(samples[s], 1, 0, "init");
        made_process(samples[s], 50, 20, "log-rotate");
        made_lock(samples[s], 50, 20, "/var/log/app.log", 77, true, false, 97.5);
        for (uint64_t w = 0; w < 3; w++) {
            made_process(samples[s], 60 + w, 30, "payment");
            made_descriptor(samples[s], 60 + w, 30, 3, DESCRIPTOR_FILE, "/var/log/app.log", 0, 2);
            if (since_s[w] < now_s)
                made_wait(samples[s], 60 + w, 30, 50, 20, "log-rotate", "/var/log/app.log", since_s[w], s == 2);
        }
    }
    return made_window(samples, 3);
}

static void a_lock_relates_its_waiters_to_its_holder(void **state)
{
    (void)state;
    struct sample *samples[3];
    struct window window = lock_window(samples);
    struct graph *graph = built(&window);
    const struct edge *wait = edge_between(graph, EDGE_WAITS, "60@3000", "50@2000");
    assert_non_null(wait);
    assert_int_equal(edge_kind_count(graph, EDGE_WAITS), 3);
    assert_int_equal(wait->wait, WAIT_LOCK);
    assert_int_equal(wait->on, node_of(graph, "file:/var/log/app.log"));
    assert_float_equal(wait->seconds, 2, 1e-9);
    assert_float_equal(wait->total_s, 2, 1e-9);
    assert_float_equal(wait->count, 1, 0);
    assert_true(wait->ongoing);
    assert_false(wait->at_least);
    const struct edge *hold = edge_between(graph, EDGE_HOLDS, "50@2000", "file:/var/log/app.log");
    assert_non_null(hold);
    assert_float_equal(hold->seconds, 2.5, 1e-9);
    assert_int_equal(edge_kind_count(graph, EDGE_HOLDS), 1);
    measure_is(graph, "50@2000", MEASURE_LOCK_HELD_S, 2.5);
    measure_is(graph, "50@2000", MEASURE_WAITERS, 3);
    measure_is(graph, "file:/var/log/app.log", MEASURE_WAITERS, 3);
    measure_is(graph, "file:/var/log/app.log", MEASURE_WRITERS, 3);
    measure_is(graph, "61@3000", MEASURE_LOCK_WAIT_S, 1.5);
    measure_is(graph, "61@3000", MEASURE_BLOCKED_S, 1.5);
    measure_is(graph, "61@3000", MEASURE_LOCK_HELD_S, 0);
    assert_string_equal(graph->nodes[node_of(graph, "50@2000")].label, "log-rotate[50]");
    graph_free(graph);
    made_window_done(&window);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lock_relates_its_waiters_to_its_holder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
