/* Proofs that a fault is in effect. */
#include "tests/faults/proof.h"

#include "tests/faults/act.h"
#include "tests/faults/cage.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const struct member *first_of(const struct stage_set *set, enum part part)
{
    for (int i = 0; i < set->count; i++)
        if (set->members[i].part == part)
            return &set->members[i];
    abort();
}

static const struct member *culprit_of(const struct stage_set *set)
{
    return first_of(set, PART_CULPRIT);
}

const char *prove_nothing(const struct stage_set *set)
{
    (void)set;
    return NULL;
}

const char *prove_stalled(const struct stage_set *set)
{
    unsigned long before[MEMBERS_MAX];
    for (int i = 0; i < set->count; i++)
        before[i] = atomic_load(&set->shared->work[i]);
    moment(1000);
    for (int i = 0; i < set->count; i++)
        if (set->members[i].part == PART_VICTIM && atomic_load(&set->shared->work[i]) != before[i])
            return "a victim still gets its work done";
    return NULL;
}

/* A number of a field of /proc/PID/stat, counted as in proc(5); 0 when it cannot be read. */
static unsigned long stat_field(pid_t pid, int wanted)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    char *after = file != NULL && fgets(line, sizeof line, file) != NULL ? strrchr(line, ')') : NULL;
    if (file != NULL)
        fclose(file);
    for (int field = 2; after != NULL && field < wanted; field++)
        after = strchr(after + 1, ' ');
    return after == NULL ? 0 : strtoul(after, NULL, 10);
}

static unsigned long cpu_ticks(pid_t pid)
{
    return stat_field(pid, 14) + stat_field(pid, 15);
}

const char *prove_cpu(const struct stage_set *set)
{
    const struct member *culprit = culprit_of(set);
    long least_pct = culprit->role == act_hog ? 30 : culprit->amount / 2;
    unsigned long before = cpu_ticks(culprit->pid);
    moment(1000);
    long used_pct = (long)(cpu_ticks(culprit->pid) - before) * 100 / sysconf(_SC_CLK_TCK);
    return used_pct >= least_pct ? NULL : "the culprit gets too little cpu";
}

const char *prove_memory(const struct stage_set *set)
{
    const struct member *culprit = culprit_of(set);
    unsigned long bytes = stat_field(culprit->pid, 24) * (unsigned long)sysconf(_SC_PAGESIZE);
    return bytes > (unsigned long)culprit->amount << 20 ? NULL : "the culprit has not grown";
}

static long entries_count(pid_t pid, const char *what)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, what);
    DIR *directory = opendir(path);
    long count = 0;
    while (directory != NULL && readdir(directory) != NULL)
        count++;
    if (directory != NULL)
        closedir(directory);
    return count;
}

const char *prove_descriptors(const struct stage_set *set)
{
    const struct member *culprit = culprit_of(set);
    return entries_count(culprit->pid, "fd") > culprit->amount ? NULL : "the culprit has too few descriptors";
}

const char *prove_threads(const struct stage_set *set)
{
    const struct member *culprit = culprit_of(set);
    return entries_count(culprit->pid, "task") > culprit->amount ? NULL : "the culprit has too few threads";
}

const char *prove_children(const struct stage_set *set)
{
    const struct member *culprit = culprit_of(set);
    unsigned long before = atomic_load(&set->shared->work[culprit->number]);
    moment(1000);
    unsigned long started = atomic_load(&set->shared->work[culprit->number]) - before;
    return started > (unsigned long)culprit->amount / 4 ? NULL : "the culprit starts too few children";
}

const char *prove_zombies(const struct stage_set *set)
{
    const struct member *culprit = culprit_of(set);
    char path[64];
    snprintf(path, sizeof path, "task/%d/children", (int)culprit->pid);
    char whole[128];
    snprintf(whole, sizeof whole, "/proc/%d/%s", (int)culprit->pid, path);
    FILE *file = fopen(whole, "re");
    long count = 0;
    int child;
    while (file != NULL && fscanf(file, "%d", &child) == 1)
        count++;
    if (file != NULL)
        fclose(file);
    return count > culprit->amount / 2 ? NULL : "the culprit left too few zombies";
}

const char *prove_deleted(const struct stage_set *set)
{
    const struct member *culprit = culprit_of(set);
    for (int number = 3; number < 10; number++) {
        char path[64];
        struct stat status;
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)culprit->pid, number);
        if (stat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 0 &&
            status.st_size > culprit->amount * 1024)
            return NULL;
    }
    return "the culprit has no deleted file that grows";
}

const char *prove_full(const struct stage_set *set)
{
    struct statvfs status;
    if (statvfs(culprit_of(set)->path, &status) != 0 || status.f_bavail > 0)
        return "the file system is not full";
    return prove_stalled(set);
}

const char *prove_disk(const struct stage_set *set)
{
    const struct member *culprit = culprit_of(set);
    unsigned long before = atomic_load(&set->shared->work[culprit->number]);
    moment(1000);
    unsigned long written = atomic_load(&set->shared->work[culprit->number]) - before;
    return written >= (unsigned long)culprit->amount / 4 ? NULL : "the culprit writes too little";
}

const char *prove_thrash(const struct stage_set *set)
{
    enum { MAJOR_FAULTS_FIELD = 12 };
    pid_t pid = first_of(set, PART_VICTIM)->pid;
    unsigned long before = stat_field(pid, MAJOR_FAULTS_FIELD);
    moment(1000);
    return stat_field(pid, MAJOR_FAULTS_FIELD) > before + 50 ? NULL : "the victim's memory is not reclaimed";
}

const char *prove_killed(const struct stage_set *set)
{
    pid_t pid = first_of(set, PART_VICTIM)->pid;
    for (int tenths = 0; tenths < 15; tenths++, moment(100))
        if (kill(pid, 0) != 0)
            return NULL;
    return "nobody was killed for memory";
}

const char *prove_throttled(const struct stage_set *set)
{
    (void)set;
    long before = cage_throttled();
    moment(1000);
    return before >= 0 && cage_throttled() >= before + 3 ? NULL : "nobody is throttled";
}
