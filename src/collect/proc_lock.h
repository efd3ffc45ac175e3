/* What is remembered of a file lock, held or waited for, and how its owner is found. */
#ifndef COLLECT_PROC_LOCK_H
#define COLLECT_PROC_LOCK_H

#include "collect/source_inside.h"

struct lock_memory {
    struct proc_lock lock;
    int64_t first_look_ns; /* boot time */
    bool at_least;         /* it was there at our very first look */
    bool carried;          /* path and owner are those of the sample before, in whose table it has this row: */
    uint32_t carried_row;
    uint32_t row;                   /* in the lock table of its sample */
    int64_t proven_ns;              /* of a lock: since when its waiters prove that it is held; 0: no proof */
    uint64_t thread;                /* of a request: which thread asks; 0: not known */
    size_t holder;                  /* of a request: place of the lock that blocks it */
    struct process_memory *process; /* whose; NULL: not known. Of the sample under way only */
    size_t descriptor;              /* row of the descriptor it was taken or is asked for with; SIZE_MAX: not known */
};

/* Fills `process` and `descriptor` of source->locks. */
void lock_resolve(struct source *source);

#endif
