/* What the lifecycle's half in the kernel and its half in the collector share.
 * SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_LIFECYCLE_SHARED_H
#define COLLECT_BPF_LIFECYCLE_SHARED_H

#include "collect/bpf/recorder_shared.h"

enum { LIFECYCLE_COMMAND_BYTES = 256 };

enum lifecycle_kind { LIFECYCLE_EXIT, LIFECYCLE_SIGNAL, LIFECYCLE_OUT_OF_MEMORY };

/* events: in the order in which they happened. */
struct lifecycle_event {
    __u64 time_ns;
    __u32 kind;   /* enum lifecycle_kind */
    __u32 signal; /* sent, or by which it ended; 0: none */
    struct recorder_party party;
    struct recorder_party other; /* parent of who exits, sender of a signal; pid 0: outside, or the kernel itself */
    __u32 command_bytes;
    __u32 unused;
    char command[LIFECYCLE_COMMAND_BYTES]; /* of who exits: arguments since its last exec, each with its NUL */
};

/* children: how many processes a process has made since the programs were loaded. */
struct lifecycle_parent {
    __u64 start_ns;
    __u64 pid;
};

/* commands: the arguments of the last exec, by global process id. */
struct lifecycle_command {
    __u32 bytes;
    char text[LIFECYCLE_COMMAND_BYTES];
};

#endif
