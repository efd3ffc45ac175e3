/* What the kernel half of a sample and its half in the collector share: the records of two streams, one of tasks and
 * one of descriptors. Each begins at a multiple of 8 bytes. SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_SAMPLE_SHARED_H
#define COLLECT_BPF_SAMPLE_SHARED_H

#include <linux/types.h>

enum {
    SAMPLE_SLOTS = 65536, /* of paths that were told; a power of two */
    SAMPLE_TURNS = 64,    /* a path is told again every so many samples: directories above it are renamed too */
    SAMPLE_PATH_BYTES = 4096,
    SAMPLE_ASKED = 512, /* processes that are named one by one whose paths are asked for; when there are more, all are */
    SAMPLE_TASKS_ROOM = 1 << 18,
    SAMPLE_DESCRIPTORS_ROOM = 1 << 20,
};

/* Of an entry of `seen`: the file is known, its path is still asked for. */
#define SAMPLE_SLOT_ASKED 0x8000u

/* A thread. Of a main thread (pid == thread) a sample_process follows. Counters are its own, not its process's. */
struct sample_task {
    __u32 pid, thread; /* in the reader's pid namespace */
    __u32 state;       /* __state */
    __u32 exit_state;
    __u64 cpu_ns, run_delay_ns, slices; /* as /proc/PID/schedstat */
    __u64 minor_faults, major_faults;
    __u64 read_bytes, write_bytes;
};

struct sample_process {
    __u64 start_ns;    /* since boot, suspended time included */
    __u64 dead_cpu_ns; /* of threads that have ended, as all that begins with dead_ */
    __u64 dead_minor_faults, dead_major_faults;
    __u64 dead_read_bytes, dead_write_bytes;
    __u64 voluntary_switches, involuntary_switches; /* of the main thread */
    __u64 image;                                    /* changes with every exec */
    __u64 place;        /* changes with its control group (of any hierarchy) and its namespaces */
    __s64 rss_pages[3]; /* of files, anonymous, shared memory; may be a little below 0 */
    __u32 flags;        /* PF_ */
    __u32 parent_pid;   /* 0: outside of the namespace */
    __u32 uid;          /* effective */
    __u32 threads;
    char name[16];
};

/* What stands behind the descriptor, where /proc does not tell it by a path. */
enum sample_object {
    SAMPLE_PATH,
    SAMPLE_PIPE,
    SAMPLE_SOCKET,
    SAMPLE_FIFO, /* not a descriptor: the pipe behind the one told before, which has a path */
};

struct sample_pipe {
    __u32 buffers_used, buffers, readers, writers;
};

/* File locks that a descriptor holds: numbers of bits; the bit behind each says the same of a lock for writing. */
enum sample_lock {
    SAMPLE_LOCK_FLOCK = 0,
    SAMPLE_LOCK_POSIX = 2,
    SAMPLE_LOCK_DESCRIPTION = 4,
    SAMPLE_LOCK_LEASE = 6,
    SAMPLE_LOCKS_MANY = 8, /* there are more on the file than were looked at */
};

struct sample_descriptor {
    __u32 pid, number;
    __u64 inode;
    union {
        struct {
            __u64 size_bytes;
            __u32 device; /* of the file system: major << 20 | minor */
            __u32 links;
        };
        struct sample_pipe pipe;
    };
    __u32 slot;       /* of its path; a path is told anew when the slot held another, and then replaces it */
    __u16 path_bytes; /* how many follow (filled up to a multiple of 8); 0: as told before. Of a socket: of its record
                         and name, 0: it is of no protocol that is told, or belongs to no address yet */
    __u16 mode;
    __u8 access;  /* 1 read, 2 write, 3 both */
    __u8 object;  /* enum sample_object */
    __u8 unnamed; /* the path could not be told: too long */
    __u8 stacked; /* the file system keeps its files in another one, which knows size and links better */
    __u32 locks;  /* bits of enum sample_lock */
};

#endif
