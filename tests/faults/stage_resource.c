/* Staging of faults of processes that take too much. Intensity sets how fast it goes. */
#include "tests/faults/stage.h"

#include "tests/faults/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

static struct member *resource_stage(struct stage_set *set, act *role, long low, long medium, long high)
{
    struct member *culprit = set_add_on(set, PART_CULPRIT, role, "data");
    culprit->amount = by_intensity(set, low, medium, high);
    return culprit;
}

static void innocent_stage(struct stage_set *set, act *role, long amount)
{
    set_add(set, PART_INNOCENT, role)->amount = amount;
}

void stage_hog(struct stage_set *set)
{
    resource_stage(set, act_hog, 1, 2, 4);
    innocent_stage(set, act_burner, 50);
}

void stage_runaway(struct stage_set *set)
{
    resource_stage(set, act_runaway, 20, 30, 40);
    innocent_stage(set, act_burner, 60);
}

void stage_leak(struct stage_set *set)
{
    resource_stage(set, act_leak, 5, 15, 40);
    innocent_stage(set, act_big, 450);
}

void stage_descriptors(struct stage_set *set)
{
    resource_stage(set, act_descriptors, 20, 100, 400);
    innocent_stage(set, act_many_files, 600);
}

void stage_threads(struct stage_set *set)
{
    resource_stage(set, act_threads, 5, 20, 60);
    innocent_stage(set, act_many_threads, 100);
}

void stage_forks(struct stage_set *set)
{
    resource_stage(set, act_forks, 20, 60, 150);
    innocent_stage(set, act_forker, 0);
}

void stage_zombies(struct stage_set *set)
{
    resource_stage(set, act_zombies, 15, 40, 90);
    innocent_stage(set, act_forker, 0);
}

void stage_flood(struct stage_set *set)
{
    char folder[96], options[32];
    long megabytes = by_intensity(set, 4, 12, 32);
    snprintf(folder, sizeof folder, "%s/log", set->folder);
    snprintf(options, sizeof options, "size=%ldm", megabytes);
    if (mkdir(folder, 0700) != 0 || mount("tmpfs", folder, "tmpfs", 0, options) != 0)
        abort();
    struct member *culprit = set_add_on(set, PART_CULPRIT, act_flood, "log/debug.log");
    culprit->amount = megabytes * 1024;
    for (int i = 0; i < 3; i++) {
        char file[32];
        snprintf(file, sizeof file, "log/app%d.log", i);
        set_add_on(set, PART_VICTIM, act_logger, file);
    }
}

void stage_deleted(struct stage_set *set)
{
    resource_stage(set, act_deleted, 2048, 8192, 24576);
    set_add_on(set, PART_INNOCENT, act_logger, "honest.log");
}
