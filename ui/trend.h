/* How the moments were that have been looked at: how unusual, and how the host fared. From it come the sparkline in the
 * header, the strip over a recording, the host's view, and when something last stood out. */
#ifndef UI_TREND_H
#define UI_TREND_H

#include "ui/moment.h"

/* X(enum, "label", share: 0 to 1 and drawn so; else drawn against its largest value, "unit") */
#define TREND_SERIES(X)                                    \
    X(SERIES_SCORE, "score", true, "")                     \
    X(SERIES_CPU, "cpu", true, "")                         \
    X(SERIES_MEMORY, "memory", true, "")                   \
    X(SERIES_SWAP, "swap", true, "")                       \
    X(SERIES_PRESSURE_CPU, "pressure cpu", true, "")       \
    X(SERIES_PRESSURE_MEMORY, "pressure memory", true, "") \
    X(SERIES_PRESSURE_IO, "pressure io", true, "")         \
    X(SERIES_DISK_BUSY, "busiest disk", true, "")          \
    X(SERIES_READ, "read", false, "bytes/s")               \
    X(SERIES_WRITTEN, "written", false, "bytes/s")         \
    X(SERIES_WAITING, "processes waiting", false, "")
#define TREND_ENUM(series, label, share, unit) series,
enum trend_series { TREND_SERIES(TREND_ENUM) SERIES_COUNT };

extern const struct trend_schema {
    const char *label;
    bool share;
    const char *unit;
} trend_schema[SERIES_COUNT];

/* Moments that are kept: the newest of a live host, all of a recording up to the larger number. */
enum { TREND_LIVE_COUNT = 1024, TREND_COUNT_MAX = 131072 };

struct trend {
    struct trend_point {
        uint64_t serial;
        float values[SERIES_COUNT]; /* NaN = unknown */
        bool taken, anomalous;
    } * points; /* by serial modulo count */
    size_t count;
    int64_t anomaly_ns; /* the newest moment in which something stood out; 0 = none seen */
    char anomaly[128];  /* who: clean */
};

/* Room for the moments of a cursor. False: out of memory. */
bool trend_init(struct trend *trend, const struct cursor *cursor);
void trend_done(struct trend *trend);
/* Makes room for the moments of a recording that has grown; what is known stays known. Where memory is short it stays
 * as it is. */
void trend_grow(struct trend *trend, const struct cursor *cursor);

/* What is known of a moment; NULL = nobody has looked. */
const struct trend_point *trend_point(const struct trend *trend, uint64_t serial);

/* A moment without a verdict counts as looked at. */
void trend_add(struct trend *trend, const struct moment *moment);

/* The newest position, among the `count` up to this serial, that nobody has looked at; SIZE_MAX when there is none. */
size_t trend_missing(const struct trend *trend, const struct cursor *cursor, uint64_t serial, size_t count);

/* The values of the `count` samples up to this serial, oldest first; NaN where nobody has looked. */
void trend_values(const struct trend *trend, enum trend_series series, uint64_t serial, double *values, size_t count);

#endif
