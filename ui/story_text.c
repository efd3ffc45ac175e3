/* The time line's events in words, and what filters ask of them. */
#include "ui/story.h"

#include "base/clock.h"
#include "base/quantity.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is waited on, before its name. */
static const char *const wait_words[WAIT_KIND_COUNT] = {
    [WAIT_LOCK] = "lock",
    [WAIT_PIPE_READ] = "bytes in a pipe",
    [WAIT_PIPE_WRITE] = "room in a pipe",
    [WAIT_SOCKET_RECEIVE] = "an answer",
    [WAIT_SOCKET_SEND] = "room",
    [WAIT_CONNECT] = "a connection",
    [WAIT_FUTEX] = "a lock in memory",
    [WAIT_DISK] = "disk",
    [WAIT_STOPPED] = "stopped",
};

void story_party_append(struct buffer *out, const struct story_party *party)
{
    if (party->pid == 0)
        buffer_string(out, party->name == NULL ? "?" : party->name);
    else
        buffer_printf(out, "%s[%" PRIu64 "]", party->name == NULL ? "?" : party->name, party->pid);
}

static void signal_append(struct buffer *out, unsigned signal)
{
    const char *name = sigabbrev_np((int)signal);
    if (name != NULL)
        buffer_printf(out, "SIG%s", name);
    else
        buffer_printf(out, "signal %u", signal);
}

static void connect_append(struct buffer *out, const struct story_event *event)
{
    const char *reason = strerrordesc_np((int)event->error);
    buffer_printf(out, "to %s failed: ", event->on == NULL ? "?" : event->on);
    if (event->error == 0)
        buffer_string(out, "given up");
    else if (reason != NULL)
        buffer_string(out, reason);
    else
        buffer_printf(out, "error %u", event->error);
}

static void wait_append(struct buffer *out, const struct story_event *event, int64_t now_ns)
{
    const char *word = wait_words[event->wait] != NULL ? wait_words[event->wait] : wait_kinds[event->wait].help;
    bool on = event->wait == WAIT_SOCKET_RECEIVE || event->wait == WAIT_SOCKET_SEND;
    if (event->other.pid != 0) {
        buffer_string(out, "for ");
        story_party_append(out, &event->other);
        buffer_string(out, event->inferred ? " (inferred), " : ", ");
    }
    buffer_string(out, word);
    if (event->on != NULL && event->on[0] != '\0')
        buffer_printf(out, "%s %s", on ? " on" : "", event->on);
    /* Told as of the newest sample: at an earlier moment it is not known how many of them there had been. */
    if (event->count > 1 && event->until_ns <= now_ns) {
        char total[32];
        buffer_printf(out, ", %" PRIu64 " times, %s in all", event->count,
                      quantity_cell(total, sizeof total, (double)event->total_ns / NS_PER_S, "s"));
    }
    if (story_goes_on(event, now_ns))
        buffer_string(out, ", still");
}

static void origin_append(struct buffer *out, const struct story_event *event, const char *word)
{
    if (event->other.pid == 0)
        return;
    buffer_printf(out, "%s%s ", event->kind == STORY_SIGNAL || event->kind == STORY_KILL ? " " : "", word);
    story_party_append(out, &event->other);
}

/* Told of as one; before its end it is not known how many of them there had been. */
static bool is_crowd(const struct story_event *event, int64_t now_ns)
{
    bool may = event->kind == STORY_EXIT || event->kind == STORY_START;
    return may && event->count > 1 && event->until_ns <= now_ns;
}

void story_who_append(struct buffer *out, const struct story_event *event, int64_t now_ns)
{
    if (is_crowd(event, now_ns))
        buffer_printf(out, "%s x%" PRIu64, event->who.name == NULL ? "?" : event->who.name, event->count);
    else
        story_party_append(out, &event->who);
}

static void crowd_append(struct buffer *out, const struct story_event *event)
{
    if (event->several_parents && event->other.name != NULL)
        buffer_printf(out, "from %s, ", event->other.name);
    else if (event->other.pid != 0 && !event->several_parents) {
        buffer_string(out, "from ");
        story_party_append(out, &event->other);
        buffer_string(out, ", ");
    }
    buffer_printf(out, "the last [%" PRIu64 "]", event->who.pid);
}

void story_detail_append(struct buffer *out, const struct story_event *event, int64_t now_ns)
{
    switch (event->kind) {
    case STORY_WAIT:
        wait_append(out, event, now_ns);
        return;
    case STORY_SIGNAL:
        signal_append(out, event->signal);
        origin_append(out, event, "from");
        return;
    case STORY_KILL:
        buffer_string(out, "killed: no memory left");
        origin_append(out, event, "for");
        return;
    case STORY_CONNECT:
        connect_append(out, event);
        return;
    case STORY_RESENT:
        buffer_printf(out, "%" PRIu64 " segment%s to %s sent again", event->count, event->count == 1 ? "" : "s",
                      event->on == NULL ? "?" : event->on);
        return;
    case STORY_GAP:
        buffer_printf(out, "nothing was seen for %.0f s", (double)(event->until_ns - event->time_ns) / NS_PER_S);
        return;
    case STORY_EXIT:
        if (event->signal != 0) {
            buffer_string(out, "by ");
            signal_append(out, event->signal);
            buffer_string(out, ", ");
        }
        break;
    case STORY_START:
    case STORY_KIND_COUNT:
        break;
    }
    if (is_crowd(event, now_ns)) {
        crowd_append(out, event);
        return;
    }
    origin_append(out, event, "child of");
    if (event->on != NULL && event->on[0] != '\0')
        buffer_printf(out, "%s%s", event->other.pid != 0 ? ": " : "", event->on);
}

/* ---- filters ---- */

enum { FIELD_KIND, FIELD_WHO, FIELD_OTHER, FIELD_ON, FIELD_TOOK, FIELD_PID, FIELD_COUNT };

static const struct column fields[FIELD_COUNT] = {
    [FIELD_KIND] = {.name = "kind", .kind = COLUMN_IS_TEXT, .unit = ""},
    [FIELD_WHO] = {.name = "who", .kind = COLUMN_IS_TEXT, .unit = ""},
    [FIELD_OTHER] = {.name = "other", .kind = COLUMN_IS_TEXT, .unit = ""},
    [FIELD_ON] = {.name = "on", .kind = COLUMN_IS_TEXT, .unit = ""},
    [FIELD_TOOK] = {.name = "took", .kind = COLUMN_IS_NUMBER, .unit = "s"},
    [FIELD_PID] = {.name = "pid", .kind = COLUMN_IS_NUMBER, .unit = ""},
};

const struct column *story_column(const char *name)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

struct story_look {
    const struct story_event *event;
    int64_t now_ns;
    struct buffer *text; /* of the field that was asked for last */
};

static const char *look_text(const void *row, const struct column *column)
{
    const struct story_look *look = row;
    const struct story_event *event = look->event;
    buffer_clear(look->text);
    switch (column - fields) {
    case FIELD_KIND:
        return story_kinds[event->kind];
    case FIELD_ON:
        return event->on;
    case FIELD_WHO:
        story_party_append(look->text, &event->who);
        break;
    default:
        if (event->other.pid == 0)
            return NULL;
        story_party_append(look->text, &event->other);
    }
    return buffer_text(look->text);
}

static double look_number(const void *row, const struct column *column)
{
    const struct story_look *look = row;
    return column - fields == FIELD_PID ? (double)look->event->who.pid : story_seconds(look->event, look->now_ns);
}

static bool look_contains(const void *row, const char *word)
{
    const struct story_look *look = row;
    return story_contains(look->event, word, look->now_ns);
}

bool story_contains(const struct story_event *event, const char *text, int64_t now_ns)
{
    struct buffer all = {0};
    buffer_printf(&all, "%s ", story_kinds[event->kind]);
    story_who_append(&all, event, now_ns);
    buffer_string(&all, " ");
    story_detail_append(&all, event, now_ns);
    bool found = strcasestr(buffer_text(&all), text) != NULL;
    buffer_done(&all);
    return found;
}

bool story_passes(const struct story_event *event, const struct filter *filter, int64_t now_ns)
{
    struct buffer text = {0};
    const struct story_look look = {event, now_ns, &text};
    const struct filter_row row = {&look, look_contains, look_text, look_number};
    bool passes = filter_passes_row(filter, &row);
    buffer_done(&text);
    return passes;
}
