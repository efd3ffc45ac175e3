/* The moment on the screen. */
#include "ui/moment.h"

#include "base/units.h"

#include <math.h>
#include <stdio.h>

enum { UTC_OFFSET_BIAS_S = 86400 };

static double cpu_counter(const struct sample *sample, size_t column)
{
    const struct table *host = &sample->tables[TABLE_HOST];
    return host->rows > 0 && table_known(host, 0, column) ? (double)table_u64(host, 0, column, 0) : NAN;
}

/* Busy time by all time, between the first and the last sample. */
static double cpu_share(const struct window *window)
{
    const struct sample *first = window->samples[0], *last = window->samples[window->count - 1];
    double busy = cpu_counter(last, HOST_CPU_BUSY_NS) - cpu_counter(first, HOST_CPU_BUSY_NS);
    double idle = cpu_counter(last, HOST_CPU_IDLE_NS) - cpu_counter(first, HOST_CPU_IDLE_NS);
    return busy >= 0 && idle >= 0 && busy + idle > 0 ? busy / (busy + idle) : NAN;
}

static void moment_describe(struct moment *moment, const struct sample *sample, bool utc)
{
    const struct table *host = &sample->tables[TABLE_HOST];
    const char *name = host->rows > 0 ? sample_string(sample, TABLE_HOST, 0, HOST_NAME) : NULL;
    snprintf(moment->host, sizeof moment->host, "%s", name == NULL ? "?" : name);
    int64_t offset_s = utc_offset_s(sample->time_ns);
    uint64_t biased = host->rows > 0 ? table_u64(host, 0, HOST_UTC_OFFSET_S, 0) : 0;
    if (biased > 0 && biased < 2 * UTC_OFFSET_BIAS_S)
        offset_s = (int64_t)biased - UTC_OFFSET_BIAS_S;
    moment->utc_offset_s = utc ? 0 : (int32_t)offset_s;
}

bool moment_take(struct moment *moment, struct cursor *cursor, size_t position, int64_t window_ns,
                 const struct model *model, bool utc, struct error *error)
{
    struct window window = {0};
    if (!cursor_window(cursor, position, window_ns, &window, error))
        return false;
    struct moment taken = {.serial = cursor_serial(cursor, position), .cpu_share = cpu_share(&window)};
    moment_describe(&taken, window.samples[window.count - 1], utc);
    taken.graph = graph_build(&window, error);
    window_done(&window);
    if (taken.graph != NULL)
        taken.verdict = verdict_new(taken.graph, model, NULL, error);
    if (taken.verdict == NULL) {
        moment_done(&taken);
        return false;
    }
    moment_done(moment);
    *moment = taken;
    return true;
}

void moment_done(struct moment *moment)
{
    verdict_free(moment->verdict);
    graph_free(moment->graph);
    *moment = (struct moment){0};
}
