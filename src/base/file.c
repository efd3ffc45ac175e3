/* Writing and reading files whole. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool descriptor_write(int descriptor, const struct buffer *content)
{
    for (size_t written = 0; written < content->length;) {
        ssize_t count = write(descriptor, content->data + written, content->length - written);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        written += (size_t)count;
    }
    return true;
}

static bool mode_set(int descriptor, mode_t mode)
{
    mode_t mask = umask(0);
    umask(mask);
    return fchmod(descriptor, mode & ~mask) == 0;
}

static bool file_replace(const char *path, const struct buffer *content, mode_t mode, struct error *error)
{
    struct buffer temporary = {0};
    bool written = false;
    buffer_printf(&temporary, "%s.XXXXXX", path);
    if (temporary.failed) {
        error_memory(error);
        goto out;
    }
    int descriptor = mkostemp(temporary.data, O_CLOEXEC);
    if (descriptor < 0) {
        error_errno(error, errno, "cannot write %s: choose a folder that you may write, or - for standard output",
                    path);
        goto out;
    }
    written = mode_set(descriptor, mode) && descriptor_write(descriptor, content) && fsync(descriptor) == 0;
    int number = errno;
    if (close(descriptor) != 0 && written) {
        written = false;
        number = errno;
    }
    if (written && rename(temporary.data, path) != 0) {
        written = false;
        number = errno;
    }
    if (!written) {
        error_errno(error, number, "cannot write %s: nothing was left behind", path);
        unlink(temporary.data);
    }
out:
    buffer_done(&temporary);
    return written;
}

/* A device, a pipe or a terminal cannot be replaced by rename. */
static bool path_is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

bool file_write(const char *path, const struct buffer *content, mode_t mode, struct error *error)
{
    if (content->failed)
        return error_memory(error);
    if (strcmp(path, "-") == 0)
        return descriptor_write(STDOUT_FILENO, content) || errno == EPIPE ||
               error_errno(error, errno, "cannot write to standard output");
    if (!path_is_special(path))
        return file_replace(path, content, mode, error);
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    bool written = descriptor >= 0 && descriptor_write(descriptor, content);
    int number = errno;
    if (descriptor >= 0)
        close(descriptor);
    return written || error_errno(error, number, "cannot write %s", path);
}

static bool descriptor_read(int descriptor, size_t bytes_max, struct buffer *bytes)
{
    for (size_t left = bytes_max + 1; left > 0;) {
        char block[16384];
        ssize_t got = read(descriptor, block, left < sizeof block ? left : sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        buffer_append(bytes, block, (size_t)got);
        left -= (size_t)got;
        if (bytes->failed) {
            errno = ENOMEM;
            return false;
        }
    }
    return true;
}

bool file_read(const char *path, const char *what, size_t bytes_max, struct buffer *bytes, struct error *error)
{
    struct stat status;
    bool done = false;
    /* Without O_NONBLOCK opening a named pipe would wait for a writer. */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 || fstat(descriptor, &status) != 0)
        error_errno(error, errno, "cannot read %s %s", what, path);
    else if (!S_ISREG(status.st_mode))
        error_set(error, "cannot read %s %s: it is not a file", what, path);
    else if (!descriptor_read(descriptor, bytes_max, bytes))
        error_errno(error, errno, "cannot read %s %s", what, path);
    else
        done = true;
    if (descriptor >= 0)
        close(descriptor);
    return done;
}
