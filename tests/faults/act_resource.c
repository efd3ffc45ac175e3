/* Parts that use up what others need. Each is bounded, whatever it is asked for. */
#include "tests/faults/act.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLICE_MS = 50, SLICES_PS = 1000 / SLICE_MS, HONEST_MS = 200 };
enum { LEAK_MAX_MB = 400, DESCRIPTORS_MAX = 4000, THREADS_MAX = 600, ZOMBIES_MAX = 800 };

/* Honest work until the fault is on. */
static void behave(struct member *self)
{
    while (!is_culprit_now(self)) {
        burn(1);
        work_done(self);
        moment(HONEST_MS);
    }
}

/* How many of `amount` per second fall into this slice. */
static long slice_share(long amount, unsigned long slice)
{
    return (long)((slice + 1) * (unsigned long)amount / SLICES_PS - slice * (unsigned long)amount / SLICES_PS);
}

static void *spin(void *unused)
{
    for (;;)
        burn(1000);
    return unused;
}

void act_hog(struct member *self)
{
    pthread_t thread;
    behave(self);
    for (long i = 1; i < self->amount; i++)
        pthread_create(&thread, NULL, spin, NULL);
    spin(NULL);
}

void act_runaway(struct member *self)
{
    behave(self);
    for (;; moment(100 - self->amount))
        burn(self->amount);
}

void act_leak(struct member *self)
{
    const long mib = 1 << 20;
    const long most = self->variant == 0 ? LEAK_MAX_MB : (long)self->variant;
    behave(self);
    long leaked = 0;
    for (unsigned long slice = 0;; slice++, moment(SLICE_MS))
        for (long i = slice_share(self->amount, slice); i > 0 && leaked < most; i--, leaked++) {
            char *block = malloc((size_t)mib);
            if (block != NULL)
                memset(block, 1, (size_t)mib);
        }
}

void act_descriptors(struct member *self)
{
    behave(self);
    long opened = 0;
    for (unsigned long slice = 0;; slice++, moment(SLICE_MS))
        for (long i = slice_share(self->amount, slice); i > 0 && opened < DESCRIPTORS_MAX; i--, opened++)
            if (open(self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) < 0)
                break;
}

static void *rest(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static bool thread_add(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 << 10);
    bool added = pthread_create(&thread, &attributes, rest, NULL) == 0;
    pthread_attr_destroy(&attributes);
    return added;
}

void act_threads(struct member *self)
{
    behave(self);
    long started = 0;
    for (unsigned long slice = 0;; slice++, moment(SLICE_MS))
        for (long i = slice_share(self->amount, slice); i > 0 && started < THREADS_MAX; i--, started++)
            if (!thread_add())
                break;
}

void act_forks(struct member *self)
{
    behave(self);
    for (unsigned long slice = 0;; slice++, moment(SLICE_MS)) {
        for (long i = slice_share(self->amount, slice); i > 0; i--) {
            pid_t child = fork();
            if (child == 0) {
                moment(20);
                _exit(0);
            }
            work_done(self);
        }
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
    }
}

void act_zombies(struct member *self)
{
    behave(self);
    long left = 0;
    for (unsigned long slice = 0;; slice++, moment(SLICE_MS))
        for (long i = slice_share(self->amount, slice); i > 0 && left < ZOMBIES_MAX; i--, left++)
            if (fork() == 0)
                _exit(0);
}

/* Kilobytes for this slice; what does not fit is tried again with the next. */
static void slice_write(int descriptor, long kilobytes)
{
    static const char block[1024] = "2026-11-20 14:02:31 debug: retrying, retrying, retrying\n";
    for (long i = 0; i < kilobytes; i++)
        if (write(descriptor, block, sizeof block) < 0)
            return;
}

void act_flood(struct member *self)
{
    int descriptor = open(self->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    behave(self);
    for (unsigned long slice = 0;; slice++, moment(SLICE_MS))
        slice_write(descriptor, slice_share(self->amount, slice));
}

void act_deleted(struct member *self)
{
    int descriptor = open(self->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    behave(self);
    unlink(self->path);
    for (unsigned long slice = 0;; slice++, moment(SLICE_MS))
        slice_write(descriptor, slice_share(self->amount, slice));
}

void act_logger(struct member *self)
{
    int descriptor = open(self->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    enum { LINES_KEPT = 100 };
    char line[5000];
    memset(line, 'x', sizeof line);
    for (int lines = 0;; moment(100)) {
        if (write(descriptor, line, sizeof line) != sizeof line)
            continue;
        work_done(self);
        if (++lines % LINES_KEPT == 0 && ftruncate(descriptor, 0) != 0)
            _exit(1);
    }
}
