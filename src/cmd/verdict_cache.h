/* Verdicts that stand in a recording: used to find the worst moment of a day without judging all of it, and filled by
 * whoever judges. */
#ifndef CMD_VERDICT_CACHE_H
#define CMD_VERDICT_CACHE_H

#include "graph/graph.h"
#include "judge/judge.h"
#include "record/timeline.h"

/* Names the judge: the model with its fingerprint, and this program's version. */
enum { JUDGE_NAME_BYTES = 160 };
void judge_name(char name[JUDGE_NAME_BYTES], const struct model *model);

/* A verdict in the form that is recorded; borrows from both. Of one that found nothing no more than that is said, for a
 * quiet day has 86,400 of them. */
struct recorded_verdict verdict_recorded(const struct graph *graph, const struct verdict *verdict, uint64_t serial);

struct verdict_cache;

/* What the recording knows of this model and window. NULL: out of memory; then there is no cache. Borrows the
 * recording until the search is over. */
struct verdict_cache *verdict_cache_new(struct recording *recording, const struct model *model, int64_t window_ns);

/* What is known of a position, or NULL. */
const struct recorded_score *verdict_cache_find(const struct verdict_cache *cache, size_t position);

void verdict_cache_learn(struct verdict_cache *cache, size_t position, const struct graph *graph,
                         const struct verdict *verdict);

/* Writes what was learnt into the recording of that path, which must be closed; where that may not be it is left.
 * Frees. NULL is allowed. */
void verdict_cache_done(struct verdict_cache *cache, const char *path);

#endif
