/* A menu of columns: a title, a row a column with its help, one selected. What the menus of columns share. */
#ifndef UI_MENU_H
#define UI_MENU_H

#include "ui/list.h"
#include "ui/state.h"

struct menu {
    const char *title;
    /* The columns to choose from, at most LIST_COLUMNS_MAX; returns how many. */
    size_t (*columns)(struct ui *ui, const struct column **found);
    /* The column that is selected at first. */
    bool (*is_current)(struct ui *ui, const struct column *column);
    /* What stands in a box before a column; NULL: the menu has no boxes. */
    bool (*is_taken)(struct ui *ui, const struct column *column);
    /* Enter, Space or a press on a column; answers with REDO_ bits. */
    unsigned (*take)(struct ui *ui, const struct column *column);
};

/* The operations of a view that is a menu. */
void menu_update(const struct menu *menu, struct ui *ui);
void menu_draw(const struct menu *menu, struct ui *ui, struct area area);
unsigned menu_act(const struct menu *menu, struct ui *ui, enum action action);
unsigned menu_press(const struct menu *menu, struct ui *ui, int row);

#endif
