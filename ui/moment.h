/* The moment on the screen: graph and verdict at a position of the cursor, whether live, paused or replayed. */
#ifndef UI_MOMENT_H
#define UI_MOMENT_H

#include "cursor/cursor.h"
#include "graph/graph.h"
#include "judge/alarm.h"
#include "judge/judge.h"

enum { MOMENT_DISKS_MAX = 16 };

struct moment {
    struct graph *graph;     /* NULL: nothing was looked at yet */
    struct verdict *verdict; /* NULL: none could be had */
    uint64_t serial;         /* of the newest sample, in the cursor */
    double cpu_share;        /* of all processors over the window, 0 to 1; NaN = unknown */
    int32_t utc_offset_s;    /* zone for times that people read */
    char host[65];           /* raw */
    /* The busiest disks over the window, busiest first; NaN = unknown. */
    struct moment_disk {
        char name[32]; /* raw */
        double read_bps, write_bps;
        double busy; /* share of time with io under way, 0 to 1 */
    } disks[MOMENT_DISKS_MAX];
    size_t disk_count;
    struct alarm_history before, after; /* what the samples up to the one before, and up to this one, said */
};

/* Replaces the moment by that of a position. False with a sentence, and then the moment is as it was. */
bool moment_take(struct moment *moment, struct cursor *cursor, size_t position, int64_t window_ns,
                 const struct model *model, bool utc, struct error *error);

void moment_done(struct moment *moment);

#endif
