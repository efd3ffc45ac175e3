/* The time line of a report. */
#include "cmd/report.h"

#include "cmd/answer.h"
#include "cmd/output.h"
#include "ui/story.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_MAX = 40 };
static const int64_t around_ns = 300 * NS_PER_S;
static const double long_wait_s = 1;

static void moment_add(struct report *report, struct export_moment moment)
{
    if (moment.text != NULL &&
        memory_grow(&report->moments, &report->capacity, report->count + 1, sizeof *report->moments))
        report->moments[report->count++] = moment;
}

/* What stood out, as windows that follow each other say it of the same one. */
struct stretch {
    struct export_moment moment; /* text NULL: nothing stands out */
    char who[256];
    double score;
};

static void stretch_end(struct report *report, struct stretch *stretch)
{
    moment_add(report, stretch->moment);
    *stretch = (struct stretch){0};
}

static void stretch_take(struct report *report, struct stretch *stretch, const struct answer *answer)
{
    const struct verdict *verdict = answer->verdict;
    const struct suspect *first = verdict->suspect_count == 0 ? NULL : &verdict->suspects[0];
    const char *who = first == NULL ? "" : answer->graph->nodes[first->node].label;
    if (!verdict->anomalous || strncmp(who, stretch->who, sizeof stretch->who - 1) != 0)
        stretch_end(report, stretch);
    if (!verdict->anomalous)
        return;
    int64_t time_ns = answer->graph->time_ns;
    bool fresh = stretch->moment.text == NULL;
    if (fresh) {
        stretch->moment = (struct export_moment){.from_ns = time_ns, .verdict = true};
        snprintf(stretch->who, sizeof stretch->who, "%s", who);
    }
    stretch->moment.to_ns = time_ns;
    if (!fresh && (first == NULL || first->score < stretch->score))
        return;
    stretch->score = first == NULL ? 0 : first->score;
    stretch->moment.text = arena_copy(&report->texts, verdict->sentence, strlen(verdict->sentence));
}

static void verdicts_add(struct report *report, struct cursor *cursor, size_t first, size_t last, int64_t window_ns,
                         const struct model *model)
{
    struct stretch stretch = {0};
    for (size_t at = first; at <= last;) {
        struct answer answer;
        struct error ignored;
        progress_show("reporting", at - first, last - first + 1);
        if (answer_make(&answer, cursor, at, window_ns, model, 1, &ignored)) {
            stretch_take(report, &stretch, &answer);
            answer_done(&answer);
        }
        size_t next = cursor_seek(cursor, cursor_time_ns(cursor, at) + window_ns / 2);
        at = next > at ? next : at + 1;
    }
    stretch_end(report, &stretch);
    progress_show("reporting", last - first + 1, last - first + 1);
}

static bool event_matters(const struct story_event *event)
{
    switch (event->kind) {
    case STORY_SIGNAL:
    case STORY_KILL:
    case STORY_CONNECT:
        return true;
    case STORY_EXIT:
        return event->signal != 0;
    case STORY_WAIT:
        return (double)event->total_ns / (double)NS_PER_S >= long_wait_s && event->other.pid != 0;
    default:
        return false;
    }
}

static void events_add(struct report *report, struct cursor *cursor, size_t first, size_t last)
{
    struct story story;
    struct buffer text = {0};
    int64_t now_ns = cursor_time_ns(cursor, last);
    story_init(&story);
    for (size_t at = first; at <= last; at++) {
        struct error ignored;
        struct sample *sample = cursor_sample(cursor, at, &ignored);
        story_read(&story, sample, cursor_serial(cursor, at));
        sample_release(sample);
    }
    for (size_t i = 0, added = 0; i < story.count && added < EVENTS_MAX; i++) {
        const struct story_event *event = &story.events[i];
        if (!event_matters(event))
            continue;
        buffer_clear(&text);
        story_party_append(&text, &event->who);
        buffer_printf(&text, " %s ", story_kinds[event->kind]);
        story_detail_append(&text, event, now_ns);
        moment_add(report, (struct export_moment){.from_ns = event->time_ns,
                                                  .to_ns = event->until_ns,
                                                  .text = arena_copy(&report->texts, buffer_text(&text), text.length)});
        added++;
    }
    buffer_done(&text);
    story_done(&story);
}

static int moment_compare(const void *a, const void *b)
{
    const struct export_moment *one = a, *other = b;
    return one->from_ns != other->from_ns ? (one->from_ns > other->from_ns) - (one->from_ns < other->from_ns)
                                          : (int)other->verdict - (int)one->verdict;
}

void report_make(struct report *report, struct cursor *cursor, size_t position, int64_t window_ns,
                 const struct model *model)
{
    int64_t time_ns = cursor_time_ns(cursor, position);
    size_t first = cursor_seek(cursor, time_ns - around_ns), last = cursor_seek(cursor, time_ns + around_ns);
    if (last < position) /* the clock was set */
        first = last = position;
    verdicts_add(report, cursor, first == 0 && last > 0 ? 1 : first, last, window_ns, model);
    events_add(report, cursor, first, last);
    if (report->count > 1)
        qsort(report->moments, report->count, sizeof *report->moments, moment_compare);
}

void report_done(struct report *report)
{
    free(report->moments);
    arena_done(&report->texts);
    *report = (struct report){0};
}
