/* The difference between the moment that is marked and the one on the screen. */
#include "ui/state.h"

#include "base/text.h"
#include "base/units.h"

#include <stdio.h>
#include <string.h>

enum {
    HEAD_ROWS = 2,
    KIND_COLUMNS = 11,
    NORMALS_COLUMNS = 9,
    WHO_COLUMNS = 24,
    WHO_COLUMNS_WIDE = 60,
    WIDE_FROM = 120
};

/* ---- marking ---- */

static bool mark_take(struct ui *ui, size_t position)
{
    struct error error = {0};
    if (moment_take(&ui->mark, ui->options->cursor, position, ui->options->window_ns, ui->options->model,
                    ui->options->utc, &error))
        return true;
    ui_fail(ui, &error);
    return false;
}

unsigned diff_mark(struct ui *ui)
{
    char when[32];
    size_t position = cursor_position(ui->options->cursor, ui->moment.serial);
    if (ui->moment.graph == NULL || position == SIZE_MAX) {
        ui_say(ui, "There is no moment to mark.");
        return REDO_DRAW;
    }
    if (mark_take(ui, position))
        ui_say(ui, "%s is marked: step on, then D shows what is different.",
               clock_format(when, sizeof when, ui->mark.graph->time_ns, ui->moment.utc_offset_s));
    return REDO_ROWS;
}

unsigned diff_ask(struct ui *ui)
{
    if (ui->mark.graph != NULL && ui->tab != TAB_DIFF)
        return tab_go(ui, TAB_DIFF);
    prompt_open(&ui->prompt, PROMPT_DIFF, "");
    return REDO_DRAW;
}

static bool time_find(struct ui *ui, const char *text, size_t *position)
{
    struct cursor *cursor = ui->options->cursor;
    struct error error = {0};
    int64_t time_ns, last_ns = cursor_time_ns(cursor, cursor_count(cursor) - 1);
    if (!moment_parse(text, last_ns, ui->moment.utc_offset_s, &time_ns, &error)) {
        ui_fail(ui, &error);
        return false;
    }
    *position = cursor_seek(cursor, time_ns);
    return true;
}

unsigned diff_taken(struct ui *ui, const char *text)
{
    char words[PROMPT_BYTES];
    struct cursor *cursor = ui->options->cursor;
    size_t first, second = cursor_position(cursor, ui->moment.serial);
    snprintf(words, sizeof words, "%s", text);
    char *rest = words, *one = strsep(&rest, ",");
    if (cursor_count(cursor) == 0 || !time_find(ui, one + strspn(one, " "), &first) ||
        (rest != NULL && !time_find(ui, rest + strspn(rest, " "), &second)) || !mark_take(ui, first))
        return REDO_DRAW;
    unsigned what = ui->tab == TAB_DIFF ? REDO_ROWS : tab_go(ui, TAB_DIFF);
    if (rest == NULL || second == SIZE_MAX)
        return what;
    ui->paused = cursor_is_live(cursor);
    ui->wanted = cursor_serial(cursor, second);
    return what | REDO_MOMENT;
}

/* ---- the view ---- */

static void diff_update(struct ui *ui)
{
    struct error error = {0};
    if (ui->mark.graph != NULL &&
        !differences_build(&ui->differences, &ui->mark, &ui->moment, ui->options->model, &error))
        ui_fail(ui, &error);
}

static void diff_draw_title(struct ui *ui, struct area area)
{
    const struct differences *differences = &ui->differences;
    char from[32], to[32], took[32], text[160];
    int32_t offset_s = ui->moment.utc_offset_s;
    snprintf(text, sizeof text, "What is different from %s to %s, %s later",
             clock_format(from, sizeof from, differences->before_ns, offset_s),
             clock_format(to, sizeof to, differences->after_ns, offset_s),
             duration_format(took, sizeof took, (double)(differences->after_ns - differences->before_ns) / 1e9));
    screen_text(&ui->screen, area.row + 1, 1, area.columns - 2, ROLE_TITLE, text);
}

static void diff_draw_line(struct ui *ui, int row, const struct difference_line *line)
{
    struct screen *screen = &ui->screen;
    int width = screen->columns, who = width >= WIDE_FROM ? WHO_COLUMNS_WIDE : WHO_COLUMNS, column = 2;
    char normals[24];
    switch (line->kind) {
    case DIFFERENCE_HEADING:
        screen_raw(screen, row, 1, width - 2, ROLE_COLUMN, line->label);
        return;
    case DIFFERENCE_NODE:
        screen_raw(screen, row, column, KIND_COLUMNS, ROLE_DIM, line->label);
        column += KIND_COLUMNS + 1;
        break;
    case DIFFERENCE_CHANGE:
        snprintf(normals, sizeof normals, "%+.1f", line->normals);
        screen_text_right(screen, row, column, NORMALS_COLUMNS, ROLE_TITLE, normals);
        column += KIND_COLUMNS + 1;
        break;
    case DIFFERENCE_RELATION:
        screen_raw(screen, row, column, width - column - 1, ROLE_TEXT, line->text);
        return;
    case DIFFERENCE_NOTE:
        screen_raw(screen, row, column, width - column - 1, ROLE_DIM, line->label);
        return;
    }
    screen_raw(screen, row, column, who, ROLE_ACCENT, line->text);
    column += who + 1;
    screen_raw(screen, row, column, width - column - 1, ROLE_TEXT, line->other);
}

static void diff_draw(struct ui *ui, struct area area)
{
    struct differences *differences = &ui->differences;
    size_t rows = area.rows > HEAD_ROWS ? (size_t)(area.rows - HEAD_ROWS) : 0;
    char place[48] = "";
    ui->page_rows = (int)rows;
    if (ui->mark.graph == NULL) {
        tabs_draw(ui, area, "");
        screen_text(&ui->screen, area.row + HEAD_ROWS, 1, area.columns - 2, ROLE_TEXT, "No moment is marked.");
        screen_text(&ui->screen, area.row + HEAD_ROWS + 1, 1, area.columns - 2, ROLE_DIM,
                    "m marks the one on the screen; D asks for one or two times.");
        return;
    }
    if (differences->count > 0)
        snprintf(place, sizeof place, "%zu/%zu", differences->selected + 1, differences->count);
    tabs_draw(ui, area, place);
    diff_draw_title(ui, area);
    differences->top = lines_scroll(differences->top, differences->selected, differences->count, rows);
    for (size_t i = 0; i < rows && differences->top + i < differences->count; i++) {
        size_t at = differences->top + i;
        int row = area.row + HEAD_ROWS + (int)i;
        if (at == differences->selected) {
            screen_row(&ui->screen, row, ROLE_SELECTION);
            screen_row_begin(&ui->screen, ROLE_SELECTION);
        }
        diff_draw_line(ui, row, &differences->lines[at]);
        screen_row_end(&ui->screen);
    }
}

static unsigned diff_open(struct ui *ui)
{
    const struct differences *differences = &ui->differences;
    const char *id = differences->selected < differences->count ? differences->lines[differences->selected].id : NULL;
    if (id == NULL)
        return REDO_NOTHING;
    uint32_t node = graph_find(ui->moment.graph, id);
    if (node != NODE_NONE)
        return why_open(ui, node);
    ui_say(ui, "It is not there at this moment: T steps back to where it was.");
    return REDO_DRAW;
}

static unsigned diff_act(struct ui *ui, enum action action)
{
    struct differences *differences = &ui->differences;
    if (action == ACTION_BACK)
        return tab_go(ui, ui->tab_before);
    if (action == ACTION_OPEN)
        return diff_open(ui);
    differences->selected = lines_move(differences->selected, differences->count, ui->page_rows, action);
    return REDO_DRAW;
}

static unsigned diff_press(struct ui *ui, int row, int column)
{
    struct differences *differences = &ui->differences;
    size_t at = differences->top + (size_t)(row - HEAD_ROWS);
    (void)column;
    if (row < HEAD_ROWS || at >= differences->count)
        return REDO_NOTHING;
    if (at == differences->selected)
        return diff_open(ui);
    differences->selected = at;
    return REDO_DRAW;
}

const struct view view_diff = {
    .name = "diff",
    .where = IN_DIFF,
    .sentence = true,
    .hints = {ACTION_OPEN, ACTION_TAB_NEXT, ACTION_MARK, ACTION_DIFF, ACTION_NEXT, ACTION_PREVIOUS, ACTION_JUMP,
              ACTION_PAUSE, ACTION_QUIT, ACTION_NONE},
    .update = diff_update,
    .draw = diff_draw,
    .act = diff_act,
    .press = diff_press,
};
