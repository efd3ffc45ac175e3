/* Samples compressed together. */
#include "record/bundle.h"

/* ---- writing ---- */

static void bundle_forget(struct recording *recording)
{
    recording->bundle.first = recording->bundle.last = 0;
    recording->bundle_packed_bytes = 0;
    buffer_clear(&recording->bundle.raw);
}

bool bundle_has_room(const struct recording *recording, size_t bytes)
{
    const struct bundle *bundle = &recording->bundle;
    return bundle->first == 0 || (bundle->raw.length + bytes <= PACK_TOGETHER_BYTES_MAX &&
                                  bundle->last - bundle->first + 1 < BUNDLE_SAMPLES_MAX);
}

void bundle_note(struct recording *recording, int64_t id, size_t packed_bytes)
{
    struct bundle *bundle = &recording->bundle;
    if (recording->raw.length > PACK_TOGETHER_BYTES_MAX / 2) { /* no other beside it */
        bundle_forget(recording);
        return;
    }
    buffer_append(&bundle->raw, recording->raw.data, recording->raw.length);
    if (bundle->raw.failed) {
        bundle_forget(recording);
        return;
    }
    bundle->first = bundle->first == 0 ? id : bundle->first;
    bundle->last = id;
    recording->bundle_packed_bytes += packed_bytes;
}

bool bundle_insert(struct recording *recording, int64_t first, int64_t last, const struct buffer *packed,
                   struct error *error)
{
    sqlite3_stmt *insert = recording->insert_frame;
    sqlite3_bind_int64(insert, 1, first);
    sqlite3_bind_int64(insert, 2, last);
    sqlite3_bind_blob64(insert, 3, packed->data, packed->length, SQLITE_STATIC);
    bool good = sqlite3_step(insert) == SQLITE_DONE || database_failed(recording, error);
    sqlite3_reset(insert);
    sqlite3_clear_bindings(insert);
    return good;
}

static bool frames_replace(struct recording *recording, const struct buffer *packed, struct error *error)
{
    const struct bundle *bundle = &recording->bundle;
    sqlite3_stmt *remove = database_prepare(recording, "DELETE FROM bundle WHERE first BETWEEN ?1 AND ?2", error);
    if (remove == NULL)
        return false;
    sqlite3_bind_int64(remove, 1, bundle->first);
    sqlite3_bind_int64(remove, 2, bundle->last);
    bool good = sqlite3_step(remove) == SQLITE_DONE || database_failed(recording, error);
    sqlite3_finalize(remove);
    return good && bundle_insert(recording, bundle->first, bundle->last, packed, error);
}

void bundle_replace(struct recording *recording)
{
    const struct bundle *bundle = &recording->bundle;
    struct buffer packed = {0};
    struct error ignored;
    if (bundle->first < bundle->last &&
        packer_pack_together(recording->packer, bundle->raw.data, bundle->raw.length, recording->keyframe.data,
                             recording->keyframe.length, &packed, &ignored) &&
        packed.length < recording->bundle_packed_bytes && database_run(recording, "BEGIN IMMEDIATE", &ignored)) {
        if (frames_replace(recording, &packed, &ignored) && database_run(recording, "COMMIT", &ignored))
            recording->group_packed_bytes -= recording->bundle_packed_bytes - packed.length;
        else
            sqlite3_exec(recording->database, "ROLLBACK", NULL, NULL, NULL);
    }
    buffer_done(&packed);
    bundle_forget(recording);
}

/* ---- reading ---- */

bool bundle_holds(const struct recording *recording, int64_t id)
{
    return recording->bundle.first != 0 && recording->bundle.first <= id && id <= recording->bundle.last;
}

/* Where each sample begins, from the sizes in their rows. False: those are not what the frame holds. */
static bool bundle_divide(struct recording *recording, int64_t first, int64_t last)
{
    struct bundle *bundle = &recording->bundle;
    sqlite3_stmt *sizes = recording->select_sizes;
    int64_t id = first;
    bundle->begin[0] = 0;
    sqlite3_bind_int64(sizes, 1, first);
    sqlite3_bind_int64(sizes, 2, last);
    while (id <= last && sqlite3_step(sizes) == SQLITE_ROW && sqlite3_column_int64(sizes, 0) == id) {
        size_t begin = bundle->begin[id - first];
        int64_t bytes = sqlite3_column_int64(sizes, 1);
        if (bytes < 0 || (uint64_t)bytes > bundle->raw.length - begin)
            break;
        bundle->begin[++id - first] = begin + (size_t)bytes;
    }
    sqlite3_reset(sizes);
    return id == last + 1 && bundle->begin[id - first] == bundle->raw.length;
}

bool bundle_unpack(struct recording *recording, int64_t first, int64_t last, struct error *error)
{
    struct bundle *bundle = &recording->bundle;
    bundle_forget(recording);
    if (first < 1 || last < first || last - first >= BUNDLE_SAMPLES_MAX)
        return error_set(error, "the sample is damaged: it is bundled with an impossible number of others");
    if (!packer_unpack(recording->packer, recording->packed.data, recording->packed.length, recording->keyframe.data,
                       recording->keyframe.length, &bundle->raw, error))
        return false;
    if (!bundle_divide(recording, first, last))
        return error_set(error, "the sample is damaged: what it is bundled with has another size than its rows say");
    bundle->first = first;
    bundle->last = last;
    return true;
}

const void *bundle_sample(const struct recording *recording, int64_t id, size_t *length)
{
    const struct bundle *bundle = &recording->bundle;
    size_t begin = bundle->begin[id - bundle->first];
    *length = bundle->begin[id - bundle->first + 1] - begin;
    return bundle->raw.data + begin;
}
