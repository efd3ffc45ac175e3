/* What this host lets us see: one row per ability, probed for real, for `culprit doctor` and the status line. */
#ifndef COLLECT_DOCTOR_H
#define COLLECT_DOCTOR_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct doctor_row {
    const char *name; /* "descriptors of other users" */
    bool available;
    bool needed;      /* false: an extra whose absence costs little */
    char detail[200]; /* what was found: "412 of 412 processes" */
    char remedy[200]; /* what would bring it; empty when available */
};

/* Fills rows (at most capacity) and returns how many. Runs with the caller's privileges: call before dropping them.
 * Nothing in it can block for longer than five seconds. */
size_t doctor_examine(struct doctor_row *rows, size_t capacity);

#endif
