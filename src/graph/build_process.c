/* Processes: those of the newest sample, and those that the window saw go. */
#include "graph/build.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct rate_column process_rates[] = {
    {PROCESS_CPU_NS, MEASURE_CPU_PCT, 100.0 / NS_PER_S, false},
    {PROCESS_RUN_DELAY_NS, MEASURE_RUN_DELAY, 1.0 / NS_PER_S, false},
    {PROCESS_RUN_DELAY_ALL_NS, MEASURE_RUN_DELAY_ALL, 1.0 / NS_PER_S, false},
    {PROCESS_READ_BYTES, MEASURE_READ_BPS, 1, false},
    {PROCESS_WRITE_BYTES, MEASURE_WRITE_BPS, 1, false},
    {PROCESS_MAJOR_FAULTS, MEASURE_MAJOR_FAULTS_PS, 1, false},
    {PROCESS_MINOR_FAULTS, MEASURE_MINOR_FAULTS_PS, 1, false},
    {PROCESS_VOLUNTARY_SWITCHES, MEASURE_VOLUNTARY_PS, 1, false},
    {PROCESS_INVOLUNTARY_SWITCHES, MEASURE_INVOLUNTARY_PS, 1, false},
    {PROCESS_RSS_BYTES, MEASURE_RSS_GROWTH_BPS, 1, true},
    {PROCESS_DESCRIPTORS, MEASURE_DESCRIPTORS_GROWTH_PS, 1, true},
    {PROCESS_CHILDREN_CREATED, MEASURE_CHILDREN_PS, 1, false},
    {PROCESS_THREADS, MEASURE_THREADS_GROWTH_PS, 1, true},
};
enum { PROCESS_RATE_COUNT = sizeof process_rates / sizeof process_rates[0] };

/* Levels: as last seen. */
static const struct {
    size_t column;
    enum measure measure;
} process_levels[] = {
    {PROCESS_RSS_BYTES, MEASURE_RSS_BYTES},
    {PROCESS_DESCRIPTORS, MEASURE_DESCRIPTORS},
    {PROCESS_THREADS, MEASURE_THREADS},
};

static const char unknown_name[] = "?";

/* Adds a process that is not there yet. */
static uint32_t process_node(struct build *build, uint64_t pid, uint64_t start_ticks, const char *name, bool gone)
{
    if (name == NULL || *name == '\0')
        name = unknown_name;
    build_id(build, "");
    build_number(&build->id, pid);
    buffer_string(&build->id, "@");
    build_number(&build->id, start_ticks);
    buffer_clear(&build->label);
    buffer_string(&build->label, name);
    buffer_string(&build->label, "[");
    build_number(&build->label, pid);
    buffer_string(&build->label, "]");
    uint32_t node = build_node(build, NODE_PROCESS, name, true);
    if (node == NODE_NONE || !build_key(build, node, pid, start_ticks) || !build_key(build, node, pid, 0))
        return NODE_NONE;
    struct node *process = &build->graph->nodes[node];
    process->pid = (uint32_t)pid;
    process->start_ticks = start_ticks;
    process->exited = gone;
    build->gone += gone;
    return node;
}

static bool pid_valid(uint64_t pid)
{
    return pid > 0 && pid <= INT32_MAX;
}

bool build_process_find(struct build *build, uint64_t pid, uint64_t start_ticks, const char *name, uint32_t *node)
{
    *node = NODE_NONE;
    if (!pid_valid(pid))
        return true;
    *node = build_find(build, NODE_PROCESS, pid, start_ticks);
    if (*node != NODE_NONE || build->gone >= GONE_MAX)
        return true;
    *node = process_node(build, pid, start_ticks, name, true);
    return *node != NODE_NONE;
}

/* Copies a string that is not known yet. */
static bool attribute_take(struct build *build, const char **attribute, const struct sample *sample, size_t row,
                           size_t column)
{
    const char *text = *attribute == NULL ? sample_string(sample, TABLE_PROCESS, row, column) : NULL;
    if (text == NULL || *text == '\0')
        return true;
    *attribute = arena_copy(&build->graph->arena, text, strlen(text));
    return *attribute != NULL;
}

/* What the basic tier leaves out may be known from an older sample: each attribute is as last seen. */
static bool process_attributes(struct build *build, uint32_t node, const struct sample *sample, size_t row)
{
    const struct table *table = &sample->tables[TABLE_PROCESS];
    struct node *process = &build->graph->nodes[node];
    struct scratch *scratch = &build->scratch[node];
    if (scratch->parent_pid == 0)
        scratch->parent_pid = table_u64(table, row, PROCESS_PARENT_PID, 0);
    if (scratch->mount_namespace == 0)
        scratch->mount_namespace = table_u64(table, row, PROCESS_MOUNT_NAMESPACE, 0);
    uint64_t uid = table_u64(table, row, PROCESS_UID, UINT32_MAX);
    if (process->uid == UINT32_MAX && uid < UINT32_MAX)
        process->uid = (uint32_t)uid;
    uint64_t state = table_u64(table, row, PROCESS_STATE, 0);
    if (process->state == 0 && state > ' ' && state < 127)
        process->state = (char)state;
    process->kernel_thread = process->kernel_thread || table_u64(table, row, PROCESS_KERNEL_THREAD, 0) == 1;
    process->self = process->self || table_u64(table, row, PROCESS_SELF, 0) == 1;
    for (size_t i = 0; i < sizeof process_levels / sizeof process_levels[0]; i++)
        if (table_known(table, row, process_levels[i].column) &&
            isnan(graph_measure(build->graph, node, process_levels[i].measure)))
            build_measure(build, node, process_levels[i].measure,
                          (double)table_u64(table, row, process_levels[i].column, 0));
    return attribute_take(build, &process->unit, sample, row, PROCESS_UNIT) &&
           attribute_take(build, &process->cgroup, sample, row, PROCESS_CGROUP) &&
           attribute_take(build, &process->command, sample, row, PROCESS_COMMAND) &&
           attribute_take(build, &process->executable, sample, row, PROCESS_EXECUTABLE);
}

/* The process of a row: mostly the one behind that of the row before. */
static uint32_t process_of_row(const struct build *build, const struct table *table, size_t row, uint32_t guess)
{
    uint64_t pid = table_u64(table, row, PROCESS_PID, 0);
    uint64_t start_ticks = table_u64(table, row, PROCESS_START_TICKS, 0);
    const struct node *nodes = build->graph->nodes;
    if (guess < build->graph->node_count && nodes[guess].pid == pid && nodes[guess].start_ticks == start_ticks)
        return guess;
    uint32_t node = build_find(build, NODE_PROCESS, pid, start_ticks);
    return node != NODE_NONE && nodes[node].start_ticks == start_ticks ? node : NODE_NONE;
}

static bool sample_processes(struct build *build, const struct sample *sample, struct rates *rates, uint32_t first)
{
    const struct table *table = &sample->tables[TABLE_PROCESS];
    bool newest = sample == build->newest;
    uint32_t node = first - 1;
    for (size_t row = 0; row < table->rows; row++) {
        uint64_t pid = table_u64(table, row, PROCESS_PID, 0);
        if (!pid_valid(pid))
            continue;
        uint32_t found = process_of_row(build, table, row, node + 1);
        if (found == NODE_NONE) {
            if (!newest && build->gone >= GONE_MAX)
                continue;
            found = process_node(build, pid, table_u64(table, row, PROCESS_START_TICKS, 0),
                                 sample_string(sample, TABLE_PROCESS, row, PROCESS_NAME), !newest);
            if (found == NODE_NONE)
                return false;
            if (newest)
                build->graph->nodes[found].row = (uint32_t)row;
        }
        node = found;
        if (!process_attributes(build, node, sample, row) || !rates_add(rates, node - first, sample, row))
            return false;
    }
    return true;
}

static double process_start_s(const struct build *build, const struct node *process)
{
    return (double)process->start_ticks / build->ticks_per_s;
}

static void process_measures(struct build *build, const struct rates *rates, uint32_t first)
{
    struct graph *graph = build->graph;
    double now_s = build_seconds(build->newest->boottime_ns);
    for (uint32_t n = first; n < graph->node_count; n++) {
        double start_s = process_start_s(build, &graph->nodes[n]);
        if (!graph->nodes[n].exited && start_s <= now_s)
            build_measure(build, n, MEASURE_AGE_S, now_s - start_s);
        for (size_t i = 0; i < PROCESS_RATE_COUNT; i++)
            build_measure(build, n, process_rates[i].measure,
                          rates_value(rates, n - first, i, start_s, graph->window_s));
    }
}

static int namespace_compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* The mount namespace of pid 1, else the most frequent one. */
static bool main_namespace_choose(struct build *build, uint32_t first)
{
    size_t count = 0, best = 0, run = 0;
    uint64_t *all = malloc((build->graph->node_count + 1) * sizeof *all);
    if (all == NULL)
        return false;
    for (size_t n = first; n < build->graph->node_count; n++)
        if (build->scratch[n].mount_namespace != 0)
            all[count++] = build->scratch[n].mount_namespace;
    qsort(all, count, sizeof *all, namespace_compare);
    for (size_t i = 0; i < count; i++) {
        run = i > 0 && all[i] == all[i - 1] ? run + 1 : 1;
        if (run > best) {
            best = run;
            build->main_namespace = all[i];
        }
    }
    build->other_namespaces = count > 0 && all[0] != all[count - 1];
    free(all);
    uint32_t init = build_find(build, NODE_PROCESS, 1, 0);
    if (init != NODE_NONE && build->scratch[init].mount_namespace != 0)
        build->main_namespace = build->scratch[init].mount_namespace;
    return true;
}

/* Who began and ended between two samples: only its exit tells of it. */
static bool exit_take(struct build *build, const struct sample *sample, size_t row)
{
    const struct table *table = &sample->tables[TABLE_EVENT];
    uint64_t pid = table_u64(table, row, EVENT_PID, 0), start = table_u64(table, row, EVENT_START_TICKS, 0);
    if (table_u64(table, row, EVENT_KIND, EVENT_KIND_COUNT) != EVENT_EXIT || !pid_valid(pid) || start == 0 ||
        build->gone >= GONE_MAX)
        return true;
    uint32_t found = build_find(build, NODE_PROCESS, pid, start);
    if (found != NODE_NONE)
        return true;
    found = process_node(build, pid, start, sample_string(sample, TABLE_EVENT, row, EVENT_NAME), true);
    if (found == NODE_NONE)
        return false;
    build->scratch[found].parent_pid = table_u64(table, row, EVENT_OTHER_PID, 0);
    const char *command = sample_string(sample, TABLE_EVENT, row, EVENT_COMMAND);
    if (command == NULL || *command == '\0')
        return true;
    build->graph->nodes[found].command = arena_copy(&build->graph->arena, command, strlen(command));
    return build->graph->nodes[found].command != NULL;
}

static bool exits_take(struct build *build)
{
    for (size_t s = build->window->count; s-- > 1;)
        for (size_t row = 0; row < build->window->samples[s]->tables[TABLE_EVENT].rows; row++)
            if (!exit_take(build, build->window->samples[s], row))
                return false;
    return true;
}

bool build_processes(struct build *build)
{
    uint32_t first = (uint32_t)build->graph->node_count;
    struct rates rates = {.table = TABLE_PROCESS, .columns = process_rates, .column_count = PROCESS_RATE_COUNT};
    bool complete = true;
    for (size_t s = build->window->count; s-- > 0 && complete;)
        complete = sample_processes(build, build->window->samples[s], &rates, first);
    if (complete)
        process_measures(build, &rates, first);
    complete = complete && exits_take(build);
    rates_done(&rates);
    return complete && main_namespace_choose(build, first);
}

/* A pid may have been given to somebody else since: no parent is younger than its child. */
static uint32_t parent_of(const struct build *build, uint32_t child)
{
    const struct node *nodes = build->graph->nodes;
    if (!pid_valid(build->scratch[child].parent_pid))
        return NODE_NONE;
    uint32_t parent = build_find(build, NODE_PROCESS, build->scratch[child].parent_pid, 0);
    bool plausible = parent != NODE_NONE && parent != child && nodes[parent].start_ticks <= nodes[child].start_ticks;
    return plausible ? parent : NODE_NONE;
}

bool build_parents(struct build *build)
{
    struct graph *graph = build->graph;
    double window_from_s = build_seconds(build->window->samples[0]->boottime_ns);
    for (uint32_t n = 0; n < graph->node_count; n++) {
        if (graph->nodes[n].kind != NODE_PROCESS || graph->nodes[n].exited)
            continue;
        build_measure_sum(build, n, MEASURE_CHILDREN, 0);
        build_measure_sum(build, n, MEASURE_ZOMBIES, 0);
        build->scratch[n].children_counted = !isnan(graph_measure(graph, n, MEASURE_CHILDREN_PS));
        if (graph->window_s > 0)
            build_measure_sum(build, n, MEASURE_CHILDREN_PS, 0);
    }
    for (uint32_t n = 0; n < graph->node_count; n++) {
        uint32_t parent = graph->nodes[n].kind == NODE_PROCESS ? parent_of(build, n) : NODE_NONE;
        if (parent == NODE_NONE)
            continue;
        if (graph_edge_add(graph, EDGE_PARENT, parent, n) == NULL)
            return false;
        if (graph->nodes[parent].exited)
            continue;
        build_measure_sum(build, parent, MEASURE_CHILDREN, graph->nodes[n].exited ? 0 : 1);
        build_measure_sum(build, parent, MEASURE_ZOMBIES, !graph->nodes[n].exited && graph->nodes[n].state == 'Z');
        if (build->scratch[parent].children_counted)
            continue;
        if (graph->window_s > 0 && process_start_s(build, &graph->nodes[n]) > window_from_s)
            build_measure_sum(build, parent, MEASURE_CHILDREN_PS, 1.0 / graph->window_s);
    }
    return true;
}
