/* culprit live: the screen over this host. */
#include "cmd/answer.h"
#include "cmd/command.h"
#include "cmd/host.h"

#include "ui/ui.h"

struct settings {
    int64_t interval_ns, window_ns;
    const char *model, *theme;
    bool utc;
};

static const struct option_row option_rows[] = {
    OPTION_INTERVAL,
    OPTION_WINDOW("how much to judge at once (5s)"),
    OPTION_MODEL,
    OPTION_THEME,
    OPTION_UTC,
};

static enum exit_status live_run(const struct command *command, const void *given, char **words, struct error *error)
{
    (void)command, (void)words;
    const struct settings *settings = given;
    struct host host;
    if (!host_open(&host, error))
        return STATUS_FAILED;
    struct model *model = answer_model(settings->model, error);
    struct ui_options options = {
        .cursor = host.cursor,
        .collector = host.collector,
        .attachment = host.attachment,
        .model = model,
        .theme = settings->theme,
        .interval_ns = settings->interval_ns,
        .window_ns = settings->window_ns,
        .utc = settings->utc,
    };
    bool done = model != NULL && ui_run(&options, error);
    model_free(model);
    host_close(&host);
    return done ? STATUS_DONE : STATUS_FAILED;
}

const struct command command_live = {
    .name = "live",
    .arguments = "",
    .summary = "the live screen, like top (what culprit does without a command)",
    OPTION_ROWS(option_rows),
    OPTION_DEFAULTS(0),
    .run = live_run,
};
