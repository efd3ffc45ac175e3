/* Who holds which file lock, and in which turns the holders followed each other on the files that somebody waits for.
 * Included once, behind lock_request.bpf.h.
 * SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_LOCK_TURN_BPF_H
#define COLLECT_BPF_LOCK_TURN_BPF_H

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 16384);
    __type(key, struct recorder_hold_key);
    __type(value, struct recorder_hold);
} holds SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 1024);
    __type(key, struct recorder_queue_key);
    __type(value, struct recorder_queue);
} queues SEC(".maps");

/* Room for what is too large for the stack, and stays zero. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct recorder_queue);
} blank_queue SEC(".maps");

/* The turn of a lock that is held, if it has one. */
static __always_inline struct recorder_turn *turn_of(struct recorder_queue *queue, const struct recorder_hold *hold,
                                                     __u64 owner)
{
    struct recorder_turn *turn = &queue->turns[hold->turn & (RECORDER_TURNS - 1)];
    return turn->owner == owner && turn->until_ns == 0 ? turn : 0;
}

static __always_inline void turn_take(struct recorder_queue *queue, __u64 owner, struct recorder_hold *hold)
{
    hold->turn = __sync_fetch_and_add(&queue->next, 1) & (RECORDER_TURNS - 1);
    struct recorder_turn *turn = &queue->turns[hold->turn & (RECORDER_TURNS - 1)];
    turn->owner = owner;
    turn->since_ns = hold->since_ns;
    turn->until_ns = 0;
    turn->first = hold->first;
    turn->last = hold->last;
    turn->exclusive = hold->exclusive;
    turn->party = hold->party;
}

static __always_inline struct recorder_queue *queue_of(const struct recorder_wait *wait)
{
    struct recorder_queue *queue = bpf_map_lookup_elem(&queues, &wait->queue);
    __u32 zero = 0;
    /* The kernel may have given the address to another inode. */
    if (queue && queue->inode_number == wait->inode_number && queue->device == wait->device)
        return queue;
    void *room = bpf_map_lookup_elem(&blank_queue, &zero);
    if (!room)
        return 0;
    bpf_map_update_elem(&queues, &wait->queue, room, BPF_ANY);
    queue = bpf_map_lookup_elem(&queues, &wait->queue);
    if (!queue)
        return 0;
    queue->inode_number = wait->inode_number;
    queue->device = wait->device;
    return queue;
}

static __always_inline void hold_take(struct request *request, struct task_struct *task, struct inode *inode, __u64 now)
{
    struct recorder_hold *earlier = bpf_map_lookup_elem(&holds, &request->key);
    __u32 exclusive = request->type == LOCK_WRITE;
    if (earlier && earlier->exclusive == exclusive) {
        earlier->first = request->first < earlier->first ? request->first : earlier->first;
        earlier->last = request->last > earlier->last ? request->last : earlier->last;
        return;
    }
    struct recorder_hold hold = {
        .since_ns = now,
        .first = request->first,
        .last = request->last,
        .exclusive = exclusive,
        .flags = request->flags,
    };
    hold.inode_number = inode->i_ino;
    hold.device = inode->i_sb->s_dev;
    party_read_current(&hold.party, task);
    struct recorder_queue_key key = {.inode = request->key.inode, .family = request->key.family};
    struct recorder_queue *queue = bpf_map_lookup_elem(&queues, &key);
    struct recorder_turn *turn = queue && earlier ? turn_of(queue, earlier, request->key.owner) : 0;
    if (turn)
        turn->until_ns = now;
    if (queue)
        turn_take(queue, request->key.owner, &hold);
    bpf_map_update_elem(&holds, &request->key, &hold, BPF_ANY);
}

static __always_inline void hold_release(struct request *request, __u64 now)
{
    struct recorder_hold *hold = bpf_map_lookup_elem(&holds, &request->key);
    if (!hold)
        return;
    if (request->first > hold->first || request->last < hold->last) {
        /* A part of it: what was cut off at an end is free. */
        if (request->first <= hold->first && request->last >= hold->first)
            hold->first = request->last + 1;
        else if (request->last >= hold->last && request->first <= hold->last)
            hold->last = request->first - 1;
        return;
    }
    struct recorder_queue_key key = {.inode = request->key.inode, .family = request->key.family};
    struct recorder_queue *queue = bpf_map_lookup_elem(&queues, &key);
    struct recorder_turn *turn = queue ? turn_of(queue, hold, request->key.owner) : 0;
    if (turn)
        turn->until_ns = now;
    bpf_map_delete_elem(&holds, &request->key);
}

#endif
