/* Adding samples to a recording: one transaction each, the oldest groups going in the same one. */
#include "record/bundle.h"

#include "base/clock.h"
#include "base/memory.h"
#include "sample/codec.h"

#include <string.h>

enum { GROUP_SAMPLES = 60, ROW_OVERHEAD_BYTES = 4 * 4096, EMPTY_FILE_BYTES = 14 * 4096, GROUPS_AT_LEAST = 4 };
static const int64_t checkpoint_every_ns = 10 * NS_PER_S;

/* Packs raw against the keyframe at hand, or as a keyframe of its own when it is time for one, or when the host has
 * changed so much that the old one helps little. */
static bool sample_pack(struct recording *recording, bool *keyframe, struct error *error)
{
    const struct recording_options *options = &recording->options;
    const struct group *last = recording->group_count > 0 ? &recording->groups[recording->group_count - 1] : NULL;
    *keyframe =
        recording->keyframe_id == 0 || last == NULL || last->count >= GROUP_SAMPLES ||
        (options->size_max_bytes != 0 && recording->group_packed_bytes > options->size_max_bytes / GROUPS_AT_LEAST);
    buffer_clear(&recording->packed);
    if (!*keyframe) {
        if (!packer_pack(recording->packer, recording->raw.data, recording->raw.length, recording->keyframe.data,
                         recording->keyframe.length, &recording->packed, error))
            return false;
        if (recording->packed.length <= recording->keyframe_packed_bytes / 2)
            return true;
        *keyframe = true;
        buffer_clear(&recording->packed);
    }
    return packer_pack(recording->packer, recording->raw.data, recording->raw.length, NULL, 0, &recording->packed,
                       error);
}

static bool used_bytes(struct recording *recording, uint64_t *used, uint64_t *file, struct error *error)
{
    int64_t pages, unused, page_bytes;
    if (!database_number(recording, "PRAGMA page_count", 0, &pages, error) ||
        !database_number(recording, "PRAGMA freelist_count", 0, &unused, error) ||
        !database_number(recording, "PRAGMA page_size", 4096, &page_bytes, error))
        return false;
    *used = (uint64_t)(pages - unused) * (uint64_t)page_bytes;
    *file = (uint64_t)pages * (uint64_t)page_bytes;
    return true;
}

static bool rows_remove(struct recording *recording, sqlite3_stmt *remove, int64_t first_kept, struct error *error)
{
    sqlite3_bind_int64(remove, 1, first_kept);
    bool good = sqlite3_step(remove) == SQLITE_DONE || database_failed(recording, error);
    sqlite3_reset(remove);
    return good;
}

static bool groups_remove(struct recording *recording, size_t count, int64_t id, struct error *error)
{
    int64_t first_kept = count < recording->group_count ? recording->groups[count].keyframe : id;
    return rows_remove(recording, recording->remove, first_kept, error) &&
           rows_remove(recording, recording->remove_frames, first_kept, error) &&
           rows_remove(recording, recording->forget, first_kept, error);
}

/* Removes the groups that have become too old or for which there is no room; gone: how many. The group of the sample
 * that is being added always stays. Freed pages are used again before the file grows. */
static bool ring_turn(struct recording *recording, int64_t time_ns, bool keyframe, int64_t id, size_t *gone,
                      struct error *error)
{
    const struct recording_options *options = &recording->options;
    size_t removable = keyframe ? recording->group_count : recording->group_count - 1;
    *gone = 0;
    /* One a sample, so that a clock that jumped ahead by mistake does not empty the recording at once. */
    if (options->retain_ns != 0 && recording->group_count > 1 && removable > 0 &&
        recording->groups[1].time_ns < time_ns - options->retain_ns)
        *gone = 1;
    if (*gone > 0 && !groups_remove(recording, *gone, id, error))
        return false;
    while (options->size_max_bytes != 0) {
        uint64_t used, file;
        if (!used_bytes(recording, &used, &file, error))
            return false;
        bool fits = used + recording->packed.length + ROW_OVERHEAD_BYTES <= options->size_max_bytes;
        if (!fits && keyframe && *gone >= removable)
            return error_set(error, "cannot record to %s: one sample of this host needs %zu KB, allow a larger size",
                             recording->path, (recording->packed.length + EMPTY_FILE_BYTES) / 1024);
        if (fits || *gone >= removable)
            return file <= options->size_max_bytes || database_run(recording, "PRAGMA incremental_vacuum", error);
        if (!groups_remove(recording, ++*gone, id, error))
            return false;
    }
    return true;
}

/* When a sample was taken, by both clocks. */
struct instant {
    int64_t time_ns, boottime_ns;
};

static bool row_insert(struct recording *recording, struct instant taken, int64_t id, int64_t keyframe,
                       struct error *error)
{
    sqlite3_stmt *insert = recording->insert;
    sqlite3_bind_int64(insert, 1, id);
    sqlite3_bind_int64(insert, 2, taken.time_ns);
    sqlite3_bind_int64(insert, 3, taken.boottime_ns);
    sqlite3_bind_int64(insert, 4, keyframe);
    sqlite3_bind_int64(insert, 5, (int64_t)recording->raw.length);
    bool good = sqlite3_step(insert) == SQLITE_DONE || database_failed(recording, error);
    sqlite3_reset(insert);
    return good && bundle_insert(recording, id, id, &recording->packed, error);
}

/* What has been committed becomes the state of the handle. */
static void appended(struct recording *recording, int64_t time_ns, bool keyframe, int64_t id, size_t gone)
{
    for (size_t i = 0; i < gone; i++)
        recording->count -= recording->groups[i].count;
    recording->group_count -= gone;
    memmove(recording->groups, recording->groups + gone, recording->group_count * sizeof *recording->groups);
    if (keyframe) {
        recording->groups[recording->group_count++] = (struct group){id, time_ns, 0};
        struct buffer raw = recording->raw;
        recording->raw = recording->keyframe;
        recording->keyframe = raw;
        recording->keyframe_id = id;
        recording->keyframe_packed_bytes = recording->packed.length;
        recording->group_packed_bytes = 0;
    }
    if (!keyframe)
        bundle_note(recording, id, recording->packed.length);
    recording->groups[recording->group_count - 1].count++;
    recording->group_packed_bytes += recording->packed.length;
    recording->newest_id = id;
    recording->count++;
}

/* A failed checkpoint costs nothing yet: the samples stand in the -wal file, and the next one may succeed. */
static void checkpoint(struct recording *recording)
{
    int64_t now_ns = clock_boottime_ns();
    if (now_ns - recording->checkpoint_ns < checkpoint_every_ns)
        return;
    sqlite3_wal_checkpoint_v2(recording->database, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    recording->checkpoint_ns = now_ns;
}

/* Adds what stands in recording->raw. */
static bool raw_append(struct recording *recording, struct instant taken, struct error *error)
{
    bool keyframe;
    size_t gone;
    if (!sample_pack(recording, &keyframe, error))
        return false;
    if (keyframe || !bundle_has_room(recording, recording->raw.length))
        bundle_replace(recording);
    if (!memory_grow(&recording->groups, &recording->group_capacity, recording->group_count + 1,
                     sizeof *recording->groups))
        return error_memory(error);
    int64_t id = recording->newest_id + 1;
    if (!database_run(recording, "BEGIN IMMEDIATE", error))
        return false;
    if (!ring_turn(recording, taken.time_ns, keyframe, id, &gone, error) ||
        !row_insert(recording, taken, id, keyframe ? id : recording->keyframe_id, error) ||
        !database_run(recording, "COMMIT", error)) {
        sqlite3_exec(recording->database, "ROLLBACK", NULL, NULL, NULL);
        return false;
    }
    appended(recording, taken.time_ns, keyframe, id, gone);
    checkpoint(recording);
    return true;
}

static bool sample_append(struct recording *recording, const struct sample *sample, struct error *error)
{
    buffer_clear(&recording->raw);
    return sample_encode(sample, &recording->raw, error) &&
           raw_append(recording, (struct instant){sample->time_ns, sample->boottime_ns}, error);
}

bool recording_append_encoded(struct recording *recording, int64_t time_ns, int64_t boottime_ns, const void *bytes,
                              size_t length, struct error *error)
{
    buffer_clear(&recording->raw);
    buffer_append(&recording->raw, bytes, length);
    return recording->raw.failed ? error_memory(error)
                                 : raw_append(recording, (struct instant){time_ns, boottime_ns}, error);
}

bool recording_append(struct recording *recording, const struct sample *sample, struct error *error)
{
    if (!recording->options.anonymise)
        return sample_append(recording, sample, error);
    struct sample *anonymous = sample_anonymise(sample, &recording->secret, error);
    bool good = anonymous != NULL && sample_append(recording, anonymous, error);
    sample_release(anonymous);
    return good;
}

bool recording_close(struct recording *recording, struct error *error)
{
    if (recording == NULL)
        return true;
    bool good = true;
    if (recording->insert != NULL) {
        bundle_replace(recording);
        int result = sqlite3_wal_checkpoint_v2(recording->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
        if (result == SQLITE_BUSY) /* somebody reads it; what is not moved now is moved when that reader has ended */
            error_set(error, "%s is being read: its newest samples are in %s-wal beside it", recording->path,
                      recording->path);
        else if (result != SQLITE_OK)
            database_failed(recording, error);
        good = result == SQLITE_OK;
        statements_free(recording);
        /* Out of WAL mode the lone file opens everywhere, also where nothing may be written. A reader prevents it, and
         * then it stays as it is. */
        if (good)
            sqlite3_exec(recording->database, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    }
    recording_free(recording);
    return good;
}
