/* Episodes of waiting: who waits for whom, on what, since when.
 *
 * A wait is a single sleep of one thread. Its beginning is the first look at which the thread slept with the number of
 * turns on a cpu that it still has (schedstat): it cannot have woken meanwhile. That is exact within one sampling
 * interval, and a lower bound (at_least) when the thread was there before our very first look. A wait that has ended
 * gets one last row, with ongoing 0 and the last look at which it was still seen as its end. */
#ifndef COLLECT_PROC_WAIT_H
#define COLLECT_PROC_WAIT_H

#include "collect/source_inside.h"

struct wait {
    enum wait_kind kind;
    bool at_least;
    bool inferred;
    bool recorded; /* the recorder tells of it, and of its end */
    const struct process_memory *waiter;
    const struct process_memory *holder; /* NULL: nobody is known */
    uint64_t thread;                     /* 0: not known which */
    uint64_t holder_thread;              /* 0: not known which */
    uint64_t mount_namespace;            /* 0: not known */
    const char *path;                    /* NULL: none */
    uint64_t inode;                      /* 0: none */
    bool accepted;                       /* of a socket that is `recorded`: the other end had connected to it */
    int64_t since_ns;
};

/* What identifies a wait, without padding. */
struct wait_key {
    uint64_t pid, start_ticks, thread, kind, holder_pid, inode, since_ns;
};

/* A wait that goes on, remembered for the next sample. */
struct wait_memory {
    struct wait_key key;
    uint32_t row; /* in its sample */
};

/* Appends the row of a wait that goes on. False: out of memory. */
bool wait_append(struct source *source, const struct wait *wait);

/* Appends the rows of those waits of the sample before that have ended, or that go on without having been looked at.
 * False: out of memory. */
bool wait_finish(struct source *source);

enum { WAIT_HOLDERS_MAX = 8 };

/* Who is at the other end, found by inode; built once per sample, when first needed. Zeroed = not yet. */
struct wait_ends {
    bool built;
    /* Rows of the descriptor table (pipes and sockets) and of the socket table, in order in each chain. */
    struct wait_chains {
        const struct table *table;
        size_t inode;    /* its column */
        uint32_t *first; /* by a hash of the inode: a row; UINT32_MAX: none */
        uint32_t *next;  /* by row */
        size_t mask;     /* how many there are first, less one; a power of two */
    } descriptors, sockets;
    uint32_t *only_child; /* by process row: row of its only living child; UINT32_MAX: none; UINT32_MAX - 1: several */
    /* Who was found for the last inode asked for. */
    uint64_t holders_inode, holders_access;
    const struct process_memory *holders[WAIT_HOLDERS_MAX + 1];
    size_t holder_count;
    bool fuse_known;
    const struct process_memory *fuse_daemon; /* NULL: none, or several */
};

/* False: out of memory; wait_ends_done is due either way. */
bool wait_ends_need(struct source *source, struct wait_ends *ends);
void wait_ends_done(struct wait_ends *ends);

/* Appends the rows of a wait on a pipe (of wait->kind, on wait->inode): one for each process at its other end, at most
 * 8, or one without holder. */
bool wait_pipe_append(struct source *source, struct wait_ends *ends, struct wait *wait);
/* The same for a socket whose peer is on this host. */
bool wait_socket_append(struct source *source, struct wait_ends *ends, struct wait *wait);
/* The row of that socket; SIZE_MAX: it is not known. */
size_t wait_socket_row(const struct wait_ends *ends, uint64_t inode);
/* Appends the rows of the threads that await an answer in poll or select. False: out of memory. */
bool wait_polls_append(struct source *source, struct wait_ends *ends);
/* The process that has that pipe or socket open, when there is just one; NULL: it is not known. */
const struct process_memory *wait_inode_holder(struct source *source, struct wait_ends *ends, uint64_t inode);
/* The process at the other end of that socket, when there is just one; NULL: it is not known. */
const struct process_memory *wait_socket_holder(struct source *source, struct wait_ends *ends, uint64_t inode);
/* The child that a process waits for, by its pid or (0) because it is the only one; NULL: not known. */
const struct process_memory *wait_child(struct source *source, const struct wait_ends *ends,
                                        const struct process_memory *parent, uint64_t child);

#endif
