/* What stands behind a cursor: the live history or a recording. */
#ifndef CURSOR_SOURCE_H
#define CURSOR_SOURCE_H

#include "cursor/cursor.h"

struct cursor_operations {
    size_t (*count)(const void *source);
    int64_t (*time_ns)(const void *source, size_t position);
    /* Rises from position to position. */
    uint64_t (*serial)(const void *source, size_t position);
    /* Boot time of a sample without decoding it. NULL: that cannot be told. */
    int64_t (*boottime_ns)(const void *source, size_t position);
    /* A new reference; NULL with a sentence. */
    struct sample *(*decode)(void *source, size_t position, struct error *error);
    size_t (*memory_bytes)(const void *source);
    /* Takes in what was added by somebody else; whether anything changed. NULL: nothing can. */
    bool (*refresh)(void *source);
    void (*free)(void *source);
};

enum { CACHE_SAMPLES = 16 };

struct cursor {
    const struct cursor_operations *operations;
    void *source;
    bool live;
    /* Decoded samples, most recently used first: consecutive windows share nearly all of theirs. */
    struct cached {
        uint64_t serial;
        struct sample *sample;
    } cache[CACHE_SAMPLES];
    size_t cached;
};

/* Takes over the source; frees it when memory is short. */
struct cursor *cursor_new(const struct cursor_operations *operations, void *source, struct error *error);

/* Puts a sample (a reference of the cache's own) in front of the cache. */
void cursor_keep(struct cursor *cursor, uint64_t serial, struct sample *sample);

#endif
