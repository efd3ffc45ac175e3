/* culprit diff: what is different between two moments of a recording. */
#include "cmd/answer.h"
#include "cmd/command.h"
#include "cmd/output.h"

#include "base/clock.h"
#include "collect/collector.h"
#include "export/difference.h"

#include <stdlib.h>
#include <string.h>

struct settings {
    const char *at, *and, *format, *model;
    int64_t window_ns;
    long top;
    bool utc;
};

static const struct option_row option_rows[] = {
    {.name = "at",
     .type = OPTION_MOMENT,
     .offset = offsetof(struct settings, at),
     .argument = "TIME",
     .help = "one moment: 14:02, 14:02:31, \"10m ago\""},
    {.name = "and",
     .type = OPTION_MOMENT,
     .offset = offsetof(struct settings, and),
     .argument = "TIME",
     .help = "the other one; the later is told against the earlier"},
    {.name = "format",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct settings, format),
     .choices = "text|json",
     .help = "what to print (text)"},
    {.name = "top",
     .type = OPTION_NUMBER,
     .offset = offsetof(struct settings, top),
     .argument = "N",
     .help = "how many of each kind (10)",
     .low = 1,
     .high = 100000},
    OPTION_WINDOW("how much each moment looks back (5s)"),
    {.name = "model",
     .type = OPTION_TEXT,
     .offset = offsetof(struct settings, model),
     .argument = "FILE",
     .help = "whose normal the changes are counted in, instead of the bundled one's"},
    {.name = "utc",
     .type = OPTION_FLAG,
     .offset = offsetof(struct settings, utc),
     .help = "times in UTC, not in the recorded host's zone"},
};

static bool moments_find(const struct settings *settings, struct replay *replay, size_t *before, size_t *after,
                         struct error *error)
{
    if (!replay_seek(replay, settings->at, settings->utc, before, error) ||
        !replay_seek(replay, settings->and, settings->utc, after, error))
        return false;
    if (*before == *after)
        return error_set(error, "--at %s and --and %s are the same sample: give two moments", settings->at,
                         settings->and);
    if (*before > *after) {
        size_t later = *before;
        *before = *after;
        *after = later;
    }
    return true;
}

static bool difference_print(const struct settings *settings, const struct model *model, const struct answer *before,
                             const struct answer *after, int32_t zone_s, struct error *error)
{
    struct difference difference;
    struct change *changes = NULL;
    struct buffer out = {0};
    size_t count = 0;
    bool json = strcmp(settings->format, "json") == 0;
    if (!graph_difference(before->graph, after->graph, &difference, error))
        return false;
    bool done = changes_find(model, after->graph, &before->verdict->residuals, &after->verdict->residuals, &difference,
                             &changes, &count, error);
    struct difference_input input = {
        .before = {before->graph, before->verdict},
        .after = {after->graph, after->verdict},
        .model = model,
        .difference = &difference,
        .changes = changes,
        .change_count = count,
        .utc_offset_s = zone_s,
        .top = (size_t)settings->top,
        .ascii = !output_is_utf8(),
    };
    done = done && (json ? export_difference_json : export_difference_text)(&input, &out, error) &&
           output_write(NULL, &out, error);
    buffer_done(&out);
    free(changes);
    difference_done(&difference);
    return done;
}

static bool recording_diff(const struct command *command, const struct settings *settings, const char *path,
                           struct error *error)
{
    struct replay replay;
    struct answer before = {0}, after = {0};
    size_t first, second;
    if (!collector_drop_privileges(error) || !replay_open(command, &replay, path, error))
        return false;
    int32_t zone_s = settings->utc ? 0 : replay_utc_offset_s(&replay);
    struct model *model = answer_model(settings->model, error);
    bool done = model != NULL && moments_find(settings, &replay, &first, &second, error) &&
                answer_make(&before, replay.cursor, first, settings->window_ns, model, 0, error) &&
                answer_make(&after, replay.cursor, second, settings->window_ns, model, 0, error) &&
                difference_print(settings, model, &before, &after, zone_s, error);
    answer_done(&after);
    answer_done(&before);
    model_free(model);
    replay_close(&replay);
    return done;
}

static enum exit_status diff_run(const struct command *command, const void *given, char **words, struct error *error)
{
    const struct settings *settings = given;
    if (settings->at == NULL || settings->and == NULL) {
        error_set(error, "--%s TIME is missing: culprit diff RECORDING --at TIME --and TIME",
                  settings->at == NULL ? "at" : "and");
        return STATUS_USAGE;
    }
    return recording_diff(command, settings, words[0], error) ? STATUS_DONE : STATUS_FAILED;
}

const struct command command_diff = {
    .name = "diff",
    .arguments = "RECORDING",
    .summary = "two moments of a recording: what appeared, vanished, changed",
    OPTION_ROWS(option_rows),
    OPTION_DEFAULTS(.window_ns = 5 * NS_PER_S, .format = "text", .top = 10),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = diff_run,
};
