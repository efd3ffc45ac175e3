/* How unusual the moments were. */
#include "ui/trend.h"

#include "base/text.h"

#include <math.h>

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
    float level = verdict == NULL ? NAN : (float)moment_level(verdict);
    trend->points[moment->serial % TREND_COUNT] =
        (struct trend_point){.serial = moment->serial, .level = level, .taken = true};
    if (verdict == NULL || !verdict->anomalous || verdict->suspect_count == 0 ||
        moment->graph->time_ns <= trend->anomaly_ns)
        return;
    trend->anomaly_ns = moment->graph->time_ns;
    text_clean_into(trend->anomaly, sizeof trend->anomaly, moment->graph->nodes[verdict->suspects[0].node].label);
}

static bool trend_knows(const struct trend *trend, uint64_t serial)
{
    const struct trend_point *point = &trend->points[serial % TREND_COUNT];
    return point->taken && point->serial == serial;
}

size_t trend_missing(const struct trend *trend, const struct cursor *cursor, uint64_t serial, size_t count)
{
    for (size_t back = 0; back < count && back <= serial; back++) {
        size_t position = cursor_position(cursor, serial - back);
        if (position == SIZE_MAX)
            break;
        if (!trend_knows(trend, serial - back))
            return position;
    }
    return SIZE_MAX;
}

void trend_levels(const struct trend *trend, uint64_t serial, double *levels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t back = count - 1 - i;
        bool known = back <= serial && trend_knows(trend, serial - back);
        levels[i] = known ? (double)trend->points[(serial - back) % TREND_COUNT].level : NAN;
    }
}
