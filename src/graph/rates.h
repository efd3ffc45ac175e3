/* Rates: counters and levels of the same thing over the samples of a window. Private to this floor. */
#ifndef GRAPH_RATES_H
#define GRAPH_RATES_H

#include "graph/measure.h"
#include "sample/sample.h"

struct rate_column {
    size_t column;
    enum measure measure;
    double scale; /* from the column's unit per second to the measure's */
    bool level;   /* a level that may also fall, not a counter */
};

struct rate {
    uint64_t first, last;
    double first_s, last_s;
    uint32_t sights;
    bool reset; /* the counter fell: it is not the same counter any more */
};

/* Rates of `column_count` columns of things numbered from 0. Zeroed but for table, columns, column_count = empty. */
struct rates {
    enum table_kind table;
    const struct rate_column *columns;
    size_t column_count;
    struct rate *items; /* thing-major */
    size_t thing_count, capacity;
};

/* Takes in what a sample says of a thing. Call from the newest sample to the oldest. False: out of memory. */
bool rates_add(struct rates *rates, size_t thing, const struct sample *sample, size_t row);

/* The rate per second between the first and the last sight; NaN when there are not two, or a counter fell. A counter
 * of something that was seen once and began (start_s, seconds since boot; NaN = unknown) less than window_s before
 * counts from its beginning. */
double rates_value(const struct rates *rates, size_t thing, size_t column, double start_s, double window_s);

void rates_done(struct rates *rates);

#endif
