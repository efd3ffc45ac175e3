/* Waits for file locks: their beginning, and what of them was for which holder once they end. Included once, behind
 * lock_turn.bpf.h and lock_path.bpf.h.
 * SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_LOCK_WAIT_BPF_H
#define COLLECT_BPF_LOCK_WAIT_BPF_H

enum {
    SHORTEST_NS = 1000000, /* shorter waits are nobody's concern */
    RESTART_NS = 10000000, /* a call that a signal interrupted, and that begins again within that, goes on */
};

__u32 generation;
__u32 lost;

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8192);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, __u32);
    __type(value, struct recorder_wait);
} waits SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16384);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct recorder_ended_key);
    __type(value, struct recorder_ended);
} ended SEC(".maps");

/* Whoever is in the way of that wait has a turn in the queue. */
__noinline int root_remember(__u64 blocker, __u32 thread)
{
    const struct recorder_wait *wait = bpf_map_lookup_elem(&waits, &thread);
    struct recorder_queue *queue = wait ? queue_of(wait) : 0;
    if (!queue)
        return 0;
    struct recorder_hold_key key = {.inode = wait->queue.inode, .family = wait->queue.family};
    struct recorder_hold unknown = {.inode_number = wait->inode_number, .device = wait->device};
    root_read(&key, &unknown, (void *)blocker);
    struct recorder_hold *hold = bpf_map_lookup_elem(&holds, &key);
    if (!hold) {
        bpf_map_update_elem(&holds, &key, &unknown, BPF_NOEXIST);
        hold = bpf_map_lookup_elem(&holds, &key);
    }
    if (hold && !turn_of(queue, hold, key.owner))
        turn_take(queue, key.owner, hold);
    return 0;
}

static __always_inline void wait_begin(struct request *request, struct file_lock *lock, struct task_struct *task,
                                       struct inode *inode, __u64 now)
{
    __u32 thread = (__u32)bpf_get_current_pid_tgid();
    struct recorder_wait wait = {
        .since_ns = now,
        .queue = {.inode = request->key.inode, .family = request->key.family},
        .owner = request->key.owner,
        .first = request->first,
        .last = request->last,
        .exclusive = request->type == LOCK_WRITE,
        .flags = request->flags,
    };
    wait.inode_number = BPF_CORE_READ(inode, i_ino);
    wait.device = BPF_CORE_READ(inode, i_sb, s_dev);
    wait.mount_namespace = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
    wait.thread = task_number(task);
    party_read_current(&wait.party, task);
    if (wait.party.pid == 0)
        return;
    if (bpf_map_update_elem(&waits, &thread, &wait, BPF_ANY)) {
        __sync_fetch_and_add(&lost, 1);
        return;
    }
    path_remember(&wait, request_file(lock));
    root_remember((__u64)request_blocker(lock), thread);
}

static __always_inline struct recorder_ended *ended_of(const struct recorder_wait *wait,
                                                       const struct recorder_turn *turn)
{
    struct recorder_ended_key key = {
        .start_ns = wait->party.start_ns,
        .inode_number = wait->inode_number,
        .pid = wait->party.pid,
        .thread = wait->thread,
        .device = wait->device,
        .family = (__u32)wait->queue.family,
        .generation = generation,
    };
    if (turn) {
        key.holder_pid = turn->party.pid;
        key.holder_start_ns = turn->party.start_ns;
    }
    struct recorder_ended *sum = bpf_map_lookup_elem(&ended, &key);
    if (sum)
        return sum;
    struct recorder_ended none = {.mount_namespace = wait->mount_namespace, .flags = wait->flags};
    __builtin_memcpy(none.name, wait->party.name, sizeof none.name);
    bpf_map_update_elem(&ended, &key, &none, BPF_NOEXIST);
    sum = bpf_map_lookup_elem(&ended, &key);
    if (!sum)
        __sync_fetch_and_add(&lost, 1);
    return sum;
}

/* Sums what of a wait was for the holder of that turn. Answers whether that was anything. */
__noinline int wait_part(__u32 thread, __u32 place, __u64 until_ns)
{
    const struct recorder_wait *wait = bpf_map_lookup_elem(&waits, &thread);
    const struct recorder_turn *turn = 0;
    if (!wait)
        return 0;
    __u64 since_ns = wait->since_ns;
    if (place < RECORDER_TURNS) {
        struct recorder_queue *queue = bpf_map_lookup_elem(&queues, &wait->queue);
        if (!queue)
            return 0;
        turn = &queue->turns[place];
        bool other = turn->owner != 0 && turn->owner != wait->owner;
        bool conflict = (turn->exclusive || wait->exclusive) && turn->first <= wait->last && wait->first <= turn->last;
        if (!other || !conflict)
            return 0;
        since_ns = turn->since_ns > since_ns ? turn->since_ns : since_ns;
        until_ns = turn->until_ns != 0 && turn->until_ns < until_ns ? turn->until_ns : until_ns;
    }
    if (until_ns < since_ns + SHORTEST_NS)
        return 0;
    struct recorder_ended *sum = ended_of(wait, turn);
    if (!sum)
        return 1;
    /* Only this thread writes to it. */
    sum->count++;
    sum->total_ns += until_ns - since_ns;
    if (until_ns - since_ns <= sum->until_ns - sum->since_ns)
        return 1;
    sum->since_ns = since_ns;
    sum->until_ns = until_ns;
    if (!turn)
        return 1;
    sum->held_since_ns = turn->since_ns;
    sum->held_until_ns = turn->until_ns;
    sum->holder_global_pid = turn->party.global_pid;
    __builtin_memcpy(sum->holder_name, turn->party.name, sizeof sum->holder_name);
    return 1;
}

__noinline int wait_end(__u32 thread, __u64 now)
{
    const struct recorder_wait *wait = bpf_map_lookup_elem(&waits, &thread);
    if (!wait)
        return 0;
    __u64 until_ns = wait->interrupted_ns ? wait->interrupted_ns : now;
    if (until_ns >= wait->since_ns + SHORTEST_NS) {
        int parts = 0;
        for (__u32 place = 0; place < RECORDER_TURNS; place++)
            parts += wait_part(thread, place, until_ns);
        if (parts == 0)
            wait_part(thread, RECORDER_TURNS, until_ns);
    }
    bpf_map_delete_elem(&waits, &thread);
    return 0;
}

static __always_inline bool wait_goes_on(const struct recorder_wait *wait, const struct request *request, __u64 now)
{
    bool same = wait->queue.inode == request->key.inode && wait->queue.family == request->key.family &&
                wait->owner == request->key.owner;
    return same && (wait->interrupted_ns == 0 || now - wait->interrupted_ns < RESTART_NS);
}

#endif
