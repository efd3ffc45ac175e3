/* graph: processes, their rates, and the host, from samples made by hand. */
#include "graph/graph.h"
#include "tests/unit/graph_checks.h"
#include "tests/unit/hand_made.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A window of one process over three seconds; its counters are set by the tests. */
static struct window process_window(struct sample *samples[3], double start_s)
{
    for (size_t s = 0; s < 3; s++) {
        samples[s] = made_sample(100 + (double)s);
        if (start_s <= 100 + (double)s)
            made_process(samples[s], 40, start_s, "postgres");
    }
    return made_window(samples, 3);
}

static void rates_come_from_first_and_last_sight(void **state)
{
    (void)state;
    struct sample *samples[3];
    struct window window = process_window(samples, 10);
    for (uint64_t s = 0; s < 3; s++) {
        made_u64(samples[s], TABLE_PROCESS, PROCESS_CPU_NS, 5000000000 + s * 250000000);
        made_u64(samples[s], TABLE_PROCESS, PROCESS_RSS_BYTES, 9000 - s * 1000);
        made_u64(samples[s], TABLE_PROCESS, PROCESS_RUN_DELAY_ALL_NS, 7000 + s * 300000000);
        made_u64(samples[s], TABLE_PROCESS, PROCESS_MINOR_FAULTS, s == 1 ? 700 : 500 + s);
        if (s < 2) /* the newest sample is of the basic tier */
            made_u64(samples[s], TABLE_PROCESS, PROCESS_READ_BYTES, 100 + s * 50);
    }
    made_u64(samples[2], TABLE_PROCESS, PROCESS_STATE, 'R');
    made_text(samples[1], TABLE_PROCESS, PROCESS_COMMAND, "postgres -D /data");
    struct graph *graph = checked_graph(&window);
    check_measure(graph, "40@1000", MEASURE_CPU_PCT, 25);
    check_measure(graph, "40@1000", MEASURE_RSS_BYTES, 7000);
    check_measure(graph, "40@1000", MEASURE_RUN_DELAY_ALL, 0.3);
    check_measure(graph, "40@1000", MEASURE_RSS_GROWTH_BPS, -1000);
    check_measure(graph, "40@1000", MEASURE_READ_BPS, 50);
    check_measure(graph, "40@1000", MEASURE_MINOR_FAULTS_PS, NAN); /* the counter fell */
    check_measure(graph, "40@1000", MEASURE_WRITE_BPS, NAN);
    check_measure(graph, "40@1000", MEASURE_AGE_S, 92);
    assert_string_equal(graph->nodes[checked_node(graph, "40@1000")].command, "postgres -D /data");
    assert_int_equal(graph->nodes[checked_node(graph, "40@1000")].state, 'R');
    check_measure(graph, "40@1000", MEASURE_BLOCKED_S, 0); /* it runs */
    assert_float_equal(graph->window_s, 2, 1e-9);
    graph_free(graph);
    made_window_done(&window);
}

static void a_young_process_has_rates_from_its_own_beginning(void **state)
{
    (void)state;
    struct sample *samples[3];
    struct window window = process_window(samples, 101.5);
    made_u64(samples[2], TABLE_PROCESS, PROCESS_CPU_NS, 400000000);
    made_u64(samples[2], TABLE_PROCESS, PROCESS_RSS_BYTES, 4096);
    struct graph *graph = checked_graph(&window);
    check_measure(graph, "40@10150", MEASURE_CPU_PCT, 80);
    check_measure(graph, "40@10150", MEASURE_RSS_GROWTH_BPS, NAN);
    graph_free(graph);
    made_window_done(&window);

    window = process_window(samples, 100.5);
    made_u64(samples[1], TABLE_PROCESS, PROCESS_CPU_NS, 400000000);
    made_u64(samples[2], TABLE_PROCESS, PROCESS_CPU_NS, 500000000);
    graph = checked_graph(&window);
    check_measure(graph, "40@10050", MEASURE_CPU_PCT, 10);
    graph_free(graph);
    made_window_done(&window);
}

static void a_single_sample_gives_no_rates(void **state)
{
    (void)state;
    struct sample *samples[1] = {made_sample(100)};
    made_process(samples[0], 40, 99.5, "postgres");
    made_u64(samples[0], TABLE_PROCESS, PROCESS_CPU_NS, 400000000);
    struct window window = made_window(samples, 1);
    struct graph *graph = checked_graph(&window);
    check_measure(graph, "40@9950", MEASURE_CPU_PCT, NAN);
    check_measure(graph, "40@9950", MEASURE_CHILDREN_PS, NAN);
    check_measure(graph, "40@9950", MEASURE_CHILDREN, 0);
    check_measure(graph, "40@9950", MEASURE_BLOCKED_S, NAN); /* nothing tells what it sleeps in */
    graph_free(graph);
    made_window_done(&window);
    struct window empty = {0};
    struct error error = {{0}};
    assert_null(graph_build(&empty, &error));
    assert_string_not_equal(error.text, "");
}

static void children_are_counted(void **state)
{
    (void)state;
    struct sample *samples[2] = {made_sample(100), made_sample(102)};
    for (size_t s = 0; s < 2; s++) {
        made_process(samples[s], 1, 0, "init");
        made_process(samples[s], 10, 5, "old");
    }
    made_process(samples[0], 11, 6, "gone");
    made_process(samples[1], 12, 101, "new");
    made_process(samples[1], 13, 101, "dead");
    made_u64(samples[1], TABLE_PROCESS, PROCESS_STATE, 'Z');
    made_process(samples[1], 14, 101, "orphan");
    made_u64(samples[1], TABLE_PROCESS, PROCESS_PARENT_PID, 14); /* its own parent: hostile */
    made_process(samples[1], 15, 3, "elder");
    made_u64(samples[1], TABLE_PROCESS, PROCESS_PARENT_PID, 10); /* whose pid was somebody else's then */
    struct window window = made_window(samples, 2);
    struct graph *graph = checked_graph(&window);
    check_measure(graph, "1@0", MEASURE_CHILDREN, 3);
    check_measure(graph, "1@0", MEASURE_ZOMBIES, 1);
    check_measure(graph, "1@0", MEASURE_CHILDREN_PS, 1);
    check_measure(graph, "10@500", MEASURE_CHILDREN, 0);
    assert_non_null(edge_between(graph, EDGE_PARENT, "1@0", "11@600"));
    assert_null(edge_between(graph, EDGE_PARENT, "14@10100", "14@10100"));
    assert_int_equal(edge_kind_count(graph, EDGE_PARENT), 4);
    const struct node *gone = &graph->nodes[checked_node(graph, "11@600")];
    assert_true(gone->exited);
    assert_int_equal(gone->row, UINT32_MAX);
    assert_string_equal(gone->name, "gone");
    assert_false(graph->nodes[checked_node(graph, "10@500")].exited);
    graph_free(graph);
    made_window_done(&window);
}

static void the_host_has_its_own_measures(void **state)
{
    (void)state;
    struct sample *samples[2] = {made_sample(100), made_sample(104)};
    for (uint64_t s = 0; s < 2; s++) {
        made_u64(samples[s], TABLE_HOST, HOST_CPU_BUSY_NS, s * 6000000000);
        made_u64(samples[s], TABLE_HOST, HOST_MEMORY_TOTAL_BYTES, 1000);
        made_u64(samples[s], TABLE_HOST, HOST_MEMORY_AVAILABLE_BYTES, 250);
        made_u64(samples[s], TABLE_HOST, HOST_SWAP_TOTAL_BYTES, 0);
        made_u64(samples[s], TABLE_HOST, HOST_SWAP_FREE_BYTES, 0);
        made_u64(samples[s], TABLE_HOST, HOST_PSI_CPU_SOME_NS, s * 1000000000);
        table_set_f64(&samples[s]->tables[TABLE_HOST], 0, HOST_PSI_CPU_SOME, 0.9);
        table_set_f64(&samples[s]->tables[TABLE_HOST], 0, HOST_PSI_IO_SOME, 0.125);
        table_set_f64(&samples[s]->tables[TABLE_HOST], 0, HOST_PSI_MEMORY_SOME, -INFINITY);
        made_row(samples[s], TABLE_FILESYSTEM);
        made_text(samples[s], TABLE_FILESYSTEM, FILESYSTEM_MOUNT, "/var");
        made_u64(samples[s], TABLE_FILESYSTEM, FILESYSTEM_TOTAL_BYTES, 200);
        made_u64(samples[s], TABLE_FILESYSTEM, FILESYSTEM_AVAILABLE_BYTES, 10);
    }
    struct window window = made_window(samples, 2);
    struct graph *graph = checked_graph(&window);
    assert_string_equal(graph->nodes[graph->host].name, "web3");
    check_measure(graph, "host", MEASURE_CPU_PCT, 150);
    check_measure(graph, "host", MEASURE_MEMORY_USED_PCT, 75);
    check_measure(graph, "host", MEASURE_SWAP_USED_PCT, NAN);
    check_measure(graph, "host", MEASURE_PSI_CPU, 0.25); /* over the window, not the kernel's own average */
    check_measure(graph, "host", MEASURE_PSI_IO, 0.125);
    check_measure(graph, "host", MEASURE_PSI_MEMORY, NAN);
    check_measure(graph, "filesystem:/var", MEASURE_SPACE_USED_PCT, 95);
    graph_free(graph);
    made_window_done(&window);
}

/* The host counts a kill for memory between the two; the kernel's events, where they are seen, tell of an exit only. */
static struct graph *graph_of_a_kill(bool events_seen, bool victim_seen)
{
    struct sample *samples[2] = {made_sample(100), made_sample(101)};
    for (size_t s = 0; s < 2; s++) {
        made_u64(samples[s], TABLE_HOST, HOST_OOM_KILLS, s);
        made_process(samples[s], 7, 10, "web");
    }
    if (events_seen) {
        made_row(samples[1], TABLE_EVENT);
        made_u64(samples[1], TABLE_EVENT, EVENT_KIND, victim_seen ? EVENT_OOM : EVENT_EXIT);
        made_u64(samples[1], TABLE_EVENT, EVENT_PID, 7);
    }
    struct window window = made_window(samples, 2);
    struct graph *graph = checked_graph(&window);
    made_window_done(&window);
    return graph;
}

static void kill_for_memory_elsewhere_is_none_here(void **state)
{
    (void)state;
    static const struct {
        bool events_seen, victim_seen;
        float kills;
    } cases[] = {{false, false, 1}, {true, false, 0}, {true, true, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct graph *graph = graph_of_a_kill(cases[i].events_seen, cases[i].victim_seen);
        assert_true(graph_measure(graph, graph->host, MEASURE_OOM_KILLED) == cases[i].kills);
        graph_free(graph);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kill_for_memory_elsewhere_is_none_here),
        cmocka_unit_test(rates_come_from_first_and_last_sight),
        cmocka_unit_test(a_young_process_has_rates_from_its_own_beginning),
        cmocka_unit_test(a_single_sample_gives_no_rates),
        cmocka_unit_test(children_are_counted),
        cmocka_unit_test(the_host_has_its_own_measures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
