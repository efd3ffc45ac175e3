/* Bursts of honest work that look like faults. `amount`: once, or again and again with so many seconds between. */
#include "tests/faults/act.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

static void children_collect(void)
{
    while (waitpid(-1, NULL, 0) > 0)
        continue;
}

static void child_burn(long ms)
{
    if (fork() == 0) {
        burn(ms);
        _exit(0);
    }
}

/* Waits for the burst's time; after the first one for ever, or for about `amount` seconds. */
static void burst_await(struct member *self, int round)
{
    while (!fault_is_on(self))
        moment(100);
    if (round > 0 && self->amount == 0)
        stand_still();
    if (self->amount > 0)
        moment(500 * self->amount + (long)draw(&self->random, 1000 * (unsigned long)self->amount));
}

/* The copy of much: by a real archiver every other time, where there is one. */
void act_backup(struct member *self)
{
    static char block[1 << 16];
    for (int round = 0;; round++) {
        burst_await(self, round);
        if (draw(&self->random, 2) == 0) {
            script_run("timeout 10 tar -czf %s /usr/include", self->path);
            unlink(self->path);
            continue;
        }
        int descriptor = open(self->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        for (int i = 0; i < 400; i++, moment(10)) {
            burn(2);
            if (pwrite(descriptor, block, sizeof block, i * (off_t)sizeof block) < 0)
                break;
        }
        close(descriptor);
    }
}

static void source_write(const char *path)
{
    FILE *file = fopen(path, "we");
    for (int i = 0; file != NULL && i < 400; i++)
        fprintf(file,
                "int f%d(int a, int b)\n{\n    for (int i = 0; i < a; i++)\n        b += i * %d;\n    return b;\n}\n",
                i, i);
    if (file != NULL)
        fclose(file);
}

/* A build: the real compiler where there is one, and short busy children. */
void act_compile(struct member *self)
{
    for (int round = 0;; round++) {
        burst_await(self, round);
        source_write(self->path);
        for (int i = 0; i < 3; i++)
            script_run("timeout 10 cc -O2 -x c -c -o /dev/null %s", self->path);
        for (int i = 0; i < 40; i++, moment(10)) {
            child_burn(60);
            children_collect();
        }
    }
}

void act_rotate(struct member *self)
{
    for (int round = 0;; round++) {
        burst_await(self, round);
        int descriptor = open(self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        flock(descriptor, LOCK_EX);
        moment(30);
        flock(descriptor, LOCK_UN);
        close(descriptor);
    }
}

/* Eight new processes that stay, or, again and again, take the place of the eight before. */
void act_deploy(struct member *self)
{
    enum { FRESH = 8 };
    pid_t fresh[FRESH] = {0};
    for (int round = 0;; round++) {
        burst_await(self, round);
        for (int i = 0; i < FRESH; i++, moment(100)) {
            if (fresh[i] > 0) {
                kill(fresh[i], SIGTERM);
                waitpid(fresh[i], NULL, 0);
            }
            fresh[i] = fork();
            if (fresh[i] == 0)
                for (;; moment(200))
                    burn(1);
        }
    }
}

void act_cron(struct member *self)
{
    for (int round = 0;; round++) {
        burst_await(self, round);
        for (int jobs = 0; jobs < 3; jobs++, moment(2000)) {
            for (int i = 0; i < 12; i++)
                child_burn(20);
            children_collect();
        }
    }
}
