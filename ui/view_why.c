/* The drill-down on the screen: Enter follows a relation, Backspace and Esc come back. */
#include "ui/state.h"

#include "base/quantity.h"
#include "base/text.h"
#include "base/units.h"
#include "ui/widget.h"

#include <math.h>
#include <string.h>

enum {
    LABEL_COLUMNS = 18,
    QUANTITY_COLUMNS = 14,
    BAR_COLUMNS = 10,
    VERB_COLUMNS = 17,
    FACT_INDENT = 2,
    LINE_BYTES = 1024,
    TITLE_ROWS = 4,
    SHARE_COLUMNS = 6,
    CLOCK_COLUMNS = 8,
    FACT_LABEL_COLUMNS = 19,
    FACT_VALUE_COLUMNS = 9,
    WIDE_FROM = 120, /* then observed and expected have bars of their own */
    AGAINST_COLUMNS = 24,
};

static void why_update(struct ui *ui)
{
    struct error error = {0};
    if (story_needs(ui))
        story_work(ui);
    ui->why.story = &ui->events.story;
    ui->why.utc_offset_s = ui->moment.utc_offset_s;
    if (ui->why.step_count > 0) {
        past_choose(&ui->past, why_here(&ui->why)->id);
        past_add(&ui->past, ui->moment.graph, ui->moment.serial);
    }
    if (!why_build(&ui->why, ui->moment.graph, ui->moment.verdict, ui->options->model, &error))
        ui_fail(ui, &error);
}

unsigned why_open(struct ui *ui, uint32_t node)
{
    why_leave_all(&ui->why);
    if (why_enter(&ui->why, ui->moment.graph, node))
        view_push(ui, &view_why);
    return REDO_ROWS;
}

static void why_draw_title(struct ui *ui, struct area area)
{
    struct buffer trail = {0};
    struct why *why = &ui->why;
    buffer_string(&trail, tabs[ui->tab].title);
    for (size_t i = why->step_count > 3 ? why->step_count - 3 : 0; i < why->step_count; i++)
        buffer_printf(&trail, " › %s", why->steps[i].label);
    screen_raw(&ui->screen, area.row, 1, area.columns - 16, ROLE_TITLE, buffer_text(&trail));
    buffer_done(&trail);
    const struct suspect *suspect =
        why->node == NODE_NONE || ui->moment.verdict == NULL ? NULL : verdict_suspect(ui->moment.verdict, why->node);
    if (suspect == NULL)
        return;
    char score[32];
    snprintf(score, sizeof score, "score %.2f", suspect->score);
    screen_text_right(&ui->screen, area.row, area.columns - 14, 13, ROLE_TITLE, score);
}

/* Who it is: what runs, as whom, in which unit, since when. */
static void why_draw_subject(struct ui *ui, struct area area)
{
    const struct graph *graph = ui->moment.graph;
    const struct node *node = &graph->nodes[ui->why.node];
    const struct column_input input = {graph, ui->moment.verdict, ui->why.node};
    struct buffer text = {0};
    char cell[64];
    buffer_string(&text, node_kinds[node->kind].name);
    if (node->kind == NODE_PROCESS)
        buffer_printf(&text, "  user %s  state %s", column_format(column_find("user"), &input, cell, sizeof cell),
                      node->exited ? "gone" : column_format(column_find("state"), &input, (char[8]){0}, 8));
    if (node->kind == NODE_SOCKET)
        buffer_printf(&text, "  %s  %s", column_format(column_find("protocol"), &input, cell, sizeof cell),
                      column_format(column_find("socket_state"), &input, (char[32]){0}, 32));
    if (node->unit != NULL)
        buffer_printf(&text, "  %s", node->unit);
    float age_s = graph_measure(graph, ui->why.node, MEASURE_AGE_S);
    if (!isnan(age_s))
        buffer_printf(&text, "  up %s", duration_format(cell, sizeof cell, (double)age_s));
    if (node->self)
        buffer_string(&text, "  (this tool)");
    screen_raw(&ui->screen, area.row + 1, 1, area.columns - 2, ROLE_DIM, buffer_text(&text));
    buffer_done(&text);
    const char *command = node->command != NULL && node->command[0] != '\0' ? node->command : node->name;
    screen_raw(&ui->screen, area.row + 2, 1, area.columns - 2, ROLE_TEXT, command);
}

static void why_draw_heading(struct ui *ui, int row, const struct why_line *line, bool first)
{
    screen_text(&ui->screen, row, 1, LABEL_COLUMNS, ROLE_COLUMN, line->label);
    if (!first)
        return;
    screen_text_right(&ui->screen, row, LABEL_COLUMNS + 1, QUANTITY_COLUMNS, ROLE_DIM, "observed");
    screen_text_right(&ui->screen, row, LABEL_COLUMNS + QUANTITY_COLUMNS + 2, QUANTITY_COLUMNS, ROLE_DIM, "expected");
    int column = LABEL_COLUMNS + 2 * QUANTITY_COLUMNS + 4;
    if (ui->screen.columns >= WIDE_FROM) {
        screen_text(&ui->screen, row, column, AGAINST_COLUMNS, ROLE_DIM, "observed, │ expected");
        column += AGAINST_COLUMNS + 2;
    }
    if (ui->moment.verdict != NULL && verdict_suspect(ui->moment.verdict, ui->why.node) != NULL)
        screen_text(&ui->screen, row, column, BAR_COLUMNS + SHARE_COLUMNS, ROLE_DIM, "share of score");
    column += BAR_COLUMNS + SHARE_COLUMNS + 2;
    screen_text(&ui->screen, row, column, ui->screen.columns - column - 1, ROLE_DIM, "before");
}

/* The measure over the moments before, in what is left of the row; how many of them is told to the loop. */
static void why_draw_trend(struct ui *ui, int row, int column, int room, enum measure measure)
{
    double values[PAST_MOMENTS];
    char line[WIDGET_BYTES];
    size_t count = room > PAST_MOMENTS ? PAST_MOMENTS : room < 0 ? 0 : (size_t)room;
    if (ui->past_columns < count)
        ui->past_columns = count;
    if (measure < MEASURE_COUNT && past_values(&ui->past, measure, ui->moment.serial, values, count) > 1)
        screen_text(&ui->screen, row, column, (int)count, ROLE_BAR, widget_sparkline(line, values, count));
}

/* Observed and expected against each other: one bar to where the larger of them is full, the expected marked in it. */
static int why_draw_against(struct ui *ui, int row, int column, const struct why_line *line)
{
    double full = fmax(line->value, line->expected);
    char bar[WIDGET_BYTES];
    if (ui->screen.columns < WIDE_FROM)
        return column;
    if (full > 0 && !isnan(line->value)) {
        screen_text(&ui->screen, row, column, AGAINST_COLUMNS, ROLE_BAR,
                    widget_bar(bar, line->value / full, AGAINST_COLUMNS));
        int mark = isnan(line->expected) ? -1 : (int)lround(fmax(0, line->expected) / full * (AGAINST_COLUMNS - 1));
        if (mark >= 0)
            screen_text(&ui->screen, row, column + mark, 1, ROLE_WARNING, "│");
    }
    return column + AGAINST_COLUMNS + 2;
}

static void why_draw_evidence(struct ui *ui, int row, const struct why_line *line)
{
    char bar[WIDGET_BYTES], share[16];
    int column = LABEL_COLUMNS + 1;
    screen_raw(&ui->screen, row, 2, LABEL_COLUMNS - 1, ROLE_TEXT, line->label);
    screen_text_right(&ui->screen, row, column, QUANTITY_COLUMNS, ROLE_TITLE, line->text);
    screen_text_right(&ui->screen, row, column + QUANTITY_COLUMNS + 1, QUANTITY_COLUMNS, ROLE_TEXT, line->other);
    column = why_draw_against(ui, row, column + 2 * QUANTITY_COLUMNS + 3, line);
    if (!isnan(line->share)) {
        screen_text(&ui->screen, row, column, BAR_COLUMNS, ROLE_BAR, widget_bar(bar, line->share, BAR_COLUMNS));
        snprintf(share, sizeof share, "%.0f %%", line->share * 100);
        screen_text_right(&ui->screen, row, column + BAR_COLUMNS, SHARE_COLUMNS, ROLE_TEXT, share);
    }
    column += BAR_COLUMNS + SHARE_COLUMNS + 2;
    why_draw_trend(ui, row, column, ui->screen.columns - column - 1, line->measures[0]);
}

/* Each measure: its name, what it is now, how it was. */
static void why_draw_facts(struct ui *ui, int row, const struct why_line *line)
{
    int width = (ui->screen.columns - FACT_INDENT - 1) / WHY_FACTS_PER_LINE;
    for (size_t i = 0; i < WHY_FACTS_PER_LINE && line->measures[i] < MEASURE_COUNT; i++) {
        enum measure measure = line->measures[i];
        char label[32], cell[48];
        int column = FACT_INDENT + (int)i * width;
        double value = (double)graph_measure(ui->moment.graph, ui->why.node, measure);
        snprintf(label, sizeof label, "%s", measures[measure].name);
        for (char *c = label; (c = strchr(c, '_')) != NULL;)
            *c = ' ';
        screen_text(&ui->screen, row, column, FACT_LABEL_COLUMNS, ROLE_DIM, label);
        column += FACT_LABEL_COLUMNS;
        screen_text_right(&ui->screen, row, column, FACT_VALUE_COLUMNS, ROLE_TEXT,
                          quantity_cell(cell, sizeof cell, value, measures[measure].unit));
        column += FACT_VALUE_COLUMNS + 1;
        why_draw_trend(ui, row, column, width - FACT_LABEL_COLUMNS - FACT_VALUE_COLUMNS - 2, measure);
    }
}

static void why_draw_line(struct ui *ui, int row, const struct why_line *line, bool first)
{
    struct screen *screen = &ui->screen;
    char text[LINE_BYTES];
    int width = screen->columns, used;
    switch (line->kind) {
    case WHY_HEADING:
        why_draw_heading(ui, row, line, first);
        break;
    case WHY_EVIDENCE:
        why_draw_evidence(ui, row, line);
        break;
    case WHY_BLAME:
        snprintf(text, sizeof text, "%.200s ─ %.300s ─▶ %.200s", line->label, line->text == NULL ? "" : line->text,
                 line->other);
        screen_raw(screen, row, 2, width - 3, ROLE_TEXT, text);
        break;
    case WHY_FACTS:
        why_draw_facts(ui, row, line);
        break;
    case WHY_EVENT:
        screen_text(screen, row, 2, CLOCK_COLUMNS, ROLE_DIM, line->label);
        screen_raw(screen, row, 2 + CLOCK_COLUMNS + 2, width - CLOCK_COLUMNS - 5, ROLE_TEXT, line->text);
        break;
    case WHY_RELATION:
        screen_text(screen, row, 2, VERB_COLUMNS, ROLE_DIM, line->label);
        used = screen_raw(screen, row, 2 + VERB_COLUMNS, width - 3 - VERB_COLUMNS, ROLE_TEXT, line->text);
        used += 2 + VERB_COLUMNS + 2;
        screen_raw(screen, row, used, width - used - 1, ROLE_DIM, line->other);
        break;
    case WHY_NOTE:
        screen_text(screen, row, 2, width - 3, ROLE_DIM, line->label == NULL ? "" : line->label);
        break;
    }
}

static void why_scroll(struct why *why, size_t rows)
{
    struct why_step *here = why_here(why);
    if (here->selected < here->top)
        here->top = here->selected;
    if (rows > 0 && here->selected >= here->top + rows)
        here->top = here->selected - rows + 1;
    if (here->top + rows > why->line_count)
        here->top = why->line_count > rows ? why->line_count - rows : 0;
}

static void why_draw(struct ui *ui, struct area area)
{
    struct why *why = &ui->why;
    why_draw_title(ui, area);
    if (why->node == NODE_NONE) {
        screen_text(&ui->screen, area.row + 2, 1, area.columns - 2, ROLE_WARNING,
                    "It is not there at this moment: Esc goes back, t and T step on.");
        return;
    }
    why_draw_subject(ui, area);
    size_t rows = area.rows > TITLE_ROWS ? (size_t)(area.rows - TITLE_ROWS) : 0;
    ui->page_rows = (int)rows;
    why_scroll(why, rows);
    const struct why_step *here = why_here(why);
    for (size_t i = 0; i < rows && here->top + i < why->line_count; i++) {
        size_t at = here->top + i;
        const struct why_line *line = &why->lines[at];
        int row = area.row + TITLE_ROWS + (int)i;
        if (at == here->selected) {
            screen_row(&ui->screen, row, ROLE_SELECTION);
            screen_row_begin(&ui->screen, ROLE_SELECTION);
        }
        why_draw_line(ui, row, line, at == 0);
        screen_row_end(&ui->screen);
    }
}

static unsigned why_act(struct ui *ui, enum action action)
{
    struct why *why = &ui->why;
    struct why_step *here = why_here(why);
    if (action == ACTION_BACK) {
        if (!why_leave(why))
            view_pop(ui);
        return REDO_ROWS;
    }
    if (action == ACTION_OPEN) {
        if (here->selected < why->line_count && why->lines[here->selected].target != NODE_NONE)
            why_enter(why, ui->moment.graph, why->lines[here->selected].target);
        return REDO_ROWS;
    }
    size_t wanted = lines_move(here->selected, why->line_count, ui->page_rows, action);
    /* A heading leads nowhere. */
    if (wanted < why->line_count && why->lines[wanted].kind == WHY_HEADING)
        wanted += wanted > here->selected || wanted == 0 ? 1 : (size_t)-1;
    why_select(why, wanted);
    return REDO_DRAW;
}

/* A line is selected; once more, it is followed. */
static unsigned why_press(struct ui *ui, int row, int column)
{
    struct why *why = &ui->why;
    size_t at = why_here(why)->top + (size_t)(row - TITLE_ROWS);
    (void)column;
    if (row < TITLE_ROWS || at >= why->line_count || why->lines[at].kind == WHY_HEADING)
        return REDO_NOTHING;
    if (at == why_here(why)->selected)
        return why_act(ui, ACTION_OPEN);
    why_select(why, at);
    return REDO_DRAW;
}

const struct view view_why = {
    .name = "why",
    .where = IN_WHY,
    .hints = {ACTION_OPEN, ACTION_BACK, ACTION_TAB_NEXT, ACTION_NEXT, ACTION_PREVIOUS, ACTION_JUMP, ACTION_PAUSE,
              ACTION_RECORD, ACTION_EXPORT, ACTION_QUIT, ACTION_NONE},
    .update = why_update,
    .draw = why_draw,
    .act = why_act,
    .press = why_press,
};
