/* culprit model: what a model knows, its threshold, where it came from. */
#include "cmd/answer.h"
#include "cmd/command.h"
#include "cmd/output.h"

#include "export/model_text.h"

#include "collect/collector.h"

static int model_run(const struct command *command, int argc, char **argv)
{
    char nothing;
    int first;
    enum options_outcome outcome = options_read(command, argc, argv, &nothing, &first);
    if (outcome != OPTIONS_RUN)
        return outcome == OPTIONS_HELP ? STATUS_DONE : STATUS_USAGE;
    struct error error = {0};
    if (!collector_drop_privileges(&error))
        return command_fail(command, STATUS_FAILED, &error);
    struct model *model = answer_model(first < argc ? argv[first] : NULL, &error);
    if (model == NULL)
        return command_fail(command, STATUS_FAILED, &error);
    struct buffer out = {0};
    export_model_text(model, !output_is_utf8(), &out);
    bool written = output_write(NULL, &out, &error);
    buffer_done(&out);
    model_free(model);
    return written ? STATUS_DONE : command_fail(command, STATUS_FAILED, &error);
}

const struct command command_model = {
    .name = "model",
    .arguments = "[FILE]",
    .summary = "what a model knows, its threshold, where it came from",
    .arguments_max = 1,
    .run = model_run,
};
