/* Staging of healthy hosts. */
#include "tests/faults/stage.h"

#include "tests/faults/act.h"

void stage_backup(struct stage_set *set)
{
    set_add_on(set, PART_BACKGROUND, act_backup, "archive");
}

void stage_compile(struct stage_set *set)
{
    for (long i = by_intensity(set, 1, 2, 3); i > 0; i--)
        set_add_on(set, PART_BACKGROUND, act_compile, i == 1 ? "a.c" : i == 2 ? "b.c" : "c.c");
}

void stage_rotate(struct stage_set *set)
{
    for (int i = 0; i < 3; i++)
        set_add_on(set, PART_BACKGROUND, act_locker, "app.log");
    set_add_on(set, PART_BACKGROUND, act_rotate, "app.log");
}

void stage_deploy(struct stage_set *set)
{
    for (long i = by_intensity(set, 1, 2, 3); i > 0; i--)
        set_add(set, PART_BACKGROUND, act_deploy);
}

void stage_cron(struct stage_set *set)
{
    for (long i = by_intensity(set, 1, 2, 3); i > 0; i--)
        set_add(set, PART_BACKGROUND, act_cron);
}

/* A long stretch: every kind of burst, again and again at times of its own. */
void stage_bursts(struct stage_set *set)
{
    int first = set->count;
    stage_backup(set);
    stage_compile(set);
    stage_rotate(set);
    stage_deploy(set);
    stage_cron(set);
    for (int i = first; i < set->count; i++)
        if (set->members[i].role != act_locker)
            set->members[i].amount = 60 + (long)draw(&set->random, 60);
}

void stage_quiet(struct stage_set *set)
{
    (void)set;
}
