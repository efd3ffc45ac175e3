/* Samples made by hand, for tests: each function appends a row and asserts that there was memory. */
#ifndef TESTS_HAND_MADE_H
#define TESTS_HAND_MADE_H

#include "cursor/window.h"
#include "sample/sample.h"

/* An empty sample at so many seconds since boot, with its host row (100 ticks per second). */
struct sample *made_sample(double boottime_s);

/* Appends an empty row; then set its columns. */
size_t made_row(struct sample *sample, enum table_kind kind);
void made_u64(struct sample *sample, enum table_kind kind, size_t column, uint64_t value); /* of the last row */
void made_text(struct sample *sample, enum table_kind kind, size_t column, const char *text);

/* A process that started at so many seconds since boot, a child of pid 1. */
void made_process(struct sample *sample, uint64_t pid, double start_s, const char *name);
void made_descriptor(struct sample *sample, uint64_t pid, double start_s, uint64_t number, uint64_t type,
                     const char *path, uint64_t inode, uint64_t access);
/* A posix lock on a path; waiting 1 = waits for it. */
void made_lock(struct sample *sample, uint64_t pid, double start_s, const char *path, uint64_t inode, bool exclusive,
               bool waiting, double since_s);
/* A wait for a file lock until the time of the sample; holder 0 = unknown, path NULL likewise. */
void made_wait(struct sample *sample, uint64_t pid, double start_s, uint64_t holder, double holder_start_s,
               const char *holder_name, const char *path, double since_s, bool ongoing);

/* Takes the samples over: they are released with the window. At most 8. */
struct window made_window(struct sample **samples, size_t count);
void made_window_done(struct window *window);

#endif
