/* Honest programs: what stands beside a fault, and bursts that look like one. */
#include "tests/faults/act.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

void act_idle(struct member *self)
{
    (void)self;
    stand_still();
}

void act_ticker(struct member *self)
{
    for (;; moment(100)) {
        burn(1);
        work_done(self);
    }
}

void act_burner(struct member *self)
{
    for (;; moment(100 - self->amount))
        burn(self->amount);
}

void act_big(struct member *self)
{
    size_t bytes = (size_t)self->amount << 20;
    char *block = malloc(bytes);
    for (;; moment(1000))
        for (size_t i = 0; block != NULL && i < bytes; i += 4096)
            block[i]++;
}

void act_many_files(struct member *self)
{
    for (long i = 0; i < self->amount; i++)
        if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0)
            break;
    act_ticker(self);
}

static void *rest(void *unused)
{
    for (;;)
        pause();
    return unused;
}

void act_many_threads(struct member *self)
{
    pthread_t thread;
    for (long i = 0; i < self->amount; i++)
        pthread_create(&thread, NULL, rest, NULL);
    act_ticker(self);
}

static void child_run(long burn_ms)
{
    if (fork() == 0) {
        burn(burn_ms);
        _exit(0);
    }
}

static void children_collect(void)
{
    while (waitpid(-1, NULL, 0) > 0)
        continue;
}

void act_forker(struct member *self)
{
    for (;; moment(1000)) {
        child_run(1);
        children_collect();
        work_done(self);
    }
}

void act_parent(struct member *self)
{
    (void)self;
    if (fork() == 0)
        stand_still();
    children_collect();
}
