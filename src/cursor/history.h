/* The history of a live host: the last ten minutes of samples, compressed against keyframes, in memory. */
#ifndef CURSOR_HISTORY_H
#define CURSOR_HISTORY_H

#include "record/pack.h"
#include "record/recording.h"
#include "sample/sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct history;

/* At most memory_bytes of packed samples (and in any case the newest one). NULL with a sentence on failure. */
struct history *history_new(size_t memory_bytes, struct error *error);
void history_free(struct history *history);

/* Adds the newest sample; the oldest go, in groups that share a keyframe. On failure nothing has changed. */
bool history_append(struct history *history, const struct sample *sample, struct error *error);

/* Adds a sample of another instance's recording as it is, without unpacking it: the newest, too. Samples of one
 * recording come in its order, none left out since their keyframe; what does not fit (it is older than the newest, or
 * its keyframe is not the last one that came) is refused, and damage shows when it is decoded. On failure nothing has
 * changed. */
bool history_adopt(struct history *history, const struct packed_sample *packed, struct error *error);

size_t history_count(const struct history *history);
int64_t history_time_ns(const struct history *history, size_t position);
int64_t history_boottime_ns(const struct history *history, size_t position);
/* Counts from 1 with the samples that were ever added. */
uint64_t history_serial(const struct history *history, size_t position);
/* A new sample with one reference. */
struct sample *history_decode(struct history *history, size_t position, struct error *error);
size_t history_memory_bytes(const struct history *history);

#endif
