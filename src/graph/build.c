/* From a window of samples to the graph at its end: the order of the parts, and what they share. */
#include "graph/build.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

struct node_key {
    uint64_t kind;
    uint64_t key[2];
};

static bool node_has_key(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    (void)key_bytes;
    const struct build *build = items;
    const struct node_key *wanted = key;
    const struct scratch *own = &build->scratch[place];
    bool any_start = wanted->kind == NODE_PROCESS && wanted->key[1] == 0;
    return own->kind == wanted->kind && own->key[0] == wanted->key[0] && (own->key[1] == wanted->key[1] || any_start);
}

uint32_t build_find(const struct build *build, enum node_kind kind, uint64_t first, uint64_t second)
{
    struct node_key key = {kind, {first, second}};
    return index_find(&build->keys, build, &key, sizeof key);
}

bool build_key(struct build *build, uint32_t node, uint64_t first, uint64_t second)
{
    struct node_key key = {build->graph->nodes[node].kind, {first, second}};
    if (index_find(&build->keys, build, &key, sizeof key) != INDEX_NONE)
        return true;
    bool any_start = key.kind == NODE_PROCESS && second == 0;
    build->scratch[node].key[0] = first;
    if (!any_start)
        build->scratch[node].key[1] = second;
    return index_add(&build->keys, &key, sizeof key, node);
}

uint32_t build_node(struct build *build, enum node_kind kind, const char *name, bool has_label)
{
    struct graph *graph = build->graph;
    if (build->id.failed || build->label.failed ||
        !memory_grow(&build->scratch, &build->scratch_capacity, graph->node_count + 1, sizeof *build->scratch))
        return NODE_NONE;
    size_t before = graph->node_count;
    uint32_t node =
        graph_node_add(graph, kind, buffer_text(&build->id), name, has_label ? buffer_text(&build->label) : NULL);
    if (graph->node_count > before)
        build->scratch[node] = (struct scratch){.kind = kind};
    return node;
}

void build_id(struct build *build, const char *text)
{
    buffer_clear(&build->id);
    buffer_string(&build->id, text);
}

void build_number(struct buffer *text, uint64_t number)
{
    char digits[20];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buffer_append(text, digits + first, sizeof digits - first);
}

void build_measure(struct build *build, uint32_t node, enum measure measure, double value)
{
    if (isfinite(value))
        graph_measure_set(build->graph, node, measure, value);
}

void build_measure_sum(struct build *build, uint32_t node, enum measure measure, double value)
{
    float before = graph_measure(build->graph, node, measure);
    build_measure(build, node, measure, isnan(before) ? value : (double)before + value);
}

void build_measure_raise(struct build *build, uint32_t node, enum measure measure, double value)
{
    float before = graph_measure(build->graph, node, measure);
    if (isnan(before) || value > (double)before)
        build_measure(build, node, measure, value);
}

void build_measure_column(struct build *build, uint32_t node, enum measure measure, enum table_kind table, size_t row,
                          size_t column, double scale)
{
    const struct table *source = &build->newest->tables[table];
    if (table_known(source, row, column))
        build_measure(build, node, measure, (double)table_u64(source, row, column, 0) * scale);
}

double build_seconds(int64_t boottime_ns)
{
    return (double)boottime_ns / NS_PER_S;
}

uint64_t build_device(uint64_t st_dev)
{
    return (uint64_t)major(st_dev) << 20 | minor(st_dev);
}

/* Room for about as many nodes as there will be: growing step by step copies all that is there again and again. */
static bool build_reserve(struct build *build)
{
    enum { OTHERS = 1024, RESERVED_MAX = 1 << 18 };
    const struct table *tables = build->newest->tables;
    size_t nodes = tables[TABLE_PROCESS].rows + tables[TABLE_FILE].rows + tables[TABLE_SOCKET].rows + OTHERS;
    nodes = nodes < RESERVED_MAX ? nodes : RESERVED_MAX;
    return memory_grow(&build->scratch, &build->scratch_capacity, nodes, sizeof *build->scratch) &&
           index_reserve(&build->keys, nodes + tables[TABLE_PROCESS].rows) && graph_reserve(build->graph, nodes);
}

static bool build_init(struct build *build, const struct window *window)
{
    struct sample *newest = window->samples[window->count - 1];
    *build = (struct build){.graph = graph_new(), .window = window, .newest = newest};
    index_init(&build->keys, node_has_key);
    build->paths = malloc(newest->string_count * sizeof *build->paths);
    if (build->graph == NULL || build->paths == NULL)
        return false;
    if (!build_reserve(build))
        return false;
    for (size_t i = 0; i < newest->string_count; i++)
        build->paths[i] = (struct path_memory){.node = NODE_NONE};
    build->graph->sample = sample_reference(newest);
    build->graph->time_ns = newest->time_ns;
    build->graph->window_s =
        fmax(0, build_seconds(newest->boottime_ns) - build_seconds(window->samples[0]->boottime_ns));
    return true;
}

static void build_done(struct build *build)
{
    index_done(&build->keys);
    free(build->scratch);
    free(build->paths);
    buffer_done(&build->id);
    buffer_done(&build->label);
}

struct graph *graph_build(const struct window *window, struct error *error)
{
    if (window->count == 0) {
        error_set(error, "no sample to build a graph from: wait for the first one, or choose a later time");
        return NULL;
    }
    struct build build;
    bool built = build_init(&build, window) && build_host(&build) && build_processes(&build) && build_events(&build) &&
                 build_parents(&build) && build_cgroups(&build) && build_files(&build) && build_sockets(&build) &&
                 build_descriptors(&build) && build_connections(&build) && build_filesystems(&build) &&
                 build_waits(&build);
    build_pipes(&build);
    struct graph *graph = build.graph;
    build_done(&build);
    if (!built || !graph_finish(graph, error)) {
        error_memory(error);
        graph_free(graph);
        return NULL;
    }
    return graph;
}
