/* Benchmark: the reference model on made-up hosts, forward passes and whole residuals by size, a training of 89 graphs
 * of 774 nodes; and the default model's residuals. Medians of cpu time on one thread; nothing passes or fails. */
#include "base/clock.h"
#include "model/matrix.h"
#include "model/network.h"
#include "model/structure.h"
#include "model/train.h"

#include "tests/unit/synthetic.h"

#include <stdio.h>
#include <stdlib.h>

static int time_compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static double median_ms(int64_t *times, size_t count)
{
    qsort(times, count, sizeof *times, time_compare);
    return (double)times[count / 2] / NS_PER_MS;
}

static bool bench_forward(const struct model *model, const struct graph *graph, double limit_ms)
{
    enum { ROUNDS = 51 };
    int64_t times[ROUNDS];
    struct adjacency adjacency;
    struct network_room room = {0};
    size_t cells = graph->node_count * matrix_stride(model->feature_count);
    float *features = matrix_new(graph->node_count, model->feature_count);
    bool ready = adjacency_init(&adjacency, graph, NULL) &&
                 network_room_init(&room, &model->network, graph->node_count, NULL) && features != NULL;
    for (size_t i = 0; ready && i < cells; i++)
        features[i] = i % MATRIX_LANES < model->feature_count ? (float)(i * 2654435761U % 1000) / 1000 : 0;
    for (size_t i = 0; ready && i < ROUNDS; i++) {
        int64_t before = clock_cpu_ns();
        network_forward(&model->network, &adjacency, features, &room);
        times[i] = clock_cpu_ns() - before;
    }
    if (ready)
        printf("forward, %6zu nodes, %6zu edges: %7.3f ms (goal %g)\n", graph->node_count, graph->edge_count,
               median_ms(times, ROUNDS), limit_ms);
    network_room_done(&room);
    adjacency_done(&adjacency);
    free(features);
    return ready;
}

static bool bench_residuals(const struct model *model, const struct graph *graph)
{
    enum { ROUNDS = 11 };
    int64_t times[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) {
        struct residuals residuals;
        int64_t before = clock_cpu_ns();
        if (!model_residuals(model, graph, &residuals, NULL))
            return false;
        times[i] = clock_cpu_ns() - before;
        residuals_done(&residuals);
    }
    printf("residuals, %4zu nodes%s: %7.3f ms\n", graph->node_count,
           graph->node_count <= FEATURE_BETWEENNESS_NODES_MAX ? ", betweenness included" : "",
           median_ms(times, ROUNDS));
    return true;
}

/* The default model on a host as it is, and on one where everybody is unusual. */
static bool bench_default(const struct model *model, size_t nodes, double limit_ms)
{
    enum { ROUNDS = 11 };
    struct graph *graph = synthetic_graph(nodes, 1);
    bool done = graph != NULL;
    for (int odd = 0; done && odd < 2; odd++) {
        int64_t times[ROUNDS];
        for (uint32_t node = 0; odd == 1 && node < graph->node_count; node++)
            if (graph->nodes[node].kind == NODE_PROCESS)
                graph_measure_set(graph, node, MEASURE_WRITE_BPS, 5e9);
        for (size_t i = 0; done && i < ROUNDS; i++) {
            struct residuals residuals;
            int64_t before = clock_cpu_ns();
            done = model_residuals(model, graph, &residuals, NULL);
            times[i] = clock_cpu_ns() - before;
            if (done)
                residuals_done(&residuals);
        }
        if (done)
            printf("default, %6zu nodes%s: %7.3f ms (goal %g for a whole verdict)\n", nodes,
                   odd == 1 ? ", all unusual" : "", median_ms(times, ROUNDS), limit_ms);
    }
    graph_free(graph);
    return done;
}

static bool bench_training(void)
{
    enum { GRAPHS = 89, NODES = 774 };
    struct graph **graphs = synthetic_graphs(GRAPHS, NODES, NODES, 1);
    if (graphs == NULL)
        return false;
    int64_t before = clock_cpu_ns();
    struct model *model = model_train(graphs, GRAPHS, &(struct training){.seed = 1}, NULL);
    double seconds = (double)(clock_cpu_ns() - before) / NS_PER_S;
    synthetic_graphs_free(graphs, GRAPHS);
    if (model == NULL)
        return false;
    const struct model_provenance *provenance = model_provenance(model);
    printf("training, %d graphs of %d nodes, 100 epochs: %.2f s (goal 3); loss %.4f -> %.4f, held out %.4f, "
           "predicting the median %.4f\n",
           GRAPHS, NODES, seconds, provenance->losses[0], provenance->losses[provenance->loss_count - 1],
           provenance->held_out_loss, provenance->held_out_median_loss);
    model_free(model);
    return true;
}

int main(void)
{
    static const struct {
        size_t nodes;
        double limit_ms;
    } sizes[] = {{774, 0.1}, {10000, 2}, {100000, 35}};
    struct graph **few = synthetic_graphs(4, 100, 200, 1);
    struct model *model = few == NULL ? NULL : model_train(few, 4, &(struct training){.epochs = 3}, NULL);
    synthetic_graphs_free(few, 4);
    bool done = model != NULL;
    for (size_t i = 0; done && i < sizeof sizes / sizeof sizes[0]; i++) {
        struct graph *graph = synthetic_graph(sizes[i].nodes, 1);
        done = graph != NULL && bench_forward(model, graph, sizes[i].limit_ms) && bench_residuals(model, graph);
        graph_free(graph);
    }
    model_free(model);
    struct model *bundled = done ? model_bundled(NULL) : NULL;
    done = bundled != NULL && bench_default(bundled, 1000, 10) && bench_default(bundled, 40000, 30);
    model_free(bundled);
    done = done && bench_training();
    if (!done)
        fprintf(stderr, "bench_model: out of memory\n");
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
