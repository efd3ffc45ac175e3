/* model: transforms, the adjacency, the forward pass and the gradient against plain double-precision ones, residuals,
 * normal waits. */
#include "model/adam.h"
#include "model/gradient.h"
#include "model/matrix.h"
#include "model/statistics.h"
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

static const size_t reference_widths[] = {11, 32, 16, 32, 11};

static void reference_has_its_published_size(void **state)
{
    (void)state;
    struct network network;
    assert_true(network_init(&network, reference_widths, 4, NULL));
    assert_int_equal(network_parameter_count(&network), 1819);
    network_done(&network);
    static const char *const names[] = {
        "node_type",         "cpu_pct",     "state",      "has_blocked",  "blocked_duration", "latency",
        "degree_centrality", "betweenness", "memory_rss", "psi_combined", "psi_critical"};
    assert_int_equal(FEATURE_ROWS, sizeof names / sizeof names[0]);
    for (size_t i = 0; i < FEATURE_ROWS; i++)
        assert_string_equal(feature_rows[i].feature.name, names[i]);
}

static void transforms_can_be_taken_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < FEATURE_ROWS; i++) {
        const struct transform *transform = &feature_rows[i].transform;
        assert_true(fabs(transform_apply(transform, 0)) < 1e-12);
        for (double share = 0.001; share <= 1; share *= 10) {
            double value = transform->full * share;
            double seen = transform_apply(transform, value);
            assert_true(seen > 0 && seen <= 1 + 1e-9);
            assert_true(fabs(transform_invert(transform, seen) - value) < 1e-6 * value);
        }
        assert_true(transform_invert(transform, -3) == 0);
        assert_true(isfinite(transform_invert(transform, 1.5)));
    }
}

/* A triangle with a tail and a node by itself, with parallel edges and a loop that must not count. */
static struct graph *small_graph(void)
{
    struct graph *graph = graph_new();
    assert_non_null(graph);
    static const char *const ids[] = {"a", "b", "c", "d", "e"};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(graph_node_add(graph, NODE_PROCESS, ids[i], ids[i], NULL), i);
    static const uint32_t ends[][2] = {{0, 1}, {1, 0}, {0, 1}, {1, 2}, {2, 0}, {2, 3}, {3, 3}};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        assert_non_null(graph_edge_add(graph, EDGE_OPENS, ends[i][0], ends[i][1]));
    assert_true(graph_finish(graph, NULL));
    return graph;
}

static void adjacency_is_simple_and_normalised(void **state)
{
    (void)state;
    struct graph *graph = small_graph();
    struct adjacency adjacency;
    assert_true(adjacency_init(&adjacency, graph, NULL));
    static const size_t degrees[] = {2, 2, 3, 1, 0};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(adjacency_degree(&adjacency, i), degrees[i]);
    float *in = matrix_new(5, 1), *out = matrix_new(5, 1);
    in[2 * MATRIX_LANES] = 1;
    adjacency_multiply(&adjacency, in, out, MATRIX_LANES, 0, 5);
    static const double expected[] = {0.28867513, 0.28867513, 0.25, 0.35355339, 0};
    for (size_t i = 0; i < 5; i++)
        assert_true(fabs(out[i * MATRIX_LANES] - expected[i]) < 1e-6);
    free(in);
    free(out);
    adjacency_done(&adjacency);
    graph_free(graph);
}

/* ---- the same network in plain double precision, as the formula says it ---- */

#define PLAIN_NODES 40
struct plain {
    size_t nodes;
    double adjacency[PLAIN_NODES][PLAIN_NODES];
    double rows[PLAIN_NODES][64];
};

static void plain_init(struct plain *plain, const struct example *example, size_t columns)
{
    *plain = (struct plain){.nodes = example->adjacency.nodes};
    for (size_t i = 0; i < plain->nodes; i++) {
        for (size_t j = example->adjacency.offsets[i]; j < example->adjacency.offsets[i + 1]; j++) {
            size_t other = example->adjacency.neighbours[j];
            plain->adjacency[i][other] = 1.0 / sqrt((double)(adjacency_degree(&example->adjacency, i) + 1) *
                                                    (double)(adjacency_degree(&example->adjacency, other) + 1));
        }
        for (size_t column = 0; column < columns; column++)
            plain->rows[i][column] = example->features[i * matrix_stride(columns) + column];
    }
}

static void plain_layer(struct plain *plain, const struct layer *layer, const double *nudge, bool cut)
{
    static double spread[PLAIN_NODES][64];
    memset(spread, 0, sizeof spread);
    for (size_t i = 0; i < plain->nodes; i++)
        for (size_t j = 0; j < plain->nodes; j++)
            for (size_t column = 0; column < layer->inputs; column++)
                spread[i][column] += plain->adjacency[i][j] * plain->rows[j][column];
    size_t stride = matrix_stride(layer->outputs);
    for (size_t i = 0; i < plain->nodes; i++)
        for (size_t out = 0; out < layer->outputs; out++) {
            double sum = layer->biases[out] + nudge[layer->inputs * stride + out];
            for (size_t in = 0; in < layer->inputs; in++)
                sum += spread[i][in] * (layer->weights[in * stride + out] + nudge[in * stride + out]);
            plain->rows[i][out] = cut && sum < 0 ? 0 : sum;
        }
}

/* nudge: added to the network's values, one each. */
static double plain_loss(struct plain *plain, const struct network *network, const struct example *example,
                         const double *nudge)
{
    size_t columns = network->layers[0].inputs;
    plain_init(plain, example, columns);
    for (size_t i = 0; i < network->layer_count; i++)
        plain_layer(plain, &network->layers[i], nudge + (network->layers[i].weights - network->values),
                    i + 1 < network->layer_count);
    double sum = 0;
    for (size_t i = 0; i < plain->nodes; i++)
        for (size_t column = 0; column < columns; column++) {
            size_t cell = i * matrix_stride(columns) + column;
            double difference = (plain->rows[i][column] - example->features[cell]) * example->weights[cell];
            sum += difference * difference;
        }
    return sum / (double)example->observed;
}

struct gradient_case {
    struct graph *graph;
    struct example example;
    struct network network;
    double *nudge;
};

/* Random features with a third of them masked; random biases too, so that no derivative is zero by chance. */
static void case_init(struct gradient_case *given, const size_t *widths, size_t layer_count)
{
    struct random random;
    random_init(&random, 7);
    given->graph = synthetic_graph(PLAIN_NODES, 3);
    assert_non_null(given->graph);
    assert_true(adjacency_init(&given->example.adjacency, given->graph, NULL));
    assert_true(network_init(&given->network, widths, layer_count, NULL));
    network_draw(&given->network, &random);
    for (size_t i = 0; i < layer_count; i++)
        for (size_t j = 0; j < given->network.layers[i].outputs; j++)
            given->network.layers[i].biases[j] = (float)(0.4 * random_unit(&random) - 0.2);
    given->example.features = matrix_new(PLAIN_NODES, widths[0]);
    given->example.weights = matrix_new(PLAIN_NODES, widths[0]);
    given->nudge = calloc(given->network.value_count, sizeof *given->nudge);
    for (size_t node = 0; node < PLAIN_NODES; node++)
        for (size_t column = 0; column < widths[0]; column++) {
            size_t cell = node * matrix_stride(widths[0]) + column;
            if (random_below(&random, 3) == 0)
                continue;
            given->example.features[cell] = (float)random_unit(&random);
            given->example.weights[cell] = 1;
            given->example.observed++;
        }
}

static void case_done(struct gradient_case *given)
{
    example_done(&given->example);
    network_done(&given->network);
    graph_free(given->graph);
    free(given->nudge);
}

/* The derivative by every parameter against central differences of the plain network. A difference that straddles a
 * corner of relu is no derivative: the two one-sided ones tell. */
static void gradient_matches(const size_t *widths, size_t layer_count)
{
    struct gradient_case given = {0};
    case_init(&given, widths, layer_count);
    static struct plain plain;
    struct gradient_room room;
    struct network gradient;
    struct network_room forward;
    assert_true(gradient_room_init(&room, &given.network, PLAIN_NODES, NULL));
    assert_true(network_room_init(&forward, &given.network, PLAIN_NODES, NULL));
    assert_true(network_copy(&gradient, &given.network, NULL));
    double loss = gradient_compute(&given.network, &given.example, &room, &gradient);
    double here = plain_loss(&plain, &given.network, &given.example, given.nudge);
    assert_true(fabs(loss - here) < 1e-5 * here);
    assert_true(fabs(example_loss(&given.network, &given.example, &forward) - here) < 1e-5 * here);
    size_t compared = 0;
    for (size_t i = 0; i < given.network.value_count; i += rounds_step()) {
        const double step = 1e-5;
        given.nudge[i] = step;
        double above = plain_loss(&plain, &given.network, &given.example, given.nudge);
        given.nudge[i] = -step;
        double below = plain_loss(&plain, &given.network, &given.example, given.nudge);
        given.nudge[i] = 0;
        double central = (above - below) / (2 * step);
        if (fabs((above - here) - (here - below)) > 1e-3 * (fabs(above - here) + 1e-7))
            continue;
        compared += central != 0;
        if (fabs(gradient.values[i] - central) > 1e-5 + 2e-3 * fabs(central))
            fail_msg("value %zu: analytic %g, numeric %g", i, (double)gradient.values[i], central);
    }
    assert_true(compared > network_parameter_count(&given.network) / 2 / rounds_step());
    network_room_done(&forward);
    gradient_room_done(&room);
    network_done(&gradient);
    case_done(&given);
}

static void gradient_agrees_with_finite_differences(void **state)
{
    (void)state;
    gradient_matches(reference_widths, 4);
}

/* Widths that are no multiple of a cache line, and a first layer that narrows. */
static void gradient_agrees_for_odd_widths(void **state)
{
    (void)state;
    static const size_t widths[] = {13, 5, 20, 7, 13};
    gradient_matches(widths, 4);
}

static void optimiser_takes_the_published_first_steps(void **state)
{
    (void)state;
    struct adam adam;
    float values[2] = {1, 1};
    static const float gradient[2] = {0.5f, -20};
    assert_true(adam_init(&adam, 2, NULL));
    adam_step(&adam, values, gradient, 0.1);
    assert_true(fabsf(values[0] - 0.9f) < 1e-5f && fabsf(values[1] - 1.1f) < 1e-5f);
    adam_step(&adam, values, gradient, 0.1);
    assert_true(fabsf(values[0] - 0.8f) < 1e-5f && fabsf(values[1] - 1.2f) < 1e-5f);
    adam_done(&adam);
}

static void percentiles_are_those_of_the_sorted_values(void **state)
{
    (void)state;
    struct random random;
    random_init(&random, 1);
    for (size_t count = 1; count < 60; count++) {
        float values[60], copy[60];
        for (size_t i = 0; i < count; i++)
            values[i] = (float)random_below(&random, 10);
        for (int share = 0; share <= 20; share++) {
            memcpy(copy, values, sizeof copy);
            float found = percentile(copy, count, share / 20.0);
            size_t place = (size_t)(share / 20.0 * (double)(count - 1) + 0.5), less = 0, equal = 0;
            for (size_t i = 0; i < count; i++) {
                less += values[i] < found;
                equal += values[i] == found;
            }
            assert_true(less <= place && place < less + equal);
        }
    }
    assert_true(percentile(NULL, 0, 0.5) == 0);
}

static struct model *trained(struct graph **graphs, size_t count)
{
    struct error error = {0};
    const struct training training = {.epochs = 30, .seed = 1};
    struct model *model = model_train(graphs, count, &training, &error);
    if (model == NULL)
        fail_msg("%s", error.text);
    return model;
}

static size_t feature_place(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model_feature_count(model); i++)
        if (strcmp(model_feature(model, i)->name, name) == 0)
            return i;
    fail_msg("no feature %s", name);
    return 0;
}

static void residuals_single_out_what_is_unusual(void **state)
{
    (void)state;
    struct graph **graphs = synthetic_graphs(8, 100, 200, 1);
    struct model *model = trained(graphs, 8);
    struct graph *sick = synthetic_graph(150, 99);
    size_t cpu = feature_place(model, "cpu_pct"), rtt = feature_place(model, "latency");
    uint32_t hog = 1;
    graph_measure_set(sick, hog, MEASURE_CPU_PCT, 400);
    struct residuals residuals;
    assert_true(model_residuals(model, sick, &residuals, NULL));
    assert_int_equal(residuals.nodes, 150);
    size_t features = residuals.features;
    assert_true(residuals.observed[hog * features + cpu] == 400);
    assert_true(residuals.expected[hog * features + cpu] < 100);
    assert_true(residuals.deviation[hog * features + cpu] > 5);
    size_t files = 0;
    for (size_t node = 0; node < residuals.nodes; node++) {
        assert_true(residuals.deviation[hog * features + cpu] >= residuals.deviation[node * features + cpu] ||
                    isnan(residuals.deviation[node * features + cpu]));
        if (sick->nodes[node].kind != NODE_FILE)
            continue;
        files++;
        assert_true(isnan(residuals.observed[node * features + cpu]));
        assert_true(isnan(residuals.expected[node * features + rtt]));
        assert_true(isnan(residuals.deviation[node * features + rtt]));
        assert_true(residuals.error[node] >= 0 && residuals.error[node] < 1);
    }
    assert_true(files > 0);
    residuals_done(&residuals);
    graph_free(sick);
    model_free(model);
    synthetic_graphs_free(graphs, 8);
}

static void rises_that_mean_nothing_hardly_count(void **state)
{
    (void)state;
    const struct feature_row *memory = feature_find("memory_rss");
    assert_true(feature_material_share(memory, 1 << 20) < 0.04);
    assert_true(feature_material_share(memory, -1e9) == 0);
    assert_true(feature_material_share(memory, 1e9) == 1);
    assert_true(feature_material_share(feature_find("degree_centrality"), 1e-6) == 1);

    struct graph **graphs = synthetic_graphs(8, 100, 200, 1);
    struct model *model = trained(graphs, 8);
    struct graph *host = synthetic_graph(150, 99);
    struct residuals residuals;
    size_t cpu = feature_place(model, "cpu_pct");
    assert_true(model_residuals(model, host, &residuals, NULL));
    float expected = residuals.expected[residuals.features + cpu];
    residuals_done(&residuals);
    graph_measure_set(host, 1, MEASURE_CPU_PCT, expected + 0.5);
    assert_true(model_residuals(model, host, &residuals, NULL));
    float deviation = residuals.deviation[residuals.features + cpu];
    double rise = (double)residuals.observed[residuals.features + cpu] - residuals.expected[residuals.features + cpu];
    assert_true(rise > 0 && deviation <= 20 * feature_material_share(feature_find("cpu_pct"), rise));
    residuals_done(&residuals);
    graph_free(host);
    model_free(model);
    synthetic_graphs_free(graphs, 8);
}

static void residuals_of_healthy_hosts_stay_within_bounds(void **state)
{
    (void)state;
    struct graph **graphs = synthetic_graphs(12, 100, 200, 5);
    struct model *model = trained(graphs, 12);
    struct residuals residuals;
    assert_true(model_residuals(model, graphs[3], &residuals, NULL));
    for (size_t i = 0; i < residuals.nodes * residuals.features; i++)
        assert_true(isnan(residuals.deviation[i]) || fabsf(residuals.deviation[i]) <= 20);
    assert_true(model_threshold(model) > 0);
    assert_true(residuals.score > 0 && residuals.score < 4 * model_threshold(model));
    residuals_done(&residuals);
    model_free(model);
    synthetic_graphs_free(graphs, 12);
}

static void an_empty_graph_has_no_residuals(void **state)
{
    (void)state;
    struct graph **graphs = synthetic_graphs(2, 20, 30, 5);
    struct model *model = trained(graphs, 2);
    struct graph *empty = graph_new();
    assert_true(graph_finish(empty, NULL));
    struct residuals residuals;
    assert_true(model_residuals(model, empty, &residuals, NULL));
    assert_int_equal(residuals.nodes, 0);
    assert_true(residuals.score == 0);
    residuals_done(&residuals);
    graph_free(empty);
    model_free(model);
    synthetic_graphs_free(graphs, 2);
}

static void unseen_waits_fall_back_by_kind(void **state)
{
    (void)state;
    struct model *model = model_new();
    assert_true(model_wait_normal_s(model, WAIT_LOCK, "payment") == 0.05);
    assert_true(model_wait_normal_s(model, WAIT_DISK, NULL) == 0.5);
    assert_true(isinf(model_wait_normal_s(model, WAIT_CHILD, "sh")));
    assert_true(isinf(model_wait_normal_s(model, WAIT_PIPE_READ, "sh")));
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_has_its_published_size),
        cmocka_unit_test(transforms_can_be_taken_back),
        cmocka_unit_test(adjacency_is_simple_and_normalised),
        cmocka_unit_test(gradient_agrees_with_finite_differences),
        cmocka_unit_test(gradient_agrees_for_odd_widths),
        cmocka_unit_test(optimiser_takes_the_published_first_steps),
        cmocka_unit_test(percentiles_are_those_of_the_sorted_values),
        cmocka_unit_test(residuals_single_out_what_is_unusual),
        cmocka_unit_test(rises_that_mean_nothing_hardly_count),
        cmocka_unit_test(residuals_of_healthy_hosts_stay_within_bounds),
        cmocka_unit_test(an_empty_graph_has_no_residuals),
        cmocka_unit_test(unseen_waits_fall_back_by_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
