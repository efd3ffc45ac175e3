/* The cursor over a recording. */
#include "cursor/source.h"

static size_t recorded_count(const void *source)
{
    return recording_count(source);
}

static int64_t recorded_time_ns(const void *source, size_t position)
{
    return recording_time_ns(source, position);
}

static uint64_t recorded_serial(const void *source, size_t position)
{
    return recording_serial(source, position);
}

static struct sample *recorded_decode(void *source, size_t position, struct error *error)
{
    return recording_sample(source, position, error);
}

static size_t recorded_memory_bytes(const void *source)
{
    (void)source;
    return 0;
}

static bool recorded_refresh(void *source)
{
    bool changed;
    struct error ignored; /* it then stays as it was, and the next time may do */
    return recording_refresh(source, &changed, &ignored) && changed;
}

static void recorded_free(void *source)
{
    (void)source; /* borrowed */
}

static const struct cursor_operations recorded_operations = {
    .count = recorded_count,
    .time_ns = recorded_time_ns,
    .serial = recorded_serial,
    .decode = recorded_decode,
    .memory_bytes = recorded_memory_bytes,
    .refresh = recorded_refresh,
    .free = recorded_free,
};

struct cursor *cursor_recording_new(struct recording *recording, struct error *error)
{
    return cursor_new(&recorded_operations, recording, error);
}
