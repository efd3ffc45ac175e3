/* What the recorder's half in the kernel and its half in the collector share: the keys and values of the maps. Times
 * are nanoseconds since boot, suspended time included (CLOCK_BOOTTIME). Keys have no padding. SPDX-License-Identifier:
 * (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_RECORDER_SHARED_H
#define COLLECT_BPF_RECORDER_SHARED_H

#include <linux/types.h>

enum {
    RECORDER_NAME_BYTES = 16,
    RECORDER_TURNS = 8, /* a power of two: how many of a file's latest holders are remembered */
    RECORDER_PATH_BYTES = 1024,
    RECORDER_PART_BYTES = 256, /* a name of a path, its NUL included */
};

/* flock locks and fcntl locks do not see each other; open file description locks are of the second kind. */
enum recorder_family { RECORDER_POSIX = 1, RECORDER_FLOCK = 2 };

/* FL_OFDLCK of include/linux/filelock.h: an open file description lock */
enum { RECORDER_DESCRIPTION = 1024 };

struct recorder_party {
    __u64 start_ns; /* of the process */
    __u32 pid;      /* in the collector's pid namespace; 0: outside of it, or older than the recorder */
    __u32 global_pid;
    char name[RECORDER_NAME_BYTES];
};

/* holds: who has which lock. */
struct recorder_hold_key {
    __u64 inode; /* address */
    __u64 owner; /* the kernel's: the descriptor table, or the open file of flock and description locks */
    __u64 family;
};

struct recorder_hold {
    __u64 since_ns;    /* 0: older than the recorder */
    __u64 first, last; /* bytes of the file */
    __u64 inode_number;
    __u32 device; /* major << 20 | minor */
    __u32 exclusive;
    __u32 flags;
    __u32 turn; /* its number in the queue, when it has one there */
    struct recorder_party party;
};

/* queues: of the files that somebody waited for, the latest holders. */
struct recorder_queue_key {
    __u64 inode; /* address */
    __u64 family;
};

struct recorder_turn {
    __u64 since_ns; /* 0: older than the recorder */
    __u64 until_ns; /* 0: it still holds it */
    __u64 owner;
    __u64 first, last;
    __u32 exclusive;
    __u32 unused;
    struct recorder_party party;
};

struct recorder_queue {
    __u64 inode_number;
    __u32 device;
    __u32 next; /* turns taken so far: the next one overwrites the oldest */
    struct recorder_turn turns[RECORDER_TURNS];
};

/* waits: who waits now, by the thread's global id. */
struct recorder_wait {
    __u64 since_ns;
    __u64 interrupted_ns; /* a signal ended it then, unless the same call begins again at once; 0: none */
    struct recorder_queue_key queue;
    __u64 owner;
    __u64 first, last;
    __u64 inode_number;
    __u32 device;
    __u32 exclusive;
    __u32 flags;
    __u32 thread;          /* in the collector's pid namespace */
    __u64 mount_namespace; /* inode of ns/mnt */
    struct recorder_party party;
};

/* ended: waits of at least a millisecond that are over, summed by who waited for whom. */
struct recorder_ended_key {
    __u64 start_ns, holder_start_ns;
    __u64 inode_number;
    __u32 pid, thread;
    __u32 holder_pid; /* 0: not known */
    __u32 device;
    __u32 family;
    __u32 generation; /* which of two: the collector reads one while the other fills */
};

struct recorder_ended {
    __u64 count, total_ns;
    __u64 since_ns, until_ns;           /* of the longest */
    __u64 held_since_ns, held_until_ns; /* of the lock that it waited for; 0: not known; it still holds it */
    __u64 mount_namespace;
    __u32 flags;
    __u32 holder_global_pid;
    char name[RECORDER_NAME_BYTES], holder_name[RECORDER_NAME_BYTES];
};

/* paths: of the files that somebody waited for. */
struct recorder_path_key {
    __u64 inode_number;
    __u64 device;
};

struct recorder_path {
    __u64 read_ns;
    __u32 bytes;    /* of text */
    __u32 complete; /* up to the root of the mount namespace */
    /* Its names from the last to the first, each with its NUL. */
    char text[RECORDER_PATH_BYTES + RECORDER_PART_BYTES];
};

#endif
