/* Made-up healthy hosts. */
#include "synthetic.h"

#include "model/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t node_add(struct graph *graph, enum node_kind kind, const char *name)
{
    char id[64];
    snprintf(id, sizeof id, "%s:%zu", node_kinds[kind].name, graph->node_count);
    return graph_node_add(graph, kind, id, name, NULL);
}

static void process_measure(struct graph *graph, struct random *random, uint32_t node)
{
    bool busy = random_below(random, 10) == 0;
    bool waits = random_below(random, 3) > 0;
    graph->nodes[node].state = busy ? 'R' : 'S';
    graph_measure_set(graph, node, MEASURE_CPU_PCT, busy ? 40 * random_unit(random) : 0.5 * random_unit(random));
    graph_measure_set(graph, node, MEASURE_RSS_BYTES, exp2(21 + 6 * random_unit(random)));
    graph_measure_set(graph, node, MEASURE_BLOCKED_S, waits ? 30 * random_unit(random) : 0);
}

static void host_measure(struct graph *graph, struct random *random)
{
    double pressure = 0.1 * random_unit(random);
    graph->host = node_add(graph, NODE_HOST, "synthetic");
    graph_measure_set(graph, graph->host, MEASURE_PSI_CPU, pressure);
    graph_measure_set(graph, graph->host, MEASURE_PSI_MEMORY, 0);
    graph_measure_set(graph, graph->host, MEASURE_PSI_IO, pressure / 4);
    graph_measure_set(graph, graph->host, MEASURE_PSI_MEMORY_FULL, 0);
    graph_measure_set(graph, graph->host, MEASURE_PSI_IO_FULL, pressure / 8);
}

/* One more node somewhere behind the process. */
static bool object_add(struct graph *graph, struct random *random, uint32_t process)
{
    uint32_t object = NODE_NONE;
    switch (random_below(random, 10)) {
    case 0:
    case 1:
        object = node_add(graph, NODE_PIPE, "pipe");
        return object != NODE_NONE && graph_edge_add(graph, EDGE_PIPE, process, object) != NULL;
    case 2:
    case 3:
    case 4:
        object = node_add(graph, NODE_SOCKET, "127.0.0.1:80");
        if (object == NODE_NONE)
            return false;
        graph_measure_set(graph, object, MEASURE_RTT_MS, random_unit(random));
        return graph_edge_add(graph, EDGE_OWNS, process, object) != NULL;
    default:
        object = node_add(graph, NODE_FILE, "/var/lib/data");
        return object != NODE_NONE && graph_edge_add(graph, EDGE_OPENS, process, object) != NULL;
    }
}

static bool edge_add_between(struct graph *graph, struct random *random, uint32_t process)
{
    uint32_t other = (uint32_t)random_below(random, graph->node_count);
    if (graph->nodes[other].kind == NODE_PROCESS && other != process) {
        struct edge *edge = graph_edge_add(graph, EDGE_WAITS, process, other);
        if (edge == NULL)
            return false;
        edge->wait = WAIT_CHILD;
        edge->seconds = 30;
        edge->ongoing = edge->at_least = true;
        return true;
    }
    return graph->nodes[other].kind != NODE_FILE || graph_edge_add(graph, EDGE_OPENS, process, other) != NULL;
}

static bool graph_fill(struct graph *graph, struct random *random, size_t nodes)
{
    static const char *const programs[] = {"nginx", "redis-server", "postgres", "sh", "cron"};
    host_measure(graph, random);
    uint32_t first = node_add(graph, NODE_PROCESS, "init"), process = first;
    if (graph->host == NODE_NONE || first == NODE_NONE)
        return false;
    process_measure(graph, random, first);
    while (graph->node_count < nodes) {
        if (random_below(random, 6) > 0) {
            if (!object_add(graph, random, process) ||
                (random_below(random, 2) == 0 && !edge_add_between(graph, random, process)))
                return false;
            continue;
        }
        uint32_t child = node_add(graph, NODE_PROCESS, programs[random_below(random, 5)]);
        if (child == NODE_NONE ||
            graph_edge_add(graph, EDGE_PARENT, random_below(random, 2) == 0 ? first : process, child) == NULL)
            return false;
        process = child;
        process_measure(graph, random, child);
    }
    return true;
}

struct graph *synthetic_graph(size_t nodes, uint64_t seed)
{
    struct random random;
    random_init(&random, seed);
    struct graph *graph = graph_new();
    if (graph == NULL)
        return NULL;
    graph->window_s = 5;
    if (graph_fill(graph, &random, nodes) && graph_finish(graph, NULL))
        return graph;
    graph_free(graph);
    return NULL;
}

struct graph **synthetic_graphs(size_t count, size_t low, size_t high, uint64_t seed)
{
    struct graph **graphs = calloc(count, sizeof *graphs);
    for (size_t i = 0; graphs != NULL && i < count; i++) {
        graphs[i] = synthetic_graph(count > 1 ? low + (high - low) * i / (count - 1) : low, seed + i);
        if (graphs[i] == NULL) {
            synthetic_graphs_free(graphs, count);
            return NULL;
        }
    }
    return graphs;
}

void synthetic_graphs_free(struct graph **graphs, size_t count)
{
    for (size_t i = 0; graphs != NULL && i < count; i++)
        graph_free(graphs[i]);
    free(graphs);
}
