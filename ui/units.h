/* Processes summed by systemd unit or container. Knows no terminal. */
#ifndef UI_UNITS_H
#define UI_UNITS_H

#include "graph/graph.h"
#include "judge/judge.h"

/* X(enum, "title", "unit", width, measure that is summed up, how) */
#define UNIT_COLUMNS(X)                                                \
    X(UNIT_SCORE, "SCORE", "", 5, MEASURE_COUNT, UNIT_WORST)           \
    X(UNIT_PROCESSES, "PROCS", "", 5, MEASURE_COUNT, UNIT_COUNTED)     \
    X(UNIT_CPU, "CPU%", "%", 5, MEASURE_CPU_PCT, UNIT_SUM)             \
    X(UNIT_CPU_MOST, "MAX%", "%", 5, MEASURE_CPU_PCT, UNIT_WORST)      \
    X(UNIT_MEMORY, "MEMORY", "bytes", 7, MEASURE_RSS_BYTES, UNIT_SUM)  \
    X(UNIT_DESCRIPTORS, "FDS", "", 6, MEASURE_DESCRIPTORS, UNIT_SUM)   \
    X(UNIT_BLOCKED, "BLOCKED", "s", 7, MEASURE_BLOCKED_S, UNIT_WORST)  \
    X(UNIT_WAITERS, "WAIT", "", 4, MEASURE_WAITERS, UNIT_SUM)          \
    X(UNIT_READ, "READ", "bytes/s", 9, MEASURE_READ_BPS, UNIT_SUM)     \
    X(UNIT_WRITE, "WRITE", "bytes/s", 9, MEASURE_WRITE_BPS, UNIT_SUM)  \
    X(UNIT_QUOTA, "QUOTA%", "%", 6, MEASURE_CPU_QUOTA_PCT, UNIT_WORST) \
    X(UNIT_THROTTLED, "THROT", "s/s", 8, MEASURE_THROTTLED, UNIT_WORST)
enum unit_summing { UNIT_SUM, UNIT_WORST, UNIT_COUNTED };
#define UNIT_ENUM(column, title, unit, width, measure, how) column,
enum unit_column { UNIT_COLUMNS(UNIT_ENUM) UNIT_COLUMN_COUNT };

extern const struct unit_schema {
    const char *title, *unit;
    int width;
    size_t measure; /* MEASURE_COUNT: none */
    enum unit_summing how;
} unit_schema[UNIT_COLUMN_COUNT];

struct units {
    struct unit_row {
        const char *name;                 /* raw, the graph's; NULL = without a unit */
        bool kernel;                      /* the kernel's threads */
        double values[UNIT_COLUMN_COUNT]; /* NaN = unknown of all */
    } * rows;
    size_t count, capacity;
    struct index index;
    size_t selected, top;
    char *selected_name; /* whom the selection follows: "" without a unit; NULL = the first row */
    enum unit_column sort;
    bool descending;
};

void units_init(struct units *units);
void units_done(struct units *units);

/* Sums up anew. The names are borrowed from the graph. False: out of memory, then it is empty. */
bool units_update(struct units *units, const struct graph *graph, const struct verdict *verdict, struct error *error);
void units_select(struct units *units, size_t row);
/* "nginx.service", "(the kernel)", "(no unit)": raw. */
const char *units_name(const struct unit_row *row);

#endif
