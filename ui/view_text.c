/* Views of plain text that is paged through: the help, made from the key table, and what could not be read. */
#include "ui/state.h"

#include "base/text.h"
#include "base/units.h"
#include "export/export.h"
#include "ui/sources.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KEYS_COLUMNS = 22, TEXT_HEAD_ROWS = 2 };

/* Draws the line `at` of a text, or nothing beyond its end; returns how many lines the text has. */
typedef size_t text_lines(struct ui *ui, size_t at, int row, struct area area);

static size_t help_lines(struct ui *ui, size_t at, int row, struct area area)
{
    struct screen *screen = &ui->screen;
    char names[KEY_NAMES_BYTES];
    size_t line = 0;
    for (size_t group = 0; group < GROUP_COUNT; group++) {
        if (line++ == at)
            screen_text(screen, row, 1, area.columns - 2, ROLE_COLUMN, key_groups[group]);
        for (size_t action = 0; action < ACTION_COUNT; action++) {
            if (key_rows[action].group != group || line++ != at)
                continue;
            screen_text(screen, row, 3, KEYS_COLUMNS, ROLE_KEY, key_titles(names, &ui->keys, (enum action)action));
            screen_text(screen, row, 3 + KEYS_COLUMNS, area.columns - KEYS_COLUMNS - 4, ROLE_TEXT,
                        key_rows[action].help);
        }
        if (group + 1 < GROUP_COUNT)
            line++;
    }
    return line;
}

static void unread_line(struct ui *ui, const struct sample *sample, size_t line, int row, struct area area)
{
    const struct table *unread = &sample->tables[TABLE_UNREAD];
    struct buffer text = {0};
    if (line < unread->rows) {
        const char *kind = sample_string(sample, TABLE_UNREAD, line, UNREAD_KIND);
        const char *reason = sample_string(sample, TABLE_UNREAD, line, UNREAD_REASON);
        char count[32];
        buffer_printf(&text, "%10s  %s: %s",
                      count_format(count, sizeof count, table_u64(unread, line, UNREAD_COUNT, 0)),
                      kind == NULL ? "?" : kind, reason == NULL ? "?" : reason);
        screen_raw(&ui->screen, row, 1, area.columns - 2, ROLE_TEXT, buffer_text(&text));
    } else if (line == 0) {
        screen_text(&ui->screen, row, 1, area.columns - 2, ROLE_GOOD, "Everything could be read.");
    }
    buffer_done(&text);
}

/* A sentence about a part of the kernel source takes two lines: what is missing and why, and what would bring it. */
static void missing_line(struct ui *ui, const char *sentence, bool remedy, int row, struct area area)
{
    char text[256];
    const char *end = strstr(sentence, "; ");
    size_t length = end == NULL ? strlen(sentence) : (size_t)(end - sentence);
    if (remedy)
        snprintf(text, sizeof text, "  -> %.200s", end == NULL ? "" : end + 2);
    else
        snprintf(text, sizeof text, "%.*s", length < 200 ? (int)length : 200, sentence);
    screen_raw(&ui->screen, row, 1, area.columns - 2, remedy ? ROLE_DIM : ROLE_TEXT, text);
}

static size_t unread_lines(struct ui *ui, size_t at, int row, struct area area)
{
    enum { HEAD_LINES = 2 };
    const struct sample *sample = ui->moment.graph == NULL ? NULL : ui->moment.graph->sample;
    const char *sentences[SOURCES_MAX];
    if (sample == NULL)
        return 0;
    size_t rows = sample->tables[TABLE_UNREAD].rows, missing = sources_missing(sample, sentences);
    size_t first = HEAD_LINES + (rows == 0 ? 1 : rows), heading = first + 1, line = heading + 1;
    if (at == 0) {
        struct buffer text = {0};
        export_seen(sample, &text);
        screen_raw(&ui->screen, row, 1, area.columns - 2, ROLE_TEXT, buffer_text(&text));
        buffer_done(&text);
    } else if (at >= HEAD_LINES && at < first) {
        unread_line(ui, sample, at - HEAD_LINES, row, area);
    } else if (missing > 0 && at == heading) {
        screen_text(&ui->screen, row, 1, area.columns - 2, ROLE_COLUMN, "Told by the kernel only");
    } else if (at >= line && at < line + 2 * missing) {
        missing_line(ui, sentences[(at - line) / 2], (at - line) % 2 == 1, row, area);
    }
    return missing == 0 ? first : line + 2 * missing;
}

static void text_draw(struct ui *ui, struct area area, const char *title, text_lines *lines)
{
    size_t rows = area.rows > TEXT_HEAD_ROWS ? (size_t)(area.rows - TEXT_HEAD_ROWS) : 0;
    size_t count = lines(ui, SIZE_MAX, 0, area);
    struct pager *pager = ui_pager(ui);
    pager->lines = count;
    char place[64];
    ui->page_rows = (int)rows;
    if (pager->top + rows > count)
        pager->top = count > rows ? count - rows : 0;
    screen_text(&ui->screen, area.row, 1, area.columns - 2, ROLE_TITLE, title);
    if (count > rows) {
        snprintf(place, sizeof place, "%zu-%zu/%zu", pager->top + 1,
                 pager->top + rows < count ? pager->top + rows : count, count);
        screen_text_right(&ui->screen, area.row, area.columns - 20, 19, ROLE_DIM, place);
    }
    for (size_t i = 0; i < rows && pager->top + i < count; i++)
        lines(ui, pager->top + i, area.row + TEXT_HEAD_ROWS + (int)i, area);
}

/* A text has no selection: moving scrolls, and drawing keeps the top inside. */
static unsigned text_act(struct ui *ui, enum action action)
{
    if (action == ACTION_BACK) {
        view_pop(ui);
        return REDO_ROWS;
    }
    struct pager *pager = ui_pager(ui);
    pager_scroll(pager, ui->page_rows, action);
    return REDO_DRAW;
}

static void help_draw(struct ui *ui, struct area area)
{
    text_draw(ui, area, "Keys", help_lines);
}

static void unread_draw(struct ui *ui, struct area area)
{
    text_draw(ui, area, "What could not be read", unread_lines);
}

static void text_update(struct ui *ui)
{
    (void)ui;
}

const struct view view_help = {
    .name = "help",
    .where = IN_TEXT,
    .hints = {ACTION_BACK, ACTION_PAGE_DOWN, ACTION_PAGE_UP, ACTION_QUIT, ACTION_NONE},
    .update = text_update,
    .draw = help_draw,
    .act = text_act,
};

const struct view view_unread = {
    .name = "unread",
    .where = IN_TEXT,
    .hints = {ACTION_BACK, ACTION_PAGE_DOWN, ACTION_PAGE_UP, ACTION_QUIT, ACTION_NONE},
    .update = text_update,
    .draw = unread_draw,
    .act = text_act,
};
