/* The kernel types that only the waits need, behind kernel_types.h: flavours, so that both may tell of the same type.
 * SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_WAITS_TYPES_H
#define COLLECT_BPF_WAITS_TYPES_H

#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct fdtable___waits {
    unsigned int max_fds;
    struct file **fd;
};

struct files_struct___waits {
    struct fdtable___waits *fdt;
};

struct signal_set___waits {
    unsigned long sig[1];
};

struct sigpending___waits {
    struct signal_set___waits signal;
};

struct signal_struct___waits {
    struct sigpending___waits shared_pending;
};

struct rq {
    __u64 clock; /* ns, this processor's own */
};

struct cfs_rq {
    struct rq *rq;
};

struct sched_entity___waits {
    struct cfs_rq *cfs_rq; /* with CONFIG_FAIR_GROUP_SCHED */
};

struct task_struct___waits {
    void *stack;
    struct sched_entity___waits se;
    void *pi_blocked_on; /* with CONFIG_RT_MUTEXES */
    struct files_struct___waits *files;
    struct signal_struct___waits *signal;
    struct sigpending___waits pending;
    struct signal_set___waits blocked;
};

struct inode___waits {
    unsigned short i_mode;
};

struct file___waits {
    void *private_data;
};

struct sock_common___waits {
    unsigned short skc_family;
    unsigned short skc_dport; /* network order */
    unsigned short skc_num;
    unsigned int skc_daddr, skc_rcv_saddr;
};

struct sock___waits {
    struct sock_common___waits __sk_common;
    unsigned short sk_protocol; /* a byte of bit fields before 5.6 */
};

struct unix_sock___waits {
    void *addr; /* NULL: it has no name */
};

struct inet_bind_bucket___waits {
    signed char fastreuse; /* negative: sockets that connect take ports from it */
};

struct inet_connection_sock___waits {
    struct inet_bind_bucket___waits *icsk_bind_hash;
};

struct socket___waits {
    struct sock___waits *sk;
};

/* The registers of the user, per architecture. */
struct pt_regs___x86 {
    unsigned long orig_ax, di, si, dx;
};

struct pt_regs___arm64 {
    __u64 regs[31];
    __u64 orig_x0;
    int syscallno;
};

/* bpf_task_pt_regs: since 5.15 */
enum bpf_func_id___waits { BPF_FUNC_task_pt_regs___waits = 175 };

#pragma clang attribute pop

#endif
