/* culprit model: what a model knows, its threshold, where it came from. */
#include "cmd/answer.h"
#include "cmd/command.h"
#include "cmd/output.h"

#include "export/model_text.h"

#include "collect/collector.h"

static enum exit_status model_run(const struct command *command, const void *given, char **words, struct error *error)
{
    (void)command, (void)given;
    if (!collector_drop_privileges(error))
        return STATUS_FAILED;
    struct model *model = answer_model(words[0], error);
    if (model == NULL)
        return STATUS_FAILED;
    struct buffer out = {0};
    export_model_text(model, !output_is_utf8(), &out);
    bool written = output_write(NULL, &out, error);
    buffer_done(&out);
    model_free(model);
    return written ? STATUS_DONE : STATUS_FAILED;
}

const struct command command_model = {
    .name = "model",
    .arguments = "[FILE]",
    .summary = "what a model knows, its threshold, where it came from",
    .arguments_max = 1,
    .run = model_run,
};
