/* Staging of faults with locks. Intensity sets how many suffer. */
#include "tests/faults/stage.h"

#include "tests/faults/act.h"

#include <stdio.h>

static void lockers_stage(struct stage_set *set, enum lock_kind kind, long held_ms)
{
    struct member *culprit = set_add_on(set, PART_CULPRIT, act_locker, "app.log");
    culprit->variant = kind;
    culprit->amount = held_ms;
    for (long i = by_intensity(set, 1, 3, 6); i > 0; i--)
        set_add_on(set, PART_VICTIM, act_locker, "app.log")->variant = kind;
}

void stage_flock(struct stage_set *set)
{
    lockers_stage(set, LOCK_FLOCK, 0);
}

void stage_fcntl(struct stage_set *set)
{
    lockers_stage(set, LOCK_RECORD, 0);
}

void stage_ofd(struct stage_set *set)
{
    lockers_stage(set, LOCK_DESCRIPTION, 0);
}

void stage_transient(struct stage_set *set)
{
    lockers_stage(set, LOCK_FLOCK, 3000);
}

static struct member *two_stage(struct stage_set *set, enum part part, const char *file, const char *other)
{
    struct member *member = set_add_on(set, part, act_locker_two, file);
    snprintf(member->other_path, sizeof member->other_path, "%s/%s", set->folder, other);
    return member;
}

void stage_chain(struct stage_set *set)
{
    set_add_on(set, PART_CULPRIT, act_locker, "a.lock");
    two_stage(set, PART_VICTIM, "b.lock", "a.lock");
    if (set->intensity > 0)
        two_stage(set, PART_VICTIM, "c.lock", "b.lock");
    const char *last = set->intensity > 0 ? "c.lock" : "b.lock";
    for (long i = by_intensity(set, 1, 2, 4); i > 0; i--)
        set_add_on(set, PART_VICTIM, act_locker, last);
}

void stage_deadlock(struct stage_set *set)
{
    two_stage(set, PART_CULPRIT, "a.lock", "b.lock");
    two_stage(set, PART_CULPRIT, "b.lock", "a.lock");
    for (long i = by_intensity(set, 1, 2, 5); i > 0; i--)
        set_add_on(set, PART_VICTIM, act_locker, i % 2 == 0 ? "a.lock" : "b.lock");
}

void stage_futex(struct stage_set *set)
{
    set_add(set, PART_CULPRIT, act_mutex);
    for (long i = by_intensity(set, 1, 3, 6); i > 0; i--)
        set_add(set, PART_VICTIM, act_mutex);
}

void stage_futex_transient(struct stage_set *set)
{
    stage_futex(set);
    for (int i = 0; i < set->count; i++)
        if (set->members[i].part == PART_CULPRIT)
            set->members[i].amount = 3000;
}

void stage_flock_script(struct stage_set *set)
{
    set_add_on(set, PART_CULPRIT, act_flock_user, "job.lock");
    for (long i = by_intensity(set, 1, 2, 4); i > 0; i--)
        set_add_on(set, PART_VICTIM, act_flock_user, "job.lock");
}
