/* The host's own node, and its file systems. */
#include "graph/build.h"

#include "base/clock.h"

#include <math.h>

static const struct rate_column host_rates[] = {
    {HOST_CPU_BUSY_NS, MEASURE_CPU_PCT, 100.0 / NS_PER_S, false},
    {HOST_PSI_CPU_SOME_NS, MEASURE_PSI_CPU, 1.0 / NS_PER_S, false},
    {HOST_PSI_MEMORY_SOME_NS, MEASURE_PSI_MEMORY, 1.0 / NS_PER_S, false},
    {HOST_PSI_IO_SOME_NS, MEASURE_PSI_IO, 1.0 / NS_PER_S, false},
};
enum { HOST_RATE_COUNT = sizeof host_rates / sizeof host_rates[0] };

/* The kernel's own average over 10 s: stands in where the counters give nothing. */
static const struct {
    size_t column;
    enum measure measure;
} host_averages[] = {
    {HOST_PSI_CPU_SOME, MEASURE_PSI_CPU},    {HOST_PSI_MEMORY_SOME, MEASURE_PSI_MEMORY},
    {HOST_PSI_IO_SOME, MEASURE_PSI_IO},      {HOST_PSI_MEMORY_FULL, MEASURE_PSI_MEMORY_FULL},
    {HOST_PSI_IO_FULL, MEASURE_PSI_IO_FULL},
};

static void share_used(struct build *build, uint32_t node, enum measure measure, enum table_kind kind, size_t row,
                       size_t total_column, size_t free_column)
{
    const struct table *table = &build->newest->tables[kind];
    if (!table_known(table, row, total_column) || !table_known(table, row, free_column))
        return;
    double total = (double)table_u64(table, row, total_column, 0);
    double unused = (double)table_u64(table, row, free_column, 0);
    if (total > 0)
        build_measure(build, node, measure, 100.0 * fmax(0, 1.0 - unused / total));
}

static bool host_measures(struct build *build, uint32_t node)
{
    const struct table *table = &build->newest->tables[TABLE_HOST];
    for (size_t i = 0; i < sizeof host_averages / sizeof host_averages[0]; i++) {
        double average = table_f64(table, 0, host_averages[i].column, NAN);
        if (average >= 0)
            build_measure(build, node, host_averages[i].measure, fmin(1, average));
    }
    share_used(build, node, MEASURE_MEMORY_USED_PCT, TABLE_HOST, 0, HOST_MEMORY_TOTAL_BYTES,
               HOST_MEMORY_AVAILABLE_BYTES);
    share_used(build, node, MEASURE_SWAP_USED_PCT, TABLE_HOST, 0, HOST_SWAP_TOTAL_BYTES, HOST_SWAP_FREE_BYTES);

    struct rates rates = {.table = TABLE_HOST, .columns = host_rates, .column_count = HOST_RATE_COUNT};
    bool complete = true;
    for (size_t s = build->window->count; s-- > 0 && complete;)
        if (build->window->samples[s]->tables[TABLE_HOST].rows > 0)
            complete = rates_add(&rates, 0, build->window->samples[s], 0);
    for (size_t i = 0; i < HOST_RATE_COUNT && complete; i++) {
        double rate = rates_value(&rates, 0, i, NAN, 0);
        bool share = host_rates[i].measure != MEASURE_CPU_PCT;
        build_measure(build, node, host_rates[i].measure, share && rate > 1 ? 1 : rate);
    }
    rates_done(&rates);
    return complete;
}

bool build_host(struct build *build)
{
    const struct table *table = &build->newest->tables[TABLE_HOST];
    const char *name = table->rows > 0 ? sample_string(build->newest, TABLE_HOST, 0, HOST_NAME) : NULL;
    build_id(build, "host");
    uint32_t node = build_node(build, NODE_HOST, name == NULL || *name == '\0' ? "host" : name, false);
    if (node == NODE_NONE)
        return false;
    build->graph->host = node;
    build->ticks_per_s = 100;
    if (table->rows == 0)
        return true;
    build->graph->nodes[node].row = 0;
    uint64_t ticks = table_u64(table, 0, HOST_TICKS_PER_S, 0);
    if (ticks > 0)
        build->ticks_per_s = (double)ticks;
    return host_measures(build, node);
}

bool build_filesystems(struct build *build)
{
    const struct table *table = &build->newest->tables[TABLE_FILESYSTEM];
    for (size_t row = 0; row < table->rows; row++) {
        const char *mount = sample_string(build->newest, TABLE_FILESYSTEM, row, FILESYSTEM_MOUNT);
        if (mount == NULL)
            continue;
        build_id(build, "filesystem:");
        buffer_string(&build->id, mount);
        uint32_t node = build_node(build, NODE_FILESYSTEM, mount, false);
        if (node == NODE_NONE)
            return false;
        build->graph->nodes[node].row = (uint32_t)row;
        share_used(build, node, MEASURE_SPACE_USED_PCT, TABLE_FILESYSTEM, row, FILESYSTEM_TOTAL_BYTES,
                   FILESYSTEM_AVAILABLE_BYTES);
    }
    return true;
}
