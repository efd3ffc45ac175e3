/* Connections in trouble, in the kernel: those that nobody answers, with who asked for them, where to, since when, and
 * how it ended; and those on which segments are sent again.
 *
 * The state changes to SYN_SENT inside connect(), on behalf of who asks; back to CLOSE mostly in an interrupt, when an
 * answer or a timer ends it, which is why who asked is remembered by the socket.
 * SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#include <linux/bpf.h>
#include <stdbool.h>
#include "collect/bpf/kernel_types.h"
#include "collect/bpf/network_shared.h"
#include "collect/bpf/socket_types.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "collect/bpf/task.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum {
    STATE_SYN_SENT = 2, /* include/net/tcp_states.h */
    STATE_CLOSE = 7,
    FAMILY_INET6 = 10,
    PROTOCOL_TCP = 6,
    GIVEN_UP_NS = 100000000, /* who closes a younger one has not waited for an answer */
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct socket_alloc {
    struct socket socket;
    struct inode vfs_inode;
};

struct sock___network {
    int sk_err;
};

#pragma clang attribute pop

__u32 generation;
__u32 lost;

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 << 10);
} failures SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, NETWORK_CONNECTS);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, __u64);
    __type(value, struct network_connect);
} connects SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, NETWORK_RESENT);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct network_resent_key);
    __type(value, struct network_resent);
} resent SEC(".maps");

static __always_inline __u32 remote_read(struct sock *sock, __u8 remote[16])
{
    if (BPF_CORE_READ(sock, __sk_common.skc_family) == FAMILY_INET6) {
        bpf_probe_read_kernel(remote, 16, &sock->__sk_common.skc_v6_daddr);
    } else {
        __u32 address = BPF_CORE_READ(sock, __sk_common.skc_daddr);
        remote[10] = remote[11] = 0xff;
        __builtin_memcpy(remote + 12, &address, sizeof address);
    }
    return bpf_ntohs(BPF_CORE_READ(sock, __sk_common.skc_dport));
}

static __always_inline __u64 inode_read(struct sock *sock)
{
    struct socket *socket = BPF_CORE_READ(sock, sk_socket);
    struct socket_alloc *around = (void *)((char *)socket - bpf_core_field_offset(struct socket_alloc, socket));
    return socket ? BPF_CORE_READ(around, vfs_inode.i_ino) : 0;
}

static __always_inline void connect_begin(struct sock *sock, __u64 key)
{
    struct network_connect connect = {.since_ns = bpf_ktime_get_boot_ns()};
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    party_read_current(&connect.party, task);
    if (connect.party.pid == 0)
        return;
    connect.port = remote_read(sock, connect.remote);
    connect.inode = inode_read(sock);
    if (bpf_map_update_elem(&connects, &key, &connect, BPF_ANY))
        __sync_fetch_and_add(&lost, 1);
}

static __always_inline void connect_fail(struct sock *sock, const struct network_connect *connect)
{
    __u64 now = bpf_ktime_get_boot_ns();
    __u32 error = (__u32)BPF_CORE_READ((struct sock___network *)sock, sk_err);
    if (error == 0 && now - connect->since_ns < GIVEN_UP_NS)
        return;
    struct network_connect *event = bpf_ringbuf_reserve(&failures, sizeof *event, 0);
    if (!event) {
        __sync_fetch_and_add(&lost, 1);
        return;
    }
    *event = *connect;
    event->until_ns = now;
    event->error = error;
    bpf_ringbuf_submit(event, 0);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(record_state, struct sock *sock, int before, int after)
{
    __u64 key = (__u64)sock;
    if ((before != STATE_SYN_SENT && after != STATE_SYN_SENT) || BPF_CORE_READ(sock, sk_protocol) != PROTOCOL_TCP)
        return 0;
    if (after == STATE_SYN_SENT) {
        connect_begin(sock, key);
        return 0;
    }
    struct network_connect *connect = bpf_map_lookup_elem(&connects, &key);
    if (connect && after == STATE_CLOSE)
        connect_fail(sock, connect);
    if (connect)
        bpf_map_delete_elem(&connects, &key);
    return 0;
}

static __always_inline void resent_add(struct sock *sock)
{
    struct network_resent_key key = {.socket = (__u64)sock, .generation = generation};
    __u64 now = bpf_ktime_get_boot_ns();
    struct network_resent *known = bpf_map_lookup_elem(&resent, &key);
    if (known) {
        known->until_ns = now;
        __sync_fetch_and_add(&known->count, 1);
        return;
    }
    struct network_resent first = {.since_ns = now, .until_ns = now, .count = 1, .inode = inode_read(sock)};
    first.port = remote_read(sock, first.remote);
    if (bpf_map_update_elem(&resent, &key, &first, BPF_ANY))
        __sync_fetch_and_add(&lost, 1);
}

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(record_again, struct sock *sock)
{
    __u64 key = (__u64)sock;
    if (BPF_CORE_READ(sock, __sk_common.skc_state) != STATE_SYN_SENT) {
        resent_add(sock);
        return 0;
    }
    struct network_connect *connect = bpf_map_lookup_elem(&connects, &key);
    if (connect)
        __sync_fetch_and_add(&connect->asked_again, 1);
    return 0;
}
