/* What the kernel's listing tells of the socket and of the pipe behind a descriptor: the same as sock_diag
 * (net/ipv4/inet_diag.c, tcp_diag.c, udp_diag.c, net/unix/diag.c), without a lock. Included once, behind
 * kernel_types.h. SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_SOCKET_BPF_H
#define COLLECT_BPF_SOCKET_BPF_H

#include "collect/bpf/sample_shared.h"
#include "collect/bpf/socket_shared.h"
#include "collect/bpf/socket_types.h"

/* An address taken for a kernel's object: loads through it fail to 0 (walk.bpf.h). */
extern void *bpf_rdonly_cast(const void *address, __u32 type) __ksym __weak;
#define CAST(type, address) ((type *)bpf_rdonly_cast((const void *)(address), bpf_core_type_id_kernel(type)))

enum {
    FAMILY_UNIX = 1, /* include/linux/socket.h */
    FAMILY_IPV4 = 2,
    FAMILY_IPV6 = 10,
    PROTOCOL_TCP = 6, /* include/uapi/linux/in.h */
    PROTOCOL_UDP = 17,
    TYPE_STREAM = 1, /* include/linux/net.h */
    TYPE_SEQUENCE = 5,
    STATE_ESTABLISHED = 1, /* include/net/tcp_states.h */
    STATE_CLOSE = 7,
    STATE_LISTEN = 10,
    SAID_TCP = 0, /* enum socket_protocol, sample/schema.h */
    SAID_UDP = 1,
    SAID_UNIX = 2,
    QUEUE_MESSAGES_MAX = 256, /* counted in a unix socket's queue where the kernel does not keep its sum */
    UNIX_NAME_BYTES = 108,
};

__u32 sockets_left_out; /* 1: the kernel does not tell the sockets of some protocol */

/* A record with room for the longest name of a unix socket. */
struct socket_told {
    struct socket_record record;
    char name[112];
};

static __always_inline void address_told(__u8 *address, const struct in6_addr *six, __u32 four, bool is_six)
{
    if (is_six) {
        bpf_probe_read_kernel(address, SOCKET_ADDRESS_BYTES, six);
        return;
    }
    address[10] = address[11] = 0xff;
    __builtin_memcpy(address + 12, &four, sizeof four);
}

static __always_inline void inet_told(struct socket_record *record, struct sock *sock, bool is_six)
{
    struct sock_common *common = &sock->__sk_common;
    record->local_port = common->skc_num;
    record->remote_port = __builtin_bswap16(common->skc_dport);
    address_told(record->local, &common->skc_v6_rcv_saddr, common->skc_rcv_saddr, is_six);
    address_told(record->remote, &common->skc_v6_daddr, common->skc_daddr, is_six);
}

static __always_inline bool tcp_told(struct socket_record *record, struct sock *sock, bool walked)
{
    struct tcp_sock *tcp = 0;
    if (!walked)
        tcp = bpf_skc_to_tcp_sock(sock);
    else if (sock->sk_type == TYPE_STREAM)
        tcp = CAST(struct tcp_sock, sock);
    if (!tcp || record->state == STATE_CLOSE)
        return false;
    record->protocol = SAID_TCP;
    record->has = SOCKET_HAS_QUEUES | SOCKET_HAS_OWNER;
    if (record->state == STATE_LISTEN) {
        record->receive = sock->sk_ack_backlog;
        record->send = sock->sk_max_ack_backlog;
        if (record->receive != 0 || tcp->inet_conn.icsk_accept_queue.qlen.counter != 0)
            record->has |= SOCKET_HAS_PENDING;
        return true;
    }
    __s32 unread = (__s32)(tcp->rcv_nxt - tcp->copied_seq);
    record->receive = unread > 0 ? (__u32)unread : 0;
    record->send = tcp->write_seq - tcp->snd_una;
    record->rtt_us = tcp->srtt_us >> 3;
    record->retransmits = tcp->total_retrans;
    record->has |= SOCKET_HAS_DETAILS;
    struct socket_turns turns = {.sent_after_received = (__s32)(tcp->lsndtime - tcp->inet_conn.icsk_ack.lrcvtime),
                                 .acknowledged_after_sent = (__s32)(tcp->rcv_tstamp - tcp->lsndtime),
                                 .segments_sent = tcp->data_segs_out,
                                 .segments_received = tcp->data_segs_in};
    if (record->state == STATE_ESTABLISHED && socket_has_asked(&turns)) {
        record->asked_ms = (__u32)((bpf_ktime_get_ns() / 1000 - tcp->tcp_mstamp) / 1000);
        record->has |= SOCKET_ASKED;
    }
    return true;
}

static __always_inline bool udp_told(struct socket_record *record, struct sock *sock, bool walked)
{
    struct udp_sock *udp = (struct udp_sock *)sock;
    if (record->local_port == 0)
        return false;
    record->protocol = SAID_UDP;
    record->has = SOCKET_HAS_QUEUES | SOCKET_HAS_OWNER;
    record->receive =
        (__u32)sock->sk_backlog.rmem_alloc.counter -
        (__u32)(walked ? CAST(struct udp_sock, sock)->forward_deficit : BPF_CORE_READ(udp, forward_deficit));
    record->send = (__u32)sock->sk_wmem_alloc.refs.counter - 1;
    return true;
}

/* Bytes that wait to be read: of a message socket those of the first message. Not static, so that the kernel verifies
 * the loop by itself and not once for every way that leads here; addresses are told as numbers for the same reason. */
__attribute__((noinline)) __u64 unix_queue_sum(__u64 socket, __u32 type)
{
    struct sock *sock = (void *)socket;
    struct sk_buff *end = (void *)&sock->sk_receive_queue, *message = BPF_CORE_READ(sock, sk_receive_queue.next);
    __u64 sum = 0;
    for (int i = 0; i < QUEUE_MESSAGES_MAX; i++) {
        if (!message || message == end)
            break;
        sum += BPF_CORE_READ(message, len);
        if (type == TYPE_STREAM)
            sum -= BPF_CORE_READ((struct unix_skb_parms *)&message->cb, consumed);
        else if (type != TYPE_SEQUENCE)
            break;
        message = BPF_CORE_READ(message, next);
    }
    return sum;
}

static __always_inline __u32 unix_unread(struct socket *socket, struct sock *sock, struct unix_sock *unix_sock)
{
    if (sock->sk_type == TYPE_STREAM && bpf_core_field_exists(unix_sock->inq_len))
        return (__u32)unix_sock->inq_len;
    __u64 address = 0;
    if (sock->sk_receive_queue.qlen == 0 || bpf_probe_read_kernel(&address, sizeof address, &socket->sk) != 0)
        return 0;
    return (__u32)unix_queue_sum(address, sock->sk_type);
}

static __always_inline void unix_name_told(struct socket_told *told, struct unix_address *address)
{
    int bytes = address->len - (int)sizeof(unsigned short);
    if (bytes <= 0 || bytes > UNIX_NAME_BYTES)
        return;
    if (bpf_probe_read_kernel(told->name, (__u32)bytes & 127, &address->name[0].sun_path) == 0)
        told->record.name_bytes = (__u8)bytes;
}

static __always_inline bool unix_told(struct socket_told *told, struct socket *socket, struct sock *sock, bool walked)
{
    struct socket_record *record = &told->record;
    if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_skc_to_unix_sock)) { /* before 5.16 */
        sockets_left_out = 1;
        return false;
    }
    struct unix_sock *unix_sock = walked ? CAST(struct unix_sock, sock) : bpf_skc_to_unix_sock(sock);
    if (!unix_sock)
        return false;
    record->protocol = SAID_UNIX;
    record->has = SOCKET_HAS_QUEUES | SOCKET_HAS_OWNER;
    if (unix_sock->addr)
        unix_name_told(told, unix_sock->addr);
    if (record->state == STATE_LISTEN) {
        record->receive = sock->sk_receive_queue.qlen;
        record->send = sock->sk_max_ack_backlog;
        if (record->receive != 0)
            record->has |= SOCKET_HAS_PENDING;
        return true;
    }
    record->receive = unix_unread(socket, sock, unix_sock);
    record->send = (__u32)sock->sk_wmem_alloc.refs.counter - 1;
    struct sock *peer = unix_sock->peer;
    if (peer && bpf_core_field_exists(peer->sk_ino))
        record->peer_inode = (__u32)peer->sk_ino;
    else if (peer)
        record->peer_inode = (__u32)peer->sk_socket->file->f_inode->i_ino;
    return true;
}

/* False: of no protocol that is told, or without an address yet, as sock_diag leaves it out. */
static __always_inline bool socket_told(struct socket_told *told, struct file *file, bool walked)
{
    struct socket *socket = walked ? CAST(struct socket, file->private_data) : bpf_sock_from_file(file);
    struct sock *sock = socket ? socket->sk : 0;
    if (!sock)
        return false;
    struct socket_record *record = &told->record;
    __u16 family = sock->__sk_common.skc_family, protocol = sock->sk_protocol;
    record->state = sock->__sk_common.skc_state;
    record->inode = (__u32)file->f_inode->i_ino;
    record->uid = sock->sk_uid.val;
    record->net_namespace = sock->__sk_common.skc_net.net->ns.inum;
    bool told_of = false;
    if (family == FAMILY_UNIX) {
        told_of = unix_told(told, socket, sock, walked);
    } else if (family == FAMILY_IPV4 || family == FAMILY_IPV6) {
        inet_told(record, sock, family == FAMILY_IPV6);
        if (protocol == PROTOCOL_TCP)
            told_of = tcp_told(record, sock, walked);
        else if (protocol == PROTOCOL_UDP)
            told_of = udp_told(record, sock, walked);
    }
    if (told_of)
        record->cookie = walked ? (__u64)sock->__sk_common.skc_cookie.counter : bpf_get_socket_cookie(sock);
    return told_of;
}

/* Did nobody ask for its cookie yet, so that walk_tasks finds none? */
static __always_inline bool socket_is_new(struct file *file)
{
    struct socket *socket = bpf_sock_from_file(file);
    struct sock *sock = socket ? socket->sk : 0;
    return sock && sock->__sk_common.skc_cookie.counter == 0;
}

static __always_inline void pipe_told(struct sample_pipe *told, struct inode *inode)
{
    struct pipe_inode_info *pipe = ((struct inode___pipe *)inode)->i_pipe;
    if (!pipe)
        return;
    told->buffers_used = pipe->head - pipe->tail;
    told->buffers = pipe->max_usage;
    told->readers = pipe->readers;
    told->writers = pipe->writers;
}

#endif
