/* The menu of columns to sort by. */
#include "ui/state.h"

#include <string.h>

enum { HEAD_ROWS = 2 };

static struct list *sorted_list(struct ui *ui)
{
    return &ui->lists[ui->tab];
}

static void sort_update(struct ui *ui)
{
    const struct column *found[LIST_COLUMNS_MAX];
    size_t count = list_sort_columns(sorted_list(ui), found);
    struct pager *pager = ui_pager(ui);
    for (size_t i = 0; pager->selected == PAGER_UNSET && i < count; i++)
        if (strcmp(found[i]->name, sorted_list(ui)->sort) == 0)
            pager->selected = i;
}

static void sort_draw(struct ui *ui, struct area area)
{
    enum { TITLE_COLUMNS = 12 };
    const struct column *found[LIST_COLUMNS_MAX];
    size_t count = list_sort_columns(sorted_list(ui), found);
    size_t rows = area.rows > HEAD_ROWS ? (size_t)(area.rows - HEAD_ROWS) : 0;
    struct pager *pager = ui_pager(ui);
    ui->page_rows = (int)rows;
    if (pager->selected < pager->top)
        pager->top = pager->selected;
    if (rows > 0 && pager->selected >= pager->top + rows)
        pager->top = pager->selected - rows + 1;
    screen_text(&ui->screen, area.row, 1, area.columns - 2, ROLE_TITLE, "Sort by");
    for (size_t i = 0; i < rows && pager->top + i < count; i++) {
        size_t at = pager->top + i;
        int row = area.row + HEAD_ROWS + (int)i;
        if (at == pager->selected) {
            screen_row(&ui->screen, row, ROLE_SELECTION);
            screen_row_begin(&ui->screen, ROLE_SELECTION);
        }
        screen_text(&ui->screen, row, 2, TITLE_COLUMNS, ROLE_COLUMN, found[at]->title);
        screen_text(&ui->screen, row, 2 + TITLE_COLUMNS, area.columns - TITLE_COLUMNS - 3, ROLE_TEXT, found[at]->help);
        screen_row_end(&ui->screen);
    }
}

static unsigned sort_act(struct ui *ui, enum action action)
{
    const struct column *found[LIST_COLUMNS_MAX];
    size_t count = list_sort_columns(sorted_list(ui), found);
    struct pager *pager = ui_pager(ui);
    if (action == ACTION_OPEN && pager->selected < count)
        list_sort_by(sorted_list(ui), found[pager->selected]);
    if (action == ACTION_OPEN || action == ACTION_BACK) {
        view_pop(ui);
        return REDO_ROWS;
    }
    pager->selected = lines_move(pager->selected, count, ui->page_rows, action);
    return REDO_DRAW;
}

static unsigned sort_press(struct ui *ui, int row, int column)
{
    const struct column *found[LIST_COLUMNS_MAX];
    struct pager *pager = ui_pager(ui);
    size_t at = pager->top + (size_t)(row - HEAD_ROWS);
    (void)column;
    if (row < HEAD_ROWS || at >= list_sort_columns(sorted_list(ui), found))
        return REDO_NOTHING;
    pager->selected = at;
    return sort_act(ui, ACTION_OPEN);
}

const struct view view_sort = {
    .name = "sort",
    .where = IN_SORT,
    .hints = {ACTION_OPEN, ACTION_BACK, ACTION_UP, ACTION_DOWN, ACTION_QUIT, ACTION_NONE},
    .update = sort_update,
    .draw = sort_draw,
    .act = sort_act,
    .press = sort_press,
};
