/* Benchmark: from a window of samples to a graph, and betweenness. Prints medians of cpu time; nothing passes or fails.
 */
#include "base/clock.h"
#include "graph/centrality.h"
#include "graph/graph.h"
#include "tests/unit/make_sample.h"

#include <stdio.h>
#include <stdlib.h>

enum { SAMPLES = 6, ROUNDS = 15 };

static int time_compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static double median_ms(int64_t *times)
{
    qsort(times, ROUNDS, sizeof *times, time_compare);
    return (double)times[ROUNDS / 2] / NS_PER_MS;
}

/* What the dear tier adds: counters of every socket, and a look at every file. */
static void sample_complete(struct sample *sample, unsigned moment)
{
    struct table *sockets = &sample->tables[TABLE_SOCKET];
    for (size_t row = 0; row < sockets->rows; row++)
        table_set_u64(sockets, row, SOCKET_RETRANSMITS, row % 7 + (row % 10 == 0 ? moment : 0));
    for (unsigned directory = 0; directory < 300; directory++)
        for (unsigned number = 0; number < 8; number++) {
            char path[64];
            int length = snprintf(path, sizeof path, "/var/lib/data/%u/segment-%u.log", directory, number);
            size_t row = table_append(&sample->tables[TABLE_FILE]);
            sample_set_string(sample, TABLE_FILE, row, FILE_PATH, path, (size_t)length);
            table_set_u64(&sample->tables[TABLE_FILE], row, FILE_MOUNT_NAMESPACE, 4026531840U);
            table_set_u64(&sample->tables[TABLE_FILE], row, FILE_DEVICE, 0x801);
            table_set_u64(&sample->tables[TABLE_FILE], row, FILE_INODE, 1000 + directory * 8 + number);
            table_set_u64(&sample->tables[TABLE_FILE], row, FILE_SIZE_BYTES, 4096 * (number + moment));
        }
}

/* The last of the graphs, or NULL. */
static struct graph *build_repeatedly(const struct window *window, int64_t *times)
{
    struct graph *graph = NULL;
    for (size_t i = 0; i < ROUNDS; i++) {
        graph_free(graph);
        int64_t before = clock_cpu_ns();
        graph = graph_build(window, NULL);
        times[i] = clock_cpu_ns() - before;
        if (graph == NULL)
            return NULL;
    }
    return graph;
}

static bool bench_size(size_t processes)
{
    struct sample *samples[SAMPLES] = {0};
    struct window window = {.samples = samples};
    int64_t times[ROUNDS];
    struct graph *graph = NULL;
    double *values = NULL;
    for (unsigned s = 0; s < SAMPLES; s++)
        if ((samples[s] = sample_make(processes, s)) != NULL) {
            sample_complete(samples[s], s);
            window.count++;
        }
    if (window.count == SAMPLES)
        graph = build_repeatedly(&window, times);
    if (graph != NULL)
        values = malloc(graph->node_count * sizeof *values);
    bool complete = values != NULL;
    if (complete) {
        printf("graph_build  %5zu processes, %d samples: %6zu nodes, %6zu edges  %7.2f ms\n", processes, SAMPLES,
               graph->node_count, graph->edge_count, median_ms(times));
        int64_t before = clock_cpu_ns();
        complete = graph_betweenness(graph, values, NULL);
        printf("betweenness  of that graph                                        %7.2f ms\n",
               (double)(clock_cpu_ns() - before) / NS_PER_MS);
    }
    free(values);
    graph_free(graph);
    for (size_t s = 0; s < window.count; s++)
        sample_release(samples[s]);
    return complete;
}

int main(void)
{
    return bench_size(100) && bench_size(1000) && bench_size(3000) ? 0 : 1;
}
