/* The strip over a whole recording: how unusual each part of it was, and where one is. It is looked at in idle time,
 * first roughly, then ever more finely. */
#include "ui/state.h"

#include "base/text.h"
#include "base/units.h"
#include "ui/widget.h"

#include <math.h>

enum { CLOCK_COLUMNS = 9, STRIP_COLUMNS_MAX = 1000, LOOKS_MAX = 4096 };

static size_t strip_columns(const struct ui *ui)
{
    int cells = ui->screen.columns - 2 - 2 * CLOCK_COLUMNS;
    return cells < 1 ? 1 : cells > STRIP_COLUMNS_MAX ? STRIP_COLUMNS_MAX : (size_t)cells;
}

static size_t strip_column(size_t position, size_t count, size_t cells)
{
    return count <= 1 ? 0 : position * (cells - 1) / (count - 1);
}

size_t timeline_missing(struct ui *ui)
{
    struct timeline *timeline = &ui->timeline;
    const struct cursor *cursor = ui->options->cursor;
    size_t count = cursor_count(cursor);
    if (cursor_is_live(cursor) || timeline->done || timeline->looks >= LOOKS_MAX || ui->trend.count < count)
        return SIZE_MAX;
    if (timeline->stride == 0)
        for (timeline->stride = 1; timeline->stride * strip_columns(ui) < count;)
            timeline->stride *= 2;
    for (;; timeline->next += timeline->stride) {
        if (timeline->next >= count) {
            timeline->done = timeline->stride == 1;
            if (timeline->done)
                return SIZE_MAX;
            timeline->stride /= 2;
            timeline->next = 0;
        }
        if (trend_point(&ui->trend, cursor_serial(cursor, timeline->next)) == NULL) {
            timeline->looks++;
            return timeline->next;
        }
    }
}

void timeline_grow(struct ui *ui)
{
    struct timeline *timeline = &ui->timeline;
    trend_grow(&ui->trend, ui->options->cursor);
    if (!timeline->done)
        return;
    *timeline = (struct timeline){.stride = 1};
}

static void strip_fill(const struct ui *ui, double *levels, bool *anomalous, size_t cells)
{
    const struct cursor *cursor = ui->options->cursor;
    size_t count = cursor_count(cursor);
    for (size_t i = 0; i < cells; i++) {
        levels[i] = NAN;
        anomalous[i] = false;
    }
    for (size_t position = 0; position < count; position++) {
        const struct trend_point *point = trend_point(&ui->trend, cursor_serial(cursor, position));
        if (point == NULL)
            continue;
        size_t column = strip_column(position, count, cells);
        levels[column] = fmax(levels[column], (double)point->values[SERIES_SCORE]);
        anomalous[column] = anomalous[column] || point->anomalous;
    }
    /* A recording with fewer samples than columns leaves gaps, which belong to the sample before. */
    for (size_t i = 1; count < cells && i < cells; i++)
        if (isnan(levels[i])) {
            levels[i] = levels[i - 1];
            anomalous[i] = anomalous[i - 1];
        }
}

int timeline_draw(struct ui *ui, int row)
{
    double levels[STRIP_COLUMNS_MAX];
    bool anomalous[STRIP_COLUMNS_MAX];
    struct screen *screen = &ui->screen;
    const struct cursor *cursor = ui->options->cursor;
    size_t count = cursor_count(cursor), cells = strip_columns(ui);
    char from[32], to[32], cell[WIDGET_BYTES];
    int32_t offset_s = ui->moment.utc_offset_s;
    int left = 1 + CLOCK_COLUMNS;
    strip_fill(ui, levels, anomalous, cells);
    screen_text(screen, row, 1, CLOCK_COLUMNS, ROLE_DIM,
                clock_format(from, sizeof from, cursor_time_ns(cursor, 0), offset_s));
    screen_text_right(screen, row, screen->columns - 1 - CLOCK_COLUMNS, CLOCK_COLUMNS, ROLE_DIM,
                      clock_format(to, sizeof to, cursor_time_ns(cursor, count - 1), offset_s));
    for (size_t i = 0; i < cells; i++)
        screen_text(screen, row, left + (int)i, 1, anomalous[i] ? ROLE_ALARM : ROLE_BAR,
                    widget_sparkline(cell, &levels[i], 1));
    screen_rule(screen, row + 1, ROLE_RULE);
    size_t position = cursor_position(cursor, ui->moment.serial);
    if (position != SIZE_MAX)
        screen_text(screen, row + 1, left + (int)strip_column(position, count, cells), 1, ROLE_TITLE, "▲");
    return 2;
}
