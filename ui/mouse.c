/* The mouse: a press selects, opens, sorts or changes the tab; the wheel moves. */
#include "ui/state.h"

enum { WHEEL_LINES = 3 };

static unsigned wheel_run(struct ui *ui, enum action action)
{
    unsigned what = REDO_NOTHING;
    for (int i = 0; i < WHEEL_LINES; i++)
        what |= view_top(ui)->act(ui, action);
    return what;
}

unsigned mouse_run(struct ui *ui)
{
    MEVENT event;
    if (getmouse(&event) != OK || ui->prompt.purpose != PROMPT_NONE || ui->moment.graph == NULL)
        return REDO_NOTHING;
    const struct view *view = view_top(ui);
    if ((event.bstate & BUTTON4_PRESSED) != 0)
        return wheel_run(ui, ACTION_UP);
    if ((event.bstate & BUTTON5_PRESSED) != 0)
        return wheel_run(ui, ACTION_DOWN);
    int row = event.y - ui->area.row;
    if ((event.bstate & BUTTON1_PRESSED) == 0 || row < 0 || row >= ui->area.rows)
        return REDO_NOTHING;
    size_t tab = row == 0 && (view->where & (IN_TABS & ~(unsigned)IN_WHY)) != 0 ? tabs_at(event.x) : TAB_COUNT;
    if (tab < TAB_COUNT)
        return tab_go(ui, tab);
    return view->press == NULL ? REDO_NOTHING : view->press(ui, row, event.x);
}
