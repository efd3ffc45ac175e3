/* How the moments were that have been looked at. */
#include "ui/trend.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>

#define TREND_ROW(series, label, share, unit) [series] = {label, share, unit},
const struct trend_schema trend_schema[SERIES_COUNT] = {TREND_SERIES(TREND_ROW)};

bool trend_init(struct trend *trend, const struct cursor *cursor)
{
    size_t count = TREND_LIVE_COUNT;
    if (!cursor_is_live(cursor) && cursor_count(cursor) > count)
        count = cursor_count(cursor) < TREND_COUNT_MAX ? cursor_count(cursor) : TREND_COUNT_MAX;
    *trend = (struct trend){.points = calloc(count, sizeof *trend->points), .count = count};
    return trend->points != NULL;
}

void trend_done(struct trend *trend)
{
    free(trend->points);
    *trend = (struct trend){0};
}

void trend_grow(struct trend *trend, const struct cursor *cursor)
{
    size_t needed = cursor_count(cursor);
    if (cursor_is_live(cursor) || needed <= trend->count || trend->count >= TREND_COUNT_MAX)
        return;
    size_t count = 2 * needed < TREND_COUNT_MAX ? 2 * needed : TREND_COUNT_MAX;
    struct trend_point *points = calloc(count, sizeof *points);
    if (points == NULL)
        return;
    for (size_t i = 0; i < trend->count; i++)
        if (trend->points[i].taken)
            points[trend->points[i].serial % count] = trend->points[i];
    free(trend->points);
    trend->points = points;
    trend->count = count;
}

static double host_value(const struct graph *graph, enum measure measure, double scale)
{
    return graph->host == NODE_NONE ? NAN : (double)graph_measure(graph, graph->host, measure) * scale;
}

static double waiting_count(const struct graph *graph)
{
    size_t count = 0;
    for (uint32_t node = 0; node < graph->node_count; node++)
        count += graph->nodes[node].kind == NODE_PROCESS && graph_measure(graph, node, MEASURE_LOCK_WAIT_S) > 0;
    return (double)count;
}

static void host_values(float *values, const struct moment *moment)
{
    const struct graph *graph = moment->graph;
    double busy = NAN, read_bps = NAN, write_bps = NAN;
    for (size_t i = 0; i < moment->disk_count; i++) {
        busy = fmax(busy, moment->disks[i].busy);
        read_bps = fmax(read_bps, moment->disks[i].read_bps);
        write_bps = fmax(write_bps, moment->disks[i].write_bps);
    }
    values[SERIES_CPU] = (float)moment->cpu_share;
    values[SERIES_MEMORY] = (float)host_value(graph, MEASURE_MEMORY_USED_PCT, 0.01);
    values[SERIES_SWAP] = (float)host_value(graph, MEASURE_SWAP_USED_PCT, 0.01);
    values[SERIES_PRESSURE_CPU] = (float)host_value(graph, MEASURE_PSI_CPU, 1);
    values[SERIES_PRESSURE_MEMORY] = (float)host_value(graph, MEASURE_PSI_MEMORY, 1);
    values[SERIES_PRESSURE_IO] = (float)host_value(graph, MEASURE_PSI_IO, 1);
    values[SERIES_DISK_BUSY] = (float)busy;
    values[SERIES_READ] = (float)read_bps;
    values[SERIES_WRITTEN] = (float)write_bps;
    values[SERIES_WAITING] = (float)waiting_count(graph);
}

/* The window's score against the model's threshold, which stands in the middle; the suspect's own score fills the rest
 * when something is wrong, for a single culprit hardly moves the score of a whole host. */
static double moment_level(const struct verdict *verdict)
{
    double level = verdict->threshold > 0 ? verdict->score / verdict->threshold / 2 : 0;
    if (!verdict->anomalous)
        return fmin(level, 0.5);
    double top = verdict->suspect_count > 0 ? verdict->suspects[0].score : 0;
    return fmin(fmax(level, 0.5 + top / 2), 1);
}

void trend_add(struct trend *trend, const struct moment *moment)
{
    const struct verdict *verdict = moment->verdict;
    struct trend_point *point = &trend->points[moment->serial % trend->count];
    *point = (struct trend_point){.serial = moment->serial, .taken = true};
    for (size_t series = 0; series < SERIES_COUNT; series++)
        point->values[series] = NAN;
    if (moment->graph != NULL)
        host_values(point->values, moment);
    point->values[SERIES_SCORE] = verdict == NULL ? NAN : (float)moment_level(verdict);
    point->anomalous = verdict != NULL && verdict->anomalous;
    if (verdict == NULL || !verdict->anomalous || verdict->suspect_count == 0 ||
        moment->graph->time_ns <= trend->anomaly_ns)
        return;
    trend->anomaly_ns = moment->graph->time_ns;
    text_clean_into(trend->anomaly, sizeof trend->anomaly, moment->graph->nodes[verdict->suspects[0].node].label);
}

const struct trend_point *trend_point(const struct trend *trend, uint64_t serial)
{
    const struct trend_point *point = &trend->points[serial % trend->count];
    return point->taken && point->serial == serial ? point : NULL;
}

size_t trend_missing(const struct trend *trend, const struct cursor *cursor, uint64_t serial, size_t count)
{
    for (size_t back = 0; back < count && back <= serial; back++) {
        size_t position = cursor_position(cursor, serial - back);
        if (position == SIZE_MAX)
            break;
        if (trend_point(trend, serial - back) == NULL)
            return position;
    }
    return SIZE_MAX;
}

void trend_values(const struct trend *trend, enum trend_series series, uint64_t serial, double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t back = count - 1 - i;
        const struct trend_point *point = back <= serial ? trend_point(trend, serial - back) : NULL;
        values[i] = point == NULL ? NAN : (double)point->values[series];
    }
}
