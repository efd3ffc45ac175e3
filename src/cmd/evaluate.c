/* culprit evaluate: how well labelled recordings are judged. */
#include "cmd/answer.h"
#include "cmd/command.h"
#include "cmd/output.h"

#include "base/clock.h"
#include "collect/collector.h"
#include "base/memory.h"
#include "evaluate/report.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_ENDING     ".label.json"
#define RECORDING_ENDING ".culprit"
#define TRIALS_MAX       10000

struct settings {
    int64_t window_ns, calibrate_ns;
    const char *model, *against, *format, *split;
    long seed;
};

static const struct option_row option_rows[] = {
    OPTION_MODEL,
    {.name = "against",
     .type = OPTION_TEXT,
     .offset = offsetof(struct settings, against),
     .argument = "NAME,...",
     .help = "what to compare with: names of methods, all or none (all)"},
    {.name = "split",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct settings, split),
     .choices = "all|design|test",
     .help = "which of the recordings (all)"},
    OPTION_WINDOW("how much to judge at once (5s)"),
    {.name = "calibrate",
     .type = OPTION_DURATION,
     .offset = offsetof(struct settings, calibrate_ns),
     .argument = "DURATION",
     .help = "adapt the model to so much of each recording's healthy beginning"},
    {.name = "seed",
     .type = OPTION_NUMBER,
     .offset = offsetof(struct settings, seed),
     .argument = "N",
     .help = "of the intervals and of the random method (1)",
     .low = 0,
     .high = 1000000000},
    {.name = "format",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct settings, format),
     .choices = "text|json",
     .help = "what to print (text)"},
};

/* The recordings with a label, in the order of their names. */
struct collection {
    struct trial *trials;
    struct label **labels;
    size_t count, trial_capacity, label_capacity;
    struct arena arena;
};

static void collection_done(struct collection *collection)
{
    for (size_t i = 0; i < collection->count; i++)
        label_free(collection->labels[i]);
    free(collection->trials);
    free(collection->labels);
    arena_done(&collection->arena);
}

static int entry_is_label(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name), ending = strlen(LABEL_ENDING);
    return entry->d_name[0] != '.' && length > ending && strcmp(entry->d_name + length - ending, LABEL_ENDING) == 0;
}

static int entry_compare(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

static bool collection_add(struct collection *collection, const char *directory, const char *entry, const char *split,
                           struct error *error)
{
    if (!memory_grow(&collection->trials, &collection->trial_capacity, collection->count + 1,
                     sizeof *collection->trials) ||
        !memory_grow(&collection->labels, &collection->label_capacity, collection->count + 1,
                     sizeof *collection->labels))
        return error_memory(error);
    int stem = (int)(strlen(entry) - strlen(LABEL_ENDING));
    const char *label_path = arena_printf(&collection->arena, "%s/%s", directory, entry);
    const char *path = arena_printf(&collection->arena, "%s/%.*s" RECORDING_ENDING, directory, stem, entry);
    if (label_path == NULL || path == NULL)
        return error_memory(error);
    struct label *label = label_read(label_path, error);
    if (label == NULL)
        return false;
    if (strcmp(split, "all") != 0 && strcmp(split, label_splits[label->split]) != 0) {
        label_free(label);
        return true;
    }
    collection->labels[collection->count] = label;
    collection->trials[collection->count++] = (struct trial){.label = label, .name = path};
    return true;
}

static bool collection_read(struct collection *collection, const char *directory, const char *split,
                            struct error *error)
{
    struct dirent **entries;
    int found = scandir(directory, &entries, entry_is_label, entry_compare);
    if (found < 0)
        return error_errno(error, errno, "cannot read the directory %s", directory);
    bool done = found <= TRIALS_MAX ||
                error_set(error, "%s holds %d labels, more than %d: split it up", directory, found, TRIALS_MAX);
    for (int i = 0; i < found; i++) {
        done = done && collection_add(collection, directory, entries[i]->d_name, split, error);
        free(entries[i]);
    }
    free(entries);
    if (done && collection->count == 0)
        done = error_set(error, "%s holds no label%s: beside each NAME.culprit there must be a NAME.label.json",
                         directory, found > 0 ? " of that split" : "");
    return done;
}

/* "cpu,memory", "all", "none" into flags. */
static bool methods_choose(const char *names, bool *wanted, struct error *error)
{
    wanted[METHOD_DEFAULT] = true;
    bool all = strcmp(names, "all") == 0;
    for (int method = 0; method < METHOD_COUNT; method++)
        wanted[method] |= all;
    if (all || strcmp(names, "none") == 0)
        return true;
    for (const char *name = names; *name != '\0'; name += *name == ',') {
        size_t length = strcspn(name, ",");
        enum method method = method_find(name, length);
        if (method == METHOD_COUNT) {
            struct buffer offered = {0};
            for (int i = 0; i < METHOD_COUNT; i++)
                buffer_printf(&offered, " %s", methods[i].name);
            error_set(error, "there is no method '%.*s': all, none, or some of%s", (int)length, name,
                      buffer_text(&offered));
            buffer_done(&offered);
            return false;
        }
        wanted[method] = true;
        name += length;
    }
    return true;
}

/* The model that a label names, kept for the next label that names it. NULL in *own->model where none is named. */
struct own_model {
    struct model *model;
    const char *path;
};

static bool own_model_find(struct own_model *own, struct collection *collection, const struct trial *trial,
                           struct error *error)
{
    const char *name = trial->label->model, *slash = strrchr(trial->name, '/');
    const char *path = name == NULL
                           ? NULL
                           : arena_printf(&collection->arena, "%.*s/%s", (int)(slash - trial->name), trial->name, name);
    if (name != NULL && path == NULL)
        return error_memory(error);
    if (path != NULL && own->path != NULL && strcmp(path, own->path) == 0)
        return true;
    model_free(own->model);
    *own = (struct own_model){.model = path == NULL ? NULL : model_read(path, error), .path = path};
    return path == NULL || own->model != NULL;
}

static bool trials_run(const struct command *command, struct collection *collection,
                       const struct trial_options *options, struct error *error)
{
    bool done = true;
    struct own_model own = {0};
    for (size_t i = 0; done && i < collection->count; i++) {
        struct trial *trial = &collection->trials[i];
        struct replay replay;
        progress_show("evaluating", i, collection->count);
        done = (!options->own_models || own_model_find(&own, collection, trial, error)) &&
               replay_open(command, &replay, trial->name, error);
        if (!done)
            break;
        struct error why;
        struct trial_options with = *options;
        with.model = own.model == NULL ? options->model : own.model;
        done = trial_run(trial, replay.cursor, &with, &why);
        if (!done)
            error_set(error, "%s: %s", trial->name, why.text);
        replay_close(&replay);
    }
    model_free(own.model);
    progress_show("evaluating", collection->count, collection->count);
    return done;
}

static bool evaluation_print(const struct settings *settings, const struct report *report, struct error *error)
{
    struct buffer out = {0};
    bool text = strcmp(settings->format, "text") == 0;
    bool written =
        (text ? report_text(report, &out, error) : report_json(report, &out, error)) && output_write(NULL, &out, error);
    buffer_done(&out);
    return written;
}

static enum exit_status evaluate_run(const struct command *command, const void *given, char **words,
                                     struct error *error)
{
    const struct settings *settings = given;
    struct trial_options options = {.own_models = settings->model == NULL,
                                    .window_ns = settings->window_ns,
                                    .calibrate_ns = settings->calibrate_ns,
                                    .seed = (uint64_t)settings->seed};
    if (!methods_choose(settings->against, options.wanted, error))
        return STATUS_USAGE;
    struct collection collection = {0};
    struct model *model = NULL, *reference = NULL;
    bool done = collector_drop_privileges(error) && (model = answer_model(settings->model, error)) != NULL &&
                (reference = model_reference(error)) != NULL &&
                collection_read(&collection, words[0], settings->split, error);
    options.model = model;
    options.reference = reference;
    const struct report report = {collection.trials, collection.count, &options};
    done = done && trials_run(command, &collection, &options, error) && evaluation_print(settings, &report, error);
    collection_done(&collection);
    model_free(model);
    model_free(reference);
    return done ? STATUS_DONE : STATUS_FAILED;
}

const struct command command_evaluate = {
    .name = "evaluate",
    .arguments = "DIRECTORY",
    .summary = "labelled recordings: how often the culprit comes first",
    .details = "Beside each NAME.culprit of the directory stands NAME.label.json, which says who did it\n"
               "(doc/label-format.md). The ranking counts at the end of the fault, over all processes, ties against\n"
               "the culprit. Intervals are 95 % bootstrap intervals. A model that a label names serves for its\n"
               "recording, unless --model says which one: --model bundled judges all hosts as unknown ones.",
    OPTION_ROWS(option_rows),
    OPTION_DEFAULTS(.window_ns = 5 * NS_PER_S, .against = "all", .format = "text", .split = "all", .seed = 1),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = evaluate_run,
};
