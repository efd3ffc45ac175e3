/* The kernel types of sockets and pipes, as kernel_types.h. SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_SOCKET_TYPES_H
#define COLLECT_BPF_SOCKET_TYPES_H

#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct net {
    struct ns_common ns;
};

typedef struct {
    struct net *net;
} possible_net_t;

union address_bytes {
    unsigned char u6_addr8[16];
};

struct in6_addr {
    union address_bytes in6_u;
};

struct sock_common {
    __u32 skc_daddr, skc_rcv_saddr;
    __u16 skc_dport, skc_num;
    unsigned short skc_family;
    volatile unsigned char skc_state;
    possible_net_t skc_net;
    struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
    atomic64_t skc_cookie;
};

struct sk_buff {
    struct sk_buff *next;
    char cb[48];
    unsigned int len;
};

struct unix_skb_parms { /* in cb */
    __u32 consumed;
};

struct sk_buff_head {
    struct sk_buff *next;
    __u32 qlen;
};

struct sock_backlog {
    atomic_t rmem_alloc;
};

typedef struct {
    atomic_t refs;
} refcount_t;

struct socket;

struct sock {
    struct sock_common __sk_common;
    struct sk_buff_head sk_receive_queue;
    struct sock_backlog sk_backlog;
    refcount_t sk_wmem_alloc;
    struct socket *sk_socket;
    struct user_number sk_uid;
    __u16 sk_protocol, sk_type;
    __u32 sk_ack_backlog, sk_max_ack_backlog;
    unsigned long sk_ino; /* since 6.17: of its inode */
};

struct socket {
    struct sock *sk;
    struct file *file;
};

struct request_sock_queue {
    atomic_t qlen;
};

struct inet_connection_sock {
    struct request_sock_queue icsk_accept_queue;
    struct {
        __u32 lrcvtime;
    } icsk_ack;
};

struct tcp_sock {
    struct inet_connection_sock inet_conn;
    __u32 rcv_nxt, copied_seq, write_seq, snd_una, srtt_us, total_retrans;
    __u32 lsndtime, rcv_tstamp; /* in ticks */
    __u32 data_segs_in, data_segs_out;
    __u64 tcp_mstamp; /* of the newest packet in or out: us, CLOCK_MONOTONIC */
};

struct udp_sock {
    int forward_deficit;
};

struct unix_name {
    unsigned short sun_family;
    char sun_path[108];
};

struct unix_address {
    int len; /* of the family and the path */
    struct unix_name name[0];
};

struct unix_sock {
    struct unix_address *addr;
    struct sock *peer;
    int inq_len; /* since 6.17: of a stream */
};

struct pipe_inode_info {
    unsigned int head, tail, max_usage, readers, writers;
};

struct inode___pipe {
    struct pipe_inode_info *i_pipe;
};

#pragma clang attribute pop

#endif
