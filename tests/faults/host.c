/* A host with a healthy past. */
#include "tests/faults/host.h"

#include "tests/faults/cage.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

enum { SETTLE_MS = 5000, LATE_S = 120, START_S = 120, FAULT_S = TAKE_LEAST_S + 13 };

unsigned host_seconds(const struct host *host)
{
    return START_S + (unsigned)host->baseline_s + FAULT_S * (unsigned)host->count;
}

static bool folder_make(const struct stage_set *set)
{
    return mkdir(set->folder, 0700) == 0 && mount("tmpfs", set->folder, "tmpfs", 0, "size=256m") == 0;
}

/* Each fault that needs a cage has its own. True where none is needed. */
static bool cage_find(const struct host *host, int place)
{
    unsigned number = 0;
    if (place == 0 || (host->faults[place - 1]->needs & NEEDS_CAGE) == 0)
        return true;
    for (int i = 0; i + 1 < place; i++)
        number += (host->faults[i]->needs & NEEDS_CAGE) != 0;
    return cage_choose(number);
}

/* The set at that place: 0 = the mix, else the cast of a fault. Each has a folder and a cage of its own. */
static bool set_play(const struct host *host, struct stage_set *set, int place)
{
    char folder[96];
    snprintf(folder, sizeof folder, "%s/%d", host->folder, place);
    if (!set_init(set, folder, (host->seed * 7919 + host->mix) * 64 + (unsigned long)place,
                  (int)((host->seed + (unsigned long)place) % 3), (unsigned)host->mix) ||
        !folder_make(set))
        return false;
    snprintf(set->disk, sizeof set->disk, "%s", host->disk);
    if (!cage_find(host, place))
        return false;
    if (place == 0)
        background_stage(set);
    else
        host->faults[place - 1]->stage(set);
    return set_start(set, (host->seed + (unsigned long)place) % 2 == 1);
}

static bool is_late(const struct host *host, int place)
{
    return place > 0 && (host->faults[place - 1]->needs & NEEDS_CPU) != 0;
}

static bool sets_play(const struct host *host, struct stage_set *sets, bool late)
{
    for (int place = 0; place <= host->count; place++)
        if (is_late(host, place) == late && !set_play(host, &sets[place], place)) {
            fprintf(stderr, "inject: the cast of %s could not be started\n",
                    place == 0 ? "the mix" : host->faults[place - 1]->name);
            return false;
        }
    return true;
}

static bool baseline_play(const struct host *host, struct stage_set *sets)
{
    struct take take = {.culprit = host->culprit, .recorded_s = host->baseline_s};
    long late_s = host->baseline_s < 2 * LATE_S ? (long)host->baseline_s / 2 : LATE_S;
    take_name(&take, host->directory, "healthy-baseline", host->mix, host->seed);
    if (!sets_play(host, sets, false))
        return false;
    moment(SETTLE_MS);
    take_begin(&take);
    moment(1000 * ((long)host->baseline_s - late_s));
    bool all = sets_play(host, sets, true);
    bool recorded = take_end();
    if (all && !recorded)
        fprintf(stderr, "inject: the healthy host could not be recorded\n");
    return all && recorded;
}

/* By lot, late ones first. */
static void order_draw(const struct host *host, int *order)
{
    uint64_t random = host->seed;
    int drawn[HOST_FAULTS_MAX] = {0}, filled = 0;
    for (int i = 0; i < host->count; i++) {
        int j = (int)draw(&random, (unsigned long)i + 1);
        drawn[i] = drawn[j];
        drawn[j] = i;
    }
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < host->count; i++)
            if (is_late(host, drawn[i] + 1) == (round == 0))
                order[filled++] = drawn[i];
}

static bool fault_play(const struct host *host, int place, const struct stage_set *set, const char *model)
{
    const struct fault *fault = host->faults[place];
    struct take take = {.culprit = host->culprit, .split = host->split, .model = model, .recorded_s = TAKE_LEAST_S};
    take_name(&take, host->directory, fault->name, host->mix, host->seed);
    const char *amiss = cage_find(host, place + 1) ? take_fault(&take, fault, set) : "there is no cage";
    set_stop(set);
    umount2(set->folder, MNT_DETACH);
    if (amiss != NULL) {
        fprintf(stderr, "inject %s, mix %lu, seed %lu: %s\n", fault->name, host->mix, host->seed, amiss);
        take_remove(&take);
    }
    moment(HOST_GAP_MS);
    return amiss == NULL;
}

int host_play(const struct host *host)
{
    int order[HOST_FAULTS_MAX] = {0}, played = 0;
    char model[64];
    struct stage_set *sets = calloc((size_t)host->count + 1, sizeof *sets);
    if (sets == NULL)
        return 1;
    take_prepare();
    snprintf(model, sizeof model, "healthy-baseline-%lu-%lu.model", host->mix, host->seed);
    bool ready = baseline_play(host, sets);
    order_draw(host, order);
    for (int i = 0; ready && i < host->count; i++)
        played += fault_play(host, order[i], &sets[order[i] + 1], model);
    free(sets);
    return played > 0 ? 0 : 1;
}
