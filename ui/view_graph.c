/* The neighbourhood of a node, drawn in characters: arrows say who waits for whom and where blame went. */
#include "ui/state.h"

#include "base/quantity.h"
#include "base/text.h"
#include "ui/widget.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HEAD_ROWS = 3, LABEL_BYTES = 256, CENTRE_COLUMNS_MAX = 48, WORDS_BYTES = 160 };

/* Where the drawing stands: labels, lines to the bus, bus, centre, bus, lines, labels. */
struct sketch {
    struct ui *ui;
    int row, rows; /* of the drawing */
    int centre_row;
    int left_bus, right_bus, centre_at, centre_columns;
    int side_columns; /* from the edge of the screen to the bus */
};

void graph_choose(struct ui *ui)
{
    const struct graph *graph = ui->moment.graph;
    const struct verdict *verdict = ui->moment.verdict;
    uint32_t node = NODE_NONE;
    if (graph == NULL)
        return;
    if (view_top(ui) == &view_why)
        node = ui->why.node;
    else if (ui_list(ui) != NULL)
        node = list_node(ui_list(ui));
    else if (ui->around.step_count > 0)
        return;
    if (node == NODE_NONE && verdict != NULL && verdict->suspect_count > 0)
        node = verdict->suspects[0].node;
    around_leave_all(&ui->around);
    if (node != NODE_NONE)
        around_enter(&ui->around, graph, node);
}

static void graph_update(struct ui *ui)
{
    struct error error = {0};
    if (!around_build(&ui->around, ui->moment.graph, ui->moment.verdict, &error))
        ui_fail(ui, &error);
}

static struct sketch sketch_lay_out(struct ui *ui, struct area area)
{
    struct sketch sketch = {.ui = ui, .row = area.row + HEAD_ROWS, .rows = area.rows - HEAD_ROWS};
    const struct around *around = &ui->around;
    int label = (int)text_columns(around->steps[around->step_count - 1].label);
    int most = area.columns / 3 < CENTRE_COLUMNS_MAX ? area.columns / 3 : CENTRE_COLUMNS_MAX;
    sketch.centre_columns = label < most ? label : most;
    /* Bus, arrow, blank, centre, blank, line, bus. */
    sketch.side_columns = (area.columns - sketch.centre_columns - 8) / 2;
    sketch.left_bus = sketch.side_columns;
    sketch.centre_at = sketch.left_bus + 4;
    sketch.right_bus = sketch.centre_at + sketch.centre_columns + 3;
    sketch.centre_row = sketch.row + (sketch.rows - 1) / 2;
    return sketch;
}

/* The first row of the ties of a side, around the middle. */
static int side_first_row(const struct sketch *sketch, size_t shown)
{
    return sketch->centre_row - ((int)shown - 1) / 2;
}

static size_t side_shown(const struct sketch *sketch, enum around_side side)
{
    size_t count = sketch->ui->around.count[side];
    return count < (size_t)sketch->rows ? count : (size_t)sketch->rows;
}

static void side_scroll(const struct sketch *sketch, enum around_side side)
{
    struct around *around = &sketch->ui->around;
    size_t rows = side_shown(sketch, side);
    if (around->selected[side] < around->top[side])
        around->top[side] = around->selected[side];
    if (rows > 0 && around->selected[side] >= around->top[side] + rows)
        around->top[side] = around->selected[side] - rows + 1;
    if (around->top[side] + rows > around->count[side])
        around->top[side] = around->count[side] - rows;
}

static void line_draw(struct screen *screen, int row, int from, int to, const struct around_tie *tie)
{
    for (int column = from; column < to; column++)
        screen_text(screen, row, column, 1, tie->blame ? ROLE_ALARM : ROLE_DIM, tie->waits || tie->blame ? "═" : "─");
}

static void tie_words(const struct sketch *sketch, const struct around_tie *tie, char *words, int width)
{
    const struct graph *graph = sketch->ui->moment.graph;
    char seconds[32] = "", on[LABEL_BYTES] = "", whole[WORDS_BYTES];
    if (!isnan(tie->seconds))
        quantity_cell(seconds, sizeof seconds, tie->seconds, "s");
    if (tie->on != NODE_NONE)
        text_clean_into(on, sizeof on, graph->nodes[tie->on].label);
    const char *least = tie->at_least ? "> " : "";
    snprintf(whole, sizeof whole, " %s%s%.80s%s%s%s ", tie->words, on[0] == '\0' ? "" : " ", on,
             seconds[0] == '\0' ? "" : " ", least, seconds);
    if ((int)text_columns(whole) > width && seconds[0] != '\0')
        snprintf(whole, sizeof whole, " %s %s%s ", tie->words, least, seconds);
    if ((int)text_columns(whole) > width && seconds[0] != '\0')
        snprintf(whole, sizeof whole, " %s%s ", least, seconds);
    snprintf(words, WORDS_BYTES, "%s", (int)text_columns(whole) <= width ? whole : "");
}

/* Label, line with words, up to the bus; mirrored at the right. */
static void tie_draw(const struct sketch *sketch, int row, const struct around_tie *tie, bool selected)
{
    struct screen *screen = &sketch->ui->screen;
    char label[LABEL_BYTES], words[WORDS_BYTES];
    bool left = tie->side == AROUND_LEFT;
    text_clean_into(label, sizeof label, sketch->ui->moment.graph->nodes[tie->node].label);
    int room = left ? sketch->side_columns - 1 : screen->columns - 1 - (sketch->right_bus + 1);
    int width = (int)text_columns(label), most = room - 11 > room / 2 ? room - 11 : room / 2;
    width = width < most ? width : most;
    int at = left ? 1 : sketch->right_bus + 1 + (room - width);
    int from = left ? at + width + 1 : sketch->right_bus + 1;
    int to = left ? sketch->left_bus : at - 2;
    if (!left) {
        /* The labels of a side begin at one column. */
        at = sketch->right_bus + 1 + room - most;
        to = at - 2;
    }
    tie_words(sketch, tie, words, to - from - 2);
    line_draw(screen, row, from, to, tie);
    if (!left)
        screen_text(screen, row, to, 1, tie->blame ? ROLE_ALARM : ROLE_DIM, "▶");
    int middle = from + (to - from - (int)text_columns(words)) / 2;
    screen_text(screen, row, middle, to - middle, tie->blame ? ROLE_TITLE : ROLE_TEXT, words);
    if (selected)
        screen_row_begin(screen, ROLE_SELECTION);
    screen_text(screen, row, at, left ? width : most, tie->blame ? ROLE_TITLE : ROLE_TEXT, label);
    screen_row_end(screen);
}

/* Which character joins a row to the bus; up, down: the bus goes on there; outer, inner: lines meet it there. */
static const char *bus_character(bool up, bool down, bool outer, bool inner, bool doubled)
{
    static const char *const single[16] = {" ", "─", "─", "─", "│", "┌", "┐", "┬",
                                           "│", "└", "┘", "┴", "│", "├", "┤", "┼"};
    static const char *const pair[16] = {" ", "═", "═", "═", "║", "╔", "╗", "╦",
                                         "║", "╚", "╝", "╩", "║", "╠", "╣", "╬"};
    int at = (up ? 8 : 0) + (down ? 4 : 0) + (outer ? 2 : 0) + (inner ? 1 : 0);
    return doubled ? pair[at] : single[at];
}

static void side_draw(const struct sketch *sketch, enum around_side side)
{
    struct around *around = &sketch->ui->around;
    size_t shown = side_shown(sketch, side);
    if (shown == 0)
        return;
    side_scroll(sketch, side);
    int first = side_first_row(sketch, shown), last = first + (int)shown - 1;
    const struct around_tie *ties = around->ties[side] + around->top[side];
    bool doubled = false, blame = false;
    for (size_t i = 0; i < shown; i++) {
        doubled = doubled || ties[i].waits || ties[i].blame;
        blame = blame || ties[i].blame;
        bool selected = around->side == side && around->selected[side] == around->top[side] + i;
        tie_draw(sketch, first + (int)i, &ties[i], selected);
    }
    struct screen *screen = &sketch->ui->screen;
    enum role role = blame ? ROLE_ALARM : ROLE_DIM;
    int bus = side == AROUND_LEFT ? sketch->left_bus : sketch->right_bus;
    for (int row = first; row <= last; row++) {
        bool centre = row == sketch->centre_row, left = side == AROUND_LEFT;
        screen_text(screen, row, bus, 1, role,
                    bus_character(row > first, row < last, left || centre, !left || centre, doubled));
    }
    const char *line = doubled ? "═" : "─";
    if (side == AROUND_LEFT) {
        screen_text(screen, sketch->centre_row, bus + 1, 1, role, line);
        screen_text(screen, sketch->centre_row, bus + 2, 1, role, "▶");
    } else {
        screen_text(screen, sketch->centre_row, bus - 2, 1, role, line);
        screen_text(screen, sketch->centre_row, bus - 1, 1, role, line);
    }
}

static void graph_head_draw(struct ui *ui, struct area area)
{
    const struct around *around = &ui->around;
    struct buffer trail = {0};
    for (size_t i = around->step_count > 4 ? around->step_count - 4 : 0; i < around->step_count; i++)
        buffer_printf(&trail, "%s%s", trail.length == 0 ? "" : " › ", around->steps[i].label);
    if (around->centre != NODE_NONE) {
        const struct node *node = &ui->moment.graph->nodes[around->centre];
        buffer_printf(&trail, "   (%s%s%s)", node_kinds[node->kind].name, node->unit == NULL ? "" : ", ",
                      node->unit == NULL ? "" : node->unit);
    }
    screen_raw(&ui->screen, area.row + 1, 1, area.columns - 2, ROLE_TITLE, buffer_text(&trail));
    buffer_done(&trail);
}

static void graph_draw(struct ui *ui, struct area area)
{
    struct around *around = &ui->around;
    char place[64] = "";
    size_t ties = around->count[AROUND_LEFT] + around->count[AROUND_RIGHT];
    if (around->side != AROUND_CENTRE)
        snprintf(place, sizeof place, "%zu/%zu", around->selected[around->side] + 1, around->count[around->side]);
    else if (around->centre != NODE_NONE)
        snprintf(place, sizeof place, "%zu tie%s", ties + around->left_out, ties == 1 ? "" : "s");
    tabs_draw(ui, area, place);
    graph_head_draw(ui, area);
    ui->page_rows = area.rows - HEAD_ROWS;
    if (around->centre == NODE_NONE) {
        screen_text(&ui->screen, area.row + HEAD_ROWS, 1, area.columns - 2, ROLE_DIM,
                    around->step_count == 0 ? "Choose a row in one of the lists first."
                                            : "It is not there at this moment: Esc goes back, t and T step on.");
        return;
    }
    struct sketch sketch = sketch_lay_out(ui, area);
    side_draw(&sketch, AROUND_LEFT);
    side_draw(&sketch, AROUND_RIGHT);
    if (around->side == AROUND_CENTRE)
        screen_row_begin(&ui->screen, ROLE_SELECTION);
    screen_text(&ui->screen, sketch.centre_row, sketch.centre_at, sketch.centre_columns, ROLE_TITLE,
                around->steps[around->step_count - 1].label);
    screen_row_end(&ui->screen);
}

static unsigned graph_follow(struct ui *ui)
{
    struct around *around = &ui->around;
    if (around->centre == NODE_NONE)
        return REDO_NOTHING;
    if (around->side == AROUND_CENTRE) {
        why_leave_all(&ui->why);
        if (why_enter(&ui->why, ui->moment.graph, around->centre))
            view_push(ui, &view_why);
        return REDO_ROWS;
    }
    around_enter(around, ui->moment.graph, around->ties[around->side][around->selected[around->side]].node);
    return REDO_ROWS;
}

static unsigned graph_sideways(struct ui *ui, enum around_side towards)
{
    struct around *around = &ui->around;
    if (around->side == towards)
        return graph_follow(ui);
    if (around->side != AROUND_CENTRE)
        around->side = AROUND_CENTRE;
    else if (around->count[towards] > 0)
        around->side = towards;
    return REDO_DRAW;
}

static unsigned graph_act(struct ui *ui, enum action action)
{
    struct around *around = &ui->around;
    switch (action) {
    case ACTION_OPEN:
        return graph_follow(ui);
    case ACTION_LEFT:
        return graph_sideways(ui, AROUND_LEFT);
    case ACTION_RIGHT:
        return graph_sideways(ui, AROUND_RIGHT);
    case ACTION_BACK:
        if (around->step_count > 1) {
            around_leave(around);
            return REDO_ROWS;
        }
        return tab_go(ui, ui->tab_before);
    default:
        break;
    }
    /* From the centre one comes to those at the left, or where there are none to those at the right. */
    if (around->side == AROUND_CENTRE)
        around->side = around->count[AROUND_LEFT] > 0    ? AROUND_LEFT
                       : around->count[AROUND_RIGHT] > 0 ? AROUND_RIGHT
                                                         : AROUND_CENTRE;
    else
        around->selected[around->side] =
            lines_move(around->selected[around->side], around->count[around->side], ui->page_rows, action);
    return REDO_DRAW;
}

static unsigned graph_press(struct ui *ui, int row, int column)
{
    struct around *around = &ui->around;
    if (around->centre == NODE_NONE)
        return REDO_NOTHING;
    struct sketch sketch = sketch_lay_out(ui, ui->area);
    enum around_side side = column <= sketch.left_bus    ? AROUND_LEFT
                            : column >= sketch.right_bus ? AROUND_RIGHT
                                                         : AROUND_CENTRE;
    int at = ui->area.row + row - side_first_row(&sketch, side_shown(&sketch, side));
    bool hit = side == AROUND_CENTRE ? ui->area.row + row == sketch.centre_row
                                     : at >= 0 && (size_t)at < side_shown(&sketch, side);
    if (!hit)
        return REDO_NOTHING;
    size_t pressed = side == AROUND_CENTRE ? 0 : around->top[side] + (size_t)at;
    if (around->side == side && around->selected[side] == pressed)
        return graph_follow(ui);
    around->side = side;
    around->selected[side] = pressed;
    return REDO_DRAW;
}

const struct view view_graph = {
    .name = "graph",
    .where = IN_GRAPH,
    .sentence = true,
    .hints = {ACTION_OPEN, ACTION_LEFT, ACTION_RIGHT, ACTION_BACK, ACTION_TAB_NEXT, ACTION_NEXT, ACTION_PREVIOUS,
              ACTION_EXPORT, ACTION_QUIT, ACTION_NONE},
    .update = graph_update,
    .draw = graph_draw,
    .act = graph_act,
    .press = graph_press,
};
