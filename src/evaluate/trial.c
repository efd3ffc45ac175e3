/* Runs the methods over one labelled recording. */
#include "evaluate/trial.h"

#include "base/clock.h"
#include "evaluate/adapt.h"
#include "judge/alarm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SUSPECTS_ALL = 1000 };

/* Begin and end of a fault are known to a fraction of a second, samples come once in a while. */
#define EDGE_NS (2 * NS_PER_S)

struct look {
    struct graph *graph;
    struct verdict *verdict;
};

static void look_done(struct look *look)
{
    verdict_free(look->verdict);
    graph_free(look->graph);
    *look = (struct look){0};
}

static bool look_make(struct look *look, struct cursor *cursor, size_t position, const struct trial_options *options,
                      struct alarm_history *history, struct error *error)
{
    *look = (struct look){0};
    struct window window = {0};
    if (!cursor_window(cursor, position, options->window_ns, &window, error))
        return false;
    look->graph = graph_build(&window, error);
    window_done(&window);
    struct judge_options all = {.suspects_max = SUSPECTS_ALL, .history = history};
    if (look->graph != NULL)
        look->verdict = verdict_new(look->graph, options->model, &all, error);
    if (look->verdict == NULL)
        look_done(look);
    return look->verdict != NULL;
}

/* Of "10.0.0.5:51514 -> 10.0.0.9:443" and "-> 10.0.0.9:443"; 0 when it is connected to nobody. */
static unsigned long remote_port_of(const struct node *node)
{
    const char *arrow = strstr(node->label, "-> "), *colon = arrow == NULL ? NULL : strrchr(arrow, ':');
    return colon == NULL ? 0 : strtoul(colon + 1, NULL, 10);
}

static bool node_is_among(const struct node *node, const struct label_processes *processes)
{
    for (size_t i = 0; i < processes->count; i++) {
        const struct label_process *process = &processes->items[i];
        if (process->remote_port != 0 && node->kind == NODE_SOCKET && remote_port_of(node) == process->remote_port)
            return true;
        if (process->remote_port != 0 || node->kind != NODE_PROCESS)
            continue;
        if (process->name != NULL ? strcmp(process->name, node->name) == 0
                                  : process->pid == node->pid && process->start_ticks == node->start_ticks)
            return true;
    }
    return false;
}

struct trial_place trial_place_of(const struct graph *graph, const struct label *label, const double *scores)
{
    double best = -INFINITY;
    bool found = false;
    for (size_t n = 0; n < graph->node_count; n++)
        if (node_is_among(&graph->nodes[n], &label->culprits)) {
            best = fmax(best, scores[n]);
            found = true;
        }
    struct trial_place place = {.rank = 1};
    for (size_t n = 0; n < graph->node_count; n++) {
        const struct node *node = &graph->nodes[n];
        if (node->kind != NODE_PROCESS || node->self || node_is_among(node, &label->culprits))
            continue;
        bool above = !found || !(scores[n] < best);
        place.rank += above;
        place.victim_above |= above && node_is_among(node, &label->victims);
    }
    return place;
}

static bool look_rank(const struct look *look, struct trial *trial, const struct trial_options *options,
                      struct error *error)
{
    const struct graph *graph = look->graph;
    double *scores = calloc(METHOD_COUNT * graph->node_count + 1, sizeof *scores);
    const struct scene scene = {graph, options->model, options->reference, look->verdict, options->seed};
    if (scores == NULL)
        return error_memory(error);
    bool scored = methods_score(&scene, options->wanted, scores, error);
    for (size_t method = 0; scored && method < METHOD_COUNT; method++)
        if (options->wanted[method])
            trial->places[method] = trial_place_of(graph, trial->label, scores + method * graph->node_count);
    trial->processes = 0;
    for (size_t n = 0; n < graph->node_count; n++)
        trial->processes += graph->nodes[n].kind == NODE_PROCESS && !graph->nodes[n].self;
    free(scores);
    return scored;
}

/* Looks on from the position `first` while nothing is wrong: every alarm is a false one. */
static bool healthy_watch(struct trial *trial, struct cursor *cursor, size_t first, size_t count,
                          const struct trial_options *options, struct alarm_history *history, struct error *error)
{
    bool alarmed = false;
    if (count > first + 1)
        trial->healthy_s = (double)(cursor_time_ns(cursor, count - 1) - cursor_time_ns(cursor, first)) / NS_PER_S;
    for (size_t position = first + 1; position < count; position++) {
        struct look look;
        if (!look_make(&look, cursor, position, options, history, error))
            return false;
        trial->false_alarms += look.verdict->anomalous && !alarmed;
        alarmed = look.verdict->anomalous;
        look_done(&look);
    }
    return true;
}

static bool fault_watch(struct trial *trial, struct cursor *cursor, size_t first, size_t last,
                        const struct trial_options *options, struct alarm_history *history, struct error *error)
{
    for (size_t position = first; position <= last; position++) {
        if (!isinf(trial->verdict_s) && position < last)
            position = last;
        struct look look;
        if (!look_make(&look, cursor, position, options, history, error))
            return false;
        struct trial now = *trial;
        struct trial_options judged = {.model = options->model, .seed = options->seed};
        judged.wanted[METHOD_DEFAULT] = true;
        bool ranked = look_rank(&look, &now, position == last ? options : &judged, error);
        if (ranked && isinf(trial->verdict_s) && look.verdict->anomalous && now.places[METHOD_DEFAULT].rank == 1)
            now.verdict_s =
                fmax(0, (double)(cursor_time_ns(cursor, position) - trial->label->begin_ns) / (double)NS_PER_S);
        look_done(&look);
        if (!ranked)
            return false;
        *trial = now;
    }
    return true;
}

/* Watches the healthy part up to `first`, then the fault up to `last`; all of it is healthy where last is 0. */
static bool recording_watch(struct trial *trial, struct cursor *cursor, size_t first, size_t last,
                            const struct trial_options *options, struct error *error)
{
    struct alarm_history history = {0};
    struct trial_options own = *options;
    struct model *adapted = NULL;
    size_t begin = 0;
    if (options->calibrate_ns > 0 && first > 0) {
        begin = cursor_seek(cursor, cursor_time_ns(cursor, 0) + options->calibrate_ns);
        begin = begin < first ? begin : first - 1;
        if (!adapt_make(&adapted, cursor, begin, options->window_ns, options->model, options->seed, error))
            return false;
        own.model = adapted == NULL ? options->model : adapted;
    }
    bool watched = healthy_watch(trial, cursor, begin, first, &own, &history, error) &&
                   (last == 0 || fault_watch(trial, cursor, first, last, &own, &history, error));
    model_free(adapted);
    return watched;
}

bool trial_run(struct trial *trial, struct cursor *cursor, const struct trial_options *options, struct error *error)
{
    const struct label *label = trial->label;
    size_t count = cursor_count(cursor);
    trial->verdict_s = NAN;
    if (label->class_name == NULL)
        return recording_watch(trial, cursor, count, 0, options, error);
    trial->verdict_s = INFINITY;
    if (count < 2 || label->begin_ns > cursor_time_ns(cursor, count - 1) || label->end_ns < cursor_time_ns(cursor, 0) ||
        label->end_ns > cursor_time_ns(cursor, count - 1) + EDGE_NS)
        return error_set(error, "the fault lies outside of the recording: begin and end in the label are wrong, or the "
                                "recording was cut");
    size_t last = cursor_seek(cursor, label->end_ns);
    size_t first = 1;
    while (first < last && cursor_time_ns(cursor, first) < label->begin_ns)
        first++;
    return recording_watch(trial, cursor, first, last == 0 ? 1 : last, options, error);
}
