/* culprit replay: the screen over a recording. */
#include "cmd/answer.h"
#include "cmd/command.h"

#include "collect/collector.h"
#include "ui/ui.h"

struct settings {
    const char *at, *model, *theme;
    int64_t window_ns;
    bool utc;
};

static const struct option_row option_rows[] = {
    {.name = "at",
     .type = OPTION_MOMENT,
     .offset = offsetof(struct settings, at),
     .argument = "TIME",
     .help = "where to start: 14:02, \"10m ago\" (the first sample; the last of what is being recorded)"},
    OPTION_WINDOW("how much to judge at once (5s)"),
    OPTION_MODEL,
    OPTION_THEME,
    OPTION_UTC,
};

static bool replay_show(const struct command *command, const struct settings *settings, const char *path,
                        struct error *error)
{
    struct replay replay;
    if (!collector_drop_privileges(error))
        return false;
    bool written = recording_is_written(path); /* asked while it is not open */
    if (!replay_open(command, &replay, path, error))
        return false;
    struct model *model = answer_model(settings->model, error);
    struct ui_options options = {
        .cursor = replay.cursor,
        .model = model,
        .title = path,
        .theme = settings->theme,
        .window_ns = settings->window_ns,
        .position = written ? cursor_count(replay.cursor) - 1 : 0,
        .follow = written,
        .utc = settings->utc,
    };
    bool shown =
        model != NULL &&
        (settings->at == NULL || replay_seek(&replay, settings->at, settings->utc, &options.position, error)) &&
        ui_run(&options, error);
    model_free(model);
    replay_close(&replay);
    return shown;
}

static enum exit_status replay_run(const struct command *command, const void *given, char **words, struct error *error)
{
    const struct settings *settings = given;
    return replay_show(command, settings, words[0], error) ? STATUS_DONE : STATUS_FAILED;
}

const struct command command_replay = {
    .name = "replay",
    .arguments = "FILE",
    .summary = "step through a recording, elsewhere, later, without privileges",
    OPTION_ROWS(option_rows),
    OPTION_DEFAULTS(0),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = replay_run,
};
