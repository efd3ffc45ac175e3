/* What the half in the kernel that notes connections in trouble and its half in the collector share. Times are
 * nanoseconds since boot (CLOCK_BOOTTIME). SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_NETWORK_SHARED_H
#define COLLECT_BPF_NETWORK_SHARED_H

#include "collect/bpf/recorder_shared.h"

enum { NETWORK_CONNECTS = 8192, NETWORK_RESENT = 4096 };

/* connects: connections that are asked for and not answered, by the address of the socket; and, of those that came to
 * nothing, the events. */
struct network_connect {
    __u64 since_ns;
    __u64 until_ns; /* of an event: when it failed, or was given up; else 0 */
    __u64 inode;    /* of the socket */
    struct recorder_party party;
    __u8 remote[16]; /* a v4 address as a mapped one */
    __u32 port;
    __u32 error;       /* of an event: errno value; 0: given up without one */
    __u32 asked_again; /* how often */
    __u32 unused;
};

/* resent: segments that were sent again, summed by connection. */
struct network_resent_key {
    __u64 socket;     /* address */
    __u64 generation; /* which of two: the collector reads one while the other fills */
};

struct network_resent {
    __u64 since_ns, until_ns; /* of the first and the last */
    __u64 inode;              /* of the socket; 0: no process has it any more */
    __u8 remote[16];          /* a v4 address as a mapped one */
    __u32 port;
    __u32 count;
};

#endif
