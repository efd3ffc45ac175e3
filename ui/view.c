/* The tabs, and the stack of views above them. */
#include "ui/state.h"

#include "base/text.h"

#include <stdio.h>

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

const struct tab tabs[TAB_COUNT] = {
    [TAB_SUSPECTS] = {"Suspects", &view_list}, [TAB_PROCESSES] = {"Processes", &view_list},
    [TAB_FILES] = {"Files", &view_list},       [TAB_SOCKETS] = {"Sockets", &view_list},
    [TAB_UNITS] = {"Units", &view_units},      [TAB_EVENTS] = {"Events", &view_events},
    [TAB_GRAPH] = {"Graph", &view_graph},      [TAB_HOST] = {"Host", &view_host},
    [TAB_DIFF] = {"Diff", &view_diff},         [TAB_MODEL] = {"Model", &view_model},
};

struct list *ui_list(struct ui *ui)
{
    return ui->tab < LIST_COUNT ? &ui->lists[ui->tab] : NULL;
}

struct ui_rows ui_rows(struct ui *ui)
{
    struct list *list = ui_list(ui);
    if (list != NULL)
        return (struct ui_rows){&list->filter, list->search, list->selected, list->count, list->all};
    struct story_list *events = &ui->events;
    if (ui->tab == TAB_EVENTS)
        return (struct ui_rows){&events->filter, events->search, events->selected, events->count, events->all};
    return (struct ui_rows){0};
}

bool ui_search(struct ui *ui, size_t row)
{
    if (ui_list(ui) != NULL)
        return list_search(ui_list(ui), ui->moment.graph, row);
    return ui->tab == TAB_EVENTS && story_list_search(&ui->events, row);
}

unsigned tab_go(struct ui *ui, size_t tab)
{
    if (tab % TAB_COUNT == TAB_GRAPH && ui->tab != TAB_GRAPH)
        graph_choose(ui);
    if (tab % TAB_COUNT != ui->tab)
        ui->tab_before = ui->tab;
    view_pop_all(ui);
    ui->pagers[0] = (struct pager){.selected = PAGER_UNSET};
    ui->tab = tab % TAB_COUNT;
    ui->views[0] = tabs[ui->tab].view;
    return REDO_ROWS;
}

/* On a narrow screen they stand closer together, so that all of them and the place in the list have room; on a very
 * narrow one their beginnings must do. */
enum { TABS_WIDE_FROM = 90, TABS_WHOLE_FROM = 80, TAB_BEGINNING_COLUMNS = 4 };

static int tab_title_columns(const struct ui *ui, size_t tab)
{
    int whole = (int)text_columns(tabs[tab].title);
    return ui->screen.columns < TABS_WHOLE_FROM && whole > TAB_BEGINNING_COLUMNS ? TAB_BEGINNING_COLUMNS : whole;
}

static int tab_columns(const struct ui *ui, size_t tab)
{
    return tab_title_columns(ui, tab) + (ui->screen.columns < TABS_WIDE_FROM ? 1 : 2);
}

void tabs_draw(struct ui *ui, struct area area, const char *place)
{
    int column = 1;
    for (size_t tab = 0; tab < TAB_COUNT; tab++) {
        enum role role = tab == ui->tab ? ROLE_TAB_OPEN : ROLE_TAB;
        char title[32];
        snprintf(title, sizeof title, "%.*s", tab_title_columns(ui, tab), tabs[tab].title);
        screen_text(&ui->screen, area.row, column, area.columns - column, role, title);
        column += tab_columns(ui, tab);
    }
    screen_text_right(&ui->screen, area.row, column + 1, area.columns - column - 2, ROLE_DIM, place);
}

size_t tabs_at(const struct ui *ui, int column)
{
    int at = 1;
    for (size_t tab = 0; tab < TAB_COUNT; tab++) {
        if (column >= at && column < at + tab_title_columns(ui, tab))
            return tab;
        at += tab_columns(ui, tab);
    }
    return TAB_COUNT;
}
