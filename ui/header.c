/* The first rows: which host, when, live or not, what can be seen; then the meters. */
#include "ui/state.h"

#include "base/text.h"
#include "base/units.h"
#include "export/export.h"
#include "ui/sources.h"
#include "ui/widget.h"

#include <math.h>

enum { METER_COLUMNS = 7, TREND_COLUMNS = 24, HEADER_TEXT_BYTES = 160 };

/* "live", "paused, 12 s back", "replay 2,412 / 86,400". */
static void header_mode(const struct ui *ui, struct buffer *text)
{
    struct cursor *cursor = ui->options->cursor;
    size_t count = cursor_count(cursor);
    char here[32], all[32];
    size_t position = cursor_position(cursor, ui->moment.serial);
    if (!cursor_is_live(cursor))
        buffer_printf(text, "%s %s / %s",
                      ui->play_due_ns != 0                           ? "playing"
                      : ui->options->follow && position + 1 == count ? "following"
                                                                     : "replay",
                      count_format(here, sizeof here, position + 1), count_format(all, sizeof all, count));
    else if (!ui->paused)
        buffer_string(text, "live");
    else if (position != SIZE_MAX && position + 1 < count)
        buffer_printf(text, "paused, %s back",
                      duration_format(here, sizeof here,
                                      (double)(cursor_time_ns(cursor, count - 1) - ui->moment.graph->time_ns) / 1e9));
    else
        buffer_string(text, "paused");
}

static enum role header_mode_role(const struct ui *ui)
{
    return cursor_is_live(ui->options->cursor) && !ui->paused ? ROLE_GOOD : ROLE_WARNING;
}

/* Words from the right edge inwards; what matters most comes first, and what does not fit is left out. */
struct words {
    struct ui *ui;
    int row, left, right;
};

/* False: it does not fit. */
static bool word_draw(struct words *words, enum role role, const char *word)
{
    int width = (int)text_columns(word);
    if (width == 0 || words->right - width < words->left)
        return false;
    screen_raw(&words->ui->screen, words->row, words->right - width, width, role, word);
    words->right -= width + 2;
    return true;
}

/* "recorder's past from 13:52:10": what happened before this was started is known as well. */
static void header_past(struct ui *ui, struct words *words)
{
    char text[HEADER_TEXT_BYTES], when[32];
    struct attachment *attachment = ui->options->attachment;
    if (attachment == NULL || attachment_past(attachment).samples == 0)
        return;
    snprintf(text, sizeof text, "recorder's past from %s",
             clock_format(when, sizeof when, attachment_past(attachment).from_ns, ui->moment.utc_offset_s));
    word_draw(words, ROLE_DIM, text);
}

/* "● recording 1,204", and what the disk makes of it. */
static void header_recorder(const struct ui *ui, struct words *words)
{
    enum { STALLED_S = 3 };
    char text[HEADER_TEXT_BYTES], count[32], lost[48] = "";
    const struct recorder *recorder = &ui->recorder;
    if (recorder->writer == NULL)
        return;
    struct writer_state state = writer_state(recorder->writer);
    if (recorder->lost + state.dropped > 0)
        snprintf(lost, sizeof lost, ", %zu lost", recorder->lost + state.dropped);
    snprintf(text, sizeof text, "● recording %s%s%s", count_format(count, sizeof count, state.written), lost,
             state.stalled_s >= STALLED_S ? ", the disk hangs" : "");
    word_draw(words, ROLE_ALARM, text);
}

/* What the sample was taken from: where something of it is missing, why, when there is room for it. */
static void sources_draw(struct words *words, const struct sample *sample)
{
    char text[SOURCES_WORDS_BYTES];
    const char *missing = sources_words(sample, text);
    if (missing == NULL || !word_draw(words, ROLE_WARNING, missing))
        word_draw(words, missing == NULL ? ROLE_DIM : ROLE_WARNING, export_sources(sample));
}

static void header_right(struct ui *ui, int row, int left)
{
    const struct moment *moment = &ui->moment;
    struct words words = {ui, row, left, ui->screen.columns - 1};
    char text[HEADER_TEXT_BYTES], count[32];
    if (ui->live.ended)
        word_draw(&words, ROLE_ALARM, "collector ended");
    else if (ui->live.returns)
        word_draw(&words, ROLE_ALARM, "collector restarts");
    if (ui->overdue_s > 0) {
        snprintf(text, sizeof text, "no sample for %ld s", ui->overdue_s);
        word_draw(&words, ROLE_WARNING, text);
    }
    header_recorder(ui, &words);
    if (moment->graph == NULL)
        return;
    bool calibrated = moment->verdict != NULL && moment->verdict->calibrated;
    word_draw(&words, calibrated ? ROLE_DIM : ROLE_WARNING, calibrated ? "calibrated" : "uncalibrated");
    const struct sample *sample = moment->graph->sample;
    if (sample == NULL)
        return;
    sources_draw(&words, sample);
    uint64_t unread = sample_unread_count(sample, NULL);
    snprintf(text, sizeof text, "%s unread (d)", count_format(count, sizeof count, unread));
    if (unread > 0)
        word_draw(&words, ROLE_WARNING, text);
    header_past(ui, &words);
}

static void header_title(struct ui *ui, int row)
{
    struct screen *screen = &ui->screen;
    const struct moment *moment = &ui->moment;
    struct buffer mode = {0};
    char when[32];
    int column = 1 + screen_text(screen, row, 1, 20, ROLE_ACCENT, "culprit") + 2;
    if (moment->graph == NULL) {
        header_right(ui, row, column);
        return;
    }
    column += screen_raw(screen, row, column, 24, ROLE_TITLE, moment->host) + 2;
    int64_t time_ns = moment->graph->time_ns;
    if (cursor_is_live(ui->options->cursor))
        clock_format(when, sizeof when, time_ns, moment->utc_offset_s);
    else
        date_format(when, sizeof when, time_ns, moment->utc_offset_s);
    column += screen_text(screen, row, column, 20, ROLE_TITLE, when) + 2;
    header_mode(ui, &mode);
    column += screen_text(screen, row, column, 40, header_mode_role(ui), buffer_text(&mode)) + 2;
    buffer_done(&mode);
    header_right(ui, row, column);
}

static int meter_draw(struct ui *ui, int row, int column, const char *name, double share)
{
    char bar[WIDGET_BYTES], number[16];
    column += screen_text(&ui->screen, row, column, 8, ROLE_DIM, name) + 1;
    screen_text(&ui->screen, row, column, METER_COLUMNS, ROLE_BAR, widget_meter(bar, share, METER_COLUMNS));
    column += METER_COLUMNS;
    if (isnan(share))
        snprintf(number, sizeof number, "-");
    else
        snprintf(number, sizeof number, "%.0f%%", share * 100);
    screen_text(&ui->screen, row, column + 1, 4, ROLE_TEXT, number);
    return column + 1 + 4 + 1;
}

static void trend_draw(struct ui *ui, int row, int column)
{
    double levels[TREND_COLUMNS];
    char line[WIDGET_BYTES], p[32];
    const struct verdict *verdict = ui->moment.verdict;
    if (verdict == NULL || ui->screen.columns - column < 20)
        return;
    int room = ui->screen.columns - column - 16;
    /* A recording has the strip. */
    if (!cursor_is_live(ui->options->cursor))
        room = 0;
    size_t count = room < TREND_COLUMNS ? (size_t)room : TREND_COLUMNS;
    ui->trend_columns = count;
    trend_values(&ui->trend, SERIES_SCORE, ui->moment.serial, levels, count);
    if (count > 0)
        column += screen_text(&ui->screen, row, column, 8, ROLE_DIM, "score") + 1;
    column += screen_text(&ui->screen, row, column, (int)count, verdict->anomalous ? ROLE_ALARM : ROLE_BAR,
                          widget_sparkline(line, levels, count));
    snprintf(p, sizeof p, "p %.3f", verdict->p);
    if (!isnan(verdict->p))
        screen_text(&ui->screen, row, column + 1, 9, ROLE_TEXT, p);
}

int header_draw(struct ui *ui, int row)
{
    const struct graph *graph = ui->moment.graph;
    header_title(ui, row);
    if (graph != NULL && graph->host != NODE_NONE) {
        int column = meter_draw(ui, row + 1, 1, "cpu", ui->moment.cpu_share);
        double memory_pct = (double)graph_measure(graph, graph->host, MEASURE_MEMORY_USED_PCT);
        column = meter_draw(ui, row + 1, column, "mem", memory_pct / 100);
        column = meter_draw(ui, row + 1, column, "io", (double)graph_measure(graph, graph->host, MEASURE_PSI_IO));
        trend_draw(ui, row + 1, column);
    }
    if (!cursor_is_live(ui->options->cursor) && graph != NULL)
        return 2 + timeline_draw(ui, row + 2);
    screen_rule(&ui->screen, row + 2, ROLE_RULE);
    return 3;
}
