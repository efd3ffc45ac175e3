/* The loop: waits for keys, the collector and signals; actions say what is to be redone; only the loop draws. */
#include "ui/state.h"

#include "base/text.h"
#include "base/clock.h"
#include "ui/settings.h"
#include "ui/signals.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INTERVAL_NS NS_PER_S
#define WINDOW_NS   (5 * NS_PER_S)

/* ---- drawing ---- */

static void draw_too_small(struct ui *ui)
{
    char text[128];
    snprintf(text, sizeof text, "culprit needs %dx%d; this terminal has %dx%d. Enlarge it, or press q.",
             SCREEN_COLUMNS_MIN, SCREEN_ROWS_MIN, ui->screen.columns, ui->screen.rows);
    int row = 0;
    for (const char *rest = text; *rest != '\0' && row < ui->screen.rows; row++) {
        size_t bytes = text_line(rest, (size_t)ui->screen.columns);
        char line[128];
        snprintf(line, sizeof line, "%.*s", (int)bytes, rest);
        screen_text(&ui->screen, row, 0, ui->screen.columns, ROLE_TEXT, line);
        rest += bytes;
        rest += strspn(rest, " ");
    }
}

static bool screen_is_too_small(const struct screen *screen)
{
    return screen->rows < SCREEN_ROWS_MIN || screen->columns < SCREEN_COLUMNS_MIN;
}

static void ui_draw(struct ui *ui)
{
    enum { FOOTER_ROWS = 2 };
    screen_erase(&ui->screen);
    if (screen_is_too_small(&ui->screen)) {
        draw_too_small(ui);
        screen_show(&ui->screen, -1, 0);
        return;
    }
    const struct view *view = view_top(ui);
    int row = header_draw(ui, 0);
    if (view->sentence)
        row += sentence_draw(ui, row);
    int foot = ui->screen.rows - FOOTER_ROWS;
    struct area area = {.row = row, .columns = ui->screen.columns, .rows = foot - row};
    ui->area = area;
    if (ui->moment.graph != NULL || view->where == IN_TEXT)
        view->draw(ui, area);
    if (ui->prompt.purpose == PROMPT_PALETTE)
        palette_draw(ui, foot);
    int cursor = footer_draw(ui, foot);
    screen_show(&ui->screen, cursor >= 0 ? foot : -1, cursor);
}

/* ---- what is to be redone ---- */

static void moment_show(struct ui *ui)
{
    struct cursor *cursor = ui->options->cursor;
    struct error error = {0};
    size_t position = cursor_position(cursor, ui->wanted);
    if (position == SIZE_MAX) /* it has fallen out of the history */
        position = 0;
    ui->wanted = cursor_serial(cursor, position);
    if (moment_take(&ui->moment, cursor, position, ui->options->window_ns, ui->options->model, ui->options->utc,
                    &error))
        trend_add(&ui->trend, &ui->moment);
    else
        ui_fail(ui, &error);
}

unsigned ui_catch_up(struct ui *ui, unsigned what)
{
    const unsigned stale = REDO_MOMENT | REDO_ROWS;
    if ((what & REDO_MOMENT) != 0 && cursor_count(ui->options->cursor) > 0)
        moment_show(ui);
    if ((what & stale) != 0 && ui->moment.graph != NULL)
        view_top(ui)->update(ui);
    return (what & stale) != 0 ? (what & ~stale) | REDO_DRAW : what;
}

static void redo(struct ui *ui, unsigned what)
{
    what = ui_catch_up(ui, what);
    if ((what & REDO_REPAINT) != 0)
        screen_repaint(&ui->screen);
    if ((what & ~(unsigned)REDO_QUIT) != 0)
        ui_draw(ui);
}

/* ---- what happens ---- */

static unsigned on_keys(struct ui *ui)
{
    unsigned what = REDO_NOTHING;
    for (int key; (what & REDO_QUIT) == 0 && (key = key_read()) != 0;) {
        ui->key_ns = clock_boottime_ns();
        if (key == KEY_RESIZE)
            continue;
        enum action action = key_action(&ui->keys, key, view_top(ui)->where);
        if (screen_is_too_small(&ui->screen)) {
            what |= action == ACTION_QUIT && ui->prompt.purpose == PROMPT_NONE ? REDO_QUIT : REDO_NOTHING;
            continue;
        }
        if (ui->message[0] != '\0')
            what |= REDO_DRAW;
        ui->seek.step = 0;
        ui->message[0] = '\0';
        /* A view must see what the keys before have changed; stepping through time goes on from where they lead. */
        bool stepping =
            ui->prompt.purpose == PROMPT_NONE && action < ACTION_COUNT && key_rows[action].group == GROUP_TIME;
        if (!stepping)
            what = ui_catch_up(ui, what);
        if (key == KEY_MOUSE)
            what |= mouse_run(ui);
        else if (ui->prompt.purpose != PROMPT_NONE)
            what |= action_prompt_key(ui, key);
        else if (action != ACTION_NONE)
            what |= action_run(ui, action);
    }
    return what;
}

static unsigned on_signals(struct ui *ui, int descriptor)
{
    unsigned what = REDO_NOTHING;
    for (enum signal_kind kind; (kind = signals_next(descriptor)) != SIGNAL_NONE;)
        switch (kind) {
        case SIGNAL_RESIZE:
            screen_resize(&ui->screen);
            what |= REDO_DRAW;
            break;
        case SIGNAL_STOP:
            screen_leave(&ui->screen);
            raise(SIGSTOP);
            screen_return(&ui->screen);
            what |= REDO_DRAW;
            break;
        case SIGNAL_CONTINUED:
            screen_return(&ui->screen);
            what |= REDO_DRAW;
            break;
        case SIGNAL_END:
            return REDO_QUIT;
        case SIGNAL_NONE:
            break;
        }
    return what;
}

/* A new sample stands in the live cursor. */
static unsigned on_sample(struct ui *ui)
{
    struct cursor *cursor = ui->options->cursor;
    if (ui->paused)
        return ui->moment.graph == NULL ? REDO_MOMENT : REDO_DRAW;
    ui->wanted = cursor_serial(cursor, cursor_count(cursor) - 1);
    return REDO_MOMENT;
}

static unsigned on_attachment(struct ui *ui)
{
    return attachment_receive(ui->options->attachment, ui->options->cursor, 0) > 0 ? on_sample(ui) : REDO_NOTHING;
}

/* A recorder's samples come: this instance need not look. */
static bool ui_shares(const struct ui *ui)
{
    struct attachment *attachment = ui->options->attachment;
    return attachment != NULL && attachment_delivers(attachment, ui->options->interval_ns);
}

static unsigned on_collector(struct ui *ui)
{
    struct error error;
    struct cursor *cursor = ui->options->cursor;
    bool arrived = live_take(&ui->live, ui->options->collector, cursor, &error);
    if (error.text[0] != '\0') {
        ui_fail(ui, &error);
        return REDO_DRAW;
    }
    if (arrived && ui->live.gap_s > 0)
        ui_say(ui, "The collector is back: nothing was seen for %.0f s.", ui->live.gap_s);
    return arrived ? on_sample(ui) : REDO_NOTHING;
}

static unsigned on_recorder(struct ui *ui)
{
    struct error error = {0};
    struct recorder *recorder = &ui->recorder;
    size_t written = 0;
    switch (recorder_work(recorder, ui->options->cursor, &written, &error)) {
    case RECORDER_FAILED:
        ui_fail(ui, &error);
        break;
    case RECORDER_ENDED:
        ui_say(ui, "Recorded: %s, %zu samples (culprit replay %s)", recorder->path, written, recorder->path);
        break;
    case RECORDER_GOES_ON:
        break;
    }
    return REDO_DRAW;
}

static unsigned on_time(struct ui *ui)
{
    struct error error = {0};
    if (ui->options->collector == NULL)
        return REDO_NOTHING;
    if (ui_shares(ui)) {
        live_rest(&ui->live);
        return REDO_NOTHING;
    }
    live_ask(&ui->live, ui->options->collector, false, &error);
    if (error.text[0] != '\0')
        ui_fail(ui, &error);
    long overdue_s = live_overdue_s(&ui->live);
    bool changed = overdue_s != ui->overdue_s;
    ui->overdue_s = overdue_s;
    return changed || error.text[0] != '\0' ? REDO_DRAW : REDO_NOTHING;
}

/* ---- the loop ---- */

static int loop_timeout_ms(struct ui *ui, const struct leisure *leisure)
{
    if (ui->seek.step != 0 || recorder_has_work(&ui->recorder, ui->options->cursor))
        return 0;
    int leisure_ms = leisure_timeout_ms(ui, leisure);
    int due_ms = ui->options->collector == NULL ? time_timeout_ms(ui) : live_timeout_ms(&ui->live);
    return leisure_ms >= 0 && (due_ms < 0 || leisure_ms < due_ms) ? leisure_ms : due_ms;
}

static bool ui_loop(struct ui *ui, int signals, struct error *error)
{
    enum { TERMINAL, SIGNALS, COLLECTOR, ATTACHMENT, RECORDER, DESCRIPTORS };
    const struct ui_options *options = ui->options;
    unsigned what = cursor_count(options->cursor) > 0 ? REDO_MOMENT : REDO_DRAW;
    while ((what & REDO_QUIT) == 0) {
        redo(ui, what);
        what = on_time(ui);
        struct pollfd waits[DESCRIPTORS] = {
            [TERMINAL] = {.fd = STDIN_FILENO, .events = POLLIN},
            [SIGNALS] = {.fd = signals, .events = POLLIN},
            [COLLECTOR] = {.fd = -1, .events = POLLIN},
            [ATTACHMENT] = {.fd = -1, .events = POLLIN},
            [RECORDER] = {.fd = recorder_descriptor(&ui->recorder), .events = recorder_events(&ui->recorder)},
        };
        if (options->collector != NULL && !ui->live.ended)
            waits[COLLECTOR].fd = collector_descriptor(options->collector);
        if (options->attachment != NULL)
            waits[ATTACHMENT].fd = attachment_descriptor(options->attachment);
        struct leisure leisure = leisure_find(ui);
        int ready = poll(waits, DESCRIPTORS, what != REDO_NOTHING ? 0 : loop_timeout_ms(ui, &leisure));
        if (ready < 0 && errno != EINTR)
            return error_errno(error, errno, "waiting for the terminal");
        if (ready > 0 && waits[SIGNALS].revents != 0)
            what |= on_signals(ui, signals);
        if (ready > 0 && (waits[TERMINAL].revents & POLLIN) != 0)
            what |= on_keys(ui);
        if (ready > 0 && (waits[TERMINAL].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
            what |= REDO_QUIT;
        if (ready > 0 && waits[COLLECTOR].revents != 0)
            what |= on_collector(ui);
        if (ready > 0 && waits[ATTACHMENT].revents != 0)
            what |= on_attachment(ui);
        if (ready > 0 && waits[RECORDER].revents != 0)
            what |= on_recorder(ui);
        what |= time_play(ui);
        what |= time_follow(ui);
        if (ready == 0 && ui->seek.step != 0)
            what |= time_seek(ui);
        else if (ready == 0 && recorder_has_work(&ui->recorder, options->cursor))
            what |= on_recorder(ui);
        else if (ready == 0 && leisure_timeout_ms(ui, &leisure) == 0)
            what |= leisure_use(ui, &leisure);
    }
    return true;
}

static void ui_done(struct ui *ui)
{
    for (size_t tab = 0; tab < LIST_COUNT; tab++)
        list_done(&ui->lists[tab]);
    tags_clear(&ui->tags);
    units_done(&ui->units);
    story_list_done(&ui->events);
    differences_done(&ui->differences);
    moment_done(&ui->mark);
    around_done(&ui->around);
    trend_done(&ui->trend);
    why_done(&ui->why);
    past_done(&ui->past);
    moment_done(&ui->moment);
    free(ui);
}

/* Columns that the settings name and a list does not have are remarked on, as bad lines are. */
static void columns_take(struct ui *ui, const struct settings *settings)
{
    struct error error = {0};
    for (size_t i = 0; i < LIST_COUNT; i++)
        if (!list_choose(&ui->lists[i], settings->columns[i].names, &error)) {
            snprintf(ui->message, sizeof ui->message, "culprit.conf: %.400s", error.text);
            ui->message_is_error = true;
        }
}

static struct ui *ui_new(const struct ui_options *options, const struct settings *settings)
{
    struct ui *ui = calloc(1, sizeof *ui);
    if (ui == NULL)
        return NULL;
    ui->resolved = *options;
    ui->options = &ui->resolved;
    if (options->interval_ns == 0)
        ui->resolved.interval_ns = settings->interval_ns != 0 ? settings->interval_ns : INTERVAL_NS;
    if (options->window_ns == 0)
        ui->resolved.window_ns = settings->window_ns != 0 ? settings->window_ns : WINDOW_NS;
    snprintf(ui->message, sizeof ui->message, "%s", settings->remark);
    ui->message_is_error = true;
    if (!trend_init(&ui->trend, options->cursor)) {
        free(ui);
        return NULL;
    }
    units_init(&ui->units);
    story_list_init(&ui->events);
    live_init(&ui->live, ui->resolved.interval_ns);
    ui->keys = settings->keys;
    for (size_t tab = 0; tab < LIST_COUNT; tab++)
        list_init(&ui->lists[tab], &list_kinds[tab]);
    ui->lists[TAB_PROCESSES].tree_kind = &list_kind_tree;
    columns_take(ui, settings);
    view_push(ui, tabs[TAB_SUSPECTS].view);
    size_t count = cursor_count(options->cursor);
    if (count > options->position) /* live: what a recorder knows already */
        ui->wanted = cursor_serial(options->cursor, cursor_is_live(options->cursor) ? count - 1 : options->position);
    return ui;
}

/* A theme that was asked for must be there; one of the settings is remarked on. */
static bool theme_choose(struct theme *theme, const char *asked, struct settings *settings, struct error *error)
{
    struct error why = {0};
    if (asked != NULL || settings->theme[0] == '\0')
        return theme_read(theme, asked, error);
    if (theme_read(theme, settings->theme, &why))
        return true;
    snprintf(settings->remark, sizeof settings->remark, "%.400s", why.text);
    return theme_read(theme, NULL, error);
}

bool ui_run(const struct ui_options *options, struct error *error)
{
    struct theme theme;
    struct settings settings;
    settings_read(&settings);
    if (!theme_choose(&theme, options->theme, &settings, error))
        return false;
    struct ui *ui = ui_new(options, &settings);
    if (ui == NULL)
        return error_memory(error);
    struct signals signals = {.descriptor = -1};
    bool done = signals_open(&signals, error) && screen_open(&ui->screen, &theme, settings.mouse, error) &&
                ui_loop(ui, signals.descriptor, error);
    recorder_done(&ui->recorder);
    screen_close(&ui->screen);
    signals_close(&signals);
    ui_done(ui);
    return done;
}
