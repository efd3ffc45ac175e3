/* Reading one sample of a recording: its row, its frame, its keyframe. */
#include "record/bundle.h"

#include "sample/codec.h"

struct row {
    int64_t time_ns;
    int64_t keyframe;
    int64_t boottime_ns;
    int64_t first, last; /* the samples of its frame; first 0: not read */
};

bool sample_statements_prepare(struct recording *recording, struct error *error)
{
    recording->select = database_prepare(
        recording, "SELECT time_ns, keyframe, boottime_ns, data FROM sample NOT INDEXED WHERE id = ?1", error);
    if (recording->select == NULL || !recording->has_bundles)
        return recording->select != NULL;
    recording->select_frame = database_prepare(
        recording, "SELECT first, last, data FROM bundle WHERE first <= ?1 ORDER BY first DESC LIMIT 1", error);
    if (recording->select_frame != NULL)
        recording->select_sizes = database_prepare(
            recording, "SELECT id, raw_bytes FROM sample NOT INDEXED WHERE id BETWEEN ?1 AND ?2 ORDER BY id", error);
    return recording->select_sizes != NULL;
}

/* Copies the column of the statement's row into recording->packed. */
static bool frame_take(struct recording *recording, sqlite3_stmt *select, int column, struct error *error)
{
    const void *data = sqlite3_column_blob(select, column);
    int bytes = sqlite3_column_bytes(select, column);
    buffer_clear(&recording->packed);
    buffer_append(&recording->packed, data, data == NULL || bytes < 0 ? 0 : (size_t)bytes);
    return !recording->packed.failed || error_memory(error);
}

/* The frame that holds the sample of an id into recording->packed. */
static bool frame_read(struct recording *recording, int64_t id, struct row *row, struct error *error)
{
    sqlite3_stmt *select = recording->select_frame;
    sqlite3_bind_int64(select, 1, id);
    int result = sqlite3_step(select);
    bool good = result == SQLITE_ROW;
    if (good) {
        row->first = sqlite3_column_int64(select, 0);
        row->last = sqlite3_column_int64(select, 1);
        good = row->last >= id ? frame_take(recording, select, 2, error)
                               : error_set(error, "the sample is damaged: nothing but its row is there");
    } else if (result == SQLITE_DONE) {
        error_set(error, "the sample is damaged: nothing but its row is there");
    } else {
        database_failed(recording, error);
    }
    sqlite3_reset(select);
    return good;
}

/* Reads the row of an id, and its frame into recording->packed unless it is at hand unpacked. */
static bool row_read(struct recording *recording, int64_t id, struct row *row, struct error *error)
{
    sqlite3_stmt *select = recording->select;
    sqlite3_bind_int64(select, 1, id);
    int result = sqlite3_step(select);
    bool good = result == SQLITE_ROW, elsewhere = false;
    if (good) {
        *row = (struct row){sqlite3_column_int64(select, 0), sqlite3_column_int64(select, 1),
                            sqlite3_column_int64(select, 2), id, id};
        elsewhere = recording->has_bundles && sqlite3_column_bytes(select, 3) == 0;
        good = elsewhere || frame_take(recording, select, 3, error);
    } else if (result == SQLITE_DONE) {
        error_set(error, "the sample is no longer in %s", recording->path);
    } else {
        database_failed(recording, error);
    }
    sqlite3_reset(select);
    return good && (!elsewhere || bundle_holds(recording, id) || frame_read(recording, id, row, error));
}

static bool keyframe_load(struct recording *recording, int64_t id, struct error *error)
{
    struct row row;
    recording->keyframe_id = 0;
    buffer_clear(&recording->keyframe);
    if (!row_read(recording, id, &row, error))
        return false;
    if (row.keyframe != id || row.first != id || row.last != id || bundle_holds(recording, id))
        return error_set(error, "the sample is damaged: what it builds on is not a whole one");
    if (!packer_unpack(recording->packer, recording->packed.data, recording->packed.length, NULL, 0,
                       &recording->keyframe, error))
        return false;
    recording->keyframe_id = id;
    return true;
}

/* Unpacks the sample of the row, whose frame is in recording->packed; *raw: its encoded bytes. Borrowed. */
static bool sample_unpack(struct recording *recording, int64_t id, struct row *row, const void **raw, size_t *length,
                          struct error *error)
{
    if (recording->keyframe_id != row->keyframe && /* which reads another row: then this one again */
        (!keyframe_load(recording, row->keyframe, error) ||
         (row->keyframe != id && !row_read(recording, id, row, error))))
        return false;
    if (row->keyframe == id) {
        *raw = recording->keyframe.data;
        *length = recording->keyframe.length;
        return true;
    }
    if (row->first < row->last && !bundle_unpack(recording, row->first, row->last, error))
        return false;
    if (bundle_holds(recording, id)) {
        *raw = bundle_sample(recording, id, length);
        return true;
    }
    buffer_clear(&recording->raw);
    bool good = packer_unpack(recording->packer, recording->packed.data, recording->packed.length,
                              recording->keyframe.data, recording->keyframe.length, &recording->raw, error);
    *raw = recording->raw.data;
    *length = recording->raw.length;
    return good;
}

struct sample *recording_sample(struct recording *recording, size_t position, struct error *error)
{
    const struct position *wanted = &recording->positions[position];
    struct row row;
    const void *raw;
    size_t length;
    if (!row_read(recording, wanted->id, &row, error) ||
        !sample_unpack(recording, wanted->id, &row, &raw, &length, error))
        return NULL;
    struct sample *sample = sample_decode(raw, length, error);
    if (sample != NULL && (sample->time_ns != wanted->time_ns || sample->time_ns != row.time_ns)) {
        error_set(error, "the sample is damaged: it is not the one of its place");
        sample_release(sample);
        return NULL;
    }
    return sample;
}

bool recording_packed(struct recording *recording, size_t position, struct packed_sample *packed, struct error *error)
{
    const struct position *wanted = &recording->positions[position];
    struct row row;
    const void *raw;
    size_t length;
    if (!row_read(recording, wanted->id, &row, error))
        return false;
    if (bundle_holds(recording, wanted->id) || row.first < row.last) {
        if (!sample_unpack(recording, wanted->id, &row, &raw, &length, error))
            return false;
        buffer_clear(&recording->packed);
        if (!packer_pack(recording->packer, raw, length, recording->keyframe.data, recording->keyframe.length,
                         &recording->packed, error))
            return false;
    }
    *packed = (struct packed_sample){(uint64_t)wanted->id, (uint64_t)row.keyframe, row.time_ns,
                                     row.boottime_ns,      recording->packed.data, recording->packed.length};
    return true;
}
