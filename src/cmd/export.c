/* culprit export: a moment of a recording, for the postmortem and for other programs. */
#include "cmd/answer.h"
#include "cmd/command.h"
#include "cmd/output.h"

#include "base/clock.h"

struct settings {
    const char *at, *format, *output, *model;
    int64_t window_ns;
    long top, hops;
    bool utc;
};

static const struct option_row option_rows[] = {
    {.name = "at",
     .type = OPTION_MOMENT,
     .offset = offsetof(struct settings, at),
     .argument = "TIME",
     .help = "the moment: 14:02, 14:02:31, \"10m ago\""},
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
    {.name = "window",
     .type = OPTION_DURATION,
     .offset = offsetof(struct settings, window_ns),
     .argument = "DURATION",
     .help = "how much to judge (5s)"},
    {.name = "model",
     .type = OPTION_TEXT,
     .offset = offsetof(struct settings, model),
     .argument = "FILE",
     .help = "a model of your own instead of the bundled one"},
    {.name = "utc",
     .type = OPTION_FLAG,
     .offset = offsetof(struct settings, utc),
     .help = "times in UTC, not in the recorded host's zone"},
};

static bool moment_export(const struct command *command, const struct settings *settings, const char *path,
                          struct error *error)
{
    struct replay replay;
    struct answer answer = {0};
    struct buffer out = {0};
    size_t position;
    if (!collector_drop_privileges(error) || !replay_open(command, &replay, path, error))
        return false;
    int32_t zone_s = settings->utc ? 0 : replay_utc_offset_s(&replay);
    struct model *model = answer_model(settings->model, error);
    bool done = model != NULL && replay_seek(&replay, settings->at, settings->utc, &position, error) &&
                answer_make(&answer, replay.cursor, position, settings->window_ns, model, (size_t)settings->top, error);
    if (done) {
        struct export_input input = answer_input(&answer, model, zone_s);
        input.top = (size_t)settings->top;
        input.hops = (size_t)settings->hops;
        done = exporter_find(settings->format)(&input, &out, error) && output_write(settings->output, &out, error);
    }
    buffer_done(&out);
    answer_done(&answer);
    model_free(model);
    replay_close(&replay);
    return done;
}

static int export_run(const struct command *command, int argc, char **argv)
{
    struct settings settings = {.format = "dot", .window_ns = 5 * NS_PER_S, .top = 10, .hops = 1};
    int first;
    enum options_outcome outcome = options_read(command, argc, argv, &settings, &first);
    if (outcome != OPTIONS_RUN)
        return outcome == OPTIONS_HELP ? STATUS_DONE : STATUS_USAGE;
    struct error error = {0};
    if (settings.at == NULL) {
        error_set(&error, "--at TIME is missing: say which moment of the recording");
        return command_fail(command, STATUS_USAGE, &error);
    }
    return moment_export(command, &settings, argv[first], &error) ? STATUS_DONE
                                                                  : command_fail(command, STATUS_FAILED, &error);
}

const struct command command_export = {
    .name = "export",
    .arguments = "RECORDING",
    .summary = "a moment of a recording as Graphviz DOT, JSON, CSV or Markdown",
    OPTION_ROWS(option_rows),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = export_run,
};
