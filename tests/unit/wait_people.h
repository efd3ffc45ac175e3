/* Two processes, of which one waits for the other in one of many ways. Both note the time before and after what they
 * do, so that what the recorder tells is compared with what was measured, however slow the machine. */
#ifndef TESTS_UNIT_WAIT_PEOPLE_H
#define TESTS_UNIT_WAIT_PEOPLE_H

#include "sample/schema.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum wait_way {
    BY_PIPE_READ,
    BY_PIPE_WRITE,
    BY_UNIX_RECEIVE,
    BY_UNIX_SEND,
    BY_UNIX_CONNECT, /* the backlog is full */
    BY_TCP_RECEIVE,
    BY_TCP_SEND, /* the window is full */
    BY_MUTEX,    /* of two processes, in shared memory */
    BY_CHILD,
    WAIT_WAYS
};

/* CLOCK_BOOTTIME; 0: not yet. */
struct wait_times {
    _Atomic int64_t asked_ns; /* the waiter, before the call that waits */
    _Atomic int64_t got_ns;   /* and after it */
    _Atomic int64_t acted_ns; /* the holder, before what ends the wait */
    _Atomic pid_t holder;     /* the pid of the child, where that is who holds */
    _Atomic bool ready;       /* the holder has what it will hold */
    _Atomic bool act;         /* set by wait_end */
    _Atomic bool leave;       /* set by wait_leave */
};

struct wait_pair {
    struct wait_times *times; /* shared with both */
    pid_t waiter, holder;
    int64_t asleep_ns; /* after the waiter was seen asleep */
    char path[64];     /* of a socket */
};

/* The kind of wait that it is, and its name in a message. */
enum wait_kind wait_way_kind(enum wait_way way);
const char *wait_way_name(enum wait_way way);

/* Returns once the waiter sleeps in the call that waits. False: it never did. */
bool wait_begin(struct wait_pair *pair, enum wait_way way);
bool wait_end(struct wait_pair *pair);   /* the holder acts; returns once the waiter has what it waited for */
void wait_leave(struct wait_pair *pair); /* both exit, and are reaped; also kills */

int64_t boottime_now(void);
void pause_ms(int ms);

#endif
