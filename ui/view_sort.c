/* The menu of columns to sort by. */
#include "ui/menu.h"

#include <string.h>

static size_t sort_columns(struct ui *ui, const struct column **found)
{
    return list_sort_columns(&ui->lists[ui->tab], found);
}

static bool column_is_sorted_by(struct ui *ui, const struct column *column)
{
    return strcmp(column->name, ui->lists[ui->tab].sort) == 0;
}

static unsigned column_sort_by(struct ui *ui, const struct column *column)
{
    list_sort_by(&ui->lists[ui->tab], column);
    view_pop(ui);
    return REDO_ROWS;
}

static const struct menu sort_menu = {
    .title = "Sort by",
    .columns = sort_columns,
    .is_current = column_is_sorted_by,
    .take = column_sort_by,
};

static void sort_update(struct ui *ui)
{
    menu_update(&sort_menu, ui);
}

static void sort_draw(struct ui *ui, struct area area)
{
    menu_draw(&sort_menu, ui, area);
}

static unsigned sort_act(struct ui *ui, enum action action)
{
    return menu_act(&sort_menu, ui, action);
}

static unsigned sort_press(struct ui *ui, int row, int column)
{
    (void)column;
    return menu_press(&sort_menu, ui, row);
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
