/* judge: what is normal for a waiter follows from its own rhythm where the model knows no bound. */
#include "judge/rhythm.h"
#include "tests/unit/hand_made.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* A process of 100 s that gave the cpu up so many times, waits on an object for another. */
static struct graph *graph_of(uint64_t beats, struct edge *edge, enum wait_kind kind, bool accepted)
{
    struct sample *sample = made_sample(200);
    made_process(sample, 7, 100, "waiter");
    made_u64(sample, TABLE_PROCESS, PROCESS_VOLUNTARY_SWITCHES, beats);
    made_process(sample, 8, 100, "holder");
    struct window window = made_window(&sample, 1);
    struct graph *graph = graph_build(&window, NULL);
    made_window_done(&window);
    assert_non_null(graph);
    uint32_t socket = graph_node_add(graph, NODE_SOCKET, "socket:1", "s", NULL);
    assert_int_not_equal(socket, NODE_NONE);
    graph->nodes[socket].accepted = accepted;
    *edge = (struct edge){.kind = EDGE_WAITS, .wait = kind, .on = socket};
    for (uint32_t n = 0; n < graph->node_count; n++) {
        if (graph->nodes[n].pid == 7)
            edge->from = n;
        if (graph->nodes[n].pid == 8)
            edge->to = n;
    }
    return graph;
}

static double rhythm_of(const struct graph *graph, const struct edge *edge)
{
    bool doubtful;
    return rhythm_normal_s(graph, edge, &doubtful);
}

static void name_server_answers_soon_to_everybody(void **state)
{
    (void)state;
    struct edge edge;
    struct graph *graph = graph_of(0, &edge, WAIT_SOCKET_RECEIVE, false);
    graph->nodes[edge.on].question = true;
    assert_true(rhythm_of(graph, &edge) == 0.5);
    graph_free(graph);
}

static double normal_of(uint64_t beats, enum wait_kind kind, bool accepted)
{
    struct edge edge;
    struct graph *graph = graph_of(beats, &edge, kind, accepted);
    double normal_s = rhythm_of(graph, &edge);
    graph_free(graph);
    return normal_s;
}

static void who_always_was_busy_is_not_idle_by_design(void **state)
{
    (void)state;
    assert_true(fabs(normal_of(2000, WAIT_SOCKET_RECEIVE, false) - 1.5) < 0.01);
    assert_true(normal_of(200000, WAIT_SOCKET_SEND, false) == 0.5);
    assert_true(fabs(normal_of(100, WAIT_PIPE_READ, false) - 30) < 0.1);
}

static void time_spent_in_the_wait_itself_is_no_part_of_the_rhythm(void **state)
{
    (void)state;
    struct edge edge;
    struct graph *graph = graph_of(1000, &edge, WAIT_SOCKET_RECEIVE, false);
    edge.ongoing = true;
    edge.seconds = 50;
    assert_true(fabs(rhythm_of(graph, &edge) - 1.5) < 0.01);
    edge.ongoing = false;
    assert_true(fabs(rhythm_of(graph, &edge) - 3) < 0.01);
    graph_free(graph);
}

static void lock_in_memory_is_kept_for_moments(void **state)
{
    (void)state;
    assert_true(fabs(normal_of(1000, WAIT_FUTEX, false) - 1) < 0.01);
}

static void who_always_was_quiet_may_wait_for_ever(void **state)
{
    (void)state;
    assert_true(isinf(normal_of(49, WAIT_PIPE_READ, false)));
}

static void server_that_nobody_asks_may_wait_for_ever(void **state)
{
    (void)state;
    assert_true(isinf(normal_of(2000, WAIT_SOCKET_RECEIVE, true)));
    assert_true(isfinite(normal_of(2000, WAIT_SOCKET_SEND, true)));
    assert_true(isinf(normal_of(2000, WAIT_ACCEPT, false)));
    assert_true(isinf(normal_of(2000, WAIT_CHILD, false)));
}

static void who_has_asked_awaits_an_answer_however_quiet_it_was(void **state)
{
    (void)state;
    struct edge edge;
    bool doubtful = false;
    struct graph *graph = graph_of(10, &edge, WAIT_SOCKET_RECEIVE, false);
    graph->nodes[edge.on].asked = true;
    assert_true(rhythm_normal_s(graph, &edge, &doubtful) == 2);
    assert_true(doubtful);
    graph_free(graph);
    graph = graph_of(2000, &edge, WAIT_SOCKET_RECEIVE, false);
    graph->nodes[edge.on].asked = true;
    assert_true(fabs(rhythm_normal_s(graph, &edge, &doubtful) - 1.5) < 0.01);
    assert_false(doubtful);
    graph_free(graph);
}

static void event_loop_that_has_asked_raises_no_alarm(void **state)
{
    (void)state;
    struct edge edge;
    bool doubtful = false;
    struct graph *graph = graph_of(200000, &edge, WAIT_SOCKET_RECEIVE, false);
    edge.inferred = true;
    assert_true(rhythm_normal_s(graph, &edge, &doubtful) == 2);
    assert_true(doubtful);
    graph_free(graph);
}

static bool kind_is_doubtful(enum wait_kind kind)
{
    struct edge edge;
    bool doubtful = false;
    struct graph *graph = graph_of(2000, &edge, kind, false);
    rhythm_normal_s(graph, &edge, &doubtful);
    graph_free(graph);
    return doubtful;
}

static void reader_without_input_raises_no_alarm(void **state)
{
    (void)state;
    assert_true(kind_is_doubtful(WAIT_PIPE_READ));
    assert_false(kind_is_doubtful(WAIT_PIPE_WRITE));
    assert_false(kind_is_doubtful(WAIT_SOCKET_RECEIVE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_server_answers_soon_to_everybody),
        cmocka_unit_test(who_always_was_busy_is_not_idle_by_design),
        cmocka_unit_test(time_spent_in_the_wait_itself_is_no_part_of_the_rhythm),
        cmocka_unit_test(lock_in_memory_is_kept_for_moments),
        cmocka_unit_test(who_always_was_quiet_may_wait_for_ever),
        cmocka_unit_test(server_that_nobody_asks_may_wait_for_ever),
        cmocka_unit_test(who_has_asked_awaits_an_answer_however_quiet_it_was),
        cmocka_unit_test(event_loop_that_has_asked_raises_no_alarm),
        cmocka_unit_test(reader_without_input_raises_no_alarm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
