/* The texts under /proc/PID, as structs. */
#include "collect/proc_parse.h"

#include "collect/proc_read.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool field_skip(const char **at, unsigned count)
{
    const char *from = *at;
    for (; count > 0; count--) {
        while (*from == ' ')
            from++;
        if (*from == '\0')
            return false;
        while (*from != ' ' && *from != '\0')
            from++;
    }
    *at = from;
    return true;
}

bool proc_stat_parse(const char *text, size_t length, struct proc_stat *stat)
{
    const char *open = memchr(text, '(', length);
    const char *close = memrchr(text, ')', length);
    const char *at = text;
    if (open == NULL || close == NULL || close < open || close[1] != ' ' || !proc_number(&at, &stat->pid))
        return false;
    stat->name = open + 1;
    stat->name_length = (size_t)(close - open - 1);
    stat->state = close[2];
    if (stat->state == '\0')
        return false;
    at = close + 3;
    uint64_t resident, start_code, start_stack;
    bool valid = proc_number(&at, &stat->parent_pid) && field_skip(&at, 4) && proc_number(&at, &stat->flags) &&
                 proc_number(&at, &stat->minor_faults) && field_skip(&at, 1) && proc_number(&at, &stat->major_faults) &&
                 field_skip(&at, 1) && proc_number(&at, &stat->user_ticks) && proc_number(&at, &stat->system_ticks) &&
                 field_skip(&at, 4) && proc_number(&at, &stat->threads) && field_skip(&at, 1) &&
                 proc_number(&at, &stat->start_ticks) && field_skip(&at, 1) && proc_number(&at, &resident);
    if (!valid)
        return false;
    stat->rss_pages = resident;
    stat->image = 0;
    if (field_skip(&at, 1) && proc_number(&at, &start_code) && field_skip(&at, 1) && proc_number(&at, &start_stack))
        stat->image = start_code ^ start_stack << 1;
    return true;
}

bool proc_schedstat_parse(const char *text, struct proc_schedstat *schedstat)
{
    const char *at = text;
    return proc_number(&at, &schedstat->cpu_ns) && proc_number(&at, &schedstat->run_delay_ns) &&
           proc_number(&at, &schedstat->slices);
}

bool proc_system_call_parse(const char *text, struct proc_system_call *call)
{
    *call = (struct proc_system_call){.number = -1};
    if (strncmp(text, "running", 7) == 0)
        return true;
    char *end;
    call->number = strtoll(text, &end, 10);
    if (end == text)
        return false;
    call->blocked = true;
    for (size_t i = 0; i < 6 && call->number >= 0; i++) {
        const char *from = end;
        call->arguments[i] = strtoull(from, &end, 16);
        if (end == from)
            return false;
    }
    return true;
}

static bool starts_with(const char *text, size_t length, const char *prefix)
{
    size_t prefix_length = strlen(prefix);
    return length >= prefix_length && memcmp(text, prefix, prefix_length) == 0;
}

bool proc_namespace_parse(const char *text, uint64_t *inode)
{
    const char *at = strchr(text, '[');
    return at != NULL && (at++, proc_number(&at, inode)) && *at == ']';
}

void proc_link_parse(const char *text, size_t length, struct proc_link *link)
{
    *link = (struct proc_link){.type = DESCRIPTOR_OTHER, .path = text, .path_length = length};
    if (starts_with(text, length, "socket:[") || starts_with(text, length, "pipe:[")) {
        if (proc_namespace_parse(text, &link->inode)) {
            link->type = text[0] == 's' ? DESCRIPTOR_SOCKET : DESCRIPTOR_PIPE;
            link->path = NULL;
            link->path_length = 0;
        }
        return;
    }
    static const char deleted[] = " (deleted)";
    enum { DELETED_LENGTH = sizeof deleted - 1 };
    if (text[0] == '/' && length > DELETED_LENGTH &&
        memcmp(text + length - DELETED_LENGTH, deleted, DELETED_LENGTH) == 0) {
        link->deleted = true;
        link->path_length -= DELETED_LENGTH;
    }
    if (text[0] != '/' || starts_with(text, length, "/memfd:"))
        return;
    bool device = starts_with(text, length, "/dev/") && !starts_with(text, length, "/dev/shm/") &&
                  !starts_with(text, length, "/dev/mqueue/") && !starts_with(text, length, "/dev/hugepages/");
    link->type = device ? DESCRIPTOR_DEVICE_FILE : DESCRIPTOR_FILE;
}

static bool word_take(const char **at, const char **word, size_t *length)
{
    while (**at == ' ')
        (*at)++;
    *word = *at;
    while (**at != ' ' && **at != '\n' && **at != '\0')
        (*at)++;
    *length = (size_t)(*at - *word);
    return *length > 0;
}

static bool word_is(const char *word, size_t length, const char *expected)
{
    return strlen(expected) == length && memcmp(word, expected, length) == 0;
}

static bool lock_class_parse(const char *word, size_t length, enum lock_class *class)
{
    static const struct {
        const char *name;
        enum lock_class class;
    } classes[] = {{"FLOCK", LOCK_FLOCK}, {"POSIX", LOCK_POSIX}, {"ACCESS", LOCK_POSIX}, {"OFDLCK", LOCK_OFD},
                   {"LEASE", LOCK_LEASE}, {"DELEG", LOCK_LEASE}, {"LAYOUT", LOCK_LEASE}};
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (word_is(word, length, classes[i].name)) {
            *class = classes[i].class;
            return true;
        }
    return false;
}

bool proc_lock_parse(const char *line, struct proc_lock *lock)
{
    *lock = (struct proc_lock){0};
    const char *at = line, *word;
    size_t length;
    if (!proc_number(&at, &lock->ordinal) || *at++ != ':' || !word_take(&at, &word, &length))
        return false;
    lock->waiting = word_is(word, length, "->");
    if (lock->waiting && !word_take(&at, &word, &length))
        return false;
    if (!lock_class_parse(word, length, &lock->class) || !word_take(&at, &word, &length) ||
        !word_take(&at, &word, &length))
        return false;
    lock->exclusive = word_is(word, length, "WRITE") || word_is(word, length, "RW");
    while (*at == ' ')
        at++;
    lock->has_pid = proc_number(&at, &lock->pid);
    if (!lock->has_pid && !(word_take(&at, &word, &length) && word_is(word, length, "-1")))
        return false;
    char *end;
    uint64_t major = strtoull(at, &end, 16);
    if (end == at || *end != ':')
        return false;
    uint64_t minor = strtoull(end + 1, &end, 16);
    if (*end != ':')
        return false;
    at = end + 1;
    lock->device = major << 20 | minor;
    return proc_number(&at, &lock->inode);
}

enum descriptor_type descriptor_type_of(uint32_t mode, enum descriptor_type otherwise)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return DESCRIPTOR_FILE;
    case S_IFDIR:
        return DESCRIPTOR_DIRECTORY;
    case S_IFCHR:
    case S_IFBLK:
        return DESCRIPTOR_DEVICE_FILE;
    case S_IFIFO:
        return DESCRIPTOR_PIPE;
    case S_IFSOCK:
        return DESCRIPTOR_SOCKET;
    default:
        return otherwise;
    }
}
