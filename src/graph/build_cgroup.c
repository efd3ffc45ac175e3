/* Control groups: which quota holds a process back, and which group's memory it shares. */
#include "graph/build.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct rate_column cgroup_rates[] = {
    {CGROUP_THROTTLED_NS, MEASURE_THROTTLED, 1.0 / NS_PER_S, false},
};

#define QUOTA_MOST 1e6

/* A group as it was seen last. */
struct group {
    const struct sample *sample;
    size_t row;
    const char *path;
};

struct groups {
    struct group *items;
    size_t count, capacity;
    struct index index; /* by path */
    struct rates rates;
};

static bool group_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const char *path = ((const struct group *)items)[place].path;
    return strncmp(path, key, key_bytes) == 0 && path[key_bytes] == '\0';
}

static bool group_add(struct groups *groups, const struct sample *sample, size_t row)
{
    const char *path = sample_string(sample, TABLE_CGROUP, row, CGROUP_PATH);
    if (path == NULL || groups->count == UINT32_MAX)
        return true;
    uint32_t place = index_find(&groups->index, groups->items, path, strlen(path));
    if (place == INDEX_NONE) {
        place = (uint32_t)groups->count;
        if (!memory_grow(&groups->items, &groups->capacity, groups->count + 1, sizeof *groups->items) ||
            !index_add(&groups->index, path, strlen(path), place))
            return false;
        groups->items[groups->count++] = (struct group){sample, row, path};
    }
    return rates_add(&groups->rates, place, sample, row);
}

/* From the newest sample back: a group may have died with its last process. */
static bool groups_read(const struct build *build, struct groups *groups)
{
    for (size_t s = build->window->count; s-- > 0;)
        for (size_t row = 0; row < build->window->samples[s]->tables[TABLE_CGROUP].rows; row++)
            if (!group_add(groups, build->window->samples[s], row))
                return false;
    return true;
}

/* The nearest group at or above a path that has that limit; INDEX_NONE: none has. */
static uint32_t group_with(const struct groups *groups, const char *path, size_t column)
{
    for (size_t length = strlen(path); length > 1;) {
        uint32_t place = index_find(&groups->index, groups->items, path, length);
        if (place != INDEX_NONE &&
            table_known(&groups->items[place].sample->tables[TABLE_CGROUP], groups->items[place].row, column))
            return place;
        const char *slash = memrchr(path, '/', length);
        length = slash == NULL ? 0 : (size_t)(slash - path);
    }
    return INDEX_NONE;
}

/* False: out of memory. */
static bool quota_set(struct build *build, const struct groups *groups, uint32_t node)
{
    uint32_t place = group_with(groups, build->graph->nodes[node].cgroup, CGROUP_QUOTA);
    if (place == INDEX_NONE)
        return true;
    const struct group *group = &groups->items[place];
    double quota = table_f64(&group->sample->tables[TABLE_CGROUP], group->row, CGROUP_QUOTA, NAN);
    if (!(quota >= 0 && quota <= QUOTA_MOST)) /* recordings are hostile */
        return true;
    double throttled = rates_value(&groups->rates, place, 0, NAN, 0);
    if (!(throttled <= 1)) /* summed over processors; NaN stays */
        throttled = isnan(throttled) ? NAN : 1;
    double cpu = (double)graph_measure(build->graph, node, MEASURE_CPU_PCT) / 100;
    build_measure(build, node, MEASURE_CPU_QUOTA_PCT, 100 * quota);
    build_measure(build, node, MEASURE_THROTTLED, throttled);
    if (quota > 0)
        build_measure(build, node, MEASURE_THROTTLED_OWN, throttled * fmin(1, cpu / quota));
    struct node *process = &build->graph->nodes[node];
    process->quota_group = arena_copy(&build->graph->arena, group->path, strlen(group->path));
    return process->quota_group != NULL;
}

/* Copies the path of the group whose limit on memory holds for the process. */
static bool memory_group_set(struct build *build, const struct groups *groups, uint32_t node)
{
    struct node *process = &build->graph->nodes[node];
    uint32_t place = group_with(groups, process->cgroup, CGROUP_MEMORY_MAX_BYTES);
    if (place == INDEX_NONE)
        return true;
    const char *path = groups->items[place].path;
    process->memory_group = arena_copy(&build->graph->arena, path, strlen(path));
    return process->memory_group != NULL;
}

bool build_cgroups(struct build *build)
{
    struct groups groups = {.rates = {.table = TABLE_CGROUP,
                                      .columns = cgroup_rates,
                                      .column_count = sizeof cgroup_rates / sizeof cgroup_rates[0]}};
    index_init(&groups.index, group_equal);
    bool complete = groups_read(build, &groups);
    for (uint32_t n = 0; complete && groups.count > 0 && n < build->graph->node_count; n++) {
        if (build->graph->nodes[n].kind != NODE_PROCESS || build->graph->nodes[n].cgroup == NULL)
            continue;
        complete =
            (build->graph->nodes[n].exited || quota_set(build, &groups, n)) && memory_group_set(build, &groups, n);
    }
    free(groups.items);
    rates_done(&groups.rates);
    index_done(&groups.index);
    return complete;
}
