/* What the half in the kernel that notes waits and its half in the collector share: the keys and values of the maps.
 * Times are nanoseconds since boot (CLOCK_BOOTTIME). Keys have no padding.
 * SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_WAITS_SHARED_H
#define COLLECT_BPF_WAITS_SHARED_H

#include "collect/bpf/recorder_shared.h"

enum {
    WAITS_CALLS = 512,     /* a power of two, more than there are system calls */
    WAITS_CLASS_MASK = 15, /* of a call: its class, */
    WAITS_OTHER_SHIFT = 4, /* and above it the argument with a second descriptor, 0: it has none */
    WAITS_PLACES = 65536,  /* of threads that sleep, unless the collector asks for fewer: a power of two */
    WAITS_CROWD = 8192,    /* threads that sleep and whose place is taken */
    WAITS_SUMS = 8192,     /* waits that ended since the sample before last, summed */
};

/* Marks of a wait. */
enum {
    WAITS_INFERRED = 1,  /* the holder is concluded */
    WAITS_INTERRUPT = 2, /* an interrupt ended it: the kernel tells no holder */
    WAITS_UNIX = 4,      /* the socket is a unix one */
    WAITS_ACCEPTED = 8,  /* the other end of the socket has connected to it */
    WAITS_FUSE = 16,     /* the file is on a file system that a process serves */
};

#define WAITS_NO_DESCRIPTOR 0xffffffffU

/* sleepers, crowd: since when a thread sleeps. */
struct waits_sleeper {
    __u64 since_ns; /* 0: nobody sleeps here */
    __u32 owner;    /* of a futex: the thread that holds it, in the waiter's pid namespace; 0: not known */
    __u32 thread;   /* its global id */
};

/* What is waited for. */
struct waits_object {
    __u64 inode;  /* of a pipe or socket; of the file in state D */
    __u32 kind;   /* enum wait_kind */
    __u32 device; /* of the file in state D, as the kernel writes it: major << 20 | minor; 0: not known */
};

/* sums: waits of at least a millisecond that are over, summed by who waited for whom on what. */
struct waits_key {
    __u64 start_ns, holder_start_ns; /* of the processes */
    struct waits_object object;
    __u32 pid, thread;               /* in the collector's pid namespace */
    __u32 holder_pid, holder_thread; /* 0: not known */
    __u32 generation;                /* which of two: the collector reads one while the other fills */
    __u32 flags;
};

struct waits_sum {
    __u64 count, total_ns;
    __u64 since_ns, until_ns; /* of the longest */
    __u32 descriptor;         /* with which it waits for a file, WAITS_NO_DESCRIPTOR: none */
    __u32 unused;
    char name[RECORDER_NAME_BYTES], holder_name[RECORDER_NAME_BYTES];
};

/* A wait that goes on, as the iterator writes it. */
struct waits_ongoing {
    struct waits_object object;
    __u64 since_ns;
    struct recorder_party party;
    __u32 thread;
    __u32 owner; /* of a futex, in the waiter's pid namespace: a thread's number; 0: not known */
    __u32 flags;
    __u32 descriptor; /* with which it waits for a file, WAITS_NO_DESCRIPTOR: none */
    __u32 unused;
};

#endif
