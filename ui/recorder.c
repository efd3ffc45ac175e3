/* Recording what the screen sees. */
#include "ui/recorder.h"

#include "base/clock.h"
#include "ui/save.h"

#include <string.h>

/* No more than this waits in the writer's queue: the history is one already. */
enum { WAITING_MAX = 4, QUIT_WAIT_MS = 100 };

bool recorder_start(struct recorder *recorder, const struct cursor *cursor, const char *host, int32_t utc_offset_s,
                    struct error *error)
{
    char prefix[100], path[sizeof recorder->path];
    snprintf(prefix, sizeof prefix, "culprit-%s", save_name_part((char[65]){0}, 65, host));
    save_name(path, sizeof path, prefix, "culprit", utc_offset_s, 1);
    if (strcmp(path, recorder->path) == 0) /* it was ended and begun again within a second */
        save_name(path, sizeof path, prefix, "culprit", utc_offset_s, 2);
    *recorder = (struct recorder){.next = cursor_serial(cursor, 0)};
    memcpy(recorder->path, path, sizeof path);
    recorder->writer = writer_start(path, &(struct recording_options){.fresh = true}, error);
    return recorder->writer != NULL;
}

void recorder_end(struct recorder *recorder, const struct cursor *cursor)
{
    recorder->ending = true;
    recorder->last = cursor_serial(cursor, cursor_count(cursor) - 1);
}

/* The position to hand over next; SIZE_MAX when all is. */
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
    if (recorder->writer == NULL)
        return false;
    struct writer_state state = writer_state(recorder->writer);
    size_t position = recorder_position(recorder, cursor);
    bool all = recorder->ending && position == SIZE_MAX && state.waiting == 0;
    return state.ended || all || (state.opened && position != SIZE_MAX && state.waiting < WAITING_MAX);
}

int recorder_descriptor(const struct recorder *recorder)
{
    return recorder->writer == NULL ? -1 : writer_descriptor(recorder->writer);
}

short recorder_events(const struct recorder *recorder)
{
    return (short)(recorder->writer == NULL ? 0 : writer_events(recorder->writer));
}

static void sample_offer(struct recorder *recorder, struct cursor *cursor, size_t position)
{
    uint64_t serial = cursor_serial(cursor, position);
    struct error ignored;
    struct sample *sample = cursor_sample(cursor, position, &ignored);
    recorder->lost += (size_t)(serial - recorder->next) + (sample == NULL || !writer_offer(recorder->writer, sample));
    recorder->next = serial + 1;
    sample_release(sample);
}

/* Ends it: as was asked, or because of a sentence. */
static enum recorder_outcome recorder_close(struct recorder *recorder, const char *trouble, size_t *written,
                                            struct error *error)
{
    enum { CLOSE_WAIT_MS = 500 };
    struct writer_state last;
    if (trouble != NULL)
        error_set(error, "%s", trouble);
    bool closed = writer_finish(recorder->writer, CLOSE_WAIT_MS, &last, trouble == NULL ? error : NULL);
    *written = last.written;
    recorder->writer = NULL;
    recorder->ending = false;
    return closed && trouble == NULL ? RECORDER_ENDED : RECORDER_FAILED;
}

enum recorder_outcome recorder_work(struct recorder *recorder, struct cursor *cursor, size_t *written,
                                    struct error *error)
{
    writer_work(recorder->writer);
    struct writer_state state = writer_state(recorder->writer);
    size_t position = recorder_position(recorder, cursor);
    char trouble[sizeof error->text];
    if (state.trouble != NULL || state.ended) {
        snprintf(trouble, sizeof trouble, "%s", state.trouble == NULL ? "nothing is written any more" : state.trouble);
        return recorder_close(recorder, trouble, written, error);
    }
    if (state.opened && position != SIZE_MAX && state.waiting < WAITING_MAX)
        sample_offer(recorder, cursor, position);
    else if (recorder->ending && position == SIZE_MAX && state.waiting == 0)
        return recorder_close(recorder, NULL, written, error);
    return RECORDER_GOES_ON;
}

void recorder_done(struct recorder *recorder)
{
    writer_finish(recorder->writer, QUIT_WAIT_MS, NULL, NULL);
    recorder->writer = NULL;
}
