/* culprit train: a model from recordings of healthy hosts. */
#include "cmd/answer.h"
#include "cmd/command.h"
#include "cmd/output.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "collect/collector.h"
#include "judge/calibration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings {
    const char *output, *from, *corpus, *form;
    int64_t window_ns;
    long epochs, seed;
};

static const struct option_row option_rows[] = {
    {.name = "output",
     .letter = 'o',
     .type = OPTION_TEXT,
     .offset = offsetof(struct settings, output),
     .argument = "MODEL",
     .help = "the model file to write"},
    {.name = "from",
     .type = OPTION_TEXT,
     .offset = offsetof(struct settings, from),
     .argument = "bundled|none|FILE",
     .help = "what to start from (bundled)"},
    {.name = "form",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct settings, form),
     .choices = "masked|reference",
     .help = "which auto-encoder, from scratch (masked)"},
    {.name = "epochs",
     .type = OPTION_NUMBER,
     .offset = offsetof(struct settings, epochs),
     .argument = "N",
     .help = "passes over the graphs at most (100; masked: 60)",
     .low = 0,
     .high = 100000},
    {.name = "seed",
     .type = OPTION_NUMBER,
     .offset = offsetof(struct settings, seed),
     .argument = "N",
     .help = "same seed, same model (1)",
     .low = 0,
     .high = 2147483647},
    OPTION_WINDOW("how much of a recording makes one graph (5s)"),
    {.name = "corpus",
     .type = OPTION_TEXT,
     .offset = offsetof(struct settings, corpus),
     .argument = "TEXT",
     .help = "one line on what the recordings are, kept in the model"},
};

/* The graphs of all recordings. */
struct corpus {
    struct graph **graphs;
    size_t *recordings; /* per graph */
    size_t count, capacity, recording_capacity, recording_count;
    bool one_host;
    struct graph **doubtful; /* windows that looked sick and were left out of the training */
    size_t unhealthy, doubtful_capacity;
    char reason[256]; /* what was wrong with the first of them in the recording at hand */
};

static void corpus_done(struct corpus *corpus)
{
    for (size_t i = 0; i < corpus->count; i++)
        graph_free(corpus->graphs[i]);
    for (size_t i = 0; i < corpus->unhealthy; i++)
        graph_free(corpus->doubtful[i]);
    free(corpus->doubtful);
    free(corpus->graphs);
    free(corpus->recordings);
}

/* Whether a window looks sick, with the reason: a model that learnt from a fault would call it normal. Without a model
 * to judge by (from scratch) none does. */
static bool window_judge(const struct graph *graph, const struct model *judge_by, bool *sick, char reason[256],
                         struct error *error)
{
    *sick = false;
    if (judge_by == NULL)
        return true;
    struct verdict *verdict = verdict_new(graph, judge_by, &(struct judge_options){.suspects_max = 1}, error);
    *sick = verdict != NULL && verdict->anomalous;
    if (*sick && reason[0] == '\0')
        text_clean_into(reason, 256, verdict->sentence);
    verdict_free(verdict);
    return verdict != NULL;
}

static bool hosts_are_one(const struct graph *one, const struct graph *other)
{
    return one->host != NODE_NONE && other->host != NODE_NONE &&
           strcmp(one->nodes[one->host].name, other->nodes[other->host].name) == 0;
}

/* Takes the graph over. */
static bool graph_keep(struct corpus *corpus, struct graph *graph, bool sick, struct error *error)
{
    bool room = sick ? memory_grow(&corpus->doubtful, &corpus->doubtful_capacity, corpus->unhealthy + 1,
                                   sizeof *corpus->doubtful)
                     : memory_grow(&corpus->graphs, &corpus->capacity, corpus->count + 1, sizeof *corpus->graphs) &&
                           memory_grow(&corpus->recordings, &corpus->recording_capacity, corpus->count + 1,
                                       sizeof *corpus->recordings);
    if (!room) {
        graph_free(graph);
        return error_memory(error);
    }
    if (sick) {
        corpus->doubtful[corpus->unhealthy++] = graph;
        return true;
    }
    corpus->one_host = corpus->count == 0 || (corpus->one_host && hosts_are_one(corpus->graphs[0], graph));
    corpus->recordings[corpus->count] = corpus->recording_count;
    corpus->graphs[corpus->count++] = graph;
    return true;
}

static bool window_add(struct corpus *corpus, struct cursor *cursor, size_t position, const struct settings *settings,
                       const struct model *judge_by, struct error *error)
{
    struct window window = {0};
    struct graph *graph = NULL;
    bool sick, made = cursor_window(cursor, position, settings->window_ns, &window, error) &&
                      (graph = graph_build(&window, error)) != NULL;
    window_done(&window);
    if (!made)
        return false;
    if (!window_judge(graph, judge_by, &sick, corpus->reason, error)) {
        graph_free(graph);
        return false;
    }
    return graph_keep(corpus, graph, sick, error);
}

static bool recording_add(const struct command *command, struct corpus *corpus, const char *path,
                          const struct settings *settings, const struct model *judge_by, struct error *error)
{
    struct replay replay;
    if (!replay_open(command, &replay, path, error))
        return false;
    size_t last = cursor_count(replay.cursor) - 1, sick_before = corpus->unhealthy;
    bool added = last > 0 || error_set(error, "%s holds one sample only: rates need two", path);
    size_t position = 0;
    corpus->reason[0] = '\0';
    while (added && position < last) {
        int64_t end_ns = cursor_time_ns(replay.cursor, position) + settings->window_ns;
        size_t next = cursor_seek(replay.cursor, end_ns);
        position = next > position ? next : position + 1;
        added = window_add(corpus, replay.cursor, position, settings, judge_by, error);
    }
    if (corpus->unhealthy > sick_before)
        command_note(command,
                     "%zu windows of %s do not look healthy and were left out: %s 'culprit diagnose %s' shows more",
                     corpus->unhealthy - sick_before, path, corpus->reason, path);
    corpus->recording_count++;
    replay_close(&replay);
    return added;
}

static void epoch_show(void *context, size_t epoch, size_t epochs, double loss)
{
    (void)context;
    (void)loss;
    progress_show("training", epoch, epochs);
}

/* What the model can say about alarms, and what it lacks for that. */
static void calibration_report(const struct model *model, const struct corpus *corpus, const char *path)
{
    size_t windows = model_calibration_windows(model);
    if (windows == 0) {
        fprintf(stderr, "%s: threshold %.4g\n", path, model_threshold(model));
    } else if (model_is_calibrated(model)) {
        fprintf(stderr,
                "%s: calibrated on %zu healthy windows, %zu of them with a symptom: at most one in %.0f scores beyond "
                "the threshold of %.2f.\n",
                path, windows, corpus->unhealthy, 1 / MODEL_ALARM_P, model_threshold(model));
    } else if (!corpus->one_host) {
        fprintf(stderr, "%s: not calibrated: the recordings are of several hosts.\n", path);
    } else {
        fprintf(
            stderr,
            "%1$s: not calibrated: to say what is rare here takes %3$d healthy windows (about four minutes; ten are "
            "better), and there are %2$zu. What is normal here is blended with what was known before.\n",
            path, windows, MODEL_CALIBRATED_FROM);
    }
}

static void training_report(const struct model *model, const struct corpus *corpus, const char *path, bool adapted)
{
    const struct model_provenance *provenance = model_provenance(model);
    fprintf(stderr, "%zu graphs, %zu nodes", provenance->graphs, provenance->nodes);
    if (!adapted && provenance->loss_count > 0) {
        double first = provenance->losses[0], last = provenance->losses[provenance->loss_count - 1];
        fprintf(stderr, "; loss %.4f to %.4f (%.1f %% less)", first, last, first > 0 ? 100 * (1 - last / first) : 0.0);
        if (provenance->held_out_median_loss > 0)
            fprintf(stderr, "; held out %.4f, where the median gives %.4f", provenance->held_out_loss,
                    provenance->held_out_median_loss);
    }
    fprintf(stderr, "\n");
    calibration_report(model, corpus, path);
}

static bool model_make(const struct command *command, const struct settings *settings, char **paths, size_t path_count,
                       struct error *error)
{
    struct corpus corpus = {0};
    struct model *model = NULL;
    char date[32];
    bool fresh = strcmp(settings->from, "none") == 0;
    struct model *from = fresh ? NULL : answer_model(settings->from, error);
    bool made = fresh || from != NULL;
    for (size_t i = 0; made && i < path_count; i++)
        made = recording_add(command, &corpus, paths[i], settings, from, error);
    if (made && corpus.count == 0)
        made = error_set(error, "none of the windows looks healthy: there is nothing to learn from");
    if (made) {
        iso_format(date, sizeof date, clock_realtime_ns());
        date[10] = '\0';
        struct training training = {
            .epochs = (size_t)settings->epochs,
            .seed = (uint64_t)settings->seed,
            .from = from,
            .masked = strcmp(settings->form, "masked") == 0,
            .recordings = corpus.recordings,
            .one_host = corpus.one_host,
            .corpus = settings->corpus,
            .date = date,
            .progress = epoch_show,
        };
        const struct healthy_windows windows = {corpus.graphs, corpus.count, corpus.doubtful, corpus.unhealthy};
        model = model_train(corpus.graphs, corpus.count, &training, error);
        made = model != NULL && calibration_make(model, &windows, &training, error) &&
               model_write(model, settings->output, error);
    }
    if (made)
        training_report(model, &corpus, settings->output, from != NULL && model_scores_suspects(model));
    model_free(model);
    model_free(from);
    corpus_done(&corpus);
    return made;
}

static enum exit_status train_run(const struct command *command, const void *given, char **words, struct error *error)
{
    const struct settings *settings = given;
    if (settings->output == NULL) {
        error_set(error, "-o MODEL is missing: say where to write the model");
        return STATUS_USAGE;
    }
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    bool made = collector_drop_privileges(error) && model_make(command, settings, words, count, error);
    return made ? STATUS_DONE : STATUS_FAILED;
}

const struct command command_train = {
    .name = "train",
    .arguments = "RECORDING...",
    .summary = "a model from recordings of healthy hosts",
    .details = "Starts from the bundled model and blends in what is normal here; 20 seconds already help.",
    OPTION_ROWS(option_rows),
    OPTION_DEFAULTS(.from = "bundled", .corpus = "recordings of this host", .window_ns = 5 * NS_PER_S, .form = "masked",
                    .seed = 1),
    .arguments_min = 1,
    .arguments_max = -1,
    .run = train_run,
};
