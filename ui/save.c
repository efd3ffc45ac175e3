/* New files in the current directory. */
#include "ui/save.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ATTEMPTS = 100 };

char *save_name_part(char *dst, size_t dst_bytes, const char *text)
{
    size_t used = 0;
    for (; text[used] != '\0' && used + 1 < dst_bytes; used++) {
        char c = text[used];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        dst[used] = plain ? c : '_';
    }
    dst[used] = '\0';
    return dst;
}

void save_name(char *path, size_t path_bytes, const char *prefix, const char *suffix, int32_t utc_offset_s, int n)
{
    time_t now_s = (time_t)(clock_realtime_ns() / NS_PER_S + utc_offset_s);
    struct tm fields = {0};
    char stamp[32];
    gmtime_r(&now_s, &fields);
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &fields);
    if (n == 1)
        snprintf(path, path_bytes, "%s-%s.%s", prefix, stamp, suffix);
    else
        snprintf(path, path_bytes, "%s-%s-%d.%s", prefix, stamp, n, suffix);
}

int save_create(char *path, size_t path_bytes, const char *prefix, const char *suffix, int32_t utc_offset_s,
                struct error *error)
{
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        save_name(path, path_bytes, prefix, suffix, utc_offset_s, attempt);
        int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (descriptor >= 0)
            return descriptor;
        if (errno != EEXIST)
            break;
    }
    error_errno(error, errno, "%s cannot be created in the current directory", path);
    return -1;
}

bool save_buffer(char *path, size_t path_bytes, const char *prefix, const char *suffix, int32_t utc_offset_s,
                 const struct buffer *contents, struct error *error)
{
    int descriptor = save_create(path, path_bytes, prefix, suffix, utc_offset_s, error);
    if (descriptor < 0)
        return false;
    bool written = true;
    for (size_t at = 0; written && at < contents->length;) {
        ssize_t count = write(descriptor, contents->data + at, contents->length - at);
        if (count > 0)
            at += (size_t)count;
        else if (count == 0 || errno != EINTR)
            written = error_errno(error, errno, "%s cannot be written", path);
    }
    if (close(descriptor) != 0 && written)
        written = error_errno(error, errno, "%s cannot be written", path);
    if (!written)
        unlink(path);
    return written;
}
