/* The lists: suspects, processes, files, sockets. One table says what each shows. */
#include "ui/state.h"

#include "base/text.h"
#include "ui/widget.h"

#include <string.h>

enum { HEAD_ROWS = 2 }; /* tabs, heads of columns */

const struct list_kind list_kinds[LIST_COUNT] = {
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

const struct list_kind list_kind_tree = {
    .title = "Processes",
    .node_kinds = COLUMN_BIT(NODE_PROCESS),
    .nothing = "No processes.",
    .sort = "cpu",
    .columns = {"rank", "state", "cpu", "memory", "blocked", "waiters", "unit", "who"},
    .extra = {"user", "descriptors", "threads", "read", "write", "run_delay", "age"},
};

static struct list *list_open(struct ui *ui)
{
    return &ui->lists[ui->tab];
}

static void list_view_update(struct ui *ui)
{
    struct error error = {0};
    list_open(ui)->steady = cursor_is_live(ui->options->cursor) && !ui->paused;
    if (!list_update(list_open(ui), ui->moment.graph, ui->moment.verdict, &error))
        ui_fail(ui, &error);
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

static void cell_draw(struct ui *ui, int row, const struct list_column *shown, const struct column_input *input,
                      const struct list_branch *branch)
{
    const struct column *column = shown->column;
    struct screen *screen = &ui->screen;
    char cell[1024], bar[WIDGET_BYTES];
    int at = shown->at, width = shown->width;
    column_format(column, input, cell, sizeof cell);
    if (branch != NULL && strcmp(column->name, "who") == 0) {
        char prefix[4 * 2 * (LIST_TREE_DEPTH_MAX + 1)];
        list_tree_prefix(prefix, sizeof prefix, branch);
        int used = screen_text(screen, row, at, width, ROLE_DIM, prefix);
        at += used;
        width -= used;
    }
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
        cell_draw(ui, row, &shown[i], &input, list->branches == NULL ? NULL : &list->branches[at]);
    if (tags_hold(&ui->tags, ui->moment.graph->nodes[list->nodes[at]].id))
        screen_text(&ui->screen, row, 0, 1, ROLE_WARNING, "●");
    screen_row_end(&ui->screen);
}

static void list_view_draw(struct ui *ui, struct area area)
{
    struct list *list = list_open(ui);
    struct list_column shown[LIST_SHOWN_MAX];
    char place[64] = "";
    if (list->count > 0)
        snprintf(place, sizeof place, "%zu/%zu", list->selected + 1, list->count);
    tabs_draw(ui, area, place);
    if (list->count == 0) {
        const char *nothing = list->all > 0 ? "No row passes the filter (\\ changes it)." : list->kind->nothing;
        screen_text(&ui->screen, area.row + HEAD_ROWS, 1, area.columns - 2, ROLE_DIM, nothing);
        return;
    }
    size_t count = list_layout(list, area.columns, shown);
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
    return node == NODE_NONE ? REDO_NOTHING : why_open(ui, node);
}

static unsigned list_back(struct ui *ui)
{
    struct list *list = list_open(ui);
    if (list->filter.text[0] == '\0')
        return REDO_NOTHING;
    filter_set(&list->filter, "", NULL);
    return REDO_ROWS;
}

static unsigned list_tree(struct ui *ui)
{
    if (list_tree_toggle(list_open(ui)))
        return REDO_ROWS;
    unsigned what = tab_go(ui, TAB_PROCESSES);
    list_open(ui)->kind = list_open(ui)->tree_kind;
    return what;
}

/* Tags the selected row and goes on to the next, so that a held key tags several. */
static unsigned list_tag(struct ui *ui)
{
    struct list *list = list_open(ui);
    uint32_t node = list_node(list);
    if (node == NODE_NONE)
        return REDO_NOTHING;
    if (!tags_toggle(&ui->tags, ui->moment.graph->nodes[node].id)) {
        ui_say(ui, "%d rows are tagged: there is no room for more.", TAGS_MAX);
        return REDO_DRAW;
    }
    if (list->selected + 1 < list->count)
        list_select(list, ui->moment.graph, list->selected + 1);
    return REDO_DRAW;
}

/* A head sorts, once more the other way round; a row is selected, once more opened. */
static unsigned list_press(struct ui *ui, int row, int column)
{
    struct list *list = list_open(ui);
    struct list_column shown[LIST_SHOWN_MAX];
    size_t count = list_layout(list, ui->area.columns, shown);
    if (row == HEAD_ROWS - 1)
        for (size_t i = 0; i < count; i++)
            if (column >= shown[i].at && column < shown[i].at + shown[i].width) {
                if (strcmp(shown[i].column->name, list->sort) == 0)
                    list_sort_invert(list);
                else
                    list_sort_by(list, shown[i].column);
                return REDO_ROWS;
            }
    size_t at = list->top + (size_t)(row - HEAD_ROWS);
    if (row < HEAD_ROWS || at >= list->count)
        return REDO_NOTHING;
    if (at == list->selected)
        return list_open_why(ui);
    list_select(list, ui->moment.graph, at);
    return REDO_DRAW;
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
        prompt_open(&ui->prompt, PROMPT_FILTER, list->filter.text);
        return REDO_DRAW;
    case ACTION_SORT:
        view_push(ui, &view_sort);
        return REDO_ROWS;
    case ACTION_COLUMNS:
        view_push(ui, &view_columns);
        return REDO_ROWS;
    case ACTION_SORT_NEXT:
    case ACTION_SORT_PREVIOUS:
        list_sort_step(list, action == ACTION_SORT_NEXT ? 1 : -1);
        return REDO_ROWS;
    case ACTION_SORT_INVERT:
        list_sort_invert(list);
        return REDO_ROWS;
    case ACTION_SORT_CPU:
        return list_sort_named(ui, "cpu");
    case ACTION_SORT_MEMORY:
        return list_sort_named(ui, "memory");
    case ACTION_SORT_SCORE:
        return list_sort_named(ui, "score");
    case ACTION_TREE:
        return list_tree(ui);
    case ACTION_TAG:
        return list_tag(ui);
    case ACTION_UNTAG:
        tags_clear(&ui->tags);
        return REDO_DRAW;
    case ACTION_FOLLOW:
        list_follow(list, ui->moment.graph);
        return REDO_DRAW;
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
              ACTION_NEXT, ACTION_PREVIOUS, ACTION_JUMP, ACTION_EXPORT, ACTION_ANALYSE, ACTION_TREE, ACTION_TAG,
              ACTION_COLUMNS, ACTION_QUIT, ACTION_NONE},
    .update = list_view_update,
    .draw = list_view_draw,
    .act = list_act,
    .press = list_press,
};
