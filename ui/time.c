/* Moving through time: steps, jumps, playing, and looking for the next moment at which something stands out. */
#include "ui/state.h"

#include "base/clock.h"
#include "base/units.h"

static unsigned time_go(struct ui *ui, size_t position)
{
    struct cursor *cursor = ui->options->cursor;
    ui->paused = cursor_is_live(cursor);
    ui->wanted = cursor_serial(cursor, position);
    return REDO_MOMENT;
}

static unsigned time_step(struct ui *ui, enum action action)
{
    struct cursor *cursor = ui->options->cursor;
    size_t count = cursor_count(cursor);
    if (count == 0)
        return REDO_NOTHING;
    size_t position = cursor_position(cursor, ui->wanted);
    if (position == SIZE_MAX)
        position = 0;
    size_t wanted = action == ACTION_FIRST  ? 0
                    : action == ACTION_LAST ? count - 1
                    : action == ACTION_NEXT ? position + 1
                    : position > 0          ? position - 1
                                            : SIZE_MAX;
    if (wanted < count)
        return time_go(ui, wanted);
    bool live = cursor_is_live(cursor);
    ui_say(ui,
           action != ACTION_NEXT ? "This is the oldest sample%s."
           : live                ? "This is the newest sample%s."
           : ui->options->follow ? "This is the last sample so far%s: what comes is followed."
                                 : "This is the last sample%s.",
           live ? action == ACTION_NEXT ? "; z goes on live" : " that the history holds" : " of the recording");
    return REDO_DRAW;
}

static unsigned time_pause(struct ui *ui)
{
    struct cursor *cursor = ui->options->cursor;
    if (!cursor_is_live(cursor)) {
        ui_say(ui, "A recording stands still: t and T step through it.");
        return REDO_DRAW;
    }
    ui->paused = !ui->paused;
    if (ui->paused || cursor_count(cursor) == 0)
        return REDO_DRAW;
    ui->wanted = cursor_serial(cursor, cursor_count(cursor) - 1);
    return REDO_MOMENT;
}

unsigned time_jump(struct ui *ui, const char *text)
{
    struct cursor *cursor = ui->options->cursor;
    size_t count = cursor_count(cursor);
    struct error error = {0};
    int64_t time_ns;
    if (count == 0)
        return REDO_DRAW;
    int64_t first_ns = cursor_time_ns(cursor, 0), last_ns = cursor_time_ns(cursor, count - 1);
    if (!moment_parse(text, last_ns, ui->moment.utc_offset_s, &time_ns, &error)) {
        ui_fail(ui, &error);
        return REDO_DRAW;
    }
    if (time_ns < first_ns || time_ns > last_ns) {
        char from[32], to[32];
        ui_say(ui, "There are samples from %s to %s.",
               date_format(from, sizeof from, first_ns, ui->moment.utc_offset_s),
               date_format(to, sizeof to, last_ns, ui->moment.utc_offset_s));
    }
    return time_go(ui, cursor_seek(cursor, time_ns));
}

/* ---- playing ---- */

enum { PLAY_STEP_MIN_MS = 100, PLAY_STEP_MAX_MS = 2000 };

/* As long as between the two samples, within limits. */
static void play_schedule(struct ui *ui, size_t position)
{
    const struct cursor *cursor = ui->options->cursor;
    if (position + 1 >= cursor_count(cursor)) {
        ui->play_due_ns = 0;
        return;
    }
    int64_t step_ns = cursor_time_ns(cursor, position + 1) - cursor_time_ns(cursor, position);
    if (step_ns < PLAY_STEP_MIN_MS * NS_PER_MS)
        step_ns = PLAY_STEP_MIN_MS * NS_PER_MS;
    if (step_ns > PLAY_STEP_MAX_MS * NS_PER_MS)
        step_ns = PLAY_STEP_MAX_MS * NS_PER_MS;
    ui->play_due_ns = clock_boottime_ns() + step_ns;
}

static unsigned play_toggle(struct ui *ui)
{
    const struct cursor *cursor = ui->options->cursor;
    if (cursor_is_live(cursor)) {
        ui_say(ui, "Live needs no playing: z goes on live, t and T step.");
        return REDO_DRAW;
    }
    if (ui->play_due_ns != 0) {
        ui->play_due_ns = 0;
        return REDO_DRAW;
    }
    play_schedule(ui, cursor_position(cursor, ui->wanted));
    if (ui->play_due_ns == 0)
        ui_say(ui, "This is the last sample of the recording.");
    return REDO_DRAW;
}

unsigned time_play(struct ui *ui)
{
    const struct cursor *cursor = ui->options->cursor;
    if (ui->play_due_ns == 0 || clock_boottime_ns() < ui->play_due_ns)
        return REDO_NOTHING;
    size_t position = cursor_position(cursor, ui->wanted) + 1;
    play_schedule(ui, position);
    return position < cursor_count(cursor) ? time_go(ui, position) : REDO_DRAW;
}

/* ---- following ---- */

enum { FOLLOW_EVERY_MS = 500 };

unsigned time_follow(struct ui *ui)
{
    struct cursor *cursor = ui->options->cursor;
    if (!ui->options->follow || clock_boottime_ns() < ui->follow_due_ns)
        return REDO_NOTHING;
    ui->follow_due_ns = clock_boottime_ns() + FOLLOW_EVERY_MS * NS_PER_MS;
    size_t count = cursor_count(cursor);
    bool at_end = count == 0 || cursor_position(cursor, ui->wanted) + 1 == count;
    if (!cursor_refresh(cursor) || cursor_count(cursor) == 0)
        return REDO_NOTHING;
    timeline_grow(ui);
    return at_end && ui->play_due_ns == 0 ? time_go(ui, cursor_count(cursor) - 1) : REDO_DRAW;
}

static int due_ms(int64_t due_ns)
{
    int64_t left_ns = due_ns - clock_boottime_ns();
    return left_ns <= 0 ? 0 : (int)(left_ns / NS_PER_MS) + 1;
}

int time_timeout_ms(const struct ui *ui)
{
    int play_ms = ui->play_due_ns == 0 ? -1 : due_ms(ui->play_due_ns);
    int follow_ms = ui->options->follow ? due_ms(ui->follow_due_ns) : -1;
    return play_ms < 0 || (follow_ms >= 0 && follow_ms < play_ms) ? follow_ms : play_ms;
}

/* ---- looking for what stands out ---- */

static unsigned seek_start(struct ui *ui, int step)
{
    const struct cursor *cursor = ui->options->cursor;
    size_t position = cursor_position(cursor, ui->wanted);
    if (cursor_count(cursor) == 0 || position == SIZE_MAX)
        return REDO_NOTHING;
    const struct trend_point *here = moment_look(ui, position);
    ui->seek = (struct seek){.step = step, .at = position, .found = SIZE_MAX};
    ui->seek.inside = here != NULL && here->anomalous && step > 0;
    return time_seek(ui);
}

/* What stood out begins where the moment before did not. Back: the last one found while going on standing out. */
static bool seek_step(struct ui *ui, const struct trend_point *point)
{
    struct seek *seek = &ui->seek;
    bool stands_out = point != NULL && point->anomalous;
    if (seek->step > 0) {
        if (stands_out && !seek->inside)
            seek->found = seek->at;
        seek->inside = stands_out;
        return seek->found != SIZE_MAX;
    }
    if (!stands_out)
        return seek->found != SIZE_MAX;
    seek->found = seek->at;
    return false;
}

unsigned time_seek(struct ui *ui)
{
    struct seek *seek = &ui->seek;
    const struct cursor *cursor = ui->options->cursor;
    bool looked = false, ended = false;
    while (!ended && !looked) {
        if (seek->step < 0 ? seek->at == 0 : seek->at + 1 >= cursor_count(cursor)) {
            ended = true;
            break;
        }
        seek->at += (size_t)seek->step;
        looked = trend_point(&ui->trend, cursor_serial(cursor, seek->at)) == NULL;
        ended = seek_step(ui, moment_look(ui, seek->at));
    }
    char when[32];
    if (!ended) {
        ui_say(ui, "Looking for what stands out: %s (any key stops)",
               date_format(when, sizeof when, cursor_time_ns(cursor, seek->at), ui->moment.utc_offset_s));
        return REDO_DRAW;
    }
    bool forward = seek->step > 0;
    seek->step = 0;
    ui->message[0] = '\0';
    if (seek->found != SIZE_MAX)
        return time_go(ui, seek->found);
    ui_say(ui, forward ? "Nothing else begins to stand out after this." : "Nothing begins to stand out before this.");
    return REDO_DRAW;
}

unsigned time_act(struct ui *ui, enum action action)
{
    if (action == ACTION_PLAY)
        return play_toggle(ui);
    ui->play_due_ns = 0;
    if (action == ACTION_PAUSE)
        return time_pause(ui);
    if (action == ACTION_ANOMALY_NEXT || action == ACTION_ANOMALY_PREVIOUS)
        return seek_start(ui, action == ACTION_ANOMALY_NEXT ? 1 : -1);
    return time_step(ui, action);
}
