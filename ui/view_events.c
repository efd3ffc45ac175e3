/* The events: a time line of what happened, newest first; Enter goes to the process, also where it is gone by now. */
#include "ui/state.h"

#include "base/clock.h"
#include "base/quantity.h"
#include "base/text.h"
#include "base/units.h"

#include <math.h>
#include <stdio.h>

enum { HEAD_ROWS = 2, CLOCK_COLUMNS = 8, TOOK_COLUMNS = 8, KIND_COLUMNS = 8, WHO_COLUMNS = 18, WHO_COLUMNS_WIDE = 28 };
enum { WIDE_FROM = 120, READ_MS = 8 };

bool story_needs(struct ui *ui)
{
    bool asked = ui->options->collector != NULL || ui->tab == TAB_EVENTS || view_top(ui) == &view_why;
    return asked && ui->moment.graph != NULL &&
           story_missing(&ui->events.story, ui->options->cursor, ui->moment.serial) != 0;
}

void story_work(struct ui *ui)
{
    struct cursor *cursor = ui->options->cursor;
    struct story *story = &ui->events.story;
    struct error ignored;
    int64_t begun_ns = clock_cpu_ns();
    for (uint64_t serial; (serial = story_missing(story, cursor, ui->moment.serial)) != 0;) {
        struct sample *sample = cursor_sample(cursor, cursor_position(cursor, serial), &ignored);
        story_read(story, sample, serial);
        sample_release(sample);
        if (clock_cpu_ns() - begun_ns > READ_MS * NS_PER_MS)
            break;
    }
}

static void events_update(struct ui *ui)
{
    struct error error = {0};
    if (story_needs(ui))
        story_work(ui);
    if (!story_list_update(&ui->events, ui->moment.graph->time_ns, &error))
        ui_fail(ui, &error);
}

/* Where the columns stand. */
struct places {
    int took, kind, who, who_columns, detail;
};

static struct places places_of(int width)
{
    struct places places = {.took = 1 + CLOCK_COLUMNS + 1};
    places.kind = places.took + TOOK_COLUMNS + 2;
    places.who = places.kind + KIND_COLUMNS + 1;
    places.who_columns = width >= WIDE_FROM ? WHO_COLUMNS_WIDE : WHO_COLUMNS;
    places.detail = places.who + places.who_columns + 1;
    return places;
}

static void event_draw(struct ui *ui, int row, const struct story_event *event, const struct places *places)
{
    struct screen *screen = &ui->screen;
    int64_t now_ns = ui->events.now_ns;
    struct buffer text = {0};
    char when[32], took[40] = "", cell[32];
    double seconds = story_seconds(event, now_ns);
    bool bad =
        event->kind == STORY_KILL || event->kind == STORY_CONNECT || (event->kind == STORY_EXIT && event->signal != 0);
    screen_text(screen, row, 1, CLOCK_COLUMNS, ROLE_DIM,
                clock_format(when, sizeof when, event->time_ns, ui->moment.utc_offset_s));
    if (!isnan(seconds))
        snprintf(took, sizeof took, "%s%s", event->at_least ? ">" : "", quantity_cell(cell, sizeof cell, seconds, "s"));
    screen_text_right(screen, row, places->took, TOOK_COLUMNS, ROLE_TITLE, took);
    screen_text(screen, row, places->kind, KIND_COLUMNS, bad ? ROLE_ALARM : ROLE_TEXT, story_kinds[event->kind]);
    story_who_append(&text, event, now_ns);
    screen_raw(screen, row, places->who, places->who_columns, ROLE_ACCENT, buffer_text(&text));
    buffer_clear(&text);
    story_detail_append(&text, event, now_ns);
    screen_raw(screen, row, places->detail, screen->columns - places->detail - 1, ROLE_TEXT, buffer_text(&text));
    buffer_done(&text);
}

static void heads_draw(struct ui *ui, int row, const struct places *places)
{
    struct screen *screen = &ui->screen;
    screen_text(screen, row, 1, CLOCK_COLUMNS, ROLE_COLUMN, "BEGAN");
    screen_text_right(screen, row, places->took, TOOK_COLUMNS, ROLE_COLUMN, "TOOK");
    screen_text(screen, row, places->kind, KIND_COLUMNS, ROLE_COLUMN, "WHAT");
    screen_text(screen, row, places->who, places->who_columns, ROLE_COLUMN, "WHO");
    screen_text(screen, row, places->detail, screen->columns - places->detail - 1, ROLE_COLUMN, "HOW");
}

static void events_draw(struct ui *ui, struct area area)
{
    struct story_list *list = &ui->events;
    const struct places places = places_of(area.columns);
    size_t rows = area.rows > HEAD_ROWS ? (size_t)(area.rows - HEAD_ROWS) : 0;
    char place[48] = "";
    if (list->count > 0)
        snprintf(place, sizeof place, "%zu/%zu", list->selected + 1, list->count);
    tabs_draw(ui, area, place);
    ui->page_rows = (int)rows;
    if (list->count == 0) {
        const char *nothing = list->all > 0     ? "No event passes the filter (\\ changes it)."
                              : story_needs(ui) ? "Reading what happened before..."
                                                : "Nothing happened in the time that is known.";
        screen_text(&ui->screen, area.row + HEAD_ROWS, 1, area.columns - 2, ROLE_DIM, nothing);
        return;
    }
    heads_draw(ui, area.row + 1, &places);
    story_list_scroll(list, rows);
    for (size_t i = 0; i < rows && list->top + i < list->count; i++) {
        int row = area.row + HEAD_ROWS + (int)i;
        if (list->top + i == list->selected) {
            screen_row(&ui->screen, row, ROLE_SELECTION);
            screen_row_begin(&ui->screen, ROLE_SELECTION);
        }
        event_draw(ui, row, &list->story.events[list->rows[list->top + i]], &places);
        screen_row_end(&ui->screen);
    }
}

/* Its node in the graph of the moment, or NODE_NONE. */
static uint32_t party_node(const struct graph *graph, const struct story_party *party)
{
    char id[64];
    snprintf(id, sizeof id, "%llu@%llu", (unsigned long long)party->pid, (unsigned long long)party->start_ticks);
    return graph_find(graph, id);
}

/* Who is gone by now is looked at in the newest moment that tells of it. */
static unsigned events_open(struct ui *ui)
{
    const struct story_event *event = story_list_selected(&ui->events);
    if (event == NULL)
        return REDO_NOTHING;
    struct cursor *cursor = ui->options->cursor;
    struct story_party who = event->who;
    uint32_t node = party_node(ui->moment.graph, &who);
    if (node != NODE_NONE)
        return why_open(ui, node);
    size_t position = cursor_position(cursor, event->serial);
    if (position == SIZE_MAX) {
        ui_say(ui, "It is gone, and so is the moment at which it was there.");
        return REDO_DRAW;
    }
    ui->paused = cursor_is_live(cursor);
    ui->wanted = event->serial;
    ui_catch_up(ui, REDO_MOMENT);
    node = party_node(ui->moment.graph, &who);
    if (node == NODE_NONE) {
        ui_say(ui, "Nothing more is known of it than this.");
        return REDO_DRAW;
    }
    ui_say(ui, "It is gone by now: this is the moment of that event. %s",
           cursor_is_live(cursor) ? "z goes on live." : "t steps on.");
    return why_open(ui, node);
}

static unsigned events_back(struct ui *ui)
{
    struct story_list *list = &ui->events;
    if (list->filter.text[0] == '\0')
        return tab_go(ui, ui->tab_before);
    filter_set(&list->filter, "", NULL);
    return REDO_ROWS;
}

static unsigned events_act(struct ui *ui, enum action action)
{
    struct story_list *list = &ui->events;
    switch (action) {
    case ACTION_OPEN:
        return events_open(ui);
    case ACTION_BACK:
        return events_back(ui);
    case ACTION_SEARCH:
        prompt_open(&ui->prompt, PROMPT_SEARCH, "");
        return REDO_DRAW;
    case ACTION_SEARCH_NEXT:
        if (list->search[0] != '\0')
            story_list_search(list, list->selected + 1);
        return REDO_DRAW;
    case ACTION_FILTER:
        prompt_open(&ui->prompt, PROMPT_FILTER, list->filter.text);
        return REDO_DRAW;
    default:
        story_list_select(list, lines_move(list->selected, list->count, ui->page_rows, action));
        return REDO_DRAW;
    }
}

static unsigned events_press(struct ui *ui, int row, int column)
{
    struct story_list *list = &ui->events;
    size_t at = list->top + (size_t)(row - HEAD_ROWS);
    (void)column;
    if (row < HEAD_ROWS || at >= list->count)
        return REDO_NOTHING;
    if (at == list->selected)
        return events_open(ui);
    story_list_select(list, at);
    return REDO_DRAW;
}

const struct view view_events = {
    .name = "events",
    .where = IN_EVENTS,
    .sentence = true,
    .hints = {ACTION_OPEN, ACTION_TAB_NEXT, ACTION_SEARCH, ACTION_FILTER, ACTION_PAUSE, ACTION_NEXT, ACTION_PREVIOUS,
              ACTION_JUMP, ACTION_QUIT, ACTION_NONE},
    .update = events_update,
    .draw = events_draw,
    .act = events_act,
    .press = events_press,
};
