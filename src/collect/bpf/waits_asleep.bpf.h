/* Since when each thread sleeps. This is the path that every switch and every wake-up of the host passes, so that it
 * neither hashes nor, where it can be had otherwise, reads the hardware's clock. Included once, behind task.bpf.h.
 * SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_WAITS_ASLEEP_BPF_H
#define COLLECT_BPF_WAITS_ASLEEP_BPF_H

#include "collect/bpf/waits_shared.h"

const volatile __u32 last_place; /* of `sleepers`: as many ones as a thread's number tells its place by */

__u32 lost;
bool crowded; /* two threads that share a place have slept at a time */

/* By the lowest bits of a thread's number. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, WAITS_PLACES);
    __type(key, __u32);
    __type(value, struct waits_sleeper);
} sleepers SEC(".maps");

/* Those whose place is taken. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, WAITS_CROWD);
    __type(key, __u32);
    __type(value, struct waits_sleeper);
} crowd SEC(".maps");

/* What to add to a processor's clock for the time since boot, and in which tick that was found. The two drift apart by
 * a few hundred nanoseconds in a tick at most. */
struct clock_offset {
    __u64 tick;
    __u64 ns;
};

enum { PROCESSORS = 4096 };

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, PROCESSORS);
    __type(key, __u32);
    __type(value, struct clock_offset);
} clock_offsets SEC(".maps");

/* The time at which this processor began to switch away from that task: the scheduler has just read it. */
static __always_inline __u64 switch_time_ns(struct task_struct *task)
{
    struct task_struct___waits *scheduled = (void *)task;
    __u32 processor = bpf_get_smp_processor_id();
    struct clock_offset *offset = bpf_map_lookup_elem(&clock_offsets, &processor);
    if (!offset || !bpf_core_field_exists(scheduled->se.cfs_rq) || !bpf_core_field_exists(struct rq, clock))
        return bpf_ktime_get_boot_ns();
    __u64 clock = scheduled->se.cfs_rq->rq->clock, tick = bpf_jiffies64();
    if (offset->tick != tick) {
        offset->tick = tick;
        offset->ns = bpf_ktime_get_boot_ns() - clock;
    }
    return clock + offset->ns;
}

static __always_inline void sleeper_add(struct task_struct *task, __u32 owner)
{
    struct waits_sleeper sleeper = {.since_ns = switch_time_ns(task), .owner = owner, .thread = (__u32)task->pid};
    __u32 place = sleeper.thread & last_place;
    struct waits_sleeper *known = bpf_map_lookup_elem(&sleepers, &place);
    if (!known)
        return;
    if (known->since_ns == 0 || known->thread == sleeper.thread) {
        *known = sleeper;
        return;
    }
    crowded = true;
    if (bpf_map_update_elem(&crowd, &sleeper.thread, &sleeper, BPF_ANY))
        __sync_fetch_and_add(&lost, 1);
}

/* NULL: that thread does not sleep, or not since we look. */
static __always_inline struct waits_sleeper *sleeper_find(struct task_struct *task)
{
    __u32 thread = (__u32)task->pid, place = thread & last_place;
    struct waits_sleeper *known = bpf_map_lookup_elem(&sleepers, &place);
    if (known && known->thread == thread && known->since_ns != 0)
        return known;
    return crowded ? bpf_map_lookup_elem(&crowd, &thread) : 0;
}

/* It has been woken. */
static __always_inline void sleeper_remove(struct waits_sleeper *known)
{
    __u32 thread = known->thread;
    known->since_ns = 0;
    if (crowded)
        bpf_map_delete_elem(&crowd, &thread);
}

#endif
