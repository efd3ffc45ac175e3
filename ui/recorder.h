/* Recording what the screen sees: first the past that the history still holds, then what comes. Written a sample at a
 * time between two keys, so that the screen answers meanwhile. */
#ifndef UI_RECORDER_H
#define UI_RECORDER_H

#include "cursor/cursor.h"
#include "record/recording.h"

struct recorder {
    struct recording *recording; /* NULL: not recording */
    char path[160];
    uint64_t next;  /* serial of the next sample to write */
    uint64_t last;  /* while ending: the last serial to write */
    size_t written; /* samples */
    bool ending;    /* closes when it has written `last` */
};

/* Creates culprit-HOST-DATE.culprit in the current directory (never an existing file) and starts with the oldest sample
 * of the cursor, which must hold one. */
bool recorder_start(struct recorder *recorder, const struct cursor *cursor, const char *host, int32_t utc_offset_s,
                    struct error *error);

/* Writes the newest sample of now as the last one, then closes. */
void recorder_end(struct recorder *recorder, const struct cursor *cursor);

/* Is there a sample to write, or the file to be closed? */
bool recorder_has_work(const struct recorder *recorder, const struct cursor *cursor);

/* Writes one sample, or closes. False with a sentence: it failed, and the recording was closed (what was written stays
 * readable). */
bool recorder_work(struct recorder *recorder, struct cursor *cursor, struct error *error);

/* Closes at once. */
bool recorder_done(struct recorder *recorder, struct error *error);

#endif
