/* The menu of columns to show: what is chosen is kept in the settings. */
#include "ui/menu.h"

#include "ui/settings.h"

static size_t columns_of(struct ui *ui, const struct column **found)
{
    struct list flat = ui->lists[ui->tab];
    flat.kind = flat.flat_kind;
    return list_sort_columns(&flat, found);
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

static bool column_is_first(struct ui *ui, const struct column *column)
{
    const struct column *found[LIST_COLUMNS_MAX];
    return columns_of(ui, found) > 0 && column == found[0];
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

static const struct menu columns_menu = {
    .title = "Columns to show (Enter takes or leaves one)",
    .columns = columns_of,
    .is_current = column_is_first,
    .is_taken = column_is_shown,
    .take = column_toggle,
};

static void columns_update(struct ui *ui)
{
    menu_update(&columns_menu, ui);
}

static void columns_draw(struct ui *ui, struct area area)
{
    menu_draw(&columns_menu, ui, area);
}

static unsigned columns_act(struct ui *ui, enum action action)
{
    return menu_act(&columns_menu, ui, action);
}

static unsigned columns_press(struct ui *ui, int row, int column)
{
    (void)column;
    return menu_press(&columns_menu, ui, row);
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
