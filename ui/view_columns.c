/* The menu of columns to show: what is chosen is kept in the settings. */
#include "ui/state.h"

#include "ui/settings.h"

enum { HEAD_ROWS = 2, BOX_COLUMNS = 4, TITLE_COLUMNS = 12 };

static size_t columns_of(struct ui *ui, const struct column **found)
{
    struct list flat = ui->lists[ui->tab];
    flat.kind = flat.flat_kind;
    return list_sort_columns(&flat, found);
}

static void columns_update(struct ui *ui)
{
    struct pager *pager = ui_pager(ui);
    if (pager->selected == PAGER_UNSET)
        pager->selected = 0;
}

static bool column_is_shown(struct ui *ui, const struct column *column)
{
    struct list flat = ui->lists[ui->tab];
    struct list_column shown[LIST_SHOWN_MAX];
    flat.kind = flat.flat_kind;
    size_t count = list_layout(&flat, 0, shown);
    for (size_t i = 0; i < count; i++)
        if (shown[i].column == column)
            return true;
    return false;
}

static void columns_draw(struct ui *ui, struct area area)
{
    const struct column *found[LIST_COLUMNS_MAX];
    size_t count = columns_of(ui, found);
    size_t rows = area.rows > HEAD_ROWS ? (size_t)(area.rows - HEAD_ROWS) : 0;
    struct pager *pager = ui_pager(ui);
    ui->page_rows = (int)rows;
    pager->top = lines_scroll(pager->top, pager->selected, count, rows);
    screen_text(&ui->screen, area.row, 1, area.columns - 2, ROLE_TITLE, "Columns to show (Enter takes or leaves one)");
    for (size_t i = 0; i < rows && pager->top + i < count; i++) {
        size_t at = pager->top + i;
        int row = area.row + HEAD_ROWS + (int)i;
        if (at == pager->selected) {
            screen_row(&ui->screen, row, ROLE_SELECTION);
            screen_row_begin(&ui->screen, ROLE_SELECTION);
        }
        screen_text(&ui->screen, row, 2, BOX_COLUMNS, ROLE_KEY, column_is_shown(ui, found[at]) ? "[x]" : "[ ]");
        screen_text(&ui->screen, row, 2 + BOX_COLUMNS, TITLE_COLUMNS, ROLE_COLUMN, found[at]->title);
        screen_text(&ui->screen, row, 2 + BOX_COLUMNS + TITLE_COLUMNS, area.columns - BOX_COLUMNS - TITLE_COLUMNS - 3,
                    ROLE_TEXT, found[at]->help);
        screen_row_end(&ui->screen);
    }
}

static unsigned column_toggle(struct ui *ui, const struct column *column)
{
    struct list *list = &ui->lists[ui->tab];
    struct settings names;
    struct error error = {0};
    char chosen[LIST_CHOSEN_BYTES];
    if (!list_choose_toggle(list, column)) {
        ui_say(ui, column_is_shown(ui, column) ? "One column must stay." : "At most %d columns.", LIST_SHOWN_MAX);
        return REDO_DRAW;
    }
    settings_parse(&names, "", "");
    if (!settings_write("columns", names.columns[ui->tab].list, list_chosen(list, chosen, sizeof chosen), &error))
        ui_fail(ui, &error);
    return REDO_ROWS;
}

static unsigned columns_act(struct ui *ui, enum action action)
{
    const struct column *found[LIST_COLUMNS_MAX];
    size_t count = columns_of(ui, found);
    struct pager *pager = ui_pager(ui);
    if (action == ACTION_BACK) {
        view_pop(ui);
        return REDO_ROWS;
    }
    if ((action == ACTION_OPEN || action == ACTION_TAG) && pager->selected < count)
        return column_toggle(ui, found[pager->selected]);
    pager->selected = lines_move(pager->selected, count, ui->page_rows, action);
    return REDO_DRAW;
}

static unsigned columns_press(struct ui *ui, int row, int column)
{
    const struct column *found[LIST_COLUMNS_MAX];
    struct pager *pager = ui_pager(ui);
    size_t at = pager->top + (size_t)(row - HEAD_ROWS);
    (void)column;
    if (row < HEAD_ROWS || at >= columns_of(ui, found))
        return REDO_NOTHING;
    pager->selected = at;
    return column_toggle(ui, found[at]);
}

const struct view view_columns = {
    .name = "columns",
    .where = IN_COLUMNS,
    .hints = {ACTION_OPEN, ACTION_BACK, ACTION_UP, ACTION_DOWN, ACTION_QUIT, ACTION_NONE},
    .update = columns_update,
    .draw = columns_draw,
    .act = columns_act,
    .press = columns_press,
};
