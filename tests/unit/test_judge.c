/* judge: verdict_new with a real model, trained on made-up hosts. */
#include "judge/judge.h"
#include "model/train.h"
#include "tests/unit/synthetic.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { GRAPHS = 12 };

static int model_make(void **state)
{
    struct graph **graphs = synthetic_graphs(GRAPHS, 40, 80, 7);
    if (graphs == NULL)
        return -1;
    const struct training training = {.epochs = 20, .corpus = "made-up hosts", .date = "2026-11-20"};
    *state = model_train(graphs, GRAPHS, &training, NULL);
    synthetic_graphs_free(graphs, GRAPHS);
    return *state == NULL ? -1 : 0;
}

static int model_drop(void **state)
{
    model_free(*state);
    return 0;
}

static void wait_add(struct graph *graph, const char *waiter, uint32_t holder, uint32_t file)
{
    uint32_t from = graph_node_add(graph, NODE_PROCESS, waiter, waiter, NULL);
    struct edge *edge = graph_edge_add(graph, EDGE_WAITS, from, holder);
    assert_non_null(edge);
    edge->wait = WAIT_LOCK;
    edge->on = file;
    edge->seconds = edge->total_s = 30;
    edge->count = 1;
    edge->ongoing = true;
}

static void a_lock_on_a_healthy_host_is_found(void **state)
{
    const struct model *model = *state;
    struct error error = {0};
    struct graph *graph = synthetic_graph(200, 3);
    assert_non_null(graph);
    uint32_t holder = graph_node_add(graph, NODE_PROCESS, "7@1", "rotate", "rotate[7]");
    uint32_t file = graph_node_add(graph, NODE_FILE, "file:/l", "/l", NULL);
    wait_add(graph, "waiter-a", holder, file);
    wait_add(graph, "waiter-b", holder, file);
    assert_true(graph_finish(graph, &error));
    struct verdict *verdict = verdict_new(graph, model, NULL, &error);
    assert_non_null(verdict);
    assert_true(verdict->anomalous);
    assert_false(verdict->calibrated);
    assert_true(isnan(verdict->p));
    assert_true(verdict->threshold == model_threshold(model));
    assert_true(verdict->score == (double)verdict->residuals.score);
    assert_int_equal(verdict->residuals.nodes, graph->node_count);
    assert_int_equal(verdict->suspects[0].node, holder);
    assert_true(verdict_suspect(verdict, holder) == &verdict->suspects[0]);
    assert_null(verdict_suspect(verdict, NODE_NONE));
    assert_string_equal(verdict->sentence,
                        "rotate[7] has held the lock on /l for at least 30 s; waiter-a and waiter-b wait for it.");
    verdict_free(verdict);
    graph_free(graph);
}

static void as_many_suspects_as_asked_for(void **state)
{
    struct graph *graph = synthetic_graph(200, 3);
    assert_non_null(graph);
    for (uint32_t n = 0; n < graph->node_count; n++)
        graph_measure_set(graph, n, MEASURE_RSS_BYTES, 60e9);
    const struct judge_options few = {.suspects_max = 3}, endless = {.suspects_max = SIZE_MAX};
    struct verdict *verdict = verdict_new(graph, *state, &few, NULL);
    assert_non_null(verdict);
    assert_int_equal(verdict->suspect_count, 3);
    verdict_free(verdict);
    verdict = verdict_new(graph, *state, &endless, NULL);
    assert_non_null(verdict);
    assert_true(verdict->suspect_count > 20);
    verdict_free(verdict);
    graph_free(graph);
}

static void an_empty_graph_has_a_verdict(void **state)
{
    struct error error = {0};
    struct graph *graph = graph_new();
    assert_non_null(graph);
    assert_true(graph_finish(graph, &error));
    struct verdict *verdict = verdict_new(graph, *state, NULL, &error);
    assert_non_null(verdict);
    assert_false(verdict->anomalous);
    assert_string_equal(verdict->sentence, "Nothing stands out. 0 processes and 0 sockets looked at.");
    verdict_free(verdict);
    graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lock_on_a_healthy_host_is_found),
        cmocka_unit_test(as_many_suspects_as_asked_for),
        cmocka_unit_test(an_empty_graph_has_a_verdict),
    };
    return cmocka_run_group_tests_name("judge", tests, model_make, model_drop);
}
