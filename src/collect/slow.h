/* Questions that may make whoever asks sleep, put to a probe each: command lines (which take the lock on a process's
 * memory), sizes and files on network and FUSE file systems. In a frozen tree they are read directly. */
#ifndef COLLECT_SLOW_H
#define COLLECT_SLOW_H

#include "base/buffer.h"
#include "base/error.h"
#include "collect/probe.h"

#include <stddef.h>
#include <stdint.h>

struct slow;

/* root: an open directory of /proc, borrowed. NULL: out of memory. */
struct slow *slow_new(int root, struct error *error);
void slow_free(struct slow *slow);
int64_t slow_cpu_ns(const struct slow *slow);

/* An answer about one of the things asked for. */
struct slow_space {
    int32_t error; /* 0, or errno */
    uint32_t read_only;
    uint64_t total_bytes, available_bytes, inodes, inodes_free;
};
struct slow_file {
    int32_t error;
    uint32_t mode, links;
    uint64_t device, inode, size_bytes;
};
struct slow_descriptor {
    uint32_t pid, number;
};

/* Takes a moment only: answers what statvfs says, without a probe. */
void slow_space_read(const char *point, struct slow_space *space);
void slow_file_read(int root, struct slow_descriptor descriptor, struct slow_file *file);

enum probe_result slow_space_ask(struct slow *slow, const char *point, struct slow_space *space);
/* files: one for each descriptor. */
enum probe_result slow_files_ask(struct slow *slow, const struct slow_descriptor *descriptors, size_t count,
                                 struct slow_file *files);
/* commands: for each pid a length (uint32_t, UINT32_MAX: could not be read) and that many bytes. */
enum probe_result slow_commands_ask(struct slow *slow, const uint32_t *pids, size_t count, int deadline_ms,
                                    struct buffer *commands);

/* The command line of one process as slow_commands_ask gives it: NUL between its words made a blank. Returns its
 * length, or a negative errno. */
int slow_command_read(int root, uint32_t pid, char *text, size_t size);

/* Why there is no answer, in words for the unread table. */
const char *slow_reason(enum probe_result result);

#endif
