/* The thread that loads the parts of the kernel source, and what it hands over. */
#include "collect/settle.h"

#include "base/clock.h"
#include "collect/kernel_reason.h"
#include "collect/kernel_sample.h"
#include "collect/lifecycle.h"
#include "collect/network.h"
#include "collect/recorder.h"
#include "collect/waits.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum { PARTS = 5, TOLD_MS = 2000 };

struct settle {
    pthread_t thread;
    pthread_mutex_t mutex; /* of ready and what is loaded up to there */
    pthread_cond_t changed;
    size_t ready;          /* parts that were tried */
    struct settled loaded; /* what was not taken yet */
    size_t taken;          /* parts: the caller's alone */
    int64_t began_ns;
    size_t event_bytes, wait_places;
};

static void part_load(size_t part, const struct settle *settle, struct settled *loaded)
{
    switch (part) {
    case 0:
        loaded->recorder = recorder_new(&loaded->recorder_missing);
        break;
    case 1:
        loaded->waits = wait_recorder_new(settle->wait_places, &loaded->waits_missing);
        break;
    case 2:
        loaded->lifecycle = lifecycle_new(settle->event_bytes, &loaded->lifecycle_missing);
        break;
    case 3:
        loaded->network = network_new(&loaded->network_missing);
        break;
    default:
        loaded->kernel = kernel_sample_new(&loaded->kernel_missing);
    }
}

static void part_move(size_t part, struct settled *from, struct settled *to)
{
    switch (part) {
    case 0:
        to->recorder = from->recorder;
        to->recorder_missing = from->recorder_missing;
        break;
    case 1:
        to->waits = from->waits;
        to->waits_missing = from->waits_missing;
        break;
    case 2:
        to->lifecycle = from->lifecycle;
        to->lifecycle_missing = from->lifecycle_missing;
        break;
    case 3:
        to->network = from->network;
        to->network_missing = from->network_missing;
        break;
    default:
        to->kernel = from->kernel;
        to->kernel_missing = from->kernel_missing;
    }
}

static void part_slow_tell(size_t part, struct settled *settled)
{
    static const enum kernel_part parts[PARTS] = {KERNEL_LOCKS, KERNEL_WAITS, KERNEL_LIFECYCLE, KERNEL_NETWORK,
                                                  KERNEL_LISTING};
    struct error *const sentences[PARTS] = {&settled->recorder_missing, &settled->waits_missing,
                                            &settled->lifecycle_missing, &settled->network_missing,
                                            &settled->kernel_missing};
    kernel_slow_tell(parts[part], sentences[part]);
}

static void *parts_load(void *context)
{
    struct settle *settle = context;
    for (size_t part = 0; part < PARTS; part++) {
        struct settled loaded = {0};
        part_load(part, settle, &loaded);
        pthread_mutex_lock(&settle->mutex);
        part_move(part, &loaded, &settle->loaded);
        settle->ready = part + 1;
        pthread_cond_signal(&settle->changed);
        pthread_mutex_unlock(&settle->mutex);
    }
    return NULL;
}

/* Signals are left to the thread that takes samples. */
static bool thread_start(struct settle *settle)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&settle->thread, NULL, parts_load, settle) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

struct settle *settle_begin(size_t event_bytes, size_t wait_places)
{
    struct settle *settle = calloc(1, sizeof *settle);
    pthread_condattr_t steady;
    if (settle == NULL)
        return NULL;
    *settle = (struct settle){.event_bytes = event_bytes, .wait_places = wait_places, .began_ns = clock_boottime_ns()};
    pthread_mutex_init(&settle->mutex, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&settle->changed, &steady);
    pthread_condattr_destroy(&steady);
    if (thread_start(settle))
        return settle;
    pthread_cond_destroy(&settle->changed);
    pthread_mutex_destroy(&settle->mutex);
    free(settle);
    return NULL;
}

bool settle_take(struct settle *settle, int patience_ms, struct settled *settled)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t until_ns = until.tv_sec * NS_PER_S + until.tv_nsec + patience_ms * NS_PER_MS;
    until = (struct timespec){.tv_sec = until_ns / NS_PER_S, .tv_nsec = until_ns % NS_PER_S};
    pthread_mutex_lock(&settle->mutex);
    while (settle->ready < PARTS && pthread_cond_timedwait(&settle->changed, &settle->mutex, &until) == 0)
        continue;
    for (; settle->taken < settle->ready; settle->taken++)
        part_move(settle->taken, &settle->loaded, settled);
    pthread_mutex_unlock(&settle->mutex);
    bool slow = clock_boottime_ns() - settle->began_ns >= TOLD_MS * NS_PER_MS;
    for (size_t part = settle->taken; slow && part < PARTS; part++)
        part_slow_tell(part, settled);
    return settle->taken == PARTS;
}

void settle_free(struct settle *settle)
{
    if (settle == NULL)
        return;
    struct settled left = {0};
    pthread_join(settle->thread, NULL);
    for (; settle->taken < PARTS; settle->taken++)
        part_move(settle->taken, &settle->loaded, &left);
    recorder_free(left.recorder);
    wait_recorder_free(left.waits);
    lifecycle_free(left.lifecycle);
    network_free(left.network);
    kernel_sample_free(left.kernel);
    pthread_cond_destroy(&settle->changed);
    pthread_mutex_destroy(&settle->mutex);
    free(settle);
}
