/* Questions that may make whoever asks sleep, put to a probe each: command lines (which take the lock on a process's
 * memory), what a process polls (the same), sizes and files on network and FUSE file systems, processes that do not
 * come out of an exec. In a frozen tree they are read directly. */
#ifndef COLLECT_SLOW_H
#define COLLECT_SLOW_H

#include "base/buffer.h"
#include "base/error.h"
#include "collect/probe.h"

#include <stdbool.h>
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

/* A thread's call of poll or select, whose list stands in its memory, and a descriptor. */
struct slow_poll {
    uint64_t list;
    uint32_t pid, count; /* of poll: entries; of select: one more than the highest descriptor in it */
    uint32_t descriptor;
    uint32_t selects; /* 1: select */
};

/* How much there is on the file system mounted there; key: what it is remembered by when it hangs. */
enum probe_result slow_space_ask(struct slow *slow, const char *point, uint64_t key, struct slow_space *space);

/* files: one for each descriptor; keys: of the file system that each lies on. answered[i] false: that file has no
 * answer. */
enum probe_result slow_files_ask(struct slow *slow, const struct slow_descriptor *descriptors, const uint64_t *keys,
                                 size_t count, struct slow_file *files, bool *answered);

/* commands: for each pid that was answered a length (uint32_t, UINT32_MAX: could not be read) and that many bytes. */
enum probe_result slow_commands_ask(struct slow *slow, const uint32_t *pids, size_t count, bool *answered,
                                    struct buffer *commands);

/* waits[i]: that call waits for bytes from that descriptor; false also where nobody may know. */
enum probe_result slow_polls_ask(struct slow *slow, const struct slow_poll *polls, size_t count, bool *waits);

/* Finds out which of these processes would make whoever looks at them sleep, as those do that hang in the midst of an
 * exec. */
void slow_scout(struct slow *slow, const uint32_t *pids, size_t count);
/* Would that one, as far as was found out? */
bool slow_hangs(struct slow *slow, uint32_t pid);

/* The command line of one process as slow_commands_ask gives it: NUL between its words made a blank. Returns its
 * length, or a negative errno. */
int slow_command_read(int root, uint32_t pid, char *text, size_t size);

/* Why there is no answer, in words for the unread table. */
const char *slow_reason(enum probe_result result);

#endif
