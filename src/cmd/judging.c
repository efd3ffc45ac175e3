/* The recorder's verdicts. */
#include "cmd/judging.h"

#include "base/clock.h"
#include "base/memory.h"
#include "cmd/verdict_cache.h"
#include "judge/alarm.h"
#include "cursor/window.h"

#include <stdlib.h>
#include <string.h>

/* After a verdict none is given until what it cost in cpu time is at most this part of the time that has passed: 0.25
 * %. A recorder may cost 1 % in all. */
enum { COST_PART = 400 };

struct judging {
    struct model *model;
    char name[JUDGE_NAME_BYTES];
    struct recorded_judge judge;
    struct window recent; /* what the window of the newest sample needs */
    size_t capacity;
    struct alarm_history history;
    bool continued;  /* what was recorded before is part of the first windows, and is not at hand */
    int64_t next_ns; /* boot time before which nothing is judged */
};

struct judging *judging_new(bool continued, int64_t window_ns, struct error *error)
{
    struct judging *judging = calloc(1, sizeof *judging);
    if (judging == NULL) {
        error_memory(error);
        return NULL;
    }
    judging->model = model_bundled(error);
    if (judging->model == NULL) {
        free(judging);
        return NULL;
    }
    judge_name(judging->name, judging->model);
    judging->judge = (struct recorded_judge){judging->name, window_ns};
    judging->continued = continued;
    return judging;
}

void judging_free(struct judging *judging)
{
    if (judging == NULL)
        return;
    for (size_t i = 0; i < judging->recent.count; i++)
        sample_release(judging->recent.samples[i]);
    free(judging->recent.samples);
    model_free(judging->model);
    free(judging);
}

/* Keeps what cursor_window would give for the newest sample: the window and an eighth, at least two. */
static bool recent_add(struct judging *judging, struct sample *sample)
{
    struct window *recent = &judging->recent;
    int64_t reach_ns = judging->judge.window_ns + judging->judge.window_ns / 8;
    size_t old = 0;
    while (recent->count - old >= 2 && sample->boottime_ns - recent->samples[old]->boottime_ns > reach_ns)
        sample_release(recent->samples[old++]);
    judging->continued = judging->continued && old == 0;
    recent->count -= old;
    if (old > 0)
        memmove(recent->samples, recent->samples + old, recent->count * sizeof *recent->samples);
    if (!memory_grow(&recent->samples, &judging->capacity, recent->count + 1, sizeof *recent->samples))
        return false;
    recent->samples[recent->count++] = sample_reference(sample);
    return true;
}

void judging_take(struct judging *judging, struct writer *writer, struct sample *sample)
{
    struct error ignored;
    /* The first sample of a recording has no rates. */
    if (!recent_add(judging, sample) || judging->recent.count < 2 || judging->continued ||
        clock_boottime_ns() < judging->next_ns)
        return;
    int64_t start_ns = clock_cpu_ns();
    struct judge_options options = {.suspects_max = 1, .history = &judging->history};
    struct graph *graph = graph_build(&judging->recent, &ignored);
    struct verdict *verdict = graph == NULL ? NULL : verdict_new(graph, judging->model, &options, &ignored);
    if (verdict != NULL) {
        struct recorded_verdict recorded = verdict_recorded(graph, verdict, 0);
        writer_judge(writer, &judging->judge, &recorded);
    }
    verdict_free(verdict);
    graph_free(graph);
    judging->next_ns = clock_boottime_ns() + (clock_cpu_ns() - start_ns) * (COST_PART - 1);
}
