/* How one node fared in the moments before. */
#include "ui/past.h"

#include "model/feature.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void past_choose(struct past *past, const char *id)
{
    if (past->id != NULL && id != NULL && strcmp(past->id, id) == 0)
        return;
    past_done(past);
    past->id = id == NULL ? NULL : strdup(id);
}

void past_done(struct past *past)
{
    free(past->id);
    *past = (struct past){0};
}

static struct past_point *point_begin(struct past *past, uint64_t serial)
{
    struct past_point *point = &past->points[serial % PAST_MOMENTS];
    *point = (struct past_point){.serial = serial, .taken = true};
    for (size_t measure = 0; measure < MEASURE_COUNT; measure++)
        point->measures[measure] = NAN;
    return point;
}

void past_add(struct past *past, const struct graph *graph, uint64_t serial)
{
    if (past->id == NULL)
        return;
    struct past_point *point = point_begin(past, serial);
    uint32_t node = graph_find(graph, past->id);
    for (size_t measure = 0; node != NODE_NONE && measure < MEASURE_COUNT; measure++)
        point->measures[measure] = graph_measure(graph, node, (enum measure)measure);
}

static const struct past_point *point_find(const struct past *past, uint64_t serial)
{
    const struct past_point *point = &past->points[serial % PAST_MOMENTS];
    return point->taken && point->serial == serial ? point : NULL;
}

size_t past_missing(const struct past *past, const struct cursor *cursor, uint64_t serial, size_t count)
{
    if (count > PAST_MOMENTS)
        count = PAST_MOMENTS;
    for (size_t back = 0; past->id != NULL && back < count && back <= serial; back++) {
        size_t position = cursor_position(cursor, serial - back);
        if (position == SIZE_MAX)
            break;
        if (point_find(past, serial - back) == NULL)
            return position;
    }
    return SIZE_MAX;
}

void past_look(struct past *past, struct cursor *cursor, size_t position, int64_t window_ns)
{
    struct window window = {0};
    struct error ignored;
    uint64_t serial = cursor_serial(cursor, position);
    struct graph *graph =
        cursor_window(cursor, position, window_ns, &window, &ignored) ? graph_build(&window, &ignored) : NULL;
    if (graph != NULL)
        past_add(past, graph, serial);
    else
        point_begin(past, serial);
    graph_free(graph);
    window_done(&window);
}

size_t past_values(const struct past *past, enum measure measure, uint64_t serial, double *values, size_t count)
{
    double largest = 0;
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t back = count - 1 - i;
        const struct past_point *point = back <= serial ? point_find(past, serial - back) : NULL;
        values[i] = point == NULL || measure >= MEASURE_COUNT ? NAN : (double)point->measures[measure];
        known += !isnan(values[i]);
        largest = fmax(largest, fabs(values[i]));
    }
    for (size_t i = 0; i < count; i++)
        values[i] = largest > 0 ? fmax(0, values[i] / largest) + (isnan(values[i]) ? NAN : 0) : values[i];
    return known;
}

enum measure past_measure(const char *feature)
{
    for (size_t measure = 0; measure < MEASURE_COUNT; measure++)
        if (strcmp(measures[measure].name, feature) == 0)
            return (enum measure)measure;
    /* The measure that is number 0 stands there for none, too. */
    const struct feature_row *row = feature_find(feature);
    bool cpu = strcmp(feature, "cpu_pct") == 0;
    return row != NULL && (row->measure != 0 || cpu) ? row->measure : MEASURE_COUNT;
}
