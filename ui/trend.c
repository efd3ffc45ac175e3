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
    if (verdict == NULL)
        return;
    trend->points[moment->serial % TREND_COUNT] =
        (struct trend_point){.serial = moment->serial, .level = (float)moment_level(verdict), .taken = true};
    if (verdict->anomalous && verdict->suspect_count > 0 && moment->graph->time_ns > trend->anomaly_ns) {
        trend->anomaly_ns = moment->graph->time_ns;
        text_clean_into(trend->anomaly, sizeof trend->anomaly, moment->graph->nodes[verdict->suspects[0].node].label);
    }
}

void trend_levels(const struct trend *trend, uint64_t serial, double *levels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t back = count - 1 - i;
        const struct trend_point *point = &trend->points[(serial - back) % TREND_COUNT];
        bool known = back <= serial && point->taken && point->serial == serial - back;
        levels[i] = known ? (double)point->level : NAN;
    }
}
