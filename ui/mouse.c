/* The mouse: a press selects, opens, sorts or changes the tab; the wheel moves. */
#include "ui/state.h"

enum { WHEEL_LINES = 3, EVENTS_MAX = 8 };

static unsigned wheel_run(struct ui *ui, enum action action)
{
    unsigned what = REDO_NOTHING;
    for (int i = 0; i < WHEEL_LINES; i++)
        what |= view_top(ui)->act(ui, action);
    return what;
}

static unsigned event_run(struct ui *ui, const MEVENT *event)
{
    const mmask_t pressed = BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED;
    const struct view *view = view_top(ui);
    if ((event->bstate & BUTTON4_PRESSED) != 0)
        return wheel_run(ui, ACTION_UP);
    if ((event->bstate & BUTTON5_PRESSED) != 0)
        return wheel_run(ui, ACTION_DOWN);
    int row = event->y - ui->area.row;
    if ((event->bstate & pressed) == 0 || row < 0 || row >= ui->area.rows)
        return REDO_NOTHING;
    size_t tab = row == 0 && (view->where & (IN_TABS & ~(unsigned)IN_WHY)) != 0 ? tabs_at(ui, event->x) : TAB_COUNT;
    if (tab < TAB_COUNT)
        return tab_go(ui, tab);
    return view->press == NULL ? REDO_NOTHING : view->press(ui, row, event->x);
}

/* Curses may have taken in several events for one key, and gives them back from the newest to the oldest. */
unsigned mouse_run(struct ui *ui)
{
    MEVENT events[EVENTS_MAX];
    size_t count = 0;
    while (count < EVENTS_MAX && getmouse(&events[count]) == OK)
        count++;
    unsigned what = REDO_NOTHING;
    while (count-- > 0 && ui->prompt.purpose == PROMPT_NONE && ui->moment.graph != NULL)
        what = ui_catch_up(ui, what | event_run(ui, &events[count]));
    return what;
}
