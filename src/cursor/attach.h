/* The recorder that was already running on this host: its last ten minutes become the history's past, and as long as it
 * goes on its samples are shared, so that two instances look at the host once.
 *
 * Its recording is read by a process of its own as the recording's owner, who is root or the caller; nobody else's is
 * opened. A disk that hangs holds up that process, not this one. What comes from it is checked like any recording. */
#ifndef CURSOR_ATTACH_H
#define CURSOR_ATTACH_H

#include "cursor/cursor.h"

struct attachment;

/* Looks for a recorder and starts the reader. To be called before collector_drop_privileges. NULL: there is none. */
struct attachment *attachment_new(void);
/* Ends the reader, without waiting for it. NULL is allowed. */
void attachment_free(struct attachment *attachment);

/* Readable when samples (or the end) have arrived: for poll. -1: it has ended. */
int attachment_descriptor(const struct attachment *attachment);

/* Takes in what has arrived, waiting at most timeout_ms for the first of it. Returns how many samples came into the
 * live cursor. */
size_t attachment_receive(struct attachment *attachment, struct cursor *cursor, int timeout_ms);

/* Waits at most timeout_ms until the past is in the cursor. Returns how many samples came. */
size_t attachment_fill(struct attachment *attachment, struct cursor *cursor, int timeout_ms);

/* Whether the recorder's samples come, at least every interval_ns: nobody else needs to look then. Once it is false it
 * stays so, and nothing is taken in any more. */
bool attachment_delivers(struct attachment *attachment, int64_t interval_ns);

/* Where the past came from. */
struct attached_past {
    int64_t pid;           /* of the recorder */
    const char *recording; /* its path; borrowed */
    size_t samples;        /* that came from it; 0: none */
    int64_t from_ns;       /* wall clock of the first one */
};
struct attached_past attachment_past(const struct attachment *attachment);

#endif
