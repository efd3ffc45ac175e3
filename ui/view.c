/* The stack of views. */
#include "ui/state.h"

const struct view *view_top(const struct ui *ui)
{
    return ui->views[ui->view_count - 1];
}

struct pager *ui_pager(struct ui *ui)
{
    return &ui->pagers[ui->view_count - 1];
}

void view_push(struct ui *ui, const struct view *view)
{
    if (ui->view_count == VIEW_DEPTH)
        return;
    ui->pagers[ui->view_count] = (struct pager){.selected = PAGER_UNSET};
    ui->views[ui->view_count++] = view;
}

void view_pop(struct ui *ui)
{
    if (ui->view_count > 1)
        ui->view_count--;
}

void view_pop_all(struct ui *ui)
{
    ui->view_count = 1;
}
