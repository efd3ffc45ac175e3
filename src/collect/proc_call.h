/* What a system call waits for: the table from its number (and arguments) to a kind of wait. */
#ifndef COLLECT_PROC_CALL_H
#define COLLECT_PROC_CALL_H

#include "collect/call_class.h"
#include "collect/proc_parse.h"

struct call_meaning {
    enum call_class class;
    uint64_t descriptor;       /* CALL_LOCK to CALL_ACCEPT */
    uint64_t other_descriptor; /* where a call moves bytes to (splice, sendfile); UINT64_MAX: it has just one */
    uint64_t child;            /* CALL_CHILD */
    bool description_lock;     /* CALL_LOCK of an open file description (F_OFD_SETLKW) */
};

struct call_meaning call_meaning(const struct proc_system_call *call);

/* What a call of poll, select or epoll is about: a list in the caller's memory. */
struct call_poll {
    uint64_t list;  /* of struct pollfd; of select: the set of descriptors to read from, 0 = none */
    uint32_t count; /* of its entries; of select: one more than the highest descriptor */
    bool selects;
    bool events; /* epoll: the list is the kernel's own */
};

/* False: it is another call. */
bool call_poll(const struct proc_system_call *call, struct call_poll *poll);

/* Does a process in that call wait for whatever comes next (poll, accept, ...)? */
bool call_awaits_events(const struct proc_system_call *call);

/* The class of the call of that number, and the argument with the descriptor that bytes go to (0: it has none). Of
 * fcntl the arguments decide: it is CALL_OTHER here. */
enum call_class call_class(long number, unsigned *other);

#endif
