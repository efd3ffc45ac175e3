/* The table of features and their observation. */
#include "model/feature.h"

#include "graph/centrality.h"
#include "model/matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TRANSFORM_NAME(transform, name, help) [transform] = name,
const char *const transform_names[TRANSFORM_COUNT] = {TRANSFORMS(TRANSFORM_NAME)};

#define SATURATING_MAX 0.999

double transform_apply(const struct transform *transform, double observed)
{
    double positive = observed > 0 ? observed : 0;
    switch (transform->kind) {
    case TRANSFORM_SATURATING:
        return positive / (positive + transform->full);
    case TRANSFORM_LOG:
        return log1p(transform->scale * positive) / log1p(transform->scale * transform->full);
    default:
        return observed / transform->full;
    }
}

double transform_invert(const struct transform *transform, double value)
{
    double positive = value > 0 ? value : 0;
    switch (transform->kind) {
    case TRANSFORM_SATURATING:
        positive = positive < SATURATING_MAX ? positive : SATURATING_MAX;
        return transform->full * positive / (1 - positive);
    case TRANSFORM_LOG:
        return expm1(positive * log1p(transform->scale * transform->full)) / transform->scale;
    default:
        return positive * transform->full;
    }
}

float measure_observe(const struct observation *observation, uint32_t node, enum measure measure)
{
    return graph_measure(observation->graph, node, measure);
}

static float blocked_observe(const struct observation *observation, uint32_t node, enum measure measure)
{
    float seconds = graph_measure(observation->graph, node, measure);
    return isnan(seconds) ? NAN : seconds > 0;
}

static float kind_observe(const struct observation *observation, uint32_t node, enum measure measure)
{
    static const float codes[NODE_KIND_COUNT] = {
        [NODE_PROCESS] = 0, [NODE_FILE] = 1,       [NODE_SOCKET] = 2, [NODE_PIPE] = 2,
        [NODE_DEVICE] = 1,  [NODE_FILESYSTEM] = 3, [NODE_HOST] = 3,
    };
    (void)measure;
    return codes[observation->graph->nodes[node].kind];
}

static float state_observe(const struct observation *observation, uint32_t node, enum measure measure)
{
    static const struct {
        char letter;
        float code;
    } states[] = {{'S', 0}, {'I', 0}, {'R', 1}, {'D', 2}, {'T', 3}, {'t', 3}, {'Z', 4}, {'X', 4}};
    (void)measure;
    char letter = observation->graph->nodes[node].state;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (states[i].letter == letter)
            return states[i].code;
    return NAN;
}

static float degree_observe(const struct observation *observation, uint32_t node, enum measure measure)
{
    (void)measure;
    size_t nodes = observation->adjacency->nodes;
    return nodes < 2 ? NAN : (float)adjacency_degree(observation->adjacency, node) / (float)(nodes - 1);
}

static float betweenness_observe(const struct observation *observation, uint32_t node, enum measure measure)
{
    (void)measure;
    return observation->betweenness == NULL ? NAN : (float)observation->betweenness[node];
}

static float host_measure(const struct observation *observation, enum measure measure)
{
    uint32_t host = observation->graph->host;
    return host == NODE_NONE ? NAN : graph_measure(observation->graph, host, measure);
}

float host_observe(const struct observation *observation, uint32_t node, enum measure measure)
{
    (void)node;
    return host_measure(observation, measure);
}

static float pressure_observe(const struct observation *observation, uint32_t node, enum measure measure)
{
    (void)node, (void)measure;
    return (host_measure(observation, MEASURE_PSI_CPU) + host_measure(observation, MEASURE_PSI_MEMORY) +
            host_measure(observation, MEASURE_PSI_IO)) /
           3;
}

static float critical_observe(const struct observation *observation, uint32_t node, enum measure measure)
{
    (void)node, (void)measure;
    return fmaxf(host_measure(observation, MEASURE_PSI_MEMORY_FULL), host_measure(observation, MEASURE_PSI_IO_FULL));
}

#define MIB (1024.0 * 1024)
#define GIB (1024 * MIB)

const struct feature_row feature_rows[FEATURE_ROWS] = {
    {{"node_type", "", "kind of node", FEATURE_CONTEXT, false},
     {TRANSFORM_LINEAR, 3, 0},
     .02,
     0,
     kind_observe,
     0,
     "0 process, 1 file or device, 2 socket or pipe, 3 part of the system (file system, host)",
     NULL},
    {{"cpu_pct", "%", "cpu", FEATURE_ACTS, false},
     {TRANSFORM_SATURATING, 100, 0},
     .02,
     5,
     measure_observe,
     MEASURE_CPU_PCT,
     "percent of one core over the window",
     NULL},
    {{"state", "", "state", FEATURE_ACTS, false},
     {TRANSFORM_LINEAR, 4, 0},
     .1,
     0,
     state_observe,
     0,
     "state of a process: 0 sleeping or idle, 1 running, 2 uninterruptible, 3 stopped, 4 zombie",
     NULL},
    /* Half, lest a single bit outweigh every graded feature in a squared error. */
    {{"has_blocked", "", "blocked", FEATURE_SUFFERS, false},
     {TRANSFORM_LINEAR, 2, 0},
     .05,
     .5,
     blocked_observe,
     MEASURE_BLOCKED_S,
     "1 when it waited for something for longer than from one look to the next, else 0",
     NULL},
    {{"blocked_duration", "s", "longest wait", FEATURE_SUFFERS, false},
     {TRANSFORM_LOG, 3600, 10},
     .03,
     .1,
     measure_observe,
     MEASURE_BLOCKED_S,
     "its longest wait, since it began",
     NULL},
    {{"latency", "ms", "round-trip time", FEATURE_SUFFERS, false},
     {TRANSFORM_LOG, 10000, 10},
     .03,
     2,
     measure_observe,
     MEASURE_RTT_MS,
     "smoothed round-trip time of a socket; of a process, the worst of its sockets",
     NULL},
    {{"degree_centrality", "", "degree centrality", FEATURE_CONTEXT, false},
     {TRANSFORM_LINEAR, 1, 0},
     .01,
     0,
     degree_observe,
     0,
     "neighbours divided by the other nodes",
     NULL},
    {{"betweenness", "", "betweenness", FEATURE_CONTEXT, false},
     {TRANSFORM_LINEAR, 1, 0},
     .01,
     0,
     betweenness_observe,
     0,
     "share of the shortest paths between others that pass through it; masked in graphs above 1,000 nodes",
     NULL},
    {{"memory_rss", "bytes", "memory", FEATURE_ACTS, true},
     {TRANSFORM_LOG, 64 * GIB, 1 / MIB},
     .02,
     32 * MIB,
     measure_observe,
     MEASURE_RSS_BYTES,
     "resident memory",
     NULL},
    {{"psi_combined", "", "pressure", FEATURE_CONTEXT, false},
     {TRANSFORM_LINEAR, 1, 0},
     .02,
     0,
     pressure_observe,
     0,
     "mean of the host's cpu, memory and io pressure (some), the same for every node",
     NULL},
    {{"psi_critical", "", "critical pressure", FEATURE_CONTEXT, false},
     {TRANSFORM_LINEAR, 1, 0},
     .02,
     0,
     critical_observe,
     0,
     "the larger of the host's memory and io pressure (full), the same for every node",
     NULL},
};

double feature_material_share(const struct feature_row *row, double rise)
{
    if (row->material <= 0 || rise >= row->material)
        return 1;
    return rise > 0 ? rise / row->material : 0;
}

const struct feature_row *feature_find(const char *name)
{
    for (size_t i = 0; i < FEATURE_ROWS; i++)
        if (strcmp(feature_rows[i].feature.name, name) == 0)
            return &feature_rows[i];
    for (size_t i = 0; i < MASKED_FEATURES; i++)
        if (strcmp(masked_features[i].feature.name, name) == 0)
            return &masked_features[i];
    return NULL;
}

/* NULL where nobody asks for it, or the graph is too big; error is set when it failed. */
static double *betweenness_new(const struct graph *graph, const struct feature_column *columns, size_t column_count,
                               bool *failed, struct error *error)
{
    bool wanted = false;
    for (size_t i = 0; i < column_count; i++)
        wanted = wanted || (columns[i].row != NULL && columns[i].row->observe == betweenness_observe);
    *failed = false;
    if (!wanted || graph->node_count > FEATURE_BETWEENNESS_NODES_MAX)
        return NULL;
    double *values = calloc(graph->node_count + 1, sizeof *values);
    if (values != NULL && graph_betweenness(graph, values, error))
        return values;
    *failed = true;
    if (values == NULL)
        error_memory(error);
    free(values);
    return NULL;
}

bool features_observe(const struct graph *graph, const struct adjacency *adjacency,
                      const struct feature_column *columns, size_t column_count, float *observed, float *features,
                      struct error *error)
{
    bool failed;
    double *betweenness = betweenness_new(graph, columns, column_count, &failed, error);
    if (failed)
        return false;
    struct observation observation = {graph, adjacency, betweenness};
    size_t stride = matrix_stride(column_count);
    for (size_t column = 0; column < column_count; column++) {
        const struct feature_column *feature = &columns[column];
        for (uint32_t node = 0; node < graph->node_count; node++) {
            float value = feature->row == NULL ? NAN : feature->row->observe(&observation, node, feature->row->measure);
            value = isfinite(value) ? value : NAN;
            observed[node * column_count + column] = value;
            if (!isnan(value))
                features[node * stride + column] = (float)transform_apply(&feature->transform, value);
        }
    }
    free(betweenness);
    return true;
}
