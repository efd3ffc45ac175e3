/* The part of sockets.c that runs in its probes: network namespaces in, records of sockets out. */
#ifndef COLLECT_SOCKET_DUMP_H
#define COLLECT_SOCKET_DUMP_H

#include "base/buffer.h"
#include "collect/bpf/socket_shared.h"
#include "collect/sockets.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SOCKET_RECORDS_MAX = 1 << 18 };

/* Why something was not read. X(enum, "reason for the sample's count") */
#define SOCKET_UNREAD_REASONS(X)                                                  \
    X(SOCKET_UNREAD_PERMISSION, "not permitted to enter a network namespace")     \
    X(SOCKET_UNREAD_VANISHED, "a network namespace vanished")                     \
    X(SOCKET_UNREAD_KERNEL, "the kernel does not offer sock_diag for a protocol") \
    X(SOCKET_UNREAD_REFUSED, "the kernel refused or broke off a sock_diag dump")  \
    X(SOCKET_UNREAD_MANY, "more sockets than are kept")
#define SOCKET_ENUM_REASON(reason, text) reason,
enum { SOCKET_UNREAD_REASONS(SOCKET_ENUM_REASON) SOCKET_UNREAD_COUNT };

/* What stands first in a probe's answer; the records follow. */
struct socket_answer {
    uint64_t record_count;
    uint64_t unread[SOCKET_UNREAD_COUNT];
};

/* What stands first in a request; an array of struct net_namespace follows. */
struct socket_question {
    uint64_t home; /* enum socket_share: of the probe's own namespace */
};

/* A probe_work: request = struct socket_question and what follows it; context = a struct socket_dumper. */
struct socket_dumper {
    bool details;
    int home; /* the process's own network namespace, opened at the first request; 0 = not yet */
};
bool socket_dump(void *context, const void *request, size_t request_bytes, struct buffer *answer);

/* The dumps of one namespace: which there are, and one of them in the namespace that the caller is in. Answers an errno
 * value, 0 when it could be read. For the doctor. */
enum socket_dump_kind {
    SOCKET_DUMP_TCP4,
    SOCKET_DUMP_TCP6,
    SOCKET_DUMP_UDP4,
    SOCKET_DUMP_UDP6,
    SOCKET_DUMP_UNIX,
    SOCKET_DUMP_PENDING,
    SOCKET_DUMP_COUNT
};
int socket_dump_here(enum socket_dump_kind kind, bool details, struct buffer *answer);

#endif
