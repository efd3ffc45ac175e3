/* What keys do wherever one is: recording, export, tabs, help. What a view does itself is asked last. */
#include "ui/state.h"

#include "export/export.h"
#include "ui/save.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ui_say(struct ui *ui, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(ui->message, sizeof ui->message, format, arguments);
    va_end(arguments);
    ui->message_is_error = false;
}

void ui_fail(struct ui *ui, const struct error *error)
{
    snprintf(ui->message, sizeof ui->message, "%s", error->text);
    ui->message_is_error = true;
}

size_t lines_move(size_t selected, size_t count, int rows, enum action action)
{
    size_t page = rows > 1 ? (size_t)rows - 1 : 1;
    size_t last = count == 0 ? 0 : count - 1;
    switch (action) {
    case ACTION_UP:
        return selected > 0 ? selected - 1 : 0;
    case ACTION_DOWN:
        return selected < last ? selected + 1 : last;
    case ACTION_PAGE_UP:
        return selected > page ? selected - page : 0;
    case ACTION_PAGE_DOWN:
        return selected + page < last ? selected + page : last;
    case ACTION_TOP:
        return 0;
    case ACTION_BOTTOM:
        return last;
    default:
        return selected;
    }
}

size_t lines_scroll(size_t top, size_t selected, size_t count, size_t rows)
{
    if (selected < top)
        top = selected;
    if (rows > 0 && selected >= top + rows)
        top = selected - rows + 1;
    if (top + rows > count)
        top = count > rows ? count - rows : 0;
    return top;
}

void pager_scroll(struct pager *pager, int rows, enum action action)
{
    enum { NOT_COUNTED_YET = 1 << 30 };
    pager->top = lines_move(pager->top, pager->lines > 0 ? pager->lines : NOT_COUNTED_YET, rows, action);
}

/* ---- looking and keeping ---- */

static unsigned analyse_now(struct ui *ui)
{
    struct error error = {0};
    if (ui->options->collector == NULL) {
        ui_say(ui, "A recording has nothing new to look at.");
        return REDO_DRAW;
    }
    if (ui->live.ended) {
        ui_say(ui, "The collector has ended: what was seen until then can still be looked at.");
        return REDO_DRAW;
    }
    ui->paused = false;
    live_ask(&ui->live, ui->options->collector, true, &error);
    if (error.text[0] != '\0')
        ui_fail(ui, &error);
    else
        ui_say(ui, "Looking at the host...");
    return REDO_DRAW;
}

static unsigned record_toggle(struct ui *ui)
{
    struct cursor *cursor = ui->options->cursor;
    struct recorder *recorder = &ui->recorder;
    struct error error = {0};
    if (!cursor_is_live(cursor))
        ui_say(ui, "This is a recording already: %s", ui->options->title == NULL ? "" : ui->options->title);
    else if (recorder->writer != NULL)
        recorder_end(recorder, cursor);
    else if (cursor_count(cursor) == 0)
        ui_say(ui, "Nothing has been seen yet.");
    else if (recorder_start(recorder, cursor, ui->moment.host, ui->moment.utc_offset_s, &error))
        ui_say(ui, "Recording to %s, the last %zu samples included. R ends it.", recorder->path, cursor_count(cursor));
    else
        ui_fail(ui, &error);
    return REDO_DRAW;
}

static unsigned export_graph(struct ui *ui)
{
    const struct moment *moment = &ui->moment;
    struct error error = {0};
    struct buffer dot = {0};
    char path[160];
    if (moment->verdict == NULL) {
        ui_say(ui, "Nothing has been seen yet.");
        return REDO_DRAW;
    }
    uint32_t tagged[TAGS_MAX];
    size_t tagged_count = tags_nodes(&ui->tags, moment->graph, tagged);
    if (ui->tags.count > 0 && tagged_count == 0) {
        ui_say(ui, "Nothing of what is tagged is there at this moment (U takes the tags away).");
        return REDO_DRAW;
    }
    struct export_input input = {.nodes = tagged,
                                 .node_count = tagged_count,
                                 .graph = moment->graph,
                                 .verdict = moment->verdict,
                                 .model = ui->options->model,
                                 .utc_offset_s = moment->utc_offset_s,
                                 .hops = 1};
    bool saved = export_dot(&input, &dot, &error) &&
                 save_buffer(path, sizeof path, "culprit", "dot", moment->utc_offset_s, &dot, &error);
    buffer_done(&dot);
    if (saved)
        ui_say(ui, "Written: %s (dot -Tsvg %s > %s.svg draws it)", path, path,
               tagged_count > 0 ? "tagged" : "suspects");
    else
        ui_fail(ui, &error);
    return REDO_DRAW;
}

/* ---- where one is ---- */

static unsigned text_toggle(struct ui *ui, const struct view *view)
{
    if (view_top(ui) == view)
        view_pop(ui);
    else
        view_push(ui, view);
    return REDO_ROWS;
}

unsigned action_run(struct ui *ui, enum action action)
{
    switch (action) {
    case ACTION_QUIT:
        return REDO_QUIT;
    case ACTION_REPAINT:
        return REDO_REPAINT | REDO_DRAW;
    case ACTION_HELP:
        return text_toggle(ui, &view_help);
    case ACTION_UNREAD:
        return text_toggle(ui, &view_unread);
    case ACTION_TAB_NEXT:
        return tab_go(ui, ui->tab + 1);
    case ACTION_TAB_PREVIOUS:
        return tab_go(ui, ui->tab + TAB_COUNT - 1);
    case ACTION_TAB_1:
    case ACTION_TAB_2:
    case ACTION_TAB_3:
    case ACTION_TAB_4:
    case ACTION_TAB_5:
    case ACTION_TAB_6:
    case ACTION_TAB_7:
    case ACTION_TAB_8:
    case ACTION_TAB_9:
    case ACTION_TAB_10:
        return tab_go(ui, (size_t)(action - ACTION_TAB_1));
    case ACTION_PAUSE:
    case ACTION_NEXT:
    case ACTION_PREVIOUS:
    case ACTION_FIRST:
    case ACTION_LAST:
    case ACTION_ANOMALY_NEXT:
    case ACTION_ANOMALY_PREVIOUS:
    case ACTION_PLAY:
        return time_act(ui, action);
    case ACTION_JUMP:
        prompt_open(&ui->prompt, PROMPT_JUMP, "");
        return REDO_DRAW;
    case ACTION_MARK:
        return diff_mark(ui);
    case ACTION_DIFF:
        return diff_ask(ui);
    case ACTION_PALETTE:
        ui->palette_selected = 0;
        prompt_open(&ui->prompt, PROMPT_PALETTE, "");
        return REDO_DRAW;
    case ACTION_ANALYSE:
        return analyse_now(ui);
    case ACTION_RECORD:
        return record_toggle(ui);
    case ACTION_EXPORT:
        return export_graph(ui);
    default:
        return view_top(ui)->act(ui, action);
    }
}
