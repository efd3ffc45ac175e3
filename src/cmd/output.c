/* Where a command's result goes. */
#include "cmd/output.h"

#include "base/file.h"

#include <langinfo.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool output_write(const char *path, const struct buffer *content, struct error *error)
{
    fflush(stdout);
    return file_write(path == NULL ? "-" : path, content, 0600, error);
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
