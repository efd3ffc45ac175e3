/* The recorder, in the kernel: who waited for whose file lock and how long, also when all is over by the time of the
 * sample.
 *
 * Both trace points are passed by the thread that asks, with the kernel's answer: 0 granted (or given back), 1 it now
 * sleeps behind another's lock. Whoever is behind somebody that waits is not woken when the lock changes hands, so that
 * what a wait was for is concluded when it ends, from the turns that the holders took on that file meanwhile.
 * SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#include <linux/bpf.h>
#include <stdbool.h>
#include "collect/bpf/kernel_types.h"
#include "collect/bpf/recorder_shared.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "collect/bpf/task.bpf.h"
#include "collect/bpf/lock_request.bpf.h"
#include "collect/bpf/lock_path.bpf.h"
#include "collect/bpf/lock_turn.bpf.h"
#include "collect/bpf/lock_wait.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum { KERNEL_THREAD = 0x00200000 }; /* PF_KTHREAD, include/linux/sched.h */

static __always_inline int record(struct inode *inode, struct file_lock *lock, int answer, __u64 family)
{
    struct request request = {0};
    if (!inode || !lock)
        return 0;
    __u64 now = bpf_ktime_get_boot_ns();
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    __u32 thread = (__u32)bpf_get_current_pid_tgid();
    request_read(&request, inode, lock, family);
    struct recorder_wait *open = bpf_map_lookup_elem(&waits, &thread);
    bool waits_now = answer == LOCK_DEFERRED && request_blocker(lock) && !(BPF_CORE_READ(task, flags) & KERNEL_THREAD);
    if (open && waits_now && wait_goes_on(open, &request, now)) {
        open->interrupted_ns = 0;
        return 0;
    }
    if (open)
        wait_end(thread, now);
    if (waits_now)
        wait_begin(&request, lock, task, inode, now);
    else if (answer == 0 && request.type == LOCK_NONE)
        hold_release(&request, now);
    else if (answer == 0)
        hold_take(&request, task, inode, now);
    return 0;
}

SEC("tp_btf/flock_lock_inode")
int BPF_PROG(record_flock, struct inode *inode, struct file_lock *lock, int answer)
{
    return record(inode, lock, answer, RECORDER_FLOCK);
}

SEC("tp_btf/posix_lock_inode")
int BPF_PROG(record_posix, struct inode *inode, struct file_lock *lock, int answer)
{
    return record(inode, lock, answer, RECORDER_POSIX);
}

/* A wait that a signal interrupts passes no trace point of its own. */
SEC("tp_btf/signal_deliver")
int BPF_PROG(record_signal)
{
    __u32 thread = (__u32)bpf_get_current_pid_tgid();
    struct recorder_wait *open = bpf_map_lookup_elem(&waits, &thread);
    if (open && open->interrupted_ns == 0)
        open->interrupted_ns = bpf_ktime_get_boot_ns();
    return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(record_exit)
{
    __u32 thread = (__u32)bpf_get_current_pid_tgid();
    return bpf_map_lookup_elem(&waits, &thread) ? wait_end(thread, bpf_ktime_get_boot_ns()) : 0;
}
