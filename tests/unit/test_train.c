/* model: training from scratch and from another model, what it learns as normal, and that it repeats itself. */
#include "model/structure.h"
#include "model/train.h"

#include "synthetic.h"
#include "tests/unit/rounds.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct model *train(struct graph **graphs, size_t count, const struct training *training)
{
    struct error error = {0};
    struct model *model = model_train(graphs, count, training, &error);
    if (model == NULL)
        fail_msg("%s", error.text);
    return model;
}

static void training_learns_what_it_was_shown(void **state)
{
    (void)state;
    if (rounds_step() > 1)
        skip(); /* the others train as well, for fewer epochs */
    struct graph **graphs = synthetic_graphs(20, 80, 200, 1);
    const struct training training = {.seed = 4, .corpus = "made-up hosts", .date = "2026-11-20"};
    struct model *model = train(graphs, 20, &training);
    const struct model_provenance *provenance = model_provenance(model);
    assert_int_equal(model_parameter_count(model), 1819);
    assert_int_equal(provenance->loss_count, 100);
    assert_true(provenance->losses[99] < 0.1 * provenance->losses[0]);
    assert_true(provenance->held_out_loss < 0.7 * provenance->held_out_median_loss);
    assert_int_equal(provenance->graphs, 20);
    assert_int_equal(provenance->seed, 4);
    assert_string_equal(provenance->corpus, "made-up hosts");
    model_free(model);
    synthetic_graphs_free(graphs, 20);
}

static void the_same_seed_gives_the_same_weights(void **state)
{
    (void)state;
    struct graph **graphs = synthetic_graphs(6, 50, 90, 1);
    struct training training = {.epochs = 5, .seed = 4};
    struct model *one = train(graphs, 6, &training), *other = train(graphs, 6, &training);
    size_t bytes = one->network.value_count * sizeof(float);
    assert_memory_equal(one->network.values, other->network.values, bytes);
    assert_memory_equal(one->spreads, other->spreads, SPREAD_KINDS * one->feature_count * sizeof *one->spreads);
    assert_true(one->threshold == other->threshold);
    training.seed = 5;
    struct model *third = train(graphs, 6, &training);
    assert_memory_not_equal(one->network.values, third->network.values, bytes);
    model_free(one);
    model_free(other);
    model_free(third);
    synthetic_graphs_free(graphs, 6);
}

static void few_graphs_hold_nothing_out(void **state)
{
    (void)state;
    struct graph **graphs = synthetic_graphs(3, 50, 90, 1);
    const struct training training = {.epochs = 2};
    struct model *model = train(graphs, 3, &training);
    assert_true(isnan(model_provenance(model)->held_out_loss));
    model_free(model);
    synthetic_graphs_free(graphs, 3);
}

static void training_without_graphs_says_so(void **state)
{
    (void)state;
    const struct training training = {0};
    struct error error = {0};
    assert_null(model_train(NULL, 0, &training, &error));
    assert_non_null(strstr(error.text, "nothing to train on"));
    struct graph *empty = graph_new();
    assert_true(graph_finish(empty, NULL));
    assert_null(model_train(&empty, 1, &training, &error));
    assert_non_null(strstr(error.text, "no nodes"));
    graph_free(empty);
}

static void a_rate_too_high_is_reported(void **state)
{
    (void)state;
    struct graph **graphs = synthetic_graphs(3, 50, 90, 1);
    const struct training training = {.epochs = 50, .learning_rate = 1e12};
    struct error error = {0};
    assert_null(model_train(graphs, 3, &training, &error));
    assert_non_null(strstr(error.text, "too high"));
    synthetic_graphs_free(graphs, 3);
}

/* Weights go on from there; baselines are mixed n/(n + 20), n = graphs. */
static void baselines_blend_with_those_of_the_model_before(void **state)
{
    (void)state;
    struct graph **first = synthetic_graphs(5, 50, 90, 1), **second = synthetic_graphs(20, 50, 90, 50);
    struct training training = {.epochs = 20, .seed = 1};
    struct model *before = train(first, 5, &training);
    training.epochs = 1;
    training.learning_rate = 1e-30;
    training.from = before;
    struct model *after = train(second, 20, &training);
    training.from = NULL;
    for (size_t i = 0; i < before->network.value_count; i++)
        assert_true(fabsf(before->network.values[i] - after->network.values[i]) < 1e-20f);
    assert_true(before->threshold != after->threshold);
    struct model *same = train(first, 5, &(struct training){.epochs = 1, .learning_rate = 1e-30, .from = before});
    assert_true(fabs(same->threshold - before->threshold) < 1e-3 * before->threshold);
    size_t cell = NODE_PROCESS * before->feature_count + 8;
    assert_int_equal(same->spreads[cell].count, 2 * before->spreads[cell].count);
    model_free(before);
    model_free(after);
    model_free(same);
    synthetic_graphs_free(first, 5);
    synthetic_graphs_free(second, 20);
}

static void foreign_features_are_no_start(void **state)
{
    (void)state;
    struct graph **graphs = synthetic_graphs(3, 50, 90, 1);
    struct model *from = train(graphs, 3, &(struct training){.epochs = 1});
    from->columns[4].transform.full *= 2;
    struct error error = {0};
    assert_null(model_train(graphs, 3, &(struct training){.epochs = 1, .from = from}, &error));
    assert_non_null(strstr(error.text, "--from none"));
    model_free(from);
    synthetic_graphs_free(graphs, 3);
}

static void wait_add(struct graph *graph, enum wait_kind kind, uint32_t from, double seconds, bool at_least)
{
    struct edge *edge = graph_edge_add(graph, EDGE_WAITS, from, from == 1 ? 2 : 1);
    assert_non_null(edge);
    edge->wait = kind;
    edge->seconds = seconds;
    edge->count = 1;
    edge->at_least = edge->ongoing = at_least;
}

static void children_of_a_host_take_as_long_as_their_work_does(void **state)
{
    (void)state;
    struct graph *graph = graph_new();
    graph->window_s = 5;
    graph_node_add(graph, NODE_PROCESS, "1@1", "init", NULL);
    graph_node_add(graph, NODE_PROCESS, "2@1", "worker", NULL);
    graph_node_add(graph, NODE_PROCESS, "3@1", "other", NULL);
    for (int i = 0; i < 400; i++) {
        wait_add(graph, WAIT_CHILD, 1, 0.1, false);
        wait_add(graph, WAIT_LOCK, 1, 0.3, false);
    }
    assert_true(graph_finish(graph, NULL));
    struct model *bundled = model_bundled(NULL);
    assert_non_null(bundled);
    struct model *model = train(&graph, 1, &(struct training){.from = bundled, .one_host = true});
    assert_true(isinf(model_wait_normal_s(model, WAIT_CHILD, "worker")));
    assert_true(isfinite(model_wait_normal_s(model, WAIT_LOCK, "worker")));
    model_free(model);
    model_free(bundled);
    graph_free(graph);
}

static void normal_waits_are_learnt_per_kind_and_program(void **state)
{
    (void)state;
    struct graph *graph = graph_new();
    graph->window_s = 5;
    graph_node_add(graph, NODE_PROCESS, "1@1", "init", NULL);
    graph_node_add(graph, NODE_PROCESS, "2@1", "worker", NULL);
    graph_node_add(graph, NODE_PROCESS, "3@1", "other", NULL);
    for (int i = 1; i <= 100; i++) {
        wait_add(graph, WAIT_LOCK, 1, i / 100.0, false);
        wait_add(graph, WAIT_LOCK, 2, 3, true);
        wait_add(graph, WAIT_PIPE_READ, 1, i / 10.0, false);
        wait_add(graph, WAIT_CHILD, 1, 5, i > 90);
        wait_add(graph, WAIT_SOCKET_RECEIVE, 1, 5, i > 90);
        wait_add(graph, WAIT_SOCKET_RECEIVE, 1, 7, false);
        wait_add(graph, WAIT_SOCKET_SEND, 1, 0, i > 4);
        wait_add(graph, WAIT_PIPE_WRITE, i % 2 + 1, 1, false);
    }
    for (int i = 0; i < 19; i++)
        wait_add(graph, WAIT_FUTEX, 1, 0.1, false);
    assert_true(graph_finish(graph, NULL));
    struct model *model = train(&graph, 1, &(struct training){.epochs = 1});
    assert_true(fabs(model_wait_normal_s(model, WAIT_LOCK, "worker") - 0.95) < 0.011);
    assert_true(model_wait_normal_s(model, WAIT_LOCK, "other") == 3);
    assert_true(model_wait_normal_s(model, WAIT_LOCK, "never-seen") == 3);
    assert_true(fabs(model_wait_normal_s(model, WAIT_PIPE_READ, "worker") - 9.5) < 0.11);
    assert_true(isinf(model_wait_normal_s(model, WAIT_CHILD, "worker")));
    /* Those that went on for 5 s most likely ended by 7, as all others did. */
    assert_true(model_wait_normal_s(model, WAIT_SOCKET_RECEIVE, "worker") == 7);
    /* Only just seen: nothing is known of how long they last. */
    assert_true(isinf(model_wait_normal_s(model, WAIT_SOCKET_SEND, "worker")));
    /* Fifty ends each are too few for a program, and a hundred enough for the kind. */
    assert_int_equal(model->wait_count, 12);
    assert_true(model_wait_normal_s(model, WAIT_PIPE_WRITE, "worker") == 1);
    assert_true(isinf(model_wait_normal_s(model, WAIT_FUTEX, "worker")));
    model_free(model);
    graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_learns_what_it_was_shown),
        cmocka_unit_test(the_same_seed_gives_the_same_weights),
        cmocka_unit_test(few_graphs_hold_nothing_out),
        cmocka_unit_test(training_without_graphs_says_so),
        cmocka_unit_test(a_rate_too_high_is_reported),
        cmocka_unit_test(baselines_blend_with_those_of_the_model_before),
        cmocka_unit_test(foreign_features_are_no_start),
        cmocka_unit_test(children_of_a_host_take_as_long_as_their_work_does),
        cmocka_unit_test(normal_waits_are_learnt_per_kind_and_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
