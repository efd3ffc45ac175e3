/* The time line of a report: what stood out when, around a moment, and what happened then. */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include "base/memory.h"
#include "cursor/cursor.h"
#include "export/export.h"
#include "model/model.h"

struct report {
    struct export_moment *moments; /* in order of time */
    size_t count, capacity;
    struct arena texts;
};

/* Judges the five minutes before and after the position, half a window at a time (a progress bar is shown), and reads
 * the events: what stood out from when to when, long waits, signals, kills, connections that failed. What cannot be
 * read, or kept for lack of memory, is left out. Zeroed = empty. */
void report_make(struct report *report, struct cursor *cursor, size_t position, int64_t window_ns,
                 const struct model *model);
void report_done(struct report *report);

#endif
