/* A menu of columns. */
#include "ui/menu.h"

enum { HEAD_ROWS = 2, BOX_COLUMNS = 4, TITLE_COLUMNS = 12 };

void menu_update(const struct menu *menu, struct ui *ui)
{
    const struct column *found[LIST_COLUMNS_MAX];
    struct pager *pager = ui_pager(ui);
    size_t count = menu->columns(ui, found);
    for (size_t i = 0; pager->selected == PAGER_UNSET && i < count; i++)
        if (menu->is_current(ui, found[i]))
            pager->selected = i;
}

static void column_draw(const struct menu *menu, struct ui *ui, int row, const struct column *column, int right)
{
    int left = 2;
    if (menu->is_taken != NULL) {
        screen_text(&ui->screen, row, left, BOX_COLUMNS, ROLE_KEY, menu->is_taken(ui, column) ? "[x]" : "[ ]");
        left += BOX_COLUMNS;
    }
    screen_text(&ui->screen, row, left, TITLE_COLUMNS, ROLE_COLUMN, column->title);
    left += TITLE_COLUMNS;
    screen_text(&ui->screen, row, left, right - left, ROLE_TEXT, column->help);
}

void menu_draw(const struct menu *menu, struct ui *ui, struct area area)
{
    const struct column *found[LIST_COLUMNS_MAX];
    size_t count = menu->columns(ui, found);
    size_t rows = area.rows > HEAD_ROWS ? (size_t)(area.rows - HEAD_ROWS) : 0;
    struct pager *pager = ui_pager(ui);
    ui->page_rows = (int)rows;
    pager->top = lines_scroll(pager->top, pager->selected, count, rows);
    screen_text(&ui->screen, area.row, 1, area.columns - 2, ROLE_TITLE, menu->title);
    for (size_t i = 0; i < rows && pager->top + i < count; i++) {
        int row = area.row + HEAD_ROWS + (int)i;
        if (pager->top + i == pager->selected) {
            screen_row(&ui->screen, row, ROLE_SELECTION);
            screen_row_begin(&ui->screen, ROLE_SELECTION);
        }
        column_draw(menu, ui, row, found[pager->top + i], area.columns - 1);
        screen_row_end(&ui->screen);
    }
}

unsigned menu_act(const struct menu *menu, struct ui *ui, enum action action)
{
    const struct column *found[LIST_COLUMNS_MAX];
    size_t count = menu->columns(ui, found);
    struct pager *pager = ui_pager(ui);
    if ((action == ACTION_OPEN || action == ACTION_TAG) && pager->selected < count)
        return menu->take(ui, found[pager->selected]);
    if (action == ACTION_OPEN || action == ACTION_BACK) {
        view_pop(ui);
        return REDO_ROWS;
    }
    pager->selected = lines_move(pager->selected, count, ui->page_rows, action);
    return REDO_DRAW;
}

unsigned menu_press(const struct menu *menu, struct ui *ui, int row)
{
    const struct column *found[LIST_COLUMNS_MAX];
    struct pager *pager = ui_pager(ui);
    size_t at = pager->top + (size_t)(row - HEAD_ROWS);
    if (row < HEAD_ROWS || at >= menu->columns(ui, found))
        return REDO_NOTHING;
    pager->selected = at;
    return menu->take(ui, found[at]);
}
