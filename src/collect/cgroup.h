/* Control groups with a limit, that processes live in or below: one row each. Both versions of the hierarchy, where
 * systemd and container runtimes mount them. Limits seldom change and are read seldom; usage is read only where there
 * is a limit, so that a host with a thousand groups without limits pays next to nothing. */
#ifndef COLLECT_CGROUP_H
#define COLLECT_CGROUP_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;
struct cgroups;

/* root: the directory where the hierarchies are mounted ("/sys/fs/cgroup"); where it cannot be opened no groups are
 * told. NULL: out of memory. */
struct cgroups *cgroups_new(const char *root);
void cgroups_free(struct cgroups *cgroups);

/* Fills the table from the groups of the processes of the sample under way. */
bool cgroup_collect(struct source *source, struct error *error);

/* What the files of one group tell. */
enum cgroup_value {
    CGROUP_VALUE_QUOTA_US, /* per period; absent: no limit */
    CGROUP_VALUE_PERIOD_US,
    CGROUP_VALUE_CPU_NS,
    CGROUP_VALUE_PERIODS,
    CGROUP_VALUE_THROTTLED_PERIODS,
    CGROUP_VALUE_THROTTLED_NS,
    CGROUP_VALUE_MEMORY_BYTES,
    CGROUP_VALUE_MEMORY_MAX_BYTES, /* absent: no limit */
    CGROUP_VALUE_OOM_KILLS,
    CGROUP_VALUE_COUNT
};

struct cgroup_values {
    uint64_t value[CGROUP_VALUE_COUNT];
    bool known[CGROUP_VALUE_COUNT];
};

/* Directories of the hierarchies, O_PATH; -1: not mounted. Unified: both are the same. */
struct cgroup_roots {
    int cpu, memory;
    bool unified;
};

/* Reads the limits of the group of that path ("/system.slice/app.service"), or what it uses; what cannot be read stays
 * unknown. */
void cgroup_read_limits(const struct cgroup_roots *roots, const char *path, struct cgroup_values *values);
void cgroup_read_usage(const struct cgroup_roots *roots, const char *path, struct cgroup_values *values);

#endif
