/* The cursor over the live host's history. */
#include "cursor/history.h"
#include "cursor/source.h"

static size_t live_count(const void *source)
{
    return history_count(source);
}

static int64_t live_time_ns(const void *source, size_t position)
{
    return history_time_ns(source, position);
}

static uint64_t live_serial(const void *source, size_t position)
{
    return history_serial(source, position);
}

static int64_t live_boottime_ns(const void *source, size_t position)
{
    return history_boottime_ns(source, position);
}

static struct sample *live_decode(void *source, size_t position, struct error *error)
{
    return history_decode(source, position, error);
}

static size_t live_memory_bytes(const void *source)
{
    return history_memory_bytes(source);
}

static void live_free(void *source)
{
    history_free(source);
}

static const struct cursor_operations live_operations = {
    .count = live_count,
    .time_ns = live_time_ns,
    .serial = live_serial,
    .boottime_ns = live_boottime_ns,
    .decode = live_decode,
    .memory_bytes = live_memory_bytes,
    .free = live_free,
};

struct cursor *cursor_live_new(size_t memory_bytes, struct error *error)
{
    struct history *history = history_new(memory_bytes, error);
    struct cursor *cursor = history == NULL ? NULL : cursor_new(&live_operations, history, error);
    if (cursor != NULL)
        cursor->live = true;
    return cursor;
}

bool cursor_append(struct cursor *cursor, struct sample *sample, struct error *error)
{
    if (!cursor->live)
        return error_set(error, "a recording takes no live samples");
    if (!history_append(cursor->source, sample, error))
        return false;
    cursor_keep(cursor, history_serial(cursor->source, history_count(cursor->source) - 1), sample);
    return true;
}

bool cursor_adopt(struct cursor *cursor, const struct packed_sample *packed, struct error *error)
{
    return cursor->live ? history_adopt(cursor->source, packed, error)
                        : error_set(error, "a recording takes no live samples");
}
