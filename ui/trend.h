/* How unusual the moments were that have been looked at: the sparkline in the header, and when something last stood
 * out. */
#ifndef UI_TREND_H
#define UI_TREND_H

#include "ui/moment.h"

enum { TREND_COUNT = 1024 };

struct trend {
    struct trend_point {
        uint64_t serial;
        float level; /* 0 to 1 */
        bool taken;
    } points[TREND_COUNT]; /* by serial modulo TREND_COUNT */
    int64_t anomaly_ns;    /* the newest moment in which something stood out; 0 = none seen */
    char anomaly[128];     /* who: clean */
};

/* A moment without a verdict counts as looked at. */
void trend_add(struct trend *trend, const struct moment *moment);

/* The newest position, among the `count` up to this serial, that nobody has looked at; SIZE_MAX when there is none. */
size_t trend_missing(const struct trend *trend, const struct cursor *cursor, uint64_t serial, size_t count);

/* The levels of the `count` samples up to this serial, oldest first; NaN where nobody has looked. */
void trend_levels(const struct trend *trend, uint64_t serial, double *levels, size_t count);

#endif
