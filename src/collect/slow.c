/* Questions that may make whoever asks sleep. */
#include "collect/slow.h"

#include "collect/proc_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

enum { COMMAND_BYTES = 4096, FILES_DEADLINE_MS = 200 };

struct slow {
    int root;
    struct probe *commands, *files;
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

/* A request about files is a path (with its NUL) or, behind an empty one, descriptors. */
static bool files_work(void *context, const void *request, size_t request_bytes, struct buffer *answer)
{
    const struct slow *slow = context;
    const char *bytes = request;
    if (request_bytes > 0 && bytes[0] != '\0') {
        struct slow_space space;
        slow_space_read(bytes, &space);
        buffer_append(answer, &space, sizeof space);
        return !answer->failed;
    }
    for (size_t at = 1; at + sizeof(struct slow_descriptor) <= request_bytes; at += sizeof(struct slow_descriptor)) {
        struct slow_descriptor descriptor;
        struct slow_file file;
        memcpy(&descriptor, bytes + at, sizeof descriptor);
        slow_file_read(slow->root, descriptor, &file);
        buffer_append(answer, &file, sizeof file);
    }
    return !answer->failed;
}

static bool commands_work(void *context, const void *request, size_t request_bytes, struct buffer *answer)
{
    const struct slow *slow = context;
    for (size_t at = 0; at + sizeof(uint32_t) <= request_bytes; at += sizeof(uint32_t)) {
        char text[COMMAND_BYTES + 1];
        uint32_t pid;
        memcpy(&pid, (const char *)request + at, sizeof pid);
        int length = slow_command_read(slow->root, pid, text, sizeof text);
        uint32_t written = length < 0 ? UINT32_MAX : (uint32_t)length;
        buffer_append(answer, &written, sizeof written);
        if (length > 0)
            buffer_append(answer, text, (size_t)length);
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
    slow->commands = probe_new(
        &(struct probe_options){.name = "culprit-command", .work = commands_work, .context = slow, .descriptor = root});
    slow->files = probe_new(
        &(struct probe_options){.name = "culprit-file", .work = files_work, .context = slow, .descriptor = root});
    if (slow->commands == NULL || slow->files == NULL) {
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
    probe_free(slow->commands);
    probe_free(slow->files);
    free(slow);
}

int64_t slow_cpu_ns(const struct slow *slow)
{
    return probe_cpu_ns(slow->commands) + probe_cpu_ns(slow->files);
}

enum probe_result slow_space_ask(struct slow *slow, const char *point, struct slow_space *space)
{
    struct buffer answer = {0};
    enum probe_result result = probe_ask(slow->files, point, strlen(point) + 1, FILES_DEADLINE_MS, &answer, NULL);
    if (result == PROBE_ANSWERED && answer.length == sizeof *space)
        memcpy(space, answer.data, sizeof *space);
    else if (result == PROBE_ANSWERED)
        result = PROBE_FAILED;
    buffer_done(&answer);
    return result;
}

enum probe_result slow_files_ask(struct slow *slow, const struct slow_descriptor *descriptors, size_t count,
                                 struct slow_file *files)
{
    struct buffer request = {0}, answer = {0};
    buffer_append(&request, "", 1);
    buffer_append(&request, descriptors, count * sizeof *descriptors);
    enum probe_result result = PROBE_FAILED;
    if (!request.failed)
        result = probe_ask(slow->files, request.data, request.length, FILES_DEADLINE_MS, &answer, NULL);
    if (result == PROBE_ANSWERED && answer.length == count * sizeof *files)
        memcpy(files, answer.data, answer.length);
    else if (result == PROBE_ANSWERED)
        result = PROBE_FAILED;
    buffer_done(&request);
    buffer_done(&answer);
    return result;
}

enum probe_result slow_commands_ask(struct slow *slow, const uint32_t *pids, size_t count, int deadline_ms,
                                    struct buffer *commands)
{
    return probe_ask(slow->commands, pids, count * sizeof *pids, deadline_ms, commands, NULL);
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
