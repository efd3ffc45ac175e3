/* graph: waits and locks, from samples made by hand. */
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
    struct graph *graph = checked_graph(&window);
    const struct edge *wait = edge_between(graph, EDGE_WAITS, "60@3000", "50@2000");
    assert_non_null(wait);
    assert_int_equal(edge_kind_count(graph, EDGE_WAITS), 3);
    assert_int_equal(wait->wait, WAIT_LOCK);
    assert_int_equal(wait->on, checked_node(graph, "file:/var/log/app.log"));
    assert_float_equal(wait->seconds, 2, 1e-9);
    assert_float_equal(wait->total_s, 2, 1e-9);
    assert_float_equal(wait->count, 1, 0);
    assert_true(wait->ongoing);
    assert_false(wait->at_least);
    const struct edge *hold = edge_between(graph, EDGE_HOLDS, "50@2000", "file:/var/log/app.log");
    assert_non_null(hold);
    assert_float_equal(hold->seconds, 2.5, 1e-9);
    assert_int_equal(edge_kind_count(graph, EDGE_HOLDS), 1);
    check_measure(graph, "50@2000", MEASURE_LOCK_HELD_S, 2.5);
    check_measure(graph, "50@2000", MEASURE_WAITERS, 3);
    check_measure(graph, "file:/var/log/app.log", MEASURE_WAITERS, 3);
    check_measure(graph, "file:/var/log/app.log", MEASURE_WRITERS, 3);
    check_measure(graph, "61@3000", MEASURE_LOCK_WAIT_S, 1.5);
    check_measure(graph, "61@3000", MEASURE_BLOCKED_S, 1.5);
    check_measure(graph, "61@3000", MEASURE_LOCK_HELD_S, 0);
    assert_string_equal(graph->nodes[checked_node(graph, "50@2000")].label, "log-rotate[50]");
    graph_free(graph);
    made_window_done(&window);
}

static void a_holder_that_is_gone_is_still_named(void **state)
{
    (void)state;
    struct sample *samples[2] = {made_sample(100), made_sample(101)};
    for (size_t s = 0; s < 2; s++)
        made_process(samples[s], 60, 30, "payment");
    made_wait(samples[1], 60, 30, 50, 99, "log-rotate", "/var/log/app.log", 99.5, false);
    struct window window = made_window(samples, 2);
    struct graph *graph = checked_graph(&window);
    const struct node *holder = &graph->nodes[checked_node(graph, "50@9900")];
    assert_true(holder->exited);
    assert_string_equal(holder->label, "log-rotate[50]");
    const struct edge *wait = edge_between(graph, EDGE_WAITS, "60@3000", "50@9900");
    assert_non_null(wait);
    assert_false(wait->ongoing);
    const struct edge *hold = edge_between(graph, EDGE_HOLDS, "50@9900", "file:/var/log/app.log");
    assert_non_null(hold);
    assert_true(hold->at_least);
    assert_float_equal(hold->seconds, 1.5, 1e-9);
    check_measure(graph, "50@9900", MEASURE_LOCK_HELD_S, 1.5);
    check_measure(graph, "50@9900", MEASURE_WAITERS, 1);
    graph_free(graph);
    made_window_done(&window);
}

/* Three waits on pipes in three samples; the one in the middle is told by the first and the last only, and the last one
 * begins anew. */
static void what_many_samples_tell_of_a_wait_is_one_wait(void **state)
{
    (void)state;
    struct sample *samples[3] = {made_sample(100), made_sample(101), made_sample(102)};
    for (size_t s = 0; s < 3; s++) {
        made_process(samples[s], 50, 20, "writer");
        for (uint64_t pid = 60; pid < 63; pid++) {
            made_process(samples[s], pid, 30, "reader");
            if (pid == 61 && s == 1)
                continue;
            double since_s = pid == 62 && s == 2 ? 101.5 : 99;
            made_wait(samples[s], pid, 30, 50, 20, "writer", NULL, since_s, true);
            made_u64(samples[s], TABLE_WAIT, WAIT_KIND, WAIT_PIPE_READ);
            made_u64(samples[s], TABLE_WAIT, WAIT_INODE, 700 + pid);
        }
    }
    struct window window = made_window(samples, 3);
    struct graph *graph = checked_graph(&window);
    static const char *const readers[] = {"60@3000", "61@3000", "62@3000"};
    static const double seconds[] = {3, 3, 2};
    for (size_t i = 0; i < 3; i++) {
        const struct edge *wait = edge_between(graph, EDGE_WAITS, readers[i], "50@2000");
        assert_non_null(wait);
        assert_float_equal(wait->seconds, seconds[i], 1e-9);
        assert_true(wait->ongoing);
        assert_int_equal(graph->nodes[wait->on].kind, NODE_PIPE);
    }
    assert_int_equal(edge_kind_count(graph, EDGE_WAITS), 3);
    graph_free(graph);
    made_window_done(&window);
}

static void the_lock_table_alone_tells_who_waits(void **state)
{
    (void)state;
    struct sample *samples[1] = {made_sample(100)};
    for (uint64_t pid = 50; pid < 55; pid++)
        made_process(samples[0], pid, 30, "worker");
    made_lock(samples[0], 50, 30, "/srv/db", 7, true, false, 90);
    made_lock(samples[0], 51, 30, NULL, 7, true, true, 96);
    made_lock(samples[0], 52, 30, "/srv/other", 8, false, false, 50); /* two readers and a writer who waits */
    made_lock(samples[0], 53, 30, NULL, 8, false, false, 60);
    made_lock(samples[0], 54, 30, NULL, 8, true, true, 99);
    made_lock(samples[0], 51, 30, "/srv/alone", 9, true, false, 40);
    struct window window = made_window(samples, 1);
    struct graph *graph = checked_graph(&window);
    const struct edge *wait = edge_between(graph, EDGE_WAITS, "51@3000", "50@3000");
    assert_non_null(wait);
    assert_float_equal(wait->seconds, 4, 1e-9);
    assert_int_equal(wait->on, checked_node(graph, "file:/srv/db"));
    assert_true(wait->ongoing);
    assert_false(wait->inferred);
    assert_non_null(edge_between(graph, EDGE_WAITS, "54@3000", "52@3000"));
    wait = edge_between(graph, EDGE_WAITS, "54@3000", "53@3000");
    assert_non_null(wait);
    assert_true(wait->inferred);
    assert_int_equal(edge_kind_count(graph, EDGE_WAITS), 3);
    assert_int_equal(edge_kind_count(graph, EDGE_HOLDS), 4);
    check_measure(graph, "50@3000", MEASURE_LOCK_HELD_S, 10);
    check_measure(graph, "51@3000", MEASURE_LOCK_HELD_S, 0); /* long, but nobody waits for it */
    check_measure(graph, "file:/srv/other", MEASURE_WAITERS, 1);
    graph_free(graph);
    made_window_done(&window);
}

static void locks_of_two_families_do_not_meet(void **state)
{
    (void)state;
    struct sample *samples[1] = {made_sample(100)};
    made_process(samples[0], 50, 30, "worker");
    made_process(samples[0], 51, 30, "worker");
    made_lock(samples[0], 50, 30, NULL, 7, true, false, 90);
    made_u64(samples[0], TABLE_LOCK, LOCK_CLASS, LOCK_FLOCK);
    made_lock(samples[0], 51, 30, NULL, 7, true, true, 96);
    struct window window = made_window(samples, 1);
    struct graph *graph = checked_graph(&window);
    assert_null(edge_between(graph, EDGE_WAITS, "51@3000", "50@3000"));
    assert_non_null(edge_between(graph, EDGE_WAITS, "51@3000", "file:inode 7 on device 8:1"));
    graph_free(graph);
    made_window_done(&window);
}

static void one_wait_seen_twice_is_one_and_two_are_summed(void **state)
{
    (void)state;
    struct sample *samples[3] = {made_sample(100), made_sample(101), made_sample(110)};
    for (size_t s = 0; s < 3; s++) {
        made_process(samples[s], 50, 20, "log-rotate");
        made_process(samples[s], 60, 30, "payment");
        made_process(samples[s], 61, 30, "billing");
    }
    /* payment: its beginning became better known; then, without a known holder, again; then another wait */
    made_wait(samples[0], 60, 30, 50, 20, "log-rotate", "/a", 99.5, true);
    made_wait(samples[1], 60, 30, 50, 20, "log-rotate", "/a", 99, true);
    made_wait(samples[1], 60, 30, 0, 0, NULL, "/a", 100.5, true);
    made_wait(samples[2], 60, 30, 50, 20, "log-rotate", "/a", 109, true);
    /* billing waits for nobody known, and for itself */
    made_wait(samples[2], 61, 30, 0, 0, NULL, "/b", 107, true);
    made_wait(samples[2], 61, 30, 61, 30, "billing", "/c", 101, true);
    struct window window = made_window(samples, 3);
    struct graph *graph = checked_graph(&window);
    const struct edge *wait = edge_between(graph, EDGE_WAITS, "60@3000", "50@2000");
    assert_non_null(wait);
    assert_float_equal(wait->seconds, 2, 1e-9);
    assert_float_equal(wait->total_s, 3, 1e-9);
    assert_float_equal(wait->count, 2, 0);
    wait = edge_between(graph, EDGE_WAITS, "61@3000", "file:/b");
    assert_non_null(wait);
    assert_int_equal(wait->on, wait->to);
    assert_float_equal(wait->seconds, 3, 1e-9);
    assert_int_equal(edge_kind_count(graph, EDGE_WAITS), 2);
    check_measure(graph, "file:/b", MEASURE_WAITERS, 1);
    check_measure(graph, "61@3000", MEASURE_BLOCKED_S, 3);
    graph_free(graph);
    made_window_done(&window);
}

static void what_has_ended_is_not_ongoing(void **state)
{
    (void)state;
    struct sample *samples[2] = {made_sample(100), made_sample(101)};
    for (size_t s = 0; s < 2; s++) {
        made_process(samples[s], 50, 20, "log-rotate");
        made_process(samples[s], 60, 30, "payment");
    }
    made_wait(samples[0], 60, 30, 50, 20, "log-rotate", "/a", 98, true);
    made_lock(samples[0], 50, 20, "/a", 7, true, false, 97);
    made_lock(samples[0], 60, 30, NULL, 7, true, true, 98); /* the same wait, once more */
    made_lock(samples[0], 60, 30, "/uncontended", 8, true, false, 50);
    struct window window = made_window(samples, 2);
    struct graph *graph = checked_graph(&window);
    const struct edge *wait = edge_between(graph, EDGE_WAITS, "60@3000", "50@2000");
    assert_non_null(wait);
    assert_false(wait->ongoing);
    assert_float_equal(wait->count, 1, 0);
    const struct edge *hold = edge_between(graph, EDGE_HOLDS, "50@2000", "file:/a");
    assert_non_null(hold);
    assert_false(hold->ongoing);
    assert_float_equal(hold->seconds, 3, 1e-9);
    assert_int_equal(edge_kind_count(graph, EDGE_HOLDS), 1);
    graph_free(graph);
    made_window_done(&window);
}

/* A client with a question under way since 98 s, as the samples from then on tell; the name server at 127.0.0.1:53. */
static struct window question_window(struct sample *samples[3], const char *server_address, size_t asked_until)
{
    for (size_t s = 0; s < 3; s++) {
        samples[s] = made_sample(98 + (double)s);
        made_process(samples[s], 50, 20, "resolver");
        made_process(samples[s], 60, 30, "payment");
        made_descriptor(samples[s], 50, 20, 3, DESCRIPTOR_SOCKET, NULL, 500, 3);
        made_row(samples[s], TABLE_SOCKET);
        made_u64(samples[s], TABLE_SOCKET, SOCKET_INODE, 500);
        made_u64(samples[s], TABLE_SOCKET, SOCKET_PROTOCOL, SOCKET_UDP);
        made_text(samples[s], TABLE_SOCKET, SOCKET_LOCAL, server_address);
        if (s > asked_until)
            continue;
        made_descriptor(samples[s], 60, 30, 5, DESCRIPTOR_SOCKET, NULL, 600, 3);
        made_row(samples[s], TABLE_SOCKET);
        made_u64(samples[s], TABLE_SOCKET, SOCKET_INODE, 600);
        made_u64(samples[s], TABLE_SOCKET, SOCKET_PROTOCOL, SOCKET_UDP);
        made_text(samples[s], TABLE_SOCKET, SOCKET_LOCAL, "127.0.0.1:40000");
        made_text(samples[s], TABLE_SOCKET, SOCKET_REMOTE, "127.0.0.1:53");
    }
    return made_window(samples, 3);
}

static void question_without_an_answer_is_a_wait_for_the_name_server(void **state)
{
    (void)state;
    struct sample *samples[3];
    struct window window = question_window(samples, "0.0.0.0:53", 2);
    struct graph *graph = checked_graph(&window);
    const struct edge *wait = edge_between(graph, EDGE_WAITS, "60@3000", "50@2000");
    assert_non_null(wait);
    assert_int_equal(wait->wait, WAIT_SOCKET_RECEIVE);
    assert_float_equal(wait->seconds, 2, 1e-9);
    assert_true(wait->at_least && wait->ongoing);
    assert_true(graph->nodes[wait->on].question);
    graph_free(graph);
    made_window_done(&window);
}

static void question_that_was_answered_keeps_its_name(void **state)
{
    (void)state;
    struct sample *samples[3];
    struct window window = question_window(samples, "127.0.0.1:53", 1);
    struct graph *graph = checked_graph(&window);
    const struct edge *wait = edge_between(graph, EDGE_WAITS, "60@3000", "50@2000");
    assert_non_null(wait);
    assert_float_equal(wait->seconds, 1, 1e-9);
    assert_false(wait->ongoing);
    assert_string_equal(graph->nodes[wait->on].label, "127.0.0.1:40000 -> 127.0.0.1:53");
    graph_free(graph);
    made_window_done(&window);
}

static void question_to_a_name_server_elsewhere_is_a_wait_on_its_socket(void **state)
{
    (void)state;
    struct sample *samples[3];
    struct window window = question_window(samples, "10.0.0.1:53", 2);
    struct graph *graph = checked_graph(&window);
    assert_null(edge_between(graph, EDGE_WAITS, "60@3000", "50@2000"));
    assert_non_null(edge_between(graph, EDGE_WAITS, "60@3000", "socket:600"));
    graph_free(graph);
    made_window_done(&window);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(question_without_an_answer_is_a_wait_for_the_name_server),
        cmocka_unit_test(question_that_was_answered_keeps_its_name),
        cmocka_unit_test(question_to_a_name_server_elsewhere_is_a_wait_on_its_socket),
        cmocka_unit_test(a_lock_relates_its_waiters_to_its_holder),
        cmocka_unit_test(a_holder_that_is_gone_is_still_named),
        cmocka_unit_test(what_many_samples_tell_of_a_wait_is_one_wait),
        cmocka_unit_test(the_lock_table_alone_tells_who_waits),
        cmocka_unit_test(locks_of_two_families_do_not_meet),
        cmocka_unit_test(one_wait_seen_twice_is_one_and_two_are_summed),
        cmocka_unit_test(what_has_ended_is_not_ongoing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
