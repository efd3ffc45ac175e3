/* Who stopped whom: a stopped process waits until it is continued, and whoever sent the signal may be gone by then. The
 * sender is remembered for as long as the process is stopped, and told in every sample as a wait (WAIT_STOPPED). */
#ifndef COLLECT_LIFECYCLE_STOP_H
#define COLLECT_LIFECYCLE_STOP_H

#include "collect/bpf/lifecycle_shared.h"

#include <stdbool.h>
#include <stddef.h>

struct source;

/* Zeroed: nobody. */
struct stops {
    struct stop {
        struct lifecycle_event event; /* of the signal */
        bool seen;                    /* the process was found stopped since */
    } * items;
    size_t count, capacity;
};

/* Takes in a signal that may stop a process; others, and those that the kernel sends, are left alone. False: out of
 * memory. */
bool stops_note(struct stops *stops, const struct lifecycle_event *event);

/* Appends a row of the wait table for each process that is stopped, and forgets those that are not. False: out of
 * memory. */
bool stops_append(struct stops *stops, struct source *source);

void stops_done(struct stops *stops);

#endif
