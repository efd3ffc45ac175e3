/* What the recorder has read of its maps, shared by the files that read them and that write rows. */
#ifndef COLLECT_RECORDER_INSIDE_H
#define COLLECT_RECORDER_INSIDE_H

#include "collect/bpf/recorder_shared.h"
#include "collect/recorder.h"

#include <limits.h>

/* Keys and values of one map, side by side. */
struct recorder_rows {
    char *keys, *values;
    size_t count;
    size_t key_capacity, value_capacity;
};

/* Since when a process holds or awaits the locks of a file. */
struct recorder_claim {
    uint64_t inode, device, family, pid, since_ns;
};

struct recorder_claims {
    struct recorder_claim *items;
    size_t count, capacity;
};

struct recorder {
    struct recorder_bpf *programs;
    struct recorder_rows holds, waits, ended;
    struct recorder_claims held, awaited; /* in order of inode, device, family, pid */
    uint64_t lost;                        /* as told to earlier samples */
    uint64_t lost_now;
    bool outermost; /* the pid namespace is the host's own */
};

/* Keeps libbpf from printing. */
void recorder_library_silence(void);

/* The collector's pid namespace, 0: not known. */
struct recorder_namespace {
    uint32_t inode;
    uint32_t device; /* major << 20 | minor */
};
struct recorder_namespace recorder_own_namespace(void);

/* Reads a whole map. False: out of memory. */
struct bpf_map;
bool recorder_map_read(const struct bpf_map *map, struct recorder_rows *rows, size_t key_bytes, size_t value_bytes);
void recorder_rows_done(struct recorder_rows *rows);

/* The latest holders of a file that is waited for. False: none are remembered. */
bool recorder_queue_find(const struct recorder *recorder, const struct recorder_queue_key *key,
                         struct recorder_queue *queue);

/* The path of a file that was waited for, as the mount namespace of the waiter shows it. False: not known. */
bool recorder_path_find(const struct recorder *recorder, uint64_t device, uint64_t inode, char path[PATH_MAX]);

/* Forgets a wait that a signal ended. */
void recorder_wait_forget(const struct recorder *recorder, size_t row);

#endif
