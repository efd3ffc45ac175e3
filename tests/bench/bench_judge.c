/* Benchmark: from residuals to a verdict (all but the model) on 40,000 nodes and 100,000 edges. Prints medians of cpu
 * time; nothing passes or fails. */
#include "base/clock.h"
#include "judge/judgement.h"

#include <stdio.h>
#include <stdlib.h>

enum { NODES = 40000, EDGES = 100000, PROCESSES = 3000, FEATURES = 11, ROUNDS = 15 };

static const struct feature *feature_of(const void *model, size_t feature)
{
    static const struct feature acts = {"cpu_pct", "%", "cpu", FEATURE_ACTS, false};
    static const struct feature suffers = {"latency", "s", "latency", FEATURE_SUFFERS, false};
    (void)model;
    return feature % 2 == 0 ? &acts : &suffers;
}

static double wait_normal_of(const void *model, enum wait_kind kind, const char *program)
{
    (void)model;
    (void)kind;
    (void)program;
    return 0.1;
}

/* A small generator of its own, so that every run judges the same host. */
static uint32_t draw(uint32_t below)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)((state >> 33) % below);
}

static struct graph *graph_make(size_t waits, uint32_t waiters)
{
    struct graph *graph = graph_new();
    if (graph == NULL)
        return NULL;
    graph->window_s = 5;
    for (uint32_t n = 0; n < NODES; n++) {
        char id[32];
        snprintf(id, sizeof id, "%u@1", n);
        if (graph_node_add(graph, n < PROCESSES ? NODE_PROCESS : NODE_FILE, id, id, NULL) == NODE_NONE)
            goto fail;
    }
    for (size_t i = 0; i < EDGES; i++) {
        bool waiting = i < waits;
        uint32_t from = draw(waiting ? waiters : PROCESSES);
        struct edge *edge = graph_edge_add(graph, waiting ? EDGE_WAITS : EDGE_OPENS, from,
                                           waiting ? draw(PROCESSES) : PROCESSES + draw(NODES - PROCESSES));
        if (edge == NULL)
            goto fail;
        edge->on = PROCESSES + draw(NODES - PROCESSES);
        edge->seconds = edge->total_s = 1 + draw(100);
        edge->count = 1;
        edge->ongoing = true;
    }
    if (graph_finish(graph, NULL))
        return graph;
fail:
    graph_free(graph);
    return NULL;
}

static int time_compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static bool judge_once(const struct graph *graph, const struct residuals *residuals, int64_t *time_ns)
{
    const struct knowledge knowledge = {.feature = feature_of, .wait_normal_s = wait_normal_of};
    struct verdict verdict = {0};
    struct judgement judgement;
    int64_t before = clock_cpu_ns();
    bool judged = judgement_make(&judgement, graph, residuals, &knowledge, &verdict.arena, NULL) &&
                  judgement_conclude(&judgement, 0, &verdict, NULL);
    judgement_done(&judgement);
    *time_ns = clock_cpu_ns() - before;
    arena_done(&verdict.arena);
    return judged;
}

/* unusual: one of so many cells lies beyond the dead zone. */
static bool bench_case(const char *name, size_t waits, uint32_t waiters, uint32_t unusual)
{
    int64_t times[ROUNDS];
    struct graph *graph = graph_make(waits, waiters);
    float *cells = malloc(NODES * FEATURES * sizeof *cells);
    bool complete = graph != NULL && cells != NULL;
    for (size_t i = 0; complete && i < NODES * FEATURES; i++)
        cells[i] = draw(unusual) == 0 ? (float)draw(20) : (float)draw(3);
    const struct residuals residuals = {
        .nodes = NODES, .features = FEATURES, .observed = cells, .expected = cells, .deviation = cells};
    for (size_t i = 0; i < ROUNDS && complete; i++)
        complete = judge_once(graph, &residuals, &times[i]);
    if (complete) {
        qsort(times, ROUNDS, sizeof *times, time_compare);
        printf("judge  %d nodes, %d edges, %-38s %7.2f ms\n", NODES, EDGES, name,
               (double)times[ROUNDS / 2] / NS_PER_MS);
    }
    free(cells);
    graph_free(graph);
    return complete;
}

int main(void)
{
    return bench_case("nobody waits", 0, 1, 1000) && bench_case("300 wait", 300, PROCESSES, 1000) &&
                   bench_case("3,000 wait, in circles, all unusual", 3000, PROCESSES, 2) &&
                   bench_case("every edge a wait", EDGES, PROCESSES, 2)
               ? 0
               : 1;
}
