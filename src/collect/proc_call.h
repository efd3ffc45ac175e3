/* What a system call waits for: the table from its number (and arguments) to a kind of wait. */
#ifndef COLLECT_PROC_CALL_H
#define COLLECT_PROC_CALL_H

#include "collect/proc_parse.h"

enum call_class {
    CALL_OTHER,   /* not in the table: a wait only in state D */
    CALL_IDLE,    /* waits for anything or for time (poll, nanosleep, futex, ...): no edge */
    CALL_LOCK,    /* a file lock on `descriptor` */
    CALL_READ,    /* bytes from `descriptor`, which may be a pipe, a socket or a file */
    CALL_WRITE,   /* room in it */
    CALL_CONNECT, /* the connection of it */
    CALL_ACCEPT,  /* somebody who connects to it */
    CALL_CHILD,   /* the exit of `child`, or of any when it is 0 */
    CALL_VFORK,   /* the exec or exit of the child just made */
};

struct call_meaning {
    enum call_class class;
    uint64_t descriptor;       /* CALL_LOCK to CALL_ACCEPT */
    uint64_t other_descriptor; /* where a call moves bytes to (splice, sendfile); UINT64_MAX: it has just one */
    uint64_t child;            /* CALL_CHILD */
    bool description_lock;     /* CALL_LOCK of an open file description (F_OFD_SETLKW) */
};

/* Futexes are idle: what /proc shows of them does not tell who holds the word. */
struct call_meaning call_meaning(const struct proc_system_call *call);

#endif
