/* Units and containers, summed: Enter shows the processes of one. */
#include "ui/state.h"

#include "base/quantity.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HEAD_ROWS = 2, NAME_COLUMNS_MIN = 20, NAME_COLUMNS_MAX = 60 };

static void units_view_update(struct ui *ui)
{
    struct error error = {0};
    if (!units_update(&ui->units, ui->moment.graph, ui->moment.verdict, &error))
        ui_fail(ui, &error);
}

/* Where the columns stand: the name takes what they leave. Returns how many of them fit. */
static size_t units_layout(int width, int *name_columns)
{
    int left = width - 2 - NAME_COLUMNS_MIN;
    size_t count = 0;
    while (count < UNIT_COLUMN_COUNT && left >= unit_schema[count].width + 1)
        left -= unit_schema[count++].width + 1;
    *name_columns = NAME_COLUMNS_MIN + left > NAME_COLUMNS_MAX ? NAME_COLUMNS_MAX : NAME_COLUMNS_MIN + left;
    return count;
}

static void units_heads_draw(struct ui *ui, int row, int name_columns, size_t shown)
{
    int at = 1 + name_columns + 1;
    screen_text(&ui->screen, row, 1, name_columns, ROLE_COLUMN, "UNIT");
    for (size_t i = 0; i < shown; i++) {
        char title[32];
        bool sorted = i == ui->units.sort;
        bool arrow = sorted && (int)strlen(unit_schema[i].title) < unit_schema[i].width;
        snprintf(title, sizeof title, "%s%s", unit_schema[i].title, !arrow ? "" : ui->units.descending ? "▼" : "▲");
        screen_text_right(&ui->screen, row, at, unit_schema[i].width, sorted ? ROLE_TAB_OPEN : ROLE_COLUMN, title);
        at += unit_schema[i].width + 1;
    }
}

static void unit_draw(struct ui *ui, int row, const struct unit_row *unit, int name_columns, size_t shown)
{
    int at = 1 + name_columns + 1;
    screen_raw(&ui->screen, row, 1, name_columns, ROLE_TEXT, units_name(unit));
    for (size_t i = 0; i < shown; i++) {
        char cell[48] = "";
        if (i != UNIT_SCORE)
            quantity_cell(cell, sizeof cell, unit->values[i], unit_schema[i].unit);
        else if (!isnan(unit->values[i]))
            snprintf(cell, sizeof cell, "%.2f", unit->values[i]);
        screen_text_right(&ui->screen, row, at, unit_schema[i].width, ROLE_TEXT, cell);
        at += unit_schema[i].width + 1;
    }
}

static void units_scroll(struct units *units, size_t rows)
{
    if (units->selected < units->top)
        units->top = units->selected;
    if (rows > 0 && units->selected >= units->top + rows)
        units->top = units->selected - rows + 1;
    if (units->top + rows > units->count)
        units->top = units->count > rows ? units->count - rows : 0;
}

static void units_draw(struct ui *ui, struct area area)
{
    struct units *units = &ui->units;
    char place[48] = "";
    int name_columns;
    size_t shown = units_layout(area.columns, &name_columns);
    size_t rows = area.rows > HEAD_ROWS ? (size_t)(area.rows - HEAD_ROWS) : 0;
    if (units->count > 0)
        snprintf(place, sizeof place, "%zu/%zu", units->selected + 1, units->count);
    tabs_draw(ui, area, place);
    ui->page_rows = (int)rows;
    units_heads_draw(ui, area.row + 1, name_columns, shown);
    units_scroll(units, rows);
    for (size_t i = 0; i < rows && units->top + i < units->count; i++) {
        int row = area.row + HEAD_ROWS + (int)i;
        if (units->top + i == units->selected) {
            screen_row(&ui->screen, row, ROLE_SELECTION);
            screen_row_begin(&ui->screen, ROLE_SELECTION);
        }
        unit_draw(ui, row, &units->rows[units->top + i], name_columns, shown);
        screen_row_end(&ui->screen);
    }
}

/* The processes of the selected unit, through the filter. */
static unsigned units_open(struct ui *ui)
{
    char text[FILTER_BYTES];
    struct error error = {0};
    if (ui->units.selected >= ui->units.count)
        return REDO_NOTHING;
    const struct unit_row *unit = &ui->units.rows[ui->units.selected];
    const char *name = unit->name == NULL ? "-" : unit->name;
    if (strpbrk(name, " \"") != NULL || snprintf(text, sizeof text, "unit=%s", name) >= (int)sizeof text) {
        ui_say(ui, "This unit's name cannot be written as a filter.");
        return REDO_DRAW;
    }
    unsigned what = tab_go(ui, TAB_PROCESSES);
    if (!filter_set(&ui_list(ui)->filter, text, &error))
        ui_fail(ui, &error);
    return what;
}

static unsigned units_sort(struct ui *ui, enum unit_column column)
{
    struct units *units = &ui->units;
    units->descending = units->sort == column ? !units->descending : true;
    units->sort = column;
    return REDO_ROWS;
}

static unsigned units_act(struct ui *ui, enum action action)
{
    struct units *units = &ui->units;
    switch (action) {
    case ACTION_OPEN:
        return units_open(ui);
    case ACTION_BACK:
        return tab_go(ui, ui->tab_before);
    case ACTION_SORT_NEXT:
        return units_sort(ui, (units->sort + 1) % UNIT_COLUMN_COUNT);
    case ACTION_SORT_PREVIOUS:
        return units_sort(ui, (units->sort + UNIT_COLUMN_COUNT - 1) % UNIT_COLUMN_COUNT);
    case ACTION_SORT_INVERT:
        return units_sort(ui, units->sort);
    case ACTION_SORT_CPU:
        units->sort = UNIT_CPU;
        return REDO_ROWS;
    case ACTION_SORT_MEMORY:
        units->sort = UNIT_MEMORY;
        return REDO_ROWS;
    case ACTION_SORT_SCORE:
        units->sort = UNIT_SCORE;
        return REDO_ROWS;
    default:
        units_select(units, lines_move(units->selected, units->count, ui->page_rows, action));
        return REDO_DRAW;
    }
}

static unsigned units_press(struct ui *ui, int row, int column)
{
    struct units *units = &ui->units;
    int name_columns;
    size_t shown = units_layout(ui->area.columns, &name_columns);
    int at = 1 + name_columns + 1;
    for (size_t i = 0; row == HEAD_ROWS - 1 && i < shown; at += unit_schema[i++].width + 1)
        if (column >= at && column < at + unit_schema[i].width)
            return units_sort(ui, (enum unit_column)i);
    size_t pressed = units->top + (size_t)(row - HEAD_ROWS);
    if (row < HEAD_ROWS || pressed >= units->count)
        return REDO_NOTHING;
    if (pressed == units->selected)
        return units_open(ui);
    units_select(units, pressed);
    return REDO_DRAW;
}

const struct view view_units = {
    .name = "units",
    .where = IN_UNITS,
    .sentence = true,
    .hints = {ACTION_OPEN, ACTION_TAB_NEXT, ACTION_SORT_NEXT, ACTION_SORT_INVERT, ACTION_PAUSE, ACTION_NEXT,
              ACTION_PREVIOUS, ACTION_QUIT, ACTION_NONE},
    .update = units_view_update,
    .draw = units_draw,
    .act = units_act,
    .press = units_press,
};
