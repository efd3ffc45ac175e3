/* model: the masked auto-encoder learns how features hang together and not the identity, repeats itself, survives its
 * file, and stands each program against its own normal. */
#include "model/baseline_learn.h"
#include "model/file.h"
#include "model/masked_rows.h"
#include "model/matrix.h"
#include "model/train.h"

#include "synthetic.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { GRAPHS = 20, PROCESSES = 60 };

static const enum measure related[] = {MEASURE_CPU_PCT, MEASURE_VOLUNTARY_PS, MEASURE_THREADS, MEASURE_DESCRIPTORS,
                                       MEASURE_WRITE_BPS};
enum { RELATED = sizeof related / sizeof related[0] };

/* A host on which everything a process does follows from how busy it is. Two programs: "steady" uses a tenth of a core,
 * "heavy" four. */
static struct graph *host_make(uint64_t seed)
{
    struct random random;
    struct graph *graph = graph_new();
    random_init(&random, seed);
    graph->window_s = 5;
    for (uint32_t i = 0; i < PROCESSES; i++) {
        char id[32];
        bool heavy = i % 10 == 0;
        double busy = heavy ? 4 + random_unit(&random) : 2 * random_unit(&random) * random_unit(&random);
        snprintf(id, sizeof id, "%u@1", i + 1);
        uint32_t node = graph_node_add(graph, NODE_PROCESS, id, heavy ? "heavy" : "steady", NULL);
        graph->nodes[node].executable = heavy ? "/usr/bin/heavy" : "/usr/bin/steady";
        graph_measure_set(graph, node, MEASURE_CPU_PCT, 100 * busy);
        graph_measure_set(graph, node, MEASURE_VOLUNTARY_PS, 500 * busy);
        graph_measure_set(graph, node, MEASURE_THREADS, floor(1 + 8 * busy));
        graph_measure_set(graph, node, MEASURE_DESCRIPTORS, floor(4 + 50 * busy));
        graph_measure_set(graph, node, MEASURE_WRITE_BPS, 4e6 * busy);
        assert_true(i == 0 || graph_edge_add(graph, EDGE_PARENT, 0, node) != NULL);
    }
    assert_true(graph_finish(graph, NULL));
    return graph;
}

static struct graph **hosts_make(void)
{
    struct graph **graphs = calloc(GRAPHS, sizeof(struct graph *));
    assert_non_null(graphs);
    for (size_t i = 0; i < GRAPHS; i++)
        graphs[i] = host_make(i + 1);
    return graphs;
}

/* Each feature's values dealt anew among the processes: the same values, and nothing hangs together any more. */
static void host_shuffle(struct graph *graph)
{
    struct random random;
    random_init(&random, 9);
    for (size_t f = 0; f < RELATED; f++)
        for (uint32_t i = PROCESSES; i > 1; i--) {
            uint32_t other = (uint32_t)random_below(&random, i);
            float kept = graph_measure(graph, i - 1, related[f]);
            graph_measure_set(graph, i - 1, related[f], (double)graph_measure(graph, other, related[f]));
            graph_measure_set(graph, other, related[f], (double)kept);
        }
}

static struct model *train(struct graph **graphs, const struct training *training)
{
    struct error error = {0};
    struct model *model = model_train(graphs, GRAPHS, training, &error);
    if (model == NULL)
        fail_msg("%s", error.text);
    return model;
}

/* Mean squared error of what is hidden, one group at a time. */
static double hidden_error(const struct model *model, const struct graph *graph)
{
    struct masked_rows rows;
    struct masked_room room;
    struct random random;
    double sum = 0;
    size_t count = 0;
    random_init(&random, 1);
    assert_true(masked_rows_init(&rows, model, 4 * PROCESSES, NULL) && masked_room_init(&room, model, NULL));
    assert_true(masked_rows_add(&rows, model, graph, 1, &random, NULL));
    for (size_t row = 0; row < rows.count; row++)
        for (size_t group = 0; group < model->group_count; group++) {
            memcpy(room.rows, rows.inputs + row * rows.input_stride, rows.input_stride * sizeof(float));
            masked_hide(model, room.rows, group);
            const float *out = masked_forward(model, &room, 1);
            for (size_t f = 0; f < model->feature_count; f++) {
                size_t cell = row * rows.target_stride + f;
                if (model->groups[f] != group || rows.scored[cell] == 0)
                    continue;
                sum += (double)((out[f] - rows.targets[cell]) * (out[f] - rows.targets[cell]));
                count++;
            }
        }
    masked_rows_done(&rows);
    masked_room_done(&room);
    assert_true(count > 0);
    return sum / (double)count;
}

static void features_shuffled_among_nodes_reconstruct_clearly_worse(void **state)
{
    (void)state;
    struct graph **graphs = hosts_make();
    struct model *model = train(graphs, &(struct training){.masked = true, .seed = 1});
    struct graph *fresh = host_make(1000);
    double whole = hidden_error(model, fresh);
    host_shuffle(fresh);
    double shuffled = hidden_error(model, fresh);
    print_message("hidden features: error %.4f, of shuffled ones %.4f\n", whole, shuffled);
    assert_true(shuffled > 3 * whole);
    assert_true(model_provenance(model)->held_out_loss < 0.5 * model_provenance(model)->held_out_median_loss);
    graph_free(fresh);
    model_free(model);
    synthetic_graphs_free(graphs, GRAPHS);
}

static void the_same_seed_gives_the_same_file(void **state)
{
    (void)state;
    struct graph **graphs = hosts_make();
    struct training training = {.masked = true, .seed = 4, .epochs = 3};
    struct model *one = train(graphs, &training), *other = train(graphs, &training);
    size_t bytes = one->network.value_count * sizeof(float);
    assert_memory_equal(one->network.values, other->network.values, bytes);
    assert_memory_equal(one->spreads, other->spreads, SPREAD_KINDS * one->feature_count * sizeof *one->spreads);
    training.seed = 5;
    struct model *third = train(graphs, &training);
    assert_memory_not_equal(one->network.values, third->network.values, bytes);
    model_free(one);
    model_free(other);
    model_free(third);
    synthetic_graphs_free(graphs, GRAPHS);
}

static float deviation_of(const struct model *model, const struct graph *graph, uint32_t node, const char *feature)
{
    struct residuals residuals;
    float deviation = NAN;
    assert_true(model_residuals(model, graph, &residuals, NULL));
    for (size_t f = 0; f < residuals.features; f++)
        if (strcmp(model_feature(model, f)->name, feature) == 0)
            deviation = residuals.deviation[node * residuals.features + f];
    residuals_done(&residuals);
    return deviation;
}

static void programs_stand_against_their_own_normal(void **state)
{
    (void)state;
    struct graph **graphs = hosts_make(), *fresh = host_make(1000);
    struct model *model = train(graphs, &(struct training){.masked = true, .seed = 1, .one_host = true});
    assert_non_null(baselines_find(&model->baselines, "program:heavy"));
    assert_non_null(baselines_find(&model->baselines, "entity:/usr/bin/heavy|heavy||first"));
    assert_null(baselines_find(&model->baselines, "program:never"));
    /* Four cores are normal for one of them, and not for the other. */
    assert_true(deviation_of(model, fresh, 10, "cpu") < 3);
    graph_measure_set(fresh, 11, MEASURE_CPU_PCT, 450);
    assert_true(deviation_of(model, fresh, 11, "cpu") > 3);
    graph_free(fresh);
    model_free(model);
    synthetic_graphs_free(graphs, GRAPHS);
}

/* One feature far off beside others that are as ever is explained by itself: the rest is expected to stay. */
static void what_was_taken_away_is_not_held_against_a_node(void **state)
{
    (void)state;
    struct graph **graphs = hosts_make(), *fresh = host_make(1000);
    struct model *model = train(graphs, &(struct training){.masked = true, .seed = 1});
    double normal = (double)graph_measure(fresh, 11, MEASURE_WRITE_BPS);
    graph_measure_set(fresh, 11, MEASURE_WRITE_BPS, 5e9);
    assert_true(deviation_of(model, fresh, 11, "write") > 3);
    graph_measure_set(fresh, 11, MEASURE_WRITE_BPS, normal);
    assert_true(deviation_of(model, fresh, 11, "write") < 3);
    graph_free(fresh);
    model_free(model);
    synthetic_graphs_free(graphs, GRAPHS);
}

static void a_model_file_gives_the_same_residuals_again(void **state)
{
    (void)state;
    char path[] = "/tmp/culprit-masked-XXXXXX";
    struct error error = {0};
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    struct graph **graphs = hosts_make(), *fresh = host_make(1000);
    graph_measure_set(fresh, 11, MEASURE_CPU_PCT, 450);
    struct model *model = train(graphs, &(struct training){.masked = true, .seed = 1, .epochs = 3});
    if (!model_write(model, path, &error))
        fail_msg("%s", error.text);
    struct model *again = model_read(path, &error);
    if (again == NULL)
        fail_msg("%s", error.text);
    assert_string_equal(model_remarks(again), "");
    float before = deviation_of(model, fresh, 11, "cpu"), after = deviation_of(again, fresh, 11, "cpu");
    assert_true(fabsf(before - after) < 1e-2f);
    unlink(path);
    close(descriptor);
    graph_free(fresh);
    model_free(model);
    model_free(again);
    synthetic_graphs_free(graphs, GRAPHS);
}

static void a_host_blends_its_normal_into_what_was_known(void **state)
{
    (void)state;
    struct graph **graphs = hosts_make();
    struct model *before = train(graphs, &(struct training){.masked = true, .seed = 1, .epochs = 3});
    for (size_t i = 0; i < GRAPHS; i++)
        for (uint32_t node = 0; node < PROCESSES; node++)
            graph_measure_set(graphs[i], node, MEASURE_CPU_PCT, 150);
    struct model *after = train(graphs, &(struct training){.from = before, .one_host = true});
    const struct baseline *old = baselines_find(&before->baselines, "program:steady");
    const struct baseline *fresh = baselines_find(&after->baselines, "program:steady");
    /* 54 steady processes in each of 20 windows weigh 1080 / 1100. */
    float y = old->cells[0].median + (1.5f - old->cells[0].median) * 1080 / 1100;
    assert_true(fabsf(fresh->cells[0].median - y) < 1e-3f);
    assert_memory_equal(before->network.values, after->network.values, before->network.value_count * sizeof(float));
    model_free(before);
    model_free(after);
    synthetic_graphs_free(graphs, GRAPHS);
}

static void neighbours_are_seen_by_relation_and_a_node_never_sees_itself(void **state)
{
    (void)state;
    struct graph *graph = graph_new();
    for (int i = 0; i < 4; i++) {
        char id[8];
        snprintf(id, sizeof id, "%d", i);
        graph_node_add(graph, i == 3 ? NODE_FILE : NODE_PROCESS, id, id, NULL);
    }
    graph_edge_add(graph, EDGE_PARENT, 0, 1);
    graph_edge_add(graph, EDGE_PARENT, 0, 2);
    graph_edge_add(graph, EDGE_OPENS, 1, 3);
    graph_edge_add(graph, EDGE_OPENS, 2, 3);
    graph_edge_add(graph, EDGE_WAITS, 1, 2);
    graph_edge_add(graph, EDGE_WAITS, 2, 2);
    assert_true(graph_finish(graph, NULL));
    struct relations relations;
    const float rows[] = {1, 2, 4, 8};
    float mean;
    assert_true(relations_init(&relations, graph, NULL));
    assert_int_equal(relation_parent(&relations, 1), 0);
    assert_int_equal(relation_parent(&relations, 0), NODE_NONE);
    relation_mean(&relations, RELATION_PARENT, 2, rows, 1, 1, &mean);
    assert_true(mean == 1);
    relation_mean(&relations, RELATION_FILE, 3, rows, 1, 1, &mean);
    assert_true(mean == 3);
    relation_mean(&relations, RELATION_FILE, 1, rows, 1, 1, &mean);
    assert_true(mean == 8);
    relation_mean(&relations, RELATION_WAIT, 1, rows, 1, 1, &mean);
    assert_true(mean == 4);
    relation_mean(&relations, RELATION_WAIT, 2, rows, 1, 1, &mean);
    assert_true(mean == 0);
    relations_done(&relations);
    graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_shuffled_among_nodes_reconstruct_clearly_worse),
        cmocka_unit_test(the_same_seed_gives_the_same_file),
        cmocka_unit_test(programs_stand_against_their_own_normal),
        cmocka_unit_test(what_was_taken_away_is_not_held_against_a_node),
        cmocka_unit_test(a_model_file_gives_the_same_residuals_again),
        cmocka_unit_test(a_host_blends_its_normal_into_what_was_known),
        cmocka_unit_test(neighbours_are_seen_by_relation_and_a_node_never_sees_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
