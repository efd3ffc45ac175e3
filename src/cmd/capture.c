/* culprit capture: what is observed on this host, without a verdict. */
#include "cmd/answer.h"
#include "cmd/command.h"
#include "cmd/host.h"
#include "cmd/output.h"

#include "base/clock.h"
#include "base/units.h"

#include <string.h>

struct settings {
    const char *output, *format;
    int64_t window_ns;
};

static const struct option_row option_rows[] = {
    {.name = "output",
     .letter = 'o',
     .type = OPTION_TEXT,
     .offset = offsetof(struct settings, output),
     .argument = "FILE",
     .help = "where to write (standard output)"},
    OPTION_WINDOW("how long to look: rates come from it (2s)"),
    {.name = "format",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct settings, format),
     .choices = "text|json|dot",
     .help = "what to write (text)"},
};

static bool graph_write(const struct settings *settings, struct host *host, struct error *error)
{
    struct window window = {0};
    struct graph *graph = NULL;
    struct buffer out = {0};
    if (cursor_window(host->cursor, cursor_count(host->cursor) - 1, settings->window_ns, &window, error))
        graph = graph_build(&window, error);
    struct answer answer = {.graph = graph};
    struct export_input input = answer_input(&answer, NULL, utc_offset_s(clock_realtime_ns()));
    input.history = host_history(host);
    bool dot = strcmp(settings->format, "dot") == 0, json = strcmp(settings->format, "json") == 0;
    exporter *run = dot ? export_dot : json ? export_capture_json : export_capture_text;
    bool written = graph != NULL && run(&input, &out, error) && output_write(settings->output, &out, error);
    buffer_done(&out);
    graph_free(graph);
    window_done(&window);
    return written;
}

static enum exit_status capture_run(const struct command *command, const void *given, char **words, struct error *error)
{
    (void)command, (void)words;
    const struct settings *settings = given;
    struct host host;
    if (!host_open(&host, error))
        return STATUS_FAILED;
    bool done = host_watch(&host, settings->window_ns, error) && graph_write(settings, &host, error);
    if (done)
        host_stranger_tell(command, &host);
    host_close(&host);
    return done ? STATUS_DONE : STATUS_FAILED;
}

const struct command command_capture = {
    .name = "capture",
    .arguments = "",
    .summary = "the graph of this host: what runs, what is open, who waits for whom",
    OPTION_ROWS(option_rows),
    OPTION_DEFAULTS(.window_ns = 2 * NS_PER_S, .format = "text"),
    .run = capture_run,
};
