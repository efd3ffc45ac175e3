/* Recording what the screen sees. */
#include "ui/recorder.h"

#include "base/clock.h"
#include "ui/save.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool recorder_start(struct recorder *recorder, const struct cursor *cursor, const char *host, int32_t utc_offset_s,
                    struct error *error)
{
    char prefix[100];
    snprintf(prefix, sizeof prefix, "culprit-%s", save_name_part((char[65]){0}, 65, host));
    int descriptor = save_create(recorder->path, sizeof recorder->path, prefix, "culprit", utc_offset_s, error);
    if (descriptor < 0)
        return false;
    close(descriptor);
    recorder->recording = recording_create(recorder->path, &(struct recording_options){0}, error);
    if (recorder->recording == NULL) {
        unlink(recorder->path);
        return false;
    }
    recorder->next = cursor_serial(cursor, 0);
    recorder->written = 0;
    recorder->ending = false;
    return true;
}

void recorder_end(struct recorder *recorder, const struct cursor *cursor)
{
    recorder->ending = true;
    recorder->last = cursor_serial(cursor, cursor_count(cursor) - 1);
}

/* The position to write next; SIZE_MAX when all is written. What fell out of the history before its turn is left out.
 */
static size_t recorder_position(const struct recorder *recorder, const struct cursor *cursor)
{
    size_t count = cursor_count(cursor);
    if (count == 0 || cursor_serial(cursor, count - 1) < recorder->next ||
        (recorder->ending && recorder->last < recorder->next))
        return SIZE_MAX;
    size_t position = cursor_position(cursor, recorder->next);
    return position == SIZE_MAX ? 0 : position;
}

bool recorder_has_work(const struct recorder *recorder, const struct cursor *cursor)
{
    return recorder->recording != NULL && (recorder->ending || recorder_position(recorder, cursor) != SIZE_MAX);
}

bool recorder_work(struct recorder *recorder, struct cursor *cursor, struct error *error)
{
    size_t position = recorder_position(recorder, cursor);
    if (position == SIZE_MAX)
        return !recorder->ending || recorder_done(recorder, error);
    struct sample *sample = cursor_sample(cursor, position, error);
    bool written = sample != NULL && recording_append(recorder->recording, sample, error);
    sample_release(sample);
    recorder->next = cursor_serial(cursor, position) + 1;
    recorder->written += written;
    if (!written)
        recorder_done(recorder, NULL);
    return written;
}

bool recorder_done(struct recorder *recorder, struct error *error)
{
    struct recording *recording = recorder->recording;
    recorder->recording = NULL;
    recorder->ending = false;
    bool closed = recording_close(recording, error);
    if (recording != NULL && recorder->written == 0)
        unlink(recorder->path);
    return closed;
}
