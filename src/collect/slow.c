/* Questions that may make whoever asks sleep. */
#include "collect/slow.h"

#include "collect/asker.h"
#include "collect/proc_read.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

enum { COMMAND_BYTES = 4096, POLLED_MAX = 256, FILES_DEADLINE_MS = 200, PROCESSES_DEADLINE_MS = 500 };

struct slow {
    int root;
    struct asker *commands, *files, *spaces, *processes, *polls;
};

void slow_space_read(const char *point, struct slow_space *space)
{
    struct statvfs status;
    *space = (struct slow_space){0};
    if (statvfs(point, &status) != 0) {
        space->error = errno;
        return;
    }
    space->total_bytes = (uint64_t)status.f_blocks * status.f_frsize;
    space->available_bytes = (uint64_t)status.f_bavail * status.f_frsize;
    space->inodes = status.f_files;
    space->inodes_free = status.f_favail;
    space->read_only = (status.f_flag & ST_RDONLY) != 0;
}

void slow_file_read(int root, struct slow_descriptor descriptor, struct slow_file *file)
{
    char path[64], number[24];
    struct statx status;
    *file = (struct slow_file){0};
    char *end = stpcpy(stpcpy(path, proc_name(number, descriptor.pid)), "/fd/");
    strcpy(end, proc_name(number, descriptor.number));
    if (statx(root, path, AT_STATX_DONT_SYNC, STATX_BASIC_STATS, &status) != 0) {
        file->error = errno;
        return;
    }
    file->mode = status.stx_mode;
    file->links = status.stx_nlink;
    file->device = makedev(status.stx_dev_major, status.stx_dev_minor);
    file->inode = status.stx_ino;
    file->size_bytes = status.stx_size;
}

int slow_command_read(int root, uint32_t pid, char *text, size_t size)
{
    char path[48];
    strcat(proc_name(path, pid), "/cmdline");
    int length = proc_read(root, path, text, size);
    while (length > 0 && text[length - 1] == '\0')
        length--;
    for (int i = 0; i < length; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    return length;
}

static bool space_work(void *context, const void *request, size_t request_bytes, struct buffer *answer)
{
    const char *point = request;
    struct slow_space space;
    (void)context;
    if (request_bytes == 0 || point[request_bytes - 1] != '\0')
        return false;
    slow_space_read(point, &space);
    buffer_append(answer, &space, sizeof space);
    return !answer->failed;
}

static bool files_work(void *context, const void *request, size_t request_bytes, struct buffer *answer)
{
    const struct slow *slow = context;
    for (size_t i = 0; i < request_bytes / sizeof(struct slow_descriptor); i++) {
        struct slow_descriptor descriptor;
        struct slow_file file;
        memcpy(&descriptor, (const char *)request + i * sizeof descriptor, sizeof descriptor);
        asker_step(slow->files, i);
        slow_file_read(slow->root, descriptor, &file);
        buffer_append(answer, &file, sizeof file);
    }
    return !answer->failed;
}

static bool commands_work(void *context, const void *request, size_t request_bytes, struct buffer *answer)
{
    const struct slow *slow = context;
    for (size_t i = 0; i < request_bytes / sizeof(uint32_t); i++) {
        char text[COMMAND_BYTES + 1];
        uint32_t pid;
        memcpy(&pid, (const char *)request + i * sizeof pid, sizeof pid);
        asker_step(slow->commands, i);
        int length = slow_command_read(slow->root, pid, text, sizeof text);
        uint32_t written = length < 0 ? UINT32_MAX : (uint32_t)length;
        buffer_append(answer, &written, sizeof written);
        if (length > 0)
            buffer_append(answer, text, (size_t)length);
    }
    return !answer->failed;
}

/* Counters of input and output wait for the end of an exec on every kernel, stat on new ones, where it may be read by
 * those who may not read the counters. */
static bool processes_work(void *context, const void *request, size_t request_bytes, struct buffer *answer)
{
    const struct slow *slow = context;
    (void)answer;
    for (size_t i = 0; i < request_bytes / sizeof(uint32_t); i++) {
        char path[48], text[PROC_SMALL_BYTES];
        uint32_t pid;
        memcpy(&pid, (const char *)request + i * sizeof pid, sizeof pid);
        asker_step(slow->processes, i);
        strcat(proc_name(path, pid), "/io");
        if (proc_read(slow->root, path, text, sizeof text) >= 0)
            continue;
        strcat(proc_name(path, pid), "/stat");
        proc_read(slow->root, path, text, sizeof text);
    }
    return true;
}

static bool memory_read(uint32_t pid, uint64_t address, void *bytes, size_t size)
{
    struct iovec here = {bytes, size}, there = {(void *)(uintptr_t)address, size};
    return process_vm_readv((pid_t)pid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

static bool poll_waits(const struct slow_poll *poll)
{
    struct pollfd entries[POLLED_MAX];
    unsigned long word;
    const uint32_t word_bits = 8 * sizeof word;
    if (poll->selects != 0)
        return poll->list != 0 && poll->descriptor < poll->count &&
               memory_read(poll->pid, poll->list + poll->descriptor / word_bits * sizeof word, &word, sizeof word) &&
               (word >> poll->descriptor % word_bits & 1) != 0;
    if (poll->count > POLLED_MAX || !memory_read(poll->pid, poll->list, entries, poll->count * sizeof *entries))
        return false;
    for (uint32_t i = 0; i < poll->count; i++)
        if (entries[i].fd == (int)poll->descriptor && (entries[i].events & (POLLIN | POLLRDNORM)) != 0)
            return true;
    return false;
}

static bool polls_work(void *context, const void *request, size_t request_bytes, struct buffer *answer)
{
    const struct slow *slow = context;
    for (size_t i = 0; i < request_bytes / sizeof(struct slow_poll); i++) {
        struct slow_poll poll;
        memcpy(&poll, (const char *)request + i * sizeof poll, sizeof poll);
        asker_step(slow->polls, i);
        bool waits = poll_waits(&poll);
        buffer_append(answer, &waits, sizeof waits);
    }
    return !answer->failed;
}

struct slow *slow_new(int root, struct error *error)
{
    struct slow *slow = calloc(1, sizeof *slow);
    if (slow == NULL) {
        error_memory(error);
        return NULL;
    }
    slow->root = root;
    struct probe_options options = {.context = slow, .descriptor = root};
    const struct {
        struct asker **asker;
        const char *name;
        probe_work *work;
    } askers[] = {{&slow->commands, "culprit-command", commands_work},
                  {&slow->files, "culprit-file", files_work},
                  {&slow->spaces, "culprit-space", space_work},
                  {&slow->processes, "culprit-process", processes_work},
                  {&slow->polls, "culprit-poll", polls_work}};
    for (size_t i = 0; i < sizeof askers / sizeof askers[0]; i++) {
        options.name = askers[i].name;
        options.work = askers[i].work;
        *askers[i].asker = asker_new(&options);
        if (*askers[i].asker != NULL)
            continue;
        slow_free(slow);
        error_memory(error);
        return NULL;
    }
    return slow;
}

void slow_free(struct slow *slow)
{
    if (slow == NULL)
        return;
    asker_free(slow->commands);
    asker_free(slow->files);
    asker_free(slow->spaces);
    asker_free(slow->processes);
    asker_free(slow->polls);
    free(slow);
}

int64_t slow_cpu_ns(const struct slow *slow)
{
    return asker_cpu_ns(slow->commands) + asker_cpu_ns(slow->files) + asker_cpu_ns(slow->spaces) +
           asker_cpu_ns(slow->processes) + asker_cpu_ns(slow->polls);
}

enum probe_result slow_space_ask(struct slow *slow, const char *point, uint64_t key, struct slow_space *space)
{
    struct buffer answer = {0};
    bool answered;
    struct asker_items items = {point, strlen(point) + 1, 1, &key};
    enum probe_result result = asker_ask(slow->spaces, &items, FILES_DEADLINE_MS, &answered, &answer);
    if (result == PROBE_ANSWERED && !answered)
        result = PROBE_MISSED;
    if (result == PROBE_ANSWERED && answer.length == sizeof *space)
        memcpy(space, answer.data, sizeof *space);
    else if (result == PROBE_ANSWERED)
        result = PROBE_FAILED;
    buffer_done(&answer);
    return result;
}

enum probe_result slow_files_ask(struct slow *slow, const struct slow_descriptor *descriptors, const uint64_t *keys,
                                 size_t count, struct slow_file *files, bool *answered)
{
    struct buffer answer = {0};
    struct asker_items items = {descriptors, sizeof *descriptors, count, keys};
    enum probe_result result = asker_ask(slow->files, &items, FILES_DEADLINE_MS, answered, &answer);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        answered[i] = answered[i] && answer.length - at >= sizeof *files;
        if (!answered[i])
            continue;
        memcpy(&files[i], answer.data + at, sizeof *files);
        at += sizeof *files;
    }
    buffer_done(&answer);
    return result;
}

/* The keys of processes are their numbers. NULL: out of memory. */
static uint64_t *keys_of_pids(const uint32_t *pids, size_t count)
{
    uint64_t *keys = calloc(count + 1, sizeof *keys);
    for (size_t i = 0; keys != NULL && i < count; i++)
        keys[i] = pids[i];
    return keys;
}

enum probe_result slow_commands_ask(struct slow *slow, const uint32_t *pids, size_t count, bool *answered,
                                    struct buffer *commands)
{
    uint64_t *keys = keys_of_pids(pids, count);
    struct asker_items items = {pids, sizeof *pids, count, keys};
    enum probe_result result = PROBE_FAILED;
    if (keys != NULL)
        result = asker_ask(slow->commands, &items, PROCESSES_DEADLINE_MS, answered, commands);
    free(keys);
    return result;
}

enum probe_result slow_polls_ask(struct slow *slow, const struct slow_poll *polls, size_t count, bool *waits)
{
    struct buffer answer = {0};
    uint64_t *keys = calloc(count + 1, sizeof *keys);
    struct asker_items items = {polls, sizeof *polls, count, keys};
    enum probe_result result = PROBE_FAILED;
    for (size_t i = 0; i < count; i++)
        waits[i] = false;
    if (keys != NULL) {
        for (size_t i = 0; i < count; i++)
            keys[i] = polls[i].pid;
        result = asker_ask(slow->polls, &items, PROCESSES_DEADLINE_MS, waits, &answer);
    }
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        waits[i] = waits[i] && at < answer.length && answer.data[at++] != 0;
    buffer_done(&answer);
    free(keys);
    return result;
}

void slow_scout(struct slow *slow, const uint32_t *pids, size_t count)
{
    struct buffer nothing = {0};
    uint64_t *keys = keys_of_pids(pids, count);
    bool *answered = calloc(count + 1, sizeof *answered);
    struct asker_items items = {pids, sizeof *pids, count, keys};
    if (keys != NULL && answered != NULL)
        asker_ask(slow->processes, &items, PROCESSES_DEADLINE_MS, answered, &nothing);
    free(keys);
    free(answered);
    buffer_done(&nothing);
}

bool slow_hangs(struct slow *slow, uint32_t pid)
{
    return asker_hangs(slow->processes, pid);
}

const char *slow_reason(enum probe_result result)
{
    switch (result) {
    case PROBE_MISSED:
        return "missed the deadline";
    case PROBE_RESTING:
        return "missed too many deadlines";
    default:
        return "read error";
    }
}
