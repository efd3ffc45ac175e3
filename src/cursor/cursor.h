/* One way to look at samples, whether they come from the live host or from a recording. Nothing above knows which.
 *
 * Positions run from 0 (oldest that is still there) to cursor_count - 1. In a live cursor the oldest fall off: a
 * position then moves, while cursor_serial of a sample stays. */
#ifndef CURSOR_CURSOR_H
#define CURSOR_CURSOR_H

#include "base/error.h"
#include "cursor/window.h"
#include "record/recording.h"

struct cursor;

/* Live: keeps the last ten minutes, compressed, at most `memory_bytes`. */
struct cursor *cursor_live_new(size_t memory_bytes, struct error *error);

/* A recording. Borrows it. */
struct cursor *cursor_recording_new(struct recording *recording, struct error *error);

void cursor_free(struct cursor *cursor);

bool cursor_is_live(const struct cursor *cursor);
size_t cursor_count(const struct cursor *cursor);
int64_t cursor_time_ns(const struct cursor *cursor, size_t position);
uint64_t cursor_serial(const struct cursor *cursor, size_t position);
/* The position of a serial that is still there, else SIZE_MAX. */
size_t cursor_position(const struct cursor *cursor, uint64_t serial);
/* The last position at or before the time; 0 when all are later. The cursor must hold at least one sample. */
size_t cursor_seek(const struct cursor *cursor, int64_t time_ns);

/* One sample: a reference of the caller's. NULL with a sentence when it is damaged or memory ran out. */
struct sample *cursor_sample(struct cursor *cursor, size_t position, struct error *error);

/* The samples whose boottime lies within window_ns (and an eighth) before that of `position`, itself last; never across
 * a reboot; at least two where a preceding one exists. Of a long window those closer together than a 64th of it are
 * left out, and so is a damaged one before the last. Released with window_done; on failure the window is empty. */
bool cursor_window(struct cursor *cursor, size_t position, int64_t window_ns, struct window *window,
                   struct error *error);

/* A recording that is still being written: takes in what was added, and forgets what went. Whether anything changed. */
bool cursor_refresh(struct cursor *cursor);

/* Live only. Takes in a sample that was received from the collector (adds a reference of its own). */
bool cursor_append(struct cursor *cursor, struct sample *sample, struct error *error);

/* Live only. Takes in a sample of another instance's recording as it is (history_adopt). */
bool cursor_adopt(struct cursor *cursor, const struct packed_sample *packed, struct error *error);

/* Bytes that the history holds, for the status line and the bench. */
size_t cursor_memory_bytes(const struct cursor *cursor);

#endif
