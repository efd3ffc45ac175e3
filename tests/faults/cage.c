/* Cgroups of a world's own. */
#include "tests/faults/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOUNTED_AT "/sys/fs/cgroup"

enum { NAME_BYTES = 32, PATH_BYTES_MAX = 1024 };

static struct hierarchy {
    const char *name; /* of the controller */
    bool is_v2;
    int above; /* the cgroup that this process came from; -1 = none yet */
} hierarchies[CAGE_CONTROLLERS] = {{.name = "cpu", .above = -1}, {.name = "memory", .above = -1}};

static char own_name[NAME_BYTES];
static unsigned chosen;

static bool text_put(int folder, const char *file, const char *text)
{
    int descriptor = openat(folder, file, O_WRONLY | O_CLOEXEC);
    bool put = descriptor >= 0 && write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);
    if (descriptor >= 0)
        close(descriptor);
    return put;
}

/* Does "cpu,cpuacct" name the controller? */
static bool list_has(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; (at = strstr(at, name)) != NULL; at += length)
        if ((at == list || at[-1] == ',' || at[-1] == ' ') && strchr(", \n:", at[length]) != NULL)
            return true;
    return false;
}

/* The cgroup of this process in a controller's hierarchy, as /proc/self/cgroup tells it ("4:memory:/a/b"). */
static bool path_find(const char *name, bool v2, char *path, size_t size)
{
    char line[PATH_BYTES_MAX];
    FILE *file = fopen("/proc/self/cgroup", "re");
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        char *controllers = strchr(line, ':'), *own = controllers == NULL ? NULL : strchr(controllers + 1, ':');
        if (own == NULL)
            continue;
        line[strcspn(line, "\n")] = '\0';
        found = v2 ? own == controllers + 1 : list_has(controllers + 1, name);
        snprintf(path, size, "%s", own + 1);
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* Opens the directory of that cgroup below the place where the hierarchy is mounted. */
static bool above_open(struct hierarchy *hierarchy)
{
    char own[PATH_BYTES_MAX], path[2 * PATH_BYTES_MAX], controllers[256] = "";
    hierarchy->is_v2 = false;
    if (path_find(hierarchy->name, false, own, sizeof own)) {
        snprintf(path, sizeof path, MOUNTED_AT "/%s%s", hierarchy->name, own);
        hierarchy->above = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        return hierarchy->above >= 0;
    }
    if (!path_find(hierarchy->name, true, own, sizeof own))
        return false;
    snprintf(path, sizeof path, MOUNTED_AT "%s", own);
    hierarchy->above = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    hierarchy->is_v2 = true;
    int offered = hierarchy->above < 0 ? -1 : openat(hierarchy->above, "cgroup.controllers", O_RDONLY | O_CLOEXEC);
    bool has = offered >= 0 && read(offered, controllers, sizeof controllers - 1) > 0 &&
               list_has(controllers, hierarchy->name);
    if (offered >= 0)
        close(offered);
    /* A group with processes of its own may not hand controllers on, unless it is the root: then there is no cage. */
    snprintf(own, sizeof own, "+%s", hierarchy->name);
    return has && text_put(hierarchy->above, "cgroup.subtree_control", own);
}

bool cage_enter(void)
{
    snprintf(own_name, sizeof own_name, "bench-%d", (int)getpid());
    for (int i = 0; i < CAGE_CONTROLLERS; i++) {
        char procs[NAME_BYTES + 16];
        snprintf(procs, sizeof procs, "%s/cgroup.procs", own_name);
        if (!above_open(&hierarchies[i]) || (mkdirat(hierarchies[i].above, own_name, 0755) != 0 && errno != EEXIST) ||
            !text_put(hierarchies[i].above, procs, "0")) {
            cage_leave();
            return false;
        }
    }
    return true;
}

static void cage_path(enum cage_controller controller, const char *file, char *path, size_t size)
{
    snprintf(path, size, MOUNTED_AT "/%s%scage%u%s%s",
             hierarchies[controller].is_v2 ? "" : hierarchies[controller].name,
             hierarchies[controller].is_v2 ? "" : "/", chosen, file == NULL ? "" : "/", file == NULL ? "" : file);
}

static bool put(enum cage_controller controller, const char *file, const char *text)
{
    char path[128];
    cage_path(controller, file, path, sizeof path);
    return text_put(AT_FDCWD, path, text);
}

/* Version 2: processes live in leaves only, and only then controllers are handed on. */
static bool unified_make(void)
{
    return mount("cgroup2", MOUNTED_AT, "cgroup2", 0, NULL) == 0 && mkdir(MOUNTED_AT "/rest", 0755) == 0 &&
           text_put(AT_FDCWD, MOUNTED_AT "/rest/cgroup.procs", "0") &&
           text_put(AT_FDCWD, MOUNTED_AT "/cgroup.subtree_control", "+cpu +memory");
}

bool cage_make(void)
{
    char path[128];
    if (hierarchies[0].is_v2)
        return unified_make();
    if (mount("tmpfs", MOUNTED_AT, "tmpfs", 0, "size=1m") != 0)
        return false;
    for (enum cage_controller i = 0; i < CAGE_CONTROLLERS; i++) {
        snprintf(path, sizeof path, MOUNTED_AT "/%s", hierarchies[i].name);
        if (mkdir(path, 0755) != 0 || mount("cgroup", path, "cgroup", 0, hierarchies[i].name) != 0)
            return false;
    }
    return true;
}

bool cage_choose(unsigned number)
{
    char path[128];
    chosen = number;
    for (enum cage_controller i = 0; i < CAGE_CONTROLLERS; i++) {
        cage_path(i, NULL, path, sizeof path);
        if (mkdir(path, 0755) != 0 && errno != EEXIST)
            return false;
    }
    return true;
}

/* The kernel empties a group of killed processes a moment after they are gone. */
static void group_remove(int above, const char *inner)
{
    char path[NAME_BYTES + 16];
    snprintf(path, sizeof path, "%s%s", own_name, inner);
    for (int tries = 0; tries < 50 && unlinkat(above, path, AT_REMOVEDIR) != 0 && errno == EBUSY; tries++)
        usleep(20000);
}

void cage_leave(void)
{
    for (int i = 0; i < CAGE_CONTROLLERS; i++) {
        if (hierarchies[i].above < 0)
            continue;
        text_put(hierarchies[i].above, "cgroup.procs", "0");
        for (unsigned number = 0; number < CAGES_MAX; number++) {
            char inner[16];
            snprintf(inner, sizeof inner, "/cage%u", number);
            group_remove(hierarchies[i].above, inner);
        }
        group_remove(hierarchies[i].above, "/rest");
        group_remove(hierarchies[i].above, "");
        close(hierarchies[i].above);
        hierarchies[i].above = -1;
    }
}

bool cage_limit_memory(long megabytes)
{
    char text[32];
    snprintf(text, sizeof text, "%ld", megabytes << 20);
    return put(CAGE_MEMORY, hierarchies[CAGE_MEMORY].is_v2 ? "memory.max" : "memory.limit_in_bytes", text);
}

bool cage_limit_cpu(long percent)
{
    char text[32];
    snprintf(text, sizeof text, hierarchies[CAGE_CPU].is_v2 ? "%ld 100000" : "%ld", percent * 1000);
    return put(CAGE_CPU, hierarchies[CAGE_CPU].is_v2 ? "cpu.max" : "cpu.cfs_quota_us", text);
}

bool cage_put(enum cage_controller controller, pid_t pid)
{
    char text[32];
    snprintf(text, sizeof text, "%d", (int)pid);
    return put(controller, "cgroup.procs", text);
}

long cage_throttled(void)
{
    char path[128], line[128];
    long throttled = -1;
    cage_path(CAGE_CPU, "cpu.stat", path, sizeof path);
    FILE *file = fopen(path, "re");
    while (file != NULL && throttled < 0 && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "nr_throttled %ld", &throttled) != 1)
            throttled = -1;
    if (file != NULL)
        fclose(file);
    return throttled;
}
