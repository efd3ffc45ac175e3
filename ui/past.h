/* How one node fared in the moments before: its measures, for the trends in its drill-down. */
#ifndef UI_PAST_H
#define UI_PAST_H

#include "cursor/cursor.h"
#include "graph/graph.h"

enum { PAST_MOMENTS = 64 };

struct past {
    char *id; /* of the node; NULL: none was chosen */
    struct past_point {
        uint64_t serial;
        bool taken; /* somebody has looked */
        float measures[MEASURE_COUNT];
    } points[PAST_MOMENTS]; /* by serial modulo PAST_MOMENTS */
};

/* Whose past it is from now on: that of another node is forgotten. */
void past_choose(struct past *past, const char *id);
void past_done(struct past *past);

/* Takes in the graph of a moment. */
void past_add(struct past *past, const struct graph *graph, uint64_t serial);

/* The newest of the `count` moments up to this serial that nobody has looked at, as a position; SIZE_MAX = none. */
size_t past_missing(const struct past *past, const struct cursor *cursor, uint64_t serial, size_t count);

/* Looks at that moment. */
void past_look(struct past *past, struct cursor *cursor, size_t position, int64_t window_ns);

/* The values of the `count` (at most PAST_MOMENTS) moments up to this serial, oldest first, as shares of the largest;
 * NaN where it was not there or nobody has looked. Returns how many are known. */
size_t past_values(const struct past *past, enum measure measure, uint64_t serial, double *values, size_t count);

/* The measure that a feature or a reason of a verdict is told of; MEASURE_COUNT = none. */
enum measure past_measure(const char *feature);

#endif
