/* The lists: suspects, processes, files, sockets. One table says what each shows. */
#include "ui/state.h"

#include "base/text.h"
#include "ui/widget.h"

#include <string.h>

const struct list_kind list_kinds[TAB_COUNT] = {
    [TAB_SUSPECTS] = {.title = "Suspects",
                      .node_kinds = COLUMN_ALL_KINDS,
                      .suspects = true,
                      .nothing = "No suspects.",
                      .sort = "rank",
                      .columns = {"rank", "score", "kind", "who", "unit", "why"},
                      .optional = "unit"},
    [TAB_PROCESSES] = {.title = "Processes",
                       .node_kinds = COLUMN_BIT(NODE_PROCESS),
                       .nothing = "No processes.",
                       .sort = "cpu",
                       .extra = {"user", "descriptors", "threads", "read", "write", "run_delay", "age"}},
    [TAB_FILES] = {.title = "Files",
                   .node_kinds = COLUMN_BIT(NODE_FILE) | COLUMN_BIT(NODE_DEVICE) | COLUMN_BIT(NODE_FILESYSTEM),
                   .nothing = "No files.",
                   .sort = "waiters"},
    [TAB_SOCKETS] = {.title = "Sockets",
                     .node_kinds = COLUMN_BIT(NODE_SOCKET),
                     .nothing = "No sockets.",
                     .sort = "receive_queue",
                     .extra = {"rtt", "retransmits"}},
};

static struct list *list_open(struct ui *ui)
{
    return &ui->lists[ui->tab];
}

static void list_view_update(struct ui *ui)
{
    struct error error = {0};
    if (!list_update(list_open(ui), ui->moment.graph, ui->moment.verdict, &error))
        ui_fail(ui, &error);
}

static void tabs_draw(struct ui *ui, struct area area)
{
    struct list *list = list_open(ui);
    struct buffer place = {0};
    int column = 1;
    for (size_t tab = 0; tab < TAB_COUNT; tab++) {
        enum role role = tab == ui->tab ? ROLE_TAB_OPEN : ROLE_TAB;
        column += screen_text(&ui->screen, area.row, column, area.columns - column, role, list_kinds[tab].title) + 2;
    }
    if (list->filter[0] != '\0')
        buffer_printf(&place, "filter \"%s\": %zu of %zu   ", list->filter, list->count, list->all);
    if (list->count > 0)
        buffer_printf(&place, "%zu/%zu", list->selected + 1, list->count);
    screen_text_right(&ui->screen, area.row, column + 1, area.columns - column - 2, ROLE_DIM, buffer_text(&place));
    buffer_done(&place);
}

static void heads_draw(struct ui *ui, int row, const struct list_column *shown, size_t count)
{
    const struct list *list = list_open(ui);
    for (size_t i = 0; i < count; i++) {
        const struct column *column = shown[i].column;
        char title[48];
        bool sorted = strcmp(column->name, list->sort) == 0;
        bool arrow = sorted && (int)text_columns(column->title) < shown[i].width;
        snprintf(title, sizeof title, "%s%s", column->title, !arrow ? "" : list->descending ? "▼" : "▲");
        enum role role = sorted ? ROLE_TAB_OPEN : ROLE_COLUMN;
        if (column->kind == COLUMN_IS_NUMBER && !list_column_has_bar(list->kind, column))
            screen_text_right(&ui->screen, row, shown[i].at, shown[i].width, role, title);
        else
            screen_text(&ui->screen, row, shown[i].at, shown[i].width, role, title);
    }
}

static void cell_draw(struct ui *ui, int row, const struct list_column *shown, const struct column_input *input)
{
    const struct column *column = shown->column;
    struct screen *screen = &ui->screen;
    char cell[1024], bar[WIDGET_BYTES];
    int at = shown->at, width = shown->width;
    column_format(column, input, cell, sizeof cell);
    if (list_column_has_bar(list_open(ui)->kind, column)) {
        screen_text(screen, row, at, LIST_BAR_COLUMNS, ROLE_BAR,
                    widget_bar(bar, column->number(input), LIST_BAR_COLUMNS));
        at += LIST_BAR_COLUMNS + 1;
        width -= LIST_BAR_COLUMNS + 1;
    }
    if (column->kind == COLUMN_IS_NUMBER)
        screen_text_right(screen, row, at, width, ROLE_TEXT, cell);
    else
        screen_text(screen, row, at, width, ROLE_TEXT, cell);
}

static void row_draw(struct ui *ui, int row, size_t at, const struct list_column *shown, size_t count)
{
    struct list *list = list_open(ui);
    struct column_input input = {ui->moment.graph, ui->moment.verdict, list->nodes[at]};
    if (at == list->selected) {
        screen_row(&ui->screen, row, ROLE_SELECTION);
        screen_row_begin(&ui->screen, ROLE_SELECTION);
    }
    for (size_t i = 0; i < count; i++)
        cell_draw(ui, row, &shown[i], &input);
    screen_row_end(&ui->screen);
}

static void list_view_draw(struct ui *ui, struct area area)
{
    enum { HEAD_ROWS = 2 };
    struct list *list = list_open(ui);
    struct list_column shown[LIST_SHOWN_MAX];
    tabs_draw(ui, area);
    if (list->count == 0) {
        const char *nothing =
            list->all > 0 ? "No row contains the filter's text (\\ changes it)." : list->kind->nothing;
        screen_text(&ui->screen, area.row + HEAD_ROWS, 1, area.columns - 2, ROLE_DIM, nothing);
        return;
    }
    size_t count = list_layout(list->kind, area.columns, shown);
    heads_draw(ui, area.row + 1, shown, count);
    size_t rows = area.rows > HEAD_ROWS ? (size_t)(area.rows - HEAD_ROWS) : 0;
    ui->page_rows = (int)rows;
    list_scroll(list, rows);
    for (size_t i = 0; i < rows && list->top + i < list->count; i++)
        row_draw(ui, area.row + HEAD_ROWS + (int)i, list->top + i, shown, count);
}

/* Sorts by a named column, where this list has it. */
static unsigned list_sort_named(struct ui *ui, const char *name)
{
    struct list *list = list_open(ui);
    const struct column *column = column_find(name);
    if (column == NULL || (column->node_kinds & list->kind->node_kinds) == 0)
        return REDO_NOTHING;
    list_sort_by(list, column);
    return REDO_ROWS;
}

static unsigned list_open_why(struct ui *ui)
{
    uint32_t node = list_node(list_open(ui));
    if (node == NODE_NONE)
        return REDO_NOTHING;
    why_leave_all(&ui->why);
    if (why_enter(&ui->why, ui->moment.graph, node))
        view_push(ui, &view_why);
    return REDO_ROWS;
}

static unsigned list_back(struct ui *ui)
{
    struct list *list = list_open(ui);
    if (list->filter[0] == '\0')
        return REDO_NOTHING;
    list->filter[0] = '\0';
    return REDO_ROWS;
}

static unsigned list_act(struct ui *ui, enum action action)
{
    struct list *list = list_open(ui);
    switch (action) {
    case ACTION_OPEN:
        return list_open_why(ui);
    case ACTION_BACK:
        return list_back(ui);
    case ACTION_SEARCH:
        prompt_open(&ui->prompt, PROMPT_SEARCH, "");
        return REDO_DRAW;
    case ACTION_SEARCH_NEXT:
        if (list->search[0] != '\0')
            list_search(list, ui->moment.graph, list->selected + 1);
        return REDO_DRAW;
    case ACTION_FILTER:
        prompt_open(&ui->prompt, PROMPT_FILTER, list->filter);
        return REDO_DRAW;
    case ACTION_SORT:
        view_push(ui, &view_sort);
        return REDO_ROWS;
    case ACTION_SORT_NEXT:
    case ACTION_SORT_PREVIOUS:
        list_sort_step(list, action == ACTION_SORT_NEXT ? 1 : -1);
        return REDO_ROWS;
    case ACTION_SORT_INVERT:
        list->descending = !list->descending;
        return REDO_ROWS;
    case ACTION_SORT_CPU:
        return list_sort_named(ui, "cpu");
    case ACTION_SORT_MEMORY:
        return list_sort_named(ui, "memory");
    case ACTION_SORT_SCORE:
        return list_sort_named(ui, "score");
    default:
        break;
    }
    if (list->count > 0)
        list_select(list, ui->moment.graph, lines_move(list->selected, list->count, ui->page_rows, action));
    return REDO_DRAW;
}

const struct view view_list = {
    .name = "list",
    .where = IN_LIST,
    .sentence = true,
    .hints = {ACTION_OPEN, ACTION_TAB_NEXT, ACTION_SEARCH, ACTION_FILTER, ACTION_SORT, ACTION_PAUSE, ACTION_RECORD,
              ACTION_NEXT, ACTION_PREVIOUS, ACTION_JUMP, ACTION_EXPORT, ACTION_ANALYSE, ACTION_QUIT, ACTION_NONE},
    .update = list_view_update,
    .draw = list_view_draw,
    .act = list_act,
};
