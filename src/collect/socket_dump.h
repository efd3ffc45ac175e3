/* The part of sockets.c that runs in its probes: network namespaces in, records of sockets out. */
#ifndef COLLECT_SOCKET_DUMP_H
#define COLLECT_SOCKET_DUMP_H

#include "base/buffer.h"
#include "collect/sockets.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SOCKET_ADDRESS_BYTES = 16, SOCKET_RECORDS_MAX = 1 << 18 };

enum socket_has {
    SOCKET_HAS_DETAILS = 1, /* rtt_us and retransmits */
    SOCKET_HAS_QUEUES = 2,
    SOCKET_HAS_OWNER = 4, /* uid */
    SOCKET_IS_PENDING = 8 /* not a socket: unix socket `inode` waits to be accepted by the listening `peer_inode` */
};

/* One socket. IPv4 addresses are written as v4-mapped IPv6 ones, so that both families compare. A unix socket's name
 * follows it, `name_bytes` long; the next record begins at the next multiple of 8. */
struct socket_record {
    uint64_t net_namespace;
    uint64_t cookie;
    uint32_t inode;
    uint32_t peer_inode; /* unix: 0 = none known */
    uint32_t uid;
    uint32_t receive; /* bytes in the queue; listening: connections that wait */
    uint32_t send;    /* bytes in the queue; listening: how many may wait */
    uint32_t rtt_us;
    uint32_t retransmits;
    uint16_t local_port; /* in host order */
    uint16_t remote_port;
    uint8_t protocol; /* enum socket_protocol */
    uint8_t state;
    uint8_t has;
    uint8_t name_bytes;
    uint8_t local[SOCKET_ADDRESS_BYTES];
    uint8_t remote[SOCKET_ADDRESS_BYTES];
    uint32_t padding; /* the name stands behind it */
};

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

/* A probe_work: request = an array of struct net_namespace; context = a struct socket_dumper. */
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
