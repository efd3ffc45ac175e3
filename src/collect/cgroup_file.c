/* The files of a control group: Documentation/admin-guide/cgroup-v2.rst, and cgroup-v1/memory.rst and
 * scheduler/sched-bwc.rst for version 1. */
#include "collect/cgroup.h"

#include "collect/proc_read.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HIERARCHY_CPU, HIERARCHY_MEMORY };

/* Version 1 writes "no limit" as the largest multiple of the page size. */
#define MEMORY_UNLIMITED (UINT64_C(1) << 62)

/* Where a value stands: behind a key, or as the first or second number of the file. */
static const struct value_place {
    enum cgroup_value value;
    int hierarchy;
    const char *file, *key;
    int number; /* where there is no key: which number of the line, from 0 */
    uint64_t factor;
} unified_limits[] =
    {
        {CGROUP_VALUE_QUOTA_US, HIERARCHY_CPU, "cpu.max", NULL, 0, 1},
        {CGROUP_VALUE_PERIOD_US, HIERARCHY_CPU, "cpu.max", NULL, 1, 1},
        {CGROUP_VALUE_MEMORY_MAX_BYTES, HIERARCHY_MEMORY, "memory.max", NULL, 0, 1},
},
  unified_usage[] =
      {
          {CGROUP_VALUE_CPU_NS, HIERARCHY_CPU, "cpu.stat", "usage_usec ", 0, 1000},
          {CGROUP_VALUE_PERIODS, HIERARCHY_CPU, "cpu.stat", "nr_periods ", 0, 1},
          {CGROUP_VALUE_THROTTLED_PERIODS, HIERARCHY_CPU, "cpu.stat", "nr_throttled ", 0, 1},
          {CGROUP_VALUE_THROTTLED_NS, HIERARCHY_CPU, "cpu.stat", "throttled_usec ", 0, 1000},
          {CGROUP_VALUE_MEMORY_BYTES, HIERARCHY_MEMORY, "memory.current", NULL, 0, 1},
          {CGROUP_VALUE_OOM_KILLS, HIERARCHY_MEMORY, "memory.events", "oom_kill ", 0, 1},
},
  split_limits[] =
      {
          {CGROUP_VALUE_QUOTA_US, HIERARCHY_CPU, "cpu.cfs_quota_us", NULL, 0, 1},
          {CGROUP_VALUE_PERIOD_US, HIERARCHY_CPU, "cpu.cfs_period_us", NULL, 0, 1},
          {CGROUP_VALUE_MEMORY_MAX_BYTES, HIERARCHY_MEMORY, "memory.limit_in_bytes", NULL, 0, 1},
},
  split_usage[] = {
      {CGROUP_VALUE_CPU_NS, HIERARCHY_CPU, "cpuacct.usage", NULL, 0, 1},
      {CGROUP_VALUE_PERIODS, HIERARCHY_CPU, "cpu.stat", "nr_periods ", 0, 1},
      {CGROUP_VALUE_THROTTLED_PERIODS, HIERARCHY_CPU, "cpu.stat", "nr_throttled ", 0, 1},
      {CGROUP_VALUE_THROTTLED_NS, HIERARCHY_CPU, "cpu.stat", "throttled_time ", 0, 1},
      {CGROUP_VALUE_MEMORY_BYTES, HIERARCHY_MEMORY, "memory.usage_in_bytes", NULL, 0, 1},
      {CGROUP_VALUE_OOM_KILLS, HIERARCHY_MEMORY, "memory.oom_control", "oom_kill ", 0, 1},
};

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* "max" and "-1" are no limits: no number is found there. */
static bool value_find(const struct value_place *place, const char *text, uint64_t *value)
{
    const char *at = text;
    if (place->key != NULL)
        return proc_field(text, place->key, value);
    for (int i = 0; i < place->number; i++) {
        at += strcspn(at, " \n");
        at += *at == ' ';
    }
    return proc_number(&at, value);
}

/* Values of the same file stand together: it is read once. */
static void values_read(const struct cgroup_roots *roots, const char *path, const struct value_place *places,
                        size_t count, struct cgroup_values *values)
{
    char name[PATH_MAX], text[PROC_SMALL_BYTES];
    int length = -1;
    for (size_t i = 0; i < count; i++) {
        const struct value_place *place = &places[i];
        int root = place->hierarchy == HIERARCHY_CPU ? roots->cpu : roots->memory;
        bool same = i > 0 && strcmp(places[i - 1].file, place->file) == 0;
        if (!same) {
            int written = snprintf(name, sizeof name, ".%s/%s", path, place->file);
            bool fits = written > 0 && (size_t)written < sizeof name;
            length = root >= 0 && fits ? proc_read(root, name, text, sizeof text) : -1;
        }
        uint64_t value;
        values->known[place->value] = length > 0 && value_find(place, text, &value);
        if (values->known[place->value])
            values->value[place->value] = value * place->factor;
    }
}

void cgroup_read_limits(const struct cgroup_roots *roots, const char *path, struct cgroup_values *values)
{
    if (roots->unified)
        values_read(roots, path, unified_limits, COUNT_OF(unified_limits), values);
    else
        values_read(roots, path, split_limits, COUNT_OF(split_limits), values);
    bool *memory = &values->known[CGROUP_VALUE_MEMORY_MAX_BYTES];
    *memory = *memory && values->value[CGROUP_VALUE_MEMORY_MAX_BYTES] < MEMORY_UNLIMITED;
    bool *quota = &values->known[CGROUP_VALUE_QUOTA_US];
    *quota = *quota && values->known[CGROUP_VALUE_PERIOD_US] && values->value[CGROUP_VALUE_PERIOD_US] > 0;
}

void cgroup_read_usage(const struct cgroup_roots *roots, const char *path, struct cgroup_values *values)
{
    if (roots->unified)
        values_read(roots, path, unified_usage, COUNT_OF(unified_usage), values);
    else
        values_read(roots, path, split_usage, COUNT_OF(split_usage), values);
}
