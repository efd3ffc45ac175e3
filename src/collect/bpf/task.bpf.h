/* Who a task is, as the programs tell it. Included once by each of them, behind kernel_types.h.
 * SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_TASK_BPF_H
#define COLLECT_BPF_TASK_BPF_H

#include "collect/bpf/recorder_shared.h"

enum { NAMESPACE_LEVELS = 8 };

const volatile __u32 own_namespace;        /* inode of the collector's ns/pid */
const volatile __u32 own_namespace_device; /* and its file system, as the kernel writes it */

/* The number of a task in the collector's pid namespace; 0: it is not inside. */
static __always_inline __u32 task_number(struct task_struct *task)
{
    struct pid *pid = BPF_CORE_READ(task, thread_pid);
    __u32 level = BPF_CORE_READ(pid, level);
    /* By hand, because an index that varies would be scaled by the size of the struct above. */
    char *numbers = (char *)pid + bpf_core_field_offset(struct pid, numbers);
    for (__u32 i = 0; i < NAMESPACE_LEVELS && i <= level; i++) {
        struct upid *number = (void *)(numbers + i * bpf_core_type_size(struct upid));
        if (BPF_CORE_READ(number, ns, ns.inum) == own_namespace)
            return (__u32)BPF_CORE_READ(number, nr);
    }
    return 0;
}

/* The process that a task belongs to. */
static __always_inline void party_read(struct recorder_party *party, struct task_struct *task)
{
    struct task_struct *leader = BPF_CORE_READ(task, group_leader);
    party->pid = task_number(leader);
    party->global_pid = (__u32)BPF_CORE_READ(leader, tgid);
    party->start_ns = BPF_CORE_READ(leader, start_boottime);
    BPF_CORE_READ_STR_INTO(&party->name, leader, comm);
}

/* The same of the current task: one helper for the number, where the process lives in just that namespace. */
static __always_inline void party_read_current(struct recorder_party *party, struct task_struct *task)
{
    struct bpf_pidns_info numbers;
    struct task_struct *leader = BPF_CORE_READ(task, group_leader);
    bool here = bpf_get_ns_current_pid_tgid(own_namespace_device, own_namespace, &numbers, sizeof numbers) == 0;
    party->pid = here ? numbers.tgid : task_number(leader);
    party->global_pid = (__u32)(bpf_get_current_pid_tgid() >> 32);
    party->start_ns = BPF_CORE_READ(leader, start_boottime);
    BPF_CORE_READ_STR_INTO(&party->name, leader, comm);
}

#endif
