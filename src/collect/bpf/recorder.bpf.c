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

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum {
    LOCK_DEFERRED = 1,          /* FILE_LOCK_DEFERRED, include/linux/filelock.h */
    LOCK_WRITE = 1,             /* F_WRLCK */
    LOCK_NONE = 2,              /* F_UNLCK */
    KERNEL_THREAD = 0x00200000, /* PF_KTHREAD, include/linux/sched.h */
    SHORTEST_NS = 1000000,      /* shorter waits are nobody's concern */
    RESTART_NS = 10000000,      /* a call that a signal interrupted, and that begins again within that, goes on */
    PATH_FRESH_NS = 1000000000, /* files are renamed */
    BLOCKERS = 32,
    PATH_PARTS = 40,
};

__u32 generation;
__u32 lost;

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

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 512);
    __type(key, struct recorder_path_key);
    __type(value, struct recorder_path);
} paths SEC(".maps");

/* Room for what is too large for the stack, and stays zero. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(
        value, struct {
            struct recorder_queue queue;
            struct recorder_path path;
        });
} blank SEC(".maps");

struct request {
    struct recorder_hold_key key;
    __u64 first, last;
    __u32 flags, type;
};

static __always_inline bool layout_is_new(void)
{
    return bpf_core_type_exists(struct file_lock_core);
}

/* Arguments of a trace point may be read as they are, which costs less than a helper's safe read. */
static __always_inline void request_read(struct request *request, struct inode *inode, struct file_lock *lock,
                                         __u64 family)
{
    request->key.inode = (__u64)inode;
    request->key.family = family;
    if (layout_is_new()) {
        request->key.owner = (__u64)lock->c.flc_owner;
        request->flags = lock->c.flc_flags;
        request->type = lock->c.flc_type;
        request->first = (__u64)lock->fl_start;
        request->last = (__u64)lock->fl_end;
    } else {
        struct file_lock___old *old = (void *)lock;
        request->key.owner = (__u64)old->fl_owner;
        request->flags = old->fl_flags;
        request->type = old->fl_type;
        request->first = (__u64)old->fl_start;
        request->last = (__u64)old->fl_end;
    }
}

static __always_inline void *request_blocker(struct file_lock *lock)
{
    struct file_lock___old *old = (void *)lock;
    return layout_is_new() ? (void *)BPF_CORE_READ(lock, c.flc_blocker) : BPF_CORE_READ(old, fl_blocker);
}

static __always_inline struct file *request_file(struct file_lock *lock)
{
    struct file_lock___old *old = (void *)lock;
    return layout_is_new() ? BPF_CORE_READ(lock, c.flc_file) : BPF_CORE_READ(old, fl_file);
}

/* Functions that are not static are verified once, by themselves, instead of once per way that leads to them; for
 * kernels before 5.12 their arguments are numbers. */
__noinline int path_walk(__u64 file_address, __u64 inode_number, __u64 device)
{
    struct recorder_path_key key = {.inode_number = inode_number, .device = device};
    struct recorder_path *path = bpf_map_lookup_elem(&paths, &key);
    struct file *file = (void *)file_address;
    struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
    struct vfsmount *root_mount = BPF_CORE_READ(file, f_path.mnt);
    struct mount *mount = (void *)((char *)root_mount - bpf_core_field_offset(struct mount, mnt));
    __u32 used = 0, complete = 0;
    if (!path)
        return 0;
    for (int i = 0; i < PATH_PARTS; i++) {
        struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
        if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
            struct mount *above = BPF_CORE_READ(mount, mnt_parent);
            complete = above == mount;
            if (above == mount)
                break;
            dentry = BPF_CORE_READ(mount, mnt_mountpoint);
            mount = above;
            continue;
        }
        if (parent == dentry || used >= RECORDER_PATH_BYTES)
            break;
        long bytes = bpf_probe_read_kernel_str(&path->text[used & (RECORDER_PATH_BYTES - 1)], RECORDER_PART_BYTES,
                                               BPF_CORE_READ(dentry, d_name.name));
        if (bytes <= 0)
            break;
        used += (__u32)bytes;
        dentry = parent;
    }
    path->bytes = used;
    path->complete = complete;
    return 0;
}

static __always_inline void path_remember(const struct recorder_wait *wait, struct file *file)
{
    struct recorder_path_key key = {.inode_number = wait->inode_number, .device = wait->device};
    struct recorder_path *path = bpf_map_lookup_elem(&paths, &key);
    if (!path) {
        __u32 zero = 0;
        void *room = bpf_map_lookup_elem(&blank, &zero);
        if (!room)
            return;
        bpf_map_update_elem(&paths, &key, (char *)room + sizeof(struct recorder_queue), BPF_NOEXIST);
        path = bpf_map_lookup_elem(&paths, &key);
    }
    if (!path || (path->read_ns != 0 && wait->since_ns - path->read_ns < PATH_FRESH_NS))
        return;
    path->read_ns = wait->since_ns;
    path_walk((__u64)file, key.inode_number, key.device);
}

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

/* The lock that the request is behind. One that is not known was taken before the recorder began. */
static __always_inline void root_read(struct recorder_hold_key *key, struct recorder_hold *unknown, void *blocker)
{
    if (layout_is_new()) {
        struct file_lock_core *core = blocker, *next;
        for (int i = 0; i < BLOCKERS && (next = BPF_CORE_READ(core, flc_blocker)); i++)
            core = next;
        struct file_lock *lock = (void *)((char *)core - bpf_core_field_offset(struct file_lock, c));
        key->owner = (__u64)BPF_CORE_READ(core, flc_owner);
        unknown->party.global_pid = (__u32)BPF_CORE_READ(core, flc_pid);
        unknown->exclusive = BPF_CORE_READ(core, flc_type) == LOCK_WRITE;
        unknown->first = (__u64)BPF_CORE_READ(lock, fl_start);
        unknown->last = (__u64)BPF_CORE_READ(lock, fl_end);
    } else {
        struct file_lock___old *old = blocker, *next;
        for (int i = 0; i < BLOCKERS && (next = BPF_CORE_READ(old, fl_blocker)); i++)
            old = next;
        key->owner = (__u64)BPF_CORE_READ(old, fl_owner);
        unknown->party.global_pid = BPF_CORE_READ(old, fl_pid);
        unknown->exclusive = BPF_CORE_READ(old, fl_type) == LOCK_WRITE;
        unknown->first = (__u64)BPF_CORE_READ(old, fl_start);
        unknown->last = (__u64)BPF_CORE_READ(old, fl_end);
    }
}

static __always_inline struct recorder_queue *queue_of(const struct recorder_wait *wait)
{
    struct recorder_queue *queue = bpf_map_lookup_elem(&queues, &wait->queue);
    __u32 zero = 0;
    /* The kernel may have given the address to another inode. */
    if (queue && queue->inode_number == wait->inode_number && queue->device == wait->device)
        return queue;
    void *room = bpf_map_lookup_elem(&blank, &zero);
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

static __always_inline bool wait_goes_on(const struct recorder_wait *wait, const struct request *request, __u64 now)
{
    bool same = wait->queue.inode == request->key.inode && wait->queue.family == request->key.family &&
                wait->owner == request->key.owner;
    return same && (wait->interrupted_ns == 0 || now - wait->interrupted_ns < RESTART_NS);
}

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
