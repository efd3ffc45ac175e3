/* A stretch of a recording as a recording of its own, through a temporary file beside it. */
#include "cmd/cut.h"

#include "cmd/output.h"

#include "sample/redact.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The position of the oldest sample that the window at `first` looks at. */
static bool window_begin(struct cursor *cursor, size_t first, int64_t window_ns, size_t *begin, struct error *error)
{
    struct window window = {0};
    *begin = first;
    if (!cursor_window(cursor, first, window_ns, &window, error))
        return false;
    while (*begin > 0 && cursor_time_ns(cursor, *begin) != window.samples[0]->time_ns)
        (*begin)--;
    window_done(&window);
    return true;
}

static bool samples_copy(struct replay *replay, const struct cut_options *options, struct recording *part, size_t *kept,
                         size_t *damaged, struct error *error)
{
    size_t begin;
    if (!window_begin(replay->cursor, options->first, options->window_ns, &begin, error))
        return false;
    size_t total = options->last - begin + 1;
    for (size_t position = begin; position <= options->last; position++) {
        struct error unreadable;
        struct sample *sample = recording_sample(replay->recording, position, &unreadable);
        progress_show("cutting", position - begin, total);
        if (sample == NULL) {
            (*damaged)++;
            continue;
        }
        bool written = (!options->redact || sample_redact(sample, error)) && recording_append(part, sample, error);
        sample_release(sample);
        if (!written)
            return false;
        (*kept)++;
    }
    progress_show("cutting", total, total);
    return *kept > 0 || error_set(error, "no sample of that stretch is readable: nothing was written");
}

/* Gives the finished file its name, which nobody else may have taken meanwhile. */
static bool file_name(const char *temporary, const char *path, struct error *error)
{
    bool named = renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0;
    if (!named && (errno == EINVAL || errno == ENOSYS)) /* not every file system can */
        named = access(path, F_OK) != 0 && rename(temporary, path) == 0;
    return named || error_errno(error, errno, "cannot write %s: nothing was left behind", path);
}

bool recording_cut(struct replay *replay, const struct cut_options *options, const char *path, size_t *kept,
                   size_t *damaged, struct error *error)
{
    struct stat status;
    bool anonymised = recording_anonymised(replay->recording);
    *kept = *damaged = 0;
    if (anonymised && options->anonymise)
        return error_set(error, "%s is anonymised already: leave --anonymise out", recording_path(replay->recording));
    if (lstat(path, &status) == 0)
        return error_set(error, "%s exists: choose another name", path);
    struct buffer temporary = {0};
    buffer_printf(&temporary, "%s.XXXXXX", path);
    int descriptor = temporary.failed ? -1 : mkostemp(temporary.data, O_CLOEXEC);
    if (descriptor < 0) {
        error_errno(error, errno, "cannot write %s: choose a folder that you may write", path);
        buffer_done(&temporary);
        return false;
    }
    close(descriptor);
    const struct recording_options made = {.anonymise = options->anonymise, .anonymised = anonymised};
    struct recording *part = recording_create(temporary.data, &made, error);
    bool done = part != NULL && samples_copy(replay, options, part, kept, damaged, error);
    done = recording_close(part, done ? error : NULL) && done && file_name(temporary.data, path, error);
    if (!done)
        recording_remove(temporary.data);
    buffer_done(&temporary);
    return done;
}
