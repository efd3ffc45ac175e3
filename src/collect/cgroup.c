/* Control groups of a sample: which ones, and what is remembered of their limits. */
#include "collect/cgroup.h"

#include "collect/source_inside.h"

#include "base/memory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LIMITS_EVERY_SAMPLES = 16,
    GROUPS_MAX = 4096,
    STALE_MAX = 256, /* so many that are gone are remembered before all is read anew */
};

struct group {
    char *path;
    uint64_t seen_at, limits_read_at; /* numbers of samples */
    struct cgroup_values values;
};

struct cgroups {
    struct cgroup_roots roots;
    struct group *items;
    size_t count, capacity;
    size_t seen; /* in the sample under way */
    struct index index;
};

static bool group_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const char *path = ((const struct group *)items)[place].path;
    return strncmp(path, key, key_bytes) == 0 && path[key_bytes] == '\0';
}

static int directory_open(int root, const char *name)
{
    return openat(root, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

struct cgroups *cgroups_new(const char *path)
{
    struct cgroups *cgroups = calloc(1, sizeof *cgroups);
    if (cgroups == NULL)
        return NULL;
    index_init(&cgroups->index, group_equal);
    int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    cgroups->roots.unified = root >= 0 && faccessat(root, "cgroup.controllers", F_OK, 0) == 0;
    cgroups->roots.cpu = root < 0 ? -1 : directory_open(root, cgroups->roots.unified ? "." : "cpu");
    cgroups->roots.memory = root < 0 ? -1 : directory_open(root, cgroups->roots.unified ? "." : "memory");
    if (root >= 0)
        close(root);
    return cgroups;
}

static void groups_forget(struct cgroups *cgroups)
{
    for (size_t i = 0; i < cgroups->count; i++)
        free(cgroups->items[i].path);
    cgroups->count = 0;
    index_clear(&cgroups->index);
}

void cgroups_free(struct cgroups *cgroups)
{
    if (cgroups == NULL)
        return;
    groups_forget(cgroups);
    if (cgroups->roots.cpu >= 0)
        close(cgroups->roots.cpu);
    if (cgroups->roots.memory >= 0)
        close(cgroups->roots.memory);
    free(cgroups->items);
    index_done(&cgroups->index);
    free(cgroups);
}

/* Marks a group and those above it. The root has no limits; what lies outside of our own root cannot be read. */
static bool group_see(struct cgroups *cgroups, const char *path, size_t length, uint64_t number)
{
    while (length > 1 && strncmp(path, "/..", 3) != 0) {
        uint32_t place = index_find(&cgroups->index, cgroups->items, path, length);
        if (place == INDEX_NONE) {
            if (cgroups->count == GROUPS_MAX)
                return true;
            char *copy = strndup(path, length);
            if (copy == NULL ||
                !memory_grow(&cgroups->items, &cgroups->capacity, cgroups->count + 1, sizeof *cgroups->items) ||
                !index_add(&cgroups->index, path, length, (uint32_t)cgroups->count)) {
                free(copy);
                return false;
            }
            place = (uint32_t)cgroups->count++;
            cgroups->items[place] = (struct group){.path = copy};
        }
        if (cgroups->items[place].seen_at == number)
            return true;
        cgroups->items[place].seen_at = number;
        cgroups->seen++;
        const char *slash = memrchr(path, '/', length);
        length = slash == NULL ? 0 : (size_t)(slash - path);
    }
    return true;
}

static void value_set(struct table *table, size_t row, size_t column, const struct cgroup_values *values,
                      enum cgroup_value value)
{
    if (values->known[value])
        table_set_u64(table, row, column, values->value[value]);
}

static bool row_append(const struct source *source, const struct group *group)
{
    struct table *table = &source->sample->tables[TABLE_CGROUP];
    const struct cgroup_values *values = &group->values;
    size_t row = table_append(table);
    if (row == SIZE_MAX)
        return false;
    sample_set_string(source->sample, TABLE_CGROUP, row, CGROUP_PATH, group->path, strlen(group->path));
    if (values->known[CGROUP_VALUE_QUOTA_US])
        table_set_f64(table, row, CGROUP_QUOTA,
                      (double)values->value[CGROUP_VALUE_QUOTA_US] / (double)values->value[CGROUP_VALUE_PERIOD_US]);
    value_set(table, row, CGROUP_CPU_NS, values, CGROUP_VALUE_CPU_NS);
    value_set(table, row, CGROUP_PERIODS, values, CGROUP_VALUE_PERIODS);
    value_set(table, row, CGROUP_THROTTLED_PERIODS, values, CGROUP_VALUE_THROTTLED_PERIODS);
    value_set(table, row, CGROUP_THROTTLED_NS, values, CGROUP_VALUE_THROTTLED_NS);
    value_set(table, row, CGROUP_MEMORY_BYTES, values, CGROUP_VALUE_MEMORY_BYTES);
    value_set(table, row, CGROUP_MEMORY_MAX_BYTES, values, CGROUP_VALUE_MEMORY_MAX_BYTES);
    value_set(table, row, CGROUP_OOM_KILLS, values, CGROUP_VALUE_OOM_KILLS);
    return true;
}

static bool group_collect(const struct source *source, struct group *group)
{
    const struct cgroup_roots *roots = &source->cgroups->roots;
    if (group->limits_read_at == 0 || source->complete ||
        source->number - group->limits_read_at >= LIMITS_EVERY_SAMPLES) {
        cgroup_read_limits(roots, group->path, &group->values);
        group->limits_read_at = source->number;
    }
    if (!group->values.known[CGROUP_VALUE_QUOTA_US] && !group->values.known[CGROUP_VALUE_MEMORY_MAX_BYTES])
        return true;
    cgroup_read_usage(roots, group->path, &group->values);
    return row_append(source, group);
}

bool cgroup_collect(struct source *source, struct error *error)
{
    struct cgroups *cgroups = source->cgroups;
    const struct table *processes = &source->sample->tables[TABLE_PROCESS];
    if (cgroups == NULL || (cgroups->roots.cpu < 0 && cgroups->roots.memory < 0))
        return true;
    if (cgroups->count > cgroups->seen + STALE_MAX || cgroups->count == GROUPS_MAX)
        groups_forget(cgroups);
    cgroups->seen = 0;
    for (size_t row = 0; row < processes->rows; row++) {
        const char *path = sample_string(source->sample, TABLE_PROCESS, row, PROCESS_CGROUP);
        if (path != NULL && !group_see(cgroups, path, strlen(path), source->number))
            return error_memory(error);
    }
    for (size_t i = 0; i < cgroups->count; i++)
        if (cgroups->items[i].seen_at == source->number && !group_collect(source, &cgroups->items[i]))
            return error_memory(error);
    return true;
}
