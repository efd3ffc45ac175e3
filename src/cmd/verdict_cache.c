/* Verdicts that stand in a recording. */
#include "cmd/verdict_cache.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct verdict_cache {
    struct recording *recording;
    char name[JUDGE_NAME_BYTES];
    struct recorded_judge judge;
    struct recorded_score *scores;
    struct recorded_verdict *learnt;
    size_t learnt_count, learnt_capacity;
    struct arena arena; /* their texts */
};

void judge_name(char name[JUDGE_NAME_BYTES], const struct model *model)
{
    snprintf(name, JUDGE_NAME_BYTES, "%.80s %016" PRIx64 ", culprit " PACKAGE_VERSION, model_name(model),
             model_fingerprint(model));
}

struct recorded_verdict verdict_recorded(const struct graph *graph, const struct verdict *verdict, uint64_t serial)
{
    const struct suspect *first = verdict->suspect_count > 0 ? &verdict->suspects[0] : NULL;
    return (struct recorded_verdict){
        .serial = serial,
        .score = verdict->score,
        .suspect_score = first == NULL ? 0 : first->score,
        .anomalous = verdict->anomalous,
        .sentence = verdict->anomalous ? verdict->sentence : "Nothing stands out.",
        .suspect = first == NULL ? NULL : graph->nodes[first->node].label,
    };
}

struct verdict_cache *verdict_cache_new(struct recording *recording, const struct model *model, int64_t window_ns)
{
    struct verdict_cache *cache = calloc(1, sizeof *cache);
    struct recorded_score *scores = calloc(recording_count(recording) + 1, sizeof *scores);
    if (cache == NULL || scores == NULL) {
        free(cache);
        free(scores);
        return NULL;
    }
    cache->recording = recording;
    cache->scores = scores;
    judge_name(cache->name, model);
    cache->judge = (struct recorded_judge){cache->name, window_ns};
    recording_scores(recording, &cache->judge, scores);
    return cache;
}

const struct recorded_score *verdict_cache_find(const struct verdict_cache *cache, size_t position)
{
    return cache->scores[position].known ? &cache->scores[position] : NULL;
}

void verdict_cache_learn(struct verdict_cache *cache, size_t position, const struct graph *graph,
                         const struct verdict *verdict)
{
    struct recorded_verdict learnt = verdict_recorded(graph, verdict, recording_serial(cache->recording, position));
    learnt.sentence = arena_copy(&cache->arena, learnt.sentence, strlen(learnt.sentence));
    if (learnt.suspect != NULL)
        learnt.suspect = arena_copy(&cache->arena, learnt.suspect, strlen(learnt.suspect));
    if (learnt.sentence != NULL &&
        memory_grow(&cache->learnt, &cache->learnt_capacity, cache->learnt_count + 1, sizeof *cache->learnt))
        cache->learnt[cache->learnt_count++] = learnt;
}

void verdict_cache_done(struct verdict_cache *cache, const char *path)
{
    if (cache == NULL)
        return;
    struct error ignored;
    if (cache->learnt_count > 0)
        recording_remember(path, &cache->judge, cache->learnt, cache->learnt_count, &ignored);
    arena_done(&cache->arena);
    free(cache->learnt);
    free(cache->scores);
    free(cache);
}
