/* Reading files and directories of a /proc tree. */
#include "collect/proc_read.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 64 << 20 };

int proc_read(int directory, const char *name, char *text, size_t size)
{
    text[0] = '\0';
    int file = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return -errno;
    ssize_t length = read(file, text, size - 1);
    int result = length < 0 ? -errno : (int)length;
    close(file);
    text[result < 0 ? 0 : result] = '\0';
    return result;
}

int proc_read_all(int directory, const char *name, struct buffer *text)
{
    int file = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return -errno;
    int result = 0;
    for (;;) {
        char chunk[16384];
        ssize_t length = read(file, chunk, sizeof chunk);
        if (length <= 0) {
            result = length < 0 ? -errno : 0;
            break;
        }
        buffer_append(text, chunk, (size_t)length);
        if (text->failed || text->length > FILE_BYTES_MAX) {
            result = text->failed ? -ENOMEM : -EFBIG;
            break;
        }
    }
    close(file);
    return result;
}

int proc_read_link(int directory, const char *name, char *target, size_t size)
{
    target[0] = '\0';
    ssize_t length = readlinkat(directory, name, target, size);
    if (length < 0)
        return -errno;
    if ((size_t)length >= size) {
        target[0] = '\0';
        return -ENAMETOOLONG;
    }
    target[length] = '\0';
    return (int)length;
}

bool proc_is_gone(int result)
{
    return result == -ENOENT || result == -ESRCH || result == -ENOTDIR;
}

const char *proc_reason(int result)
{
    switch (-result) {
    case EACCES:
    case EPERM:
        return "not permitted";
    case EMFILE:
    case ENFILE:
        return "too many open files";
    case ENOENT:
    case ENOSYS:
    case EOPNOTSUPP:
        return "not offered by this kernel";
    case ENOMEM:
        return "out of memory";
    case ETIMEDOUT:
        return "missed the deadline";
    default:
        return "read error";
    }
}

int proc_listing_open(struct proc_listing *listing, int directory, const char *name, bool kernel)
{
    listing->kernel = kernel;
    listing->used = listing->filled = 0;
    listing->error = 0;
    listing->descriptor = openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return listing->descriptor < 0 ? -errno : 0;
}

static bool listing_fill(struct proc_listing *listing)
{
    enum { ENTRY_BYTES_MAX = 320 };
    if (listing->kernel && listing->filled > 0 && listing->filled + ENTRY_BYTES_MAX < sizeof listing->entries)
        return false;
    ssize_t filled = getdents64(listing->descriptor, listing->entries, sizeof listing->entries);
    if (filled < 0)
        listing->error = -errno;
    listing->used = 0;
    listing->filled = filled > 0 ? (size_t)filled : 0;
    return filled > 0;
}

bool proc_listing_next(struct proc_listing *listing, uint64_t *number, const char **name)
{
    for (;;) {
        if (listing->used >= listing->filled && !listing_fill(listing))
            return false;
        const struct dirent64 *entry = (const void *)(listing->entries + listing->used);
        listing->used += entry->d_reclen;
        const char *at = entry->d_name;
        if (*at >= '0' && *at <= '9' && proc_number(&at, number) && *at == '\0') {
            *name = entry->d_name;
            return true;
        }
    }
}

void proc_listing_close(struct proc_listing *listing)
{
    close(listing->descriptor);
}

bool proc_number(const char **at, uint64_t *number)
{
    const char *from = *at;
    while (*from == ' ' || *from == '\t')
        from++;
    if (*from < '0' || *from > '9')
        return false;
    uint64_t value = 0;
    for (; *from >= '0' && *from <= '9'; from++)
        value = value * 10 + (uint64_t)(*from - '0');
    *at = from;
    *number = value;
    return true;
}

bool proc_field(const char *text, const char *key, uint64_t *number)
{
    size_t length = strlen(key);
    for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) == 0) {
            const char *at = line + length;
            return proc_number(&at, number);
        }
    }
    return false;
}

char *proc_name(char name[24], uint64_t number)
{
    char digits[24];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    for (size_t i = 0; i < count; i++)
        name[i] = digits[count - 1 - i];
    name[count] = '\0';
    return name;
}
