/* A socket as the probes that ask sock_diag and the kernel's listing of descriptors tell it.
 * SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_SOCKET_SHARED_H
#define COLLECT_BPF_SOCKET_SHARED_H

#include <linux/types.h>

enum { SOCKET_ADDRESS_BYTES = 16, SOCKET_NAME_BYTES_MAX = 255 };

enum socket_has {
    SOCKET_HAS_DETAILS = 1, /* rtt_us and retransmits */
    SOCKET_HAS_QUEUES = 2,
    SOCKET_HAS_OWNER = 4,    /* uid */
    SOCKET_IS_PENDING = 8,   /* not a socket: unix socket `inode` waits to be accepted by the listening `peer_inode` */
    SOCKET_HAS_PENDING = 16, /* kernel's listing: connections wait to be accepted or to be complete */
    SOCKET_ASKED = 32        /* tcp: it has sent since it last received, `asked_ms` ago */
};

/* Later, an acknowledgement is one of a keep-alive probe, and not of what was sent. Who has sent more without ever
 * receiving (log lines, measurements) expects no answer. */
enum { SOCKET_ACKNOWLEDGED_LATEST = 300, SOCKET_MONOLOGUE_SEGMENTS = 64 };

/* What tells whether a tcp socket has sent since it last received. The differences are in ms or in ticks, in which the
 * kernel keeps these times (lsndtime, lrcvtime and rcv_tstamp of struct tcp_sock). */
struct socket_turns {
    __s32 sent_after_received, acknowledged_after_sent;
    __u32 segments_sent, segments_received; /* of data, in all */
};

/* Within one tick the acknowledgement tells: an answer acknowledges the question; that of a question without answer
 * comes alone, and later. */
static inline int socket_has_asked(const struct socket_turns *turns)
{
    if (turns->segments_received == 0)
        return turns->segments_sent != 0 && turns->segments_sent <= SOCKET_MONOLOGUE_SEGMENTS;
    if (turns->sent_after_received != 0)
        return turns->segments_sent != 0 && turns->sent_after_received > 0;
    return turns->acknowledged_after_sent > 0 && turns->acknowledged_after_sent <= SOCKET_ACKNOWLEDGED_LATEST;
}

/* One socket. IPv4 addresses are written as v4-mapped IPv6 ones, so that both families compare. A unix socket's name
 * follows it, `name_bytes` long; the next record begins at the next multiple of 8. */
struct socket_record {
    __u64 net_namespace;
    __u64 cookie;
    __u32 inode;
    __u32 peer_inode; /* unix: 0 = none known */
    __u32 uid;
    __u32 receive; /* bytes in the queue; listening: connections that wait */
    __u32 send;    /* bytes in the queue; listening: how many may wait */
    __u32 rtt_us;
    __u32 retransmits;
    __u16 local_port; /* in host order */
    __u16 remote_port;
    __u8 protocol; /* enum socket_protocol */
    __u8 state;
    __u8 has;
    __u8 name_bytes;
    __u8 local[SOCKET_ADDRESS_BYTES];
    __u8 remote[SOCKET_ADDRESS_BYTES];
    __u32 asked_ms; /* the name stands behind it */
};

#endif
