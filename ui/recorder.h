/* Recording what the screen sees: first the past that the history still holds, then what comes. A process of its own
 * writes it (record/writer.h); while the disk hangs the samples wait in the history, and those that fall out of that
 * before their turn are counted as lost. The screen never waits. */
#ifndef UI_RECORDER_H
#define UI_RECORDER_H

#include "cursor/cursor.h"
#include "record/writer.h"

struct recorder {
    struct writer *writer; /* NULL: not recording */
    char path[160];
    uint64_t next; /* serial of the next sample to hand over */
    uint64_t last; /* while ending: the last serial to write */
    size_t lost;   /* samples */
    bool ending;   /* closes when `last` has been written */
};

/* Begins culprit-HOST-DATE.culprit in the current directory (never an existing file) with the oldest sample of the
 * cursor, which must hold one. Whether the file can be made shows later, in recorder_work. */
bool recorder_start(struct recorder *recorder, const struct cursor *cursor, const char *host, int32_t utc_offset_s,
                    struct error *error);

/* Writes the newest sample of now as the last one, then closes. */
void recorder_end(struct recorder *recorder, const struct cursor *cursor);

/* Is there something that can be done without waiting? For poll beside it: the writer's descriptor, or -1. */
bool recorder_has_work(const struct recorder *recorder, const struct cursor *cursor);
int recorder_descriptor(const struct recorder *recorder);
short recorder_events(const struct recorder *recorder);

enum recorder_outcome {
    RECORDER_GOES_ON,
    RECORDER_ENDED,  /* closed, as recorder_end asked; *written samples are in the file */
    RECORDER_FAILED, /* a sentence says why; it was closed, and what was written stays readable */
};
/* Hands over at most one sample, takes in what was written. */
enum recorder_outcome recorder_work(struct recorder *recorder, struct cursor *cursor, size_t *written,
                                    struct error *error);

/* Ends at once: what has been handed over is written behind our back. */
void recorder_done(struct recorder *recorder);

#endif
