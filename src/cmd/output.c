/* Where a command's result goes. */
#include "cmd/output.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool descriptor_write(int descriptor, const struct buffer *content)
{
    size_t written = 0;
    while (written < content->length) {
        ssize_t count = write(descriptor, content->data + written, content->length - written);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        written += (size_t)count;
    }
    return true;
}

static bool file_write(const char *path, const struct buffer *content, struct error *error)
{
    struct buffer temporary = {0};
    buffer_printf(&temporary, "%s.XXXXXX", path);
    if (temporary.failed) {
        buffer_done(&temporary);
        return error_memory(error);
    }
    bool written = false;
    int descriptor = mkostemp(temporary.data, O_CLOEXEC);
    if (descriptor < 0) {
        error_errno(error, errno, "cannot write %s: choose a folder that you may write, or -o - for the screen", path);
        goto out;
    }
    written = descriptor_write(descriptor, content) && fsync(descriptor) == 0;
    int number = errno;
    written = close(descriptor) == 0 && written;
    if (written) {
        written = rename(temporary.data, path) == 0;
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

bool output_write(const char *path, const struct buffer *content, struct error *error)
{
    if (content->failed)
        return error_memory(error);
    if (path == NULL || strcmp(path, "-") == 0) {
        fflush(stdout);
        return descriptor_write(STDOUT_FILENO, content) || error_errno(error, errno, "cannot write to standard output");
    }
    if (!path_is_special(path))
        return file_write(path, content, error);
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    bool written = descriptor >= 0 && descriptor_write(descriptor, content);
    int number = errno;
    if (descriptor >= 0)
        close(descriptor);
    return written || error_errno(error, number, "cannot write %s", path);
}

void progress_show(const char *what, size_t done, size_t total)
{
    enum { BAR_COLUMNS = 40 };
    if (!isatty(STDERR_FILENO) || total == 0)
        return;
    size_t filled = done * BAR_COLUMNS / total;
    char bar[BAR_COLUMNS + 1];
    memset(bar, '.', BAR_COLUMNS);
    memset(bar, '#', filled < BAR_COLUMNS ? filled : BAR_COLUMNS);
    bar[BAR_COLUMNS] = '\0';
    fprintf(stderr, "\r%s [%s] %zu of %zu", what, bar, done, total);
    if (done >= total)
        fprintf(stderr, "\r\033[K");
    fflush(stderr);
}

bool output_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

size_t output_columns(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        return size.ws_col;
    return 80;
}
