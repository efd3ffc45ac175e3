/* The history of a live host, compressed. */
#include "cursor/history.h"

#include "base/clock.h"
#include "base/memory.h"
#include "sample/codec.h"

#include <stdlib.h>
#include <string.h>

enum { GROUP_SAMPLES = 60, GROUPS_AT_LEAST = 4 };
static const int64_t kept_ns = 600 * NS_PER_S;

struct entry {
    uint64_t serial, keyframe; /* keyframe: serial of the sample that it is packed against, its own for a whole one */
    int64_t time_ns, boottime_ns;
    void *packed;
    size_t packed_bytes;
};

struct history {
    struct packer *packer;
    size_t memory_bytes;
    struct entry *entries; /* oldest first */
    size_t count, capacity;
    uint64_t newest_serial;
    size_t packed_bytes, group_bytes, keyframe_packed_bytes;
    struct buffer keyframe; /* the one that the newest group is packed against */
    uint64_t keyframe_serial;
    struct buffer reading; /* the one that an older group was unpacked against last */
    uint64_t reading_serial;
    struct buffer raw, packed;
    uint64_t
        adopted_keyframe; /* serial in its recording of the keyframe that the newest group was adopted with; 0: none */
    uint64_t adopted_serial; /* and here */
};

struct history *history_new(size_t memory_bytes, struct error *error)
{
    struct history *history = calloc(1, sizeof *history);
    if (history == NULL) {
        error_memory(error);
        return NULL;
    }
    history->memory_bytes = memory_bytes;
    history->packer = packer_new(error);
    if (history->packer != NULL)
        return history;
    history_free(history);
    return NULL;
}

void history_free(struct history *history)
{
    if (history == NULL)
        return;
    for (size_t i = 0; i < history->count; i++)
        free(history->entries[i].packed);
    free(history->entries);
    packer_free(history->packer);
    buffer_done(&history->keyframe);
    buffer_done(&history->reading);
    buffer_done(&history->raw);
    buffer_done(&history->packed);
    free(history);
}

/* Drops groups from the oldest on while the rest still spans the time to be kept, or while memory is short. */
static void groups_drop(struct history *history)
{
    int64_t newest_ns = history->entries[history->count - 1].boottime_ns;
    for (;;) {
        size_t next = 1; /* the second group begins here */
        size_t bytes = history->entries[0].packed_bytes;
        for (; next < history->count && history->entries[next].serial != history->entries[next].keyframe; next++)
            bytes += history->entries[next].packed_bytes;
        if (next == history->count || (history->packed_bytes <= history->memory_bytes &&
                                       newest_ns - history->entries[next].boottime_ns < kept_ns))
            return;
        for (size_t i = 0; i < next; i++)
            free(history->entries[i].packed);
        history->count -= next;
        history->packed_bytes -= bytes;
        memmove(history->entries, history->entries + next, history->count * sizeof *history->entries);
    }
}

static size_t group_samples(const struct history *history)
{
    return (size_t)(history->newest_serial + 1 - history->keyframe_serial);
}

/* Packs history->raw; whole: as a keyframe. */
static bool raw_pack(struct history *history, bool *whole, struct error *error)
{
    *whole = history->keyframe_serial == 0 || group_samples(history) > GROUP_SAMPLES ||
             history->group_bytes > history->memory_bytes / GROUPS_AT_LEAST;
    buffer_clear(&history->packed);
    if (!*whole) {
        if (!packer_pack(history->packer, history->raw.data, history->raw.length, history->keyframe.data,
                         history->keyframe.length, &history->packed, error))
            return false;
        if (history->packed.length <= history->keyframe_packed_bytes / 2)
            return true;
        *whole = true;
        buffer_clear(&history->packed);
    }
    return packer_pack(history->packer, history->raw.data, history->raw.length, NULL, 0, &history->packed, error);
}

/* Adds an entry with a copy of the bytes, and drops what is then too much. */
static bool entry_add(struct history *history, struct entry entry, const void *packed, struct error *error)
{
    entry.packed = malloc(entry.packed_bytes);
    if (entry.packed == NULL ||
        !memory_grow(&history->entries, &history->capacity, history->count + 1, sizeof *history->entries)) {
        free(entry.packed);
        return error_memory(error);
    }
    memcpy(entry.packed, packed, entry.packed_bytes);
    history->newest_serial = entry.serial;
    history->packed_bytes += entry.packed_bytes;
    history->entries[history->count++] = entry;
    groups_drop(history);
    return true;
}

bool history_adopt(struct history *history, const struct packed_sample *packed, struct error *error)
{
    bool whole = packed->keyframe == packed->serial;
    uint64_t serial = history->newest_serial + 1;
    if (packed->packed_bytes == 0 || packed->serial == 0 || packed->time_ns < 0 ||
        packed->time_ns > CODEC_TIME_MAX_NS || packed->boottime_ns < 0 || packed->boottime_ns > CODEC_TIME_MAX_NS ||
        (!whole && packed->keyframe != history->adopted_keyframe) ||
        packed->packed_bytes > 2 * history->memory_bytes - history->packed_bytes ||
        (history->count > 0 && packed->boottime_ns <= history->entries[history->count - 1].boottime_ns))
        return error_set(error, "a sample of the recorder does not fit to those before it");
    struct entry entry = {.serial = serial,
                          .keyframe = whole ? serial : history->adopted_serial,
                          .time_ns = packed->time_ns,
                          .boottime_ns = packed->boottime_ns,
                          .packed_bytes = packed->packed_bytes};
    if (!entry_add(history, entry, packed->packed, error))
        return false;
    history->adopted_keyframe = packed->keyframe;
    history->adopted_serial = entry.keyframe;
    history->keyframe_serial = 0; /* what is appended next begins a group */
    return true;
}

bool history_append(struct history *history, const struct sample *sample, struct error *error)
{
    bool whole;
    buffer_clear(&history->raw);
    if (!sample_encode(sample, &history->raw, error) || !raw_pack(history, &whole, error))
        return false;
    uint64_t serial = history->newest_serial + 1;
    struct entry entry = {.serial = serial,
                          .keyframe = whole ? serial : history->keyframe_serial,
                          .time_ns = sample->time_ns,
                          .boottime_ns = sample->boottime_ns,
                          .packed_bytes = history->packed.length};
    if (!entry_add(history, entry, history->packed.data, error))
        return false;
    history->adopted_keyframe = 0;
    if (whole) {
        struct buffer raw = history->raw;
        history->raw = history->keyframe;
        history->keyframe = raw;
        history->keyframe_serial = serial;
        history->keyframe_packed_bytes = history->packed.length;
        history->group_bytes = 0;
    }
    history->group_bytes += history->packed.length;
    return true;
}

size_t history_count(const struct history *history)
{
    return history->count;
}

int64_t history_time_ns(const struct history *history, size_t position)
{
    return history->entries[position].time_ns;
}

int64_t history_boottime_ns(const struct history *history, size_t position)
{
    return history->entries[position].boottime_ns;
}

uint64_t history_serial(const struct history *history, size_t position)
{
    return history->entries[position].serial;
}

/* The unpacked keyframe of that serial; NULL with a sentence. */
static const struct buffer *keyframe_of(struct history *history, uint64_t serial, struct error *error)
{
    if (serial == history->keyframe_serial)
        return &history->keyframe;
    if (serial == history->reading_serial)
        return &history->reading;
    /* Serials are consecutive, and groups go as a whole: the keyframe stands where its number says. */
    const struct entry *entry = &history->entries[serial - history->entries[0].serial];
    history->reading_serial = 0;
    buffer_clear(&history->reading);
    if (!packer_unpack(history->packer, entry->packed, entry->packed_bytes, NULL, 0, &history->reading, error))
        return NULL;
    history->reading_serial = serial;
    return &history->reading;
}

static struct sample *entry_decode(struct history *history, const struct entry *entry, struct error *error)
{
    const struct buffer *keyframe = keyframe_of(history, entry->keyframe, error);
    if (keyframe == NULL)
        return NULL;
    if (entry->serial == entry->keyframe)
        return sample_decode(keyframe->data, keyframe->length, error);
    buffer_clear(&history->raw);
    if (!packer_unpack(history->packer, entry->packed, entry->packed_bytes, keyframe->data, keyframe->length,
                       &history->raw, error))
        return NULL;
    return sample_decode(history->raw.data, history->raw.length, error);
}

struct sample *history_decode(struct history *history, size_t position, struct error *error)
{
    const struct entry *entry = &history->entries[position];
    struct sample *sample = entry_decode(history, entry, error);
    if (sample == NULL || (sample->time_ns == entry->time_ns && sample->boottime_ns == entry->boottime_ns))
        return sample;
    error_set(error, "the sample is damaged: it is not the one of its place");
    sample_release(sample);
    return NULL;
}

size_t history_memory_bytes(const struct history *history)
{
    return sizeof *history + history->packed_bytes + history->capacity * sizeof *history->entries +
           history->keyframe.capacity + history->reading.capacity + history->raw.capacity + history->packed.capacity;
}
