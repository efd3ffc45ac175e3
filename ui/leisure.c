/* What is done while nobody types and no sample comes: looking at the moments that trends, strip and time line lack. */
#include "ui/state.h"

#include "base/clock.h"

/* A key that comes while a moment of a large host is being looked at has to wait, so who types is left alone. */
enum { QUIET_MS = 150 };

static struct leisure task(enum leisure_kind kind, size_t position)
{
    return (struct leisure){position == SIZE_MAX ? LEISURE_NONE : kind, position};
}

/* How many moments back are looked at in idle time: what the sparkline shows; of a recorder's past two minutes or so,
 * until something is found that stood out before one logged in. */
static size_t leisure_reach(const struct ui *ui)
{
    enum { PAST_SAMPLES = 120 };
    bool past = ui->options->attachment != NULL && ui->trend.anomaly_ns == 0;
    return past && ui->trend_columns < PAST_SAMPLES ? PAST_SAMPLES : ui->trend_columns;
}

struct leisure leisure_find(struct ui *ui)
{
    struct cursor *cursor = ui->options->cursor;
    struct leisure found = {LEISURE_NONE, SIZE_MAX};
    if (ui->moment.graph == NULL)
        return found;
    if (story_needs(ui))
        return task(LEISURE_STORY, 0);
    if (view_top(ui) == &view_why)
        found = task(LEISURE_PAST, past_missing(&ui->past, cursor, ui->moment.serial, ui->past_columns));
    if (found.kind == LEISURE_NONE)
        found = task(LEISURE_TREND, trend_missing(&ui->trend, cursor, ui->moment.serial, leisure_reach(ui)));
    return found.kind == LEISURE_NONE ? task(LEISURE_TREND, timeline_missing(ui)) : found;
}

int leisure_timeout_ms(const struct ui *ui, const struct leisure *leisure)
{
    if (leisure->kind == LEISURE_NONE)
        return -1;
    int64_t left_ns = ui->key_ns + QUIET_MS * NS_PER_MS - clock_boottime_ns();
    return left_ns <= 0 || ui->key_ns == 0 ? 0 : (int)(left_ns / NS_PER_MS) + 1;
}

unsigned leisure_use(struct ui *ui, const struct leisure *leisure)
{
    switch (leisure->kind) {
    case LEISURE_STORY:
        story_work(ui);
        /* Who looks at what happened sees it come while it is read. */
        return ui->tab == TAB_EVENTS || view_top(ui) == &view_why ? REDO_ROWS : REDO_NOTHING;
    case LEISURE_PAST:
        past_look(&ui->past, ui->options->cursor, leisure->position, ui->options->window_ns);
        return REDO_DRAW;
    case LEISURE_TREND:
        moment_look(ui, leisure->position);
        return REDO_DRAW;
    case LEISURE_NONE:
        break;
    }
    return REDO_NOTHING;
}

const struct trend_point *moment_look(struct ui *ui, size_t position)
{
    struct cursor *cursor = ui->options->cursor;
    uint64_t serial = cursor_serial(cursor, position);
    struct moment moment = {0};
    if (trend_point(&ui->trend, serial) != NULL)
        return trend_point(&ui->trend, serial);
    if (!moment_take(&moment, cursor, position, ui->options->window_ns, ui->options->model, ui->options->utc, NULL))
        moment.serial = serial;
    trend_add(&ui->trend, &moment);
    moment_done(&moment);
    return trend_point(&ui->trend, serial);
}
