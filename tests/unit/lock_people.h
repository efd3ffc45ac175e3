/* Processes that take one file's lock, keep it until they are told, and note the time before and after each step, so
 * that what the recorder tells is compared with what was measured, however slow the machine. */
#ifndef TESTS_UNIT_LOCK_PEOPLE_H
#define TESTS_UNIT_LOCK_PEOPLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { PEOPLE_MAX = 8 };

enum lock_way { BY_FLOCK, BY_RECORD, BY_DESCRIPTION };

/* CLOCK_BOOTTIME; 0: not yet. Shared with the process. */
struct person {
    _Atomic int64_t asked_ns; /* before the call */
    _Atomic int64_t got_ns;   /* after it, also when a signal ended it */
    _Atomic int64_t left_ns;  /* before it exits, which gives the lock back */
    _Atomic bool got;
    _Atomic bool leave; /* set by people_leave */
    pid_t pid;
    int64_t reaped_ns; /* by people_reap */
};

struct people {
    char path[64]; /* the file */
    struct person *persons;
    int count;
};

bool people_set(struct people *people);
void people_clear(struct people *people); /* kills, reaps, removes the file */

/* Forks a process of that name, which asks for the exclusive lock at once. A SIGALRM interrupts its wait. */
struct person *people_start(struct people *people, const char *name, enum lock_way way);

void people_await_lock(struct person *person);                     /* until it has the lock, or was interrupted */
void people_await_waiters(const struct people *people, int count); /* until the lock table shows so many */
void people_leave(struct person *person);                          /* lets it give the lock back and exit */
void people_reap(struct person *person);
void people_forget(struct people *people); /* those that were reaped */

int people_lock(const char *path, enum lock_way way); /* takes it; descriptor, or -1 */
void moment(int ms);                                  /* sleeps at least so long */

#endif
