/* culprit export: a moment of a recording, for the postmortem and for other programs; or a stretch of it, to share. */
#include "cmd/answer.h"
#include "cmd/command.h"
#include "cmd/cut.h"
#include "cmd/output.h"
#include "cmd/report.h"

#include "base/clock.h"
#include "collect/collector.h"

#include <stdio.h>
#include <string.h>

struct settings {
    const char *at, *from, *to, *format, *output, *model;
    int64_t window_ns;
    long top, hops; /* -1 = not given */
    bool redact, anonymise, utc;
};

static const struct option_row option_rows[] = {
    {.name = "at",
     .type = OPTION_MOMENT,
     .offset = offsetof(struct settings, at),
     .argument = "TIME",
     .help = "the moment: 14:02, 14:02:31, \"10m ago\""},
    {.name = "from",
     .type = OPTION_MOMENT,
     .offset = offsetof(struct settings, from),
     .argument = "TIME",
     .help = "with --to and -o FILE: cut that stretch into a recording of its own"},
    {.name = "to",
     .type = OPTION_MOMENT,
     .offset = offsetof(struct settings, to),
     .argument = "TIME",
     .help = "the end of that stretch"},
    {.name = "redact",
     .type = OPTION_FLAG,
     .offset = offsetof(struct settings, redact),
     .help = "of a stretch: replace arguments that look like secrets by [redacted]"},
    {.name = "anonymise",
     .type = OPTION_FLAG,
     .offset = offsetof(struct settings, anonymise),
     .help = "of a stretch: names, paths and addresses by keyed hash"},
    {.name = "format",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct settings, format),
     .choices = "dot|json|csv|markdown",
     .help = "what to write (dot)"},
    {.name = "output",
     .letter = 'o',
     .type = OPTION_TEXT,
     .offset = offsetof(struct settings, output),
     .argument = "FILE",
     .help = "where to write (standard output)"},
    {.name = "top",
     .type = OPTION_NUMBER,
     .offset = offsetof(struct settings, top),
     .argument = "N",
     .help = "how many suspects (10)",
     .low = 1,
     .high = 1000},
    {.name = "hops",
     .type = OPTION_NUMBER,
     .offset = offsetof(struct settings, hops),
     .argument = "N",
     .help = "how far around them the graph goes (1)",
     .low = 0,
     .high = 10},
    OPTION_WINDOW("how much to judge; so much goes along before a stretch (5s)"),
    OPTION_MODEL,
    OPTION_UTC,
};

static bool moment_export(const struct command *command, const struct settings *settings, const char *path,
                          struct error *error)
{
    struct replay replay;
    struct answer answer = {0};
    struct buffer out = {0};
    struct report report = {0};
    size_t position, top = settings->top < 0 ? 10 : (size_t)settings->top;
    const char *format = settings->format == NULL ? "dot" : settings->format;
    if (!replay_open(command, &replay, path, error))
        return false;
    int32_t zone_s = settings->utc ? 0 : replay_utc_offset_s(&replay);
    struct model *model = answer_model(settings->model, error);
    bool done = model != NULL && replay_seek(&replay, settings->at, settings->utc, &position, error) &&
                answer_make(&answer, replay.cursor, position, settings->window_ns, model, top, error);
    if (done) {
        struct export_input input = answer_input(&answer, model, zone_s);
        input.top = top;
        input.hops = settings->hops < 0 ? 1 : (size_t)settings->hops;
        if (strcmp(format, "markdown") == 0)
            report_make(&report, replay.cursor, position, settings->window_ns, model);
        input.moments = report.moments;
        input.moment_count = report.count;
        done = exporter_find(format)(&input, &out, error) && output_write(settings->output, &out, error);
    }
    buffer_done(&out);
    report_done(&report);
    answer_done(&answer);
    model_free(model);
    replay_close(&replay);
    return done;
}

static bool stretch_export(const struct command *command, const struct settings *settings, const char *path,
                           struct error *error)
{
    struct replay replay;
    size_t kept, damaged;
    if (!replay_open(command, &replay, path, error))
        return false;
    struct cut_options cut = {
        .window_ns = settings->window_ns, .redact = settings->redact, .anonymise = settings->anonymise};
    bool done = replay_stretch(&replay, settings->from, settings->to, settings->utc, &cut.first, &cut.last, error) &&
                recording_cut(&replay, &cut, settings->output, &kept, &damaged, error);
    if (done && damaged > 0)
        command_note(command, "%zu samples of %s could not be read and were left out", damaged, path);
    if (done)
        fprintf(stderr, "culprit export: %zu samples\n", kept);
    replay_close(&replay);
    return done;
}

/* Which of the two it is, or the sentence for options that do not go together. */
static bool settings_check(const struct settings *settings, bool *stretch, struct error *error)
{
    const char *output = settings->output;
    *stretch = settings->from != NULL || settings->to != NULL;
    if (!*stretch && settings->at == NULL)
        return error_set(error, "--at TIME is missing: say which moment of the recording, or give --from and --to");
    if (!*stretch)
        return !(settings->anonymise || settings->redact) ||
               error_set(error, "--%s goes with --from and --to: a moment shows what the recording holds",
                         settings->anonymise ? "anonymise" : "redact");
    if (settings->at != NULL)
        return error_set(error, "--at is one moment and --from ... --to a stretch: give one of them");
    if (settings->from == NULL || settings->to == NULL)
        return error_set(error, "--%s is missing: a stretch has two ends", settings->from == NULL ? "from" : "to");
    if (settings->format != NULL || settings->model != NULL || settings->top >= 0 || settings->hops >= 0)
        return error_set(error,
                         "--format, --model, --top and --hops go with --at: a stretch is cut as it was recorded");
    if (output == NULL || strcmp(output, "-") == 0)
        return error_set(error, "-o FILE is missing: a recording cannot be written to standard output");
    return true;
}

static enum exit_status export_run(const struct command *command, const void *given, char **words, struct error *error)
{
    const struct settings *settings = given;
    bool stretch;
    if (!settings_check(settings, &stretch, error))
        return STATUS_USAGE;
    bool done = collector_drop_privileges(error) && (stretch ? stretch_export(command, settings, words[0], error)
                                                             : moment_export(command, settings, words[0], error));
    return done ? STATUS_DONE : STATUS_FAILED;
}

const struct command command_export = {
    .name = "export",
    .arguments = "RECORDING",
    .summary = "a moment of a recording as Graphviz DOT, JSON, CSV or Markdown; or a stretch of it, to share",
    OPTION_ROWS(option_rows),
    OPTION_DEFAULTS(.window_ns = 5 * NS_PER_S, .top = -1, .hops = -1),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = export_run,
};
