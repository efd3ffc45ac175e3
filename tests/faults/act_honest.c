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

static void burst_await(struct member *self)
{
    while (!fault_is_on(self))
        moment(100);
}

void act_backup(struct member *self)
{
    static char block[1 << 16];
    burst_await(self);
    int descriptor = open(self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    for (int i = 0; i < 400; i++, moment(10)) {
        burn(2);
        if (pwrite(descriptor, block, sizeof block, i * (off_t)sizeof block) < 0)
            break;
    }
    stand_still();
}

void act_compile(struct member *self)
{
    burst_await(self);
    for (int i = 0; i < 60; i++) {
        child_run(60);
        children_collect();
        moment(10);
    }
    stand_still();
}

void act_rotate(struct member *self)
{
    burst_await(self);
    int descriptor = open(self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    flock(descriptor, LOCK_EX);
    moment(30);
    flock(descriptor, LOCK_UN);
    stand_still();
}

void act_deploy(struct member *self)
{
    burst_await(self);
    for (int i = 0; i < 8; i++, moment(100))
        if (fork() == 0)
            for (;; moment(100))
                burn(2);
    children_collect();
}

void act_cron(struct member *self)
{
    burst_await(self);
    for (int round = 0; round < 3; round++, moment(2000)) {
        for (int i = 0; i < 12; i++)
            child_run(20);
        children_collect();
    }
    stand_still();
}
