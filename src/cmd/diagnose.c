/* culprit diagnose: the answer on standard output. */
#include "cmd/answer.h"
#include "cmd/command.h"
#include "cmd/host.h"
#include "cmd/output.h"
#include "cmd/report.h"
#include "cmd/verdict_cache.h"

#include "base/clock.h"
#include "base/units.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

struct settings {
    int64_t window_ns;
    const char *at, *from, *to, *model, *format;
    long top;
    bool exit_code, utc;
};

static const struct option_row option_rows[] = {
    OPTION_WINDOW("how long to look, or how much to judge at once (5s)"),
    {.name = "at",
     .type = OPTION_MOMENT,
     .offset = offsetof(struct settings, at),
     .argument = "TIME",
     .help = "the moment of a recording: 14:02, 14:02:31, \"10m ago\""},
    {.name = "from",
     .type = OPTION_MOMENT,
     .offset = offsetof(struct settings, from),
     .argument = "TIME",
     .help = "with --to: the worst window of a stretch"},
    {.name = "to",
     .type = OPTION_MOMENT,
     .offset = offsetof(struct settings, to),
     .argument = "TIME",
     .help = "the end of that stretch"},
    OPTION_MODEL,
    {.name = "top",
     .type = OPTION_NUMBER,
     .offset = offsetof(struct settings, top),
     .argument = "N",
     .help = "how many suspects (10)",
     .low = 1,
     .high = 1000},
    {.name = "format",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct settings, format),
     .choices = "text|json|markdown|dot",
     .help = "what to print (text)"},
    {.name = "exit-code",
     .type = OPTION_FLAG,
     .offset = offsetof(struct settings, exit_code),
     .help = "exit with 3 when something is wrong"},
    OPTION_UTC,
};

/* An answer and what is said with it. */
struct diagnosis {
    struct answer answer;
    struct model *model;
    int32_t zone_s;
    double age_s;                  /* how long ago its moment was; 0: now */
    struct export_history history; /* live: where the past came from */
    char recording[PATH_MAX];      /* that the history names */
    struct report report;          /* markdown only */
};

/* The time line of a report comes from the samples around the answer. */
static void report_add(const struct settings *settings, struct diagnosis *diagnosis, struct cursor *cursor)
{
    if (strcmp(settings->format, "markdown") == 0)
        report_make(&diagnosis->report, cursor, cursor_seek(cursor, diagnosis->answer.graph->time_ns),
                    settings->window_ns, diagnosis->model);
}

static bool diagnosis_print(const struct settings *settings, const struct diagnosis *diagnosis, struct error *error)
{
    struct export_input input = answer_input(&diagnosis->answer, diagnosis->model, diagnosis->zone_s);
    input.history = diagnosis->history;
    input.age_s = diagnosis->age_s;
    input.moments = diagnosis->report.moments;
    input.moment_count = diagnosis->report.count;
    input.top = (size_t)settings->top;
    input.hops = 1;
    struct buffer out = {0};
    bool written = exporter_find(settings->format)(&input, &out, error) && output_write(NULL, &out, error);
    buffer_done(&out);
    return written;
}

/* Who logs in late asks what it was: when nothing stands out now, the past that a recorder kept is looked through, for
 * as long as looking at the host would have taken without one. */
static void past_answer(const struct settings *settings, struct diagnosis *diagnosis, struct cursor *cursor)
{
    size_t now = cursor_count(cursor) - 1, found;
    struct answer before;
    if (diagnosis->history.samples == 0 || diagnosis->answer.verdict->anomalous ||
        !answer_before(&before, cursor, now, settings->window_ns, settings->window_ns, diagnosis->model,
                       (size_t)settings->top, &found))
        return;
    answer_done(&diagnosis->answer);
    diagnosis->answer = before;
    diagnosis->age_s = (double)(cursor_time_ns(cursor, now) - cursor_time_ns(cursor, found)) / (double)NS_PER_S;
}

static bool live_answer(const struct settings *settings, struct diagnosis *diagnosis, struct error *error)
{
    struct host host;
    if (!host_open(&host, error))
        return false;
    diagnosis->zone_s = settings->utc ? 0 : utc_offset_s(clock_realtime_ns());
    diagnosis->model = answer_model(settings->model, error);
    bool answered = diagnosis->model != NULL && host_watch(&host, settings->window_ns, error) &&
                    answer_make(&diagnosis->answer, host.cursor, cursor_count(host.cursor) - 1, settings->window_ns,
                                diagnosis->model, (size_t)settings->top, error);
    diagnosis->history = host_history(&host);
    if (answered) {
        host_stranger_tell(&command_diagnose, &host);
        past_answer(settings, diagnosis, host.cursor);
        report_add(settings, diagnosis, host.cursor);
    }
    if (diagnosis->history.recording != NULL)
        snprintf(diagnosis->recording, sizeof diagnosis->recording, "%s", diagnosis->history.recording);
    diagnosis->history.recording = diagnosis->recording;
    host_close(&host);
    return answered;
}

/* The positions that --at, --from and --to mean. */
static bool stretch_find(const struct settings *settings, struct replay *replay, size_t *first, size_t *last,
                         struct error *error)
{
    if (settings->at != NULL) {
        bool found = replay_seek(replay, settings->at, settings->utc, last, error);
        *first = *last;
        return found;
    }
    return replay_stretch(replay, settings->from, settings->to, settings->utc, first, last, error);
}

static bool recorded_answer(const struct command *command, const struct settings *settings, const char *path,
                            struct diagnosis *diagnosis, struct error *error)
{
    struct replay replay;
    struct verdict_cache *cache = NULL;
    size_t first, last, damaged = 0;
    if (!collector_drop_privileges(error) || !replay_open(command, &replay, path, error))
        return false;
    diagnosis->zone_s = settings->utc ? 0 : replay_utc_offset_s(&replay);
    struct model *model = diagnosis->model = answer_model(settings->model, error);
    bool answered = model != NULL && stretch_find(settings, &replay, &first, &last, error);
    if (answered && settings->at != NULL)
        answered = answer_make(&diagnosis->answer, replay.cursor, last, settings->window_ns, model,
                               (size_t)settings->top, error);
    else if (answered)
        cache = verdict_cache_new(replay.recording, model, settings->window_ns);
    if (answered && settings->at == NULL)
        answered = answer_worst(&diagnosis->answer, replay.cursor, first, last, settings->window_ns, model,
                                (size_t)settings->top, cache, &damaged, error);
    if (answered)
        report_add(settings, diagnosis, replay.cursor);
    if (answered && damaged > 0)
        command_note(command, "%zu windows of %s could not be read and were skipped", damaged, path);
    replay_close(&replay);
    verdict_cache_done(cache, path);
    return answered;
}

static enum exit_status diagnose_run(const struct command *command, const void *given, char **words,
                                     struct error *error)
{
    const struct settings *settings = given;
    const char *path = words[0];
    bool stretch = settings->from != NULL || settings->to != NULL;
    if ((stretch || settings->at != NULL) && path == NULL)
        error_set(error, "--at, --from and --to need a recording: culprit diagnose FILE --at TIME");
    else if (stretch && settings->at != NULL)
        error_set(error, "--at is one moment and --from ... --to a stretch: give one of them");
    if (error->text[0] != '\0')
        return STATUS_USAGE;

    struct diagnosis diagnosis = {0};
    bool done = path == NULL ? live_answer(settings, &diagnosis, error)
                             : recorded_answer(command, settings, path, &diagnosis, error);
    done = done && diagnosis_print(settings, &diagnosis, error);
    bool anomalous = done && diagnosis.answer.verdict->anomalous;
    report_done(&diagnosis.report);
    answer_done(&diagnosis.answer);
    model_free(diagnosis.model);
    if (!done)
        return STATUS_FAILED;
    return settings->exit_code && anomalous ? STATUS_ANOMALOUS : STATUS_DONE;
}

const struct command command_diagnose = {
    .name = "diagnose",
    .arguments = "[RECORDING]",
    .summary = "the answer as text: one sentence, then the ranked suspects",
    .details =
        "Without a recording it looks at this host for one window. With one, and no time, it judges every window "
        "and\nanswers for the worst.",
    OPTION_ROWS(option_rows),
    OPTION_DEFAULTS(.window_ns = 5 * NS_PER_S, .top = 10, .format = "text"),
    .arguments_max = 1,
    .run = diagnose_run,
};
