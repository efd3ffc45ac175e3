/* What live and recorded cursors have in common: the cache of decoded samples, seeking, windows. */
#include "cursor/source.h"

#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Of decoded samples that are only kept in case they are asked for again; a window's own come on top. The samples of a
 * window of 5 s at 3,000 processes with 33,000 descriptors fit: else each of them is decoded anew every second. */
enum { CACHE_BYTES_MAX = 48 << 20, DAMAGED_IN_A_ROW_MAX = 8, WINDOW_SAMPLES = 64 };
/* Of the samples of one window: a recording from a stranger must not take all memory. */
#define WINDOW_BYTES_MAX ((size_t)1 << 30)

struct cursor *cursor_new(const struct cursor_operations *operations, void *source, struct error *error)
{
    struct cursor *cursor = calloc(1, sizeof *cursor);
    if (cursor == NULL) {
        operations->free(source);
        error_memory(error);
        return NULL;
    }
    cursor->operations = operations;
    cursor->source = source;
    return cursor;
}

void cursor_free(struct cursor *cursor)
{
    if (cursor == NULL)
        return;
    for (size_t i = 0; i < cursor->cached; i++)
        sample_release(cursor->cache[i].sample);
    cursor->operations->free(cursor->source);
    free(cursor);
}

bool cursor_is_live(const struct cursor *cursor)
{
    return cursor->live;
}

size_t cursor_count(const struct cursor *cursor)
{
    return cursor->operations->count(cursor->source);
}

int64_t cursor_time_ns(const struct cursor *cursor, size_t position)
{
    assert(position < cursor_count(cursor));
    return cursor->operations->time_ns(cursor->source, position);
}

uint64_t cursor_serial(const struct cursor *cursor, size_t position)
{
    assert(position < cursor_count(cursor));
    return cursor->operations->serial(cursor->source, position);
}

size_t cursor_position(const struct cursor *cursor, uint64_t serial)
{
    size_t low = 0, high = cursor_count(cursor);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cursor_serial(cursor, middle) < serial)
            low = middle + 1;
        else
            high = middle;
    }
    return low < cursor_count(cursor) && cursor_serial(cursor, low) == serial ? low : SIZE_MAX;
}

/* Backwards one by one, because a wall clock that was set makes the times unordered. */
size_t cursor_seek(const struct cursor *cursor, int64_t time_ns)
{
    for (size_t position = cursor_count(cursor); position-- > 0;)
        if (cursor_time_ns(cursor, position) <= time_ns)
            return position;
    return 0;
}

static size_t sample_bytes(const struct sample *sample)
{
    size_t bytes = sizeof *sample + sample->string_bytes.capacity + sample->string_capacity * sizeof(uint32_t) +
                   sample->string_index.slot_count * 16;
    for (size_t kind = 0; kind < TABLE_COUNT; kind++) {
        const struct table *table = &sample->tables[kind];
        bytes += table->capacity * table->schema->column_count * (sizeof(uint64_t) + 1);
    }
    return bytes;
}

static size_t cache_bytes(const struct cursor *cursor)
{
    size_t bytes = 0;
    for (size_t i = 0; i < cursor->cached; i++)
        bytes += sample_bytes(cursor->cache[i].sample);
    return bytes;
}

void cursor_keep(struct cursor *cursor, uint64_t serial, struct sample *sample)
{
    while (cursor->cached == CACHE_SAMPLES ||
           (cursor->cached > 0 && cache_bytes(cursor) + sample_bytes(sample) > CACHE_BYTES_MAX))
        sample_release(cursor->cache[--cursor->cached].sample);
    memmove(cursor->cache + 1, cursor->cache, cursor->cached * sizeof *cursor->cache);
    cursor->cache[0] = (struct cached){serial, sample_reference(sample)};
    cursor->cached++;
}

static void cache_touch(struct cursor *cursor, size_t place)
{
    struct cached touched = cursor->cache[place];
    memmove(cursor->cache + 1, cursor->cache, place * sizeof *cursor->cache);
    cursor->cache[0] = touched;
}

static struct sample *cache_find(struct cursor *cursor, uint64_t serial)
{
    for (size_t i = 0; i < cursor->cached; i++)
        if (cursor->cache[i].serial == serial) {
            cache_touch(cursor, i);
            return sample_reference(cursor->cache[0].sample);
        }
    return NULL;
}

/* What was read from the newest to the oldest is given up from the oldest on: the next window lacks that one first. */
static void cache_touch_window(struct cursor *cursor, const struct window *window)
{
    for (size_t s = 0; s < window->count; s++)
        for (size_t i = 0; i < cursor->cached; i++)
            if (cursor->cache[i].sample == window->samples[s]) {
                cache_touch(cursor, i);
                break;
            }
}

struct sample *cursor_sample(struct cursor *cursor, size_t position, struct error *error)
{
    uint64_t serial = cursor_serial(cursor, position);
    struct sample *sample = cache_find(cursor, serial);
    if (sample != NULL)
        return sample;
    sample = cursor->operations->decode(cursor->source, position, error);
    if (sample != NULL)
        cursor_keep(cursor, serial, sample);
    return sample;
}

static bool same_boot(const struct sample *earlier, const struct sample *later)
{
    if (earlier->boottime_ns > later->boottime_ns)
        return false;
    if (earlier->tables[TABLE_HOST].rows == 0 || later->tables[TABLE_HOST].rows == 0)
        return true;
    const char *before = sample_string(earlier, TABLE_HOST, 0, HOST_BOOT_ID);
    const char *after = sample_string(later, TABLE_HOST, 0, HOST_BOOT_ID);
    return before == NULL || after == NULL || strcmp(before, after) == 0;
}

/* Adds samples from the newest to the oldest; takes the reference over, also on failure. */
static bool window_add(struct window *window, size_t *capacity, struct sample *sample, struct error *error)
{
    if (!memory_grow(&window->samples, capacity, window->count + 1, sizeof *window->samples)) {
        sample_release(sample);
        return error_memory(error);
    }
    window->samples[window->count++] = sample;
    return true;
}

static void window_turn(struct window *window)
{
    for (size_t i = 0; i < window->count / 2; i++) {
        struct sample *other = window->samples[window->count - 1 - i];
        window->samples[window->count - 1 - i] = window->samples[i];
        window->samples[i] = other;
    }
}

/* How far apart the samples of a window are at least: an hour of them all would not fit into memory. */
static int64_t window_step_ns(const struct cursor *cursor, size_t position, int64_t window_ns)
{
    int64_t there_ns = llabs(cursor_time_ns(cursor, position) - cursor_time_ns(cursor, 0));
    return (there_ns < window_ns ? there_ns : window_ns) / WINDOW_SAMPLES;
}

/* Is the sample at a position older than that, as far as can be told without decoding it? */
static bool is_older(const struct cursor *cursor, size_t position, int64_t boottime_ns)
{
    return cursor->operations->boottime_ns != NULL &&
           cursor->operations->boottime_ns(cursor->source, position) < boottime_ns;
}

bool cursor_window(struct cursor *cursor, size_t position, int64_t window_ns, struct window *window,
                   struct error *error)
{
    *window = (struct window){0};
    size_t capacity = 0, damaged = 0, bytes = 0;
    /* A sample that was meant to be one window old comes some milliseconds early or late. */
    int64_t slack_ns = window_ns / 8;
    int64_t step_ns = window_step_ns(cursor, position, window_ns);
    struct sample *last = cursor_sample(cursor, position, error);
    if (last == NULL || !window_add(window, &capacity, last, error))
        return false;
    while (position-- > 0 && damaged < DAMAGED_IN_A_ROW_MAX) {
        const struct sample *taken = window->samples[window->count - 1];
        if (window->count >= 2 && llabs(taken->time_ns - cursor_time_ns(cursor, position)) < step_ns)
            continue;
        if (window->count >= 2 && is_older(cursor, position, last->boottime_ns - window_ns - slack_ns))
            break;
        struct error ignored;
        struct sample *sample = cursor_sample(cursor, position, &ignored);
        if (sample == NULL) {
            damaged++;
            continue;
        }
        damaged = 0;
        bytes += sample_bytes(sample);
        bool outside = (last->boottime_ns - sample->boottime_ns > window_ns + slack_ns || bytes > WINDOW_BYTES_MAX) &&
                       window->count >= 2;
        if (outside || !same_boot(sample, taken)) {
            sample_release(sample);
            break;
        }
        if (!window_add(window, &capacity, sample, error)) {
            window_done(window);
            return false;
        }
    }
    window_turn(window);
    cache_touch_window(cursor, window);
    return true;
}

size_t cursor_memory_bytes(const struct cursor *cursor)
{
    return cursor->operations->memory_bytes(cursor->source) + cache_bytes(cursor);
}

bool cursor_refresh(struct cursor *cursor)
{
    return cursor->operations->refresh != NULL && cursor->operations->refresh(cursor->source);
}
