/* Episodes of waiting: who waits for whom, on what, since when. */
#ifndef COLLECT_PROC_WAIT_H
#define COLLECT_PROC_WAIT_H

#include "collect/source_inside.h"

struct wait {
    enum wait_kind kind;
    bool at_least;
    bool inferred;
    const struct process_memory *waiter;
    const struct process_memory *holder; /* NULL: nobody is known */
    uint64_t thread;                     /* 0: not known which */
    uint64_t mount_namespace;            /* 0: not known */
    const char *path;                    /* NULL: none */
    uint64_t inode;                      /* 0: none */
    int64_t since_ns;
};

/* Appends the row of a wait that goes on. False: out of memory. */
bool wait_append(struct source *source, const struct wait *wait);

#endif
