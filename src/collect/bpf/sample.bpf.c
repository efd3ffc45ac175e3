/* The kernel half of a sample: what the tasks and their descriptors are at this moment, without a lock that others hold
 * for long and without sleeping.
 *
 * Telling a path costs more than all the rest: it is told once, then again when the file's name or those of the two
 * directories above it change, and in turns. `seen` says what was told last in each slot; who reads the stream keeps
 * the same table of paths by following it in its order. SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#include <linux/bpf.h>
#include <stdbool.h>
#include "collect/bpf/kernel_types.h"
#include "collect/bpf/sample_shared.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "collect/bpf/lock_held.bpf.h"
#include "collect/bpf/socket.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum {
    PIPE_FILE_SYSTEM = 0x50495045, /* include/uapi/linux/magic.h */
    SOCKET_FILE_SYSTEM = 0x534F434B,
    OVERLAY_FILE_SYSTEM = 0x794c7630,
    GROUP_SLOTS = 8, /* where a path may lie: a cache line of them */
    STATE_BITS = 16, /* of an entry of `seen`: what the path changes with; the others say which file it is */
    MODE_TYPE = 0170000,
    MODE_PIPE = 0010000,
    MODE_SOCKET = 0140000,
};

#define STATE_MASK ((1ull << STATE_BITS) - 1)

__u64 seen[SAMPLE_SLOTS] __attribute__((aligned(64)));
__u32 turn;
__u32 level;       /* of the reader's pid namespace, below the host's own */
__u32 crowded;     /* 1: a path lost its slot to another */
__u32 paths_only;  /* 1: read_descriptors tells what walk_tasks asked for, and nothing else */
__u32 asked_paths; /* slots whose path walk_tasks asked for and nobody has told yet */

/* A path while it is written. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(
        value, struct { char text[2 * SAMPLE_PATH_BYTES]; });
} paths SEC(".maps");

/* The number of a process in the reader's pid namespace; 0: it has none. */
static __always_inline __u32 pid_number(struct pid *pid)
{
    if (level == 0)
        return pid ? (__u32)pid->numbers[0].nr : 0;
    if (!pid || pid->level < level || level >= 32)
        return 0;
    /* By hand, because an index that varies would be scaled by the size of the local struct; and from the address as a
     * number, because before 6.2 verifiers let nobody add what varies to a pointer. */
    __u64 address = 0;
    bpf_probe_read_kernel(&address, sizeof address, &pid);
    struct upid *number =
        (void *)(address + bpf_core_field_offset(struct pid, numbers) + level * bpf_core_type_size(struct upid));
    return (__u32)BPF_CORE_READ(number, nr);
}

/* At the beginning of a stream. */
static __always_inline void level_read(const struct bpf_iter_meta *meta)
{
    struct task_struct *self = (void *)bpf_get_current_task();
    if (meta->seq_num == 0)
        level = BPF_CORE_READ(self, thread_pid, level);
}

static __always_inline void task_read(struct sample_task *record, struct task_struct *task)
{
    if (bpf_core_field_exists(task->__state))
        record->state = task->__state;
    else
        record->state = (__u32)((struct task_struct___old *)task)->state;
    record->exit_state = (__u32)task->exit_state;
    record->cpu_ns = task->se.sum_exec_runtime;
    if (bpf_core_field_exists(task->sched_info.pcount)) {
        record->run_delay_ns = task->sched_info.run_delay;
        record->slices = task->sched_info.pcount;
    }
    record->minor_faults = task->min_flt;
    record->major_faults = task->maj_flt;
    if (bpf_core_field_exists(task->ioac.read_bytes)) {
        record->read_bytes = task->ioac.read_bytes;
        record->write_bytes = task->ioac.write_bytes;
    }
}

static __always_inline __u64 mix(__u64 hash, __u64 value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 29;
}

static __always_inline void memory_read(struct sample_process *record, struct mm_struct *memory)
{
    if (!memory)
        return;
    struct mm_struct___old *old = (void *)memory;
    record->image = memory->start_code ^ memory->start_stack << 1;
    if (bpf_core_field_exists(old->rss_stat.count[0].counter)) {
        /* Before 6.2 verifiers refuse a plain look into an array of counters. */
        record->rss_pages[0] = BPF_CORE_READ(old, rss_stat.count[0].counter);
        record->rss_pages[1] = BPF_CORE_READ(old, rss_stat.count[1].counter);
        record->rss_pages[2] = BPF_CORE_READ(old, rss_stat.count[3].counter);
    } else {
        record->rss_pages[0] = memory->rss_stat[0].count;
        record->rss_pages[1] = memory->rss_stat[1].count;
        record->rss_pages[2] = memory->rss_stat[3].count;
    }
}

static __always_inline void process_read(struct sample_process *record, struct task_struct *task)
{
    struct signal_struct *signal = task->signal;
    struct pid *parent = task->real_parent->group_leader->thread_pid;
    record->start_ns = task->start_boottime;
    record->dead_cpu_ns = signal->sum_sched_runtime;
    record->dead_minor_faults = signal->min_flt;
    record->dead_major_faults = signal->maj_flt;
    if (bpf_core_field_exists(signal->ioac.read_bytes)) {
        record->dead_read_bytes = signal->ioac.read_bytes;
        record->dead_write_bytes = signal->ioac.write_bytes;
    }
    record->voluntary_switches = task->nvcsw;
    record->involuntary_switches = task->nivcsw;
    record->flags = task->flags;
    record->parent_pid = pid_number(parent);
    record->uid = task->real_cred->euid.val;
    record->threads = (__u32)signal->nr_threads;
    memory_read(record, task->mm);
    __u64 places[2] = {}; /* addresses as numbers */
    bpf_probe_read_kernel(&places[0], sizeof places[0], &task->cgroups);
    bpf_probe_read_kernel(&places[1], sizeof places[1], &task->nsproxy);
    record->place = mix(mix(0, places[0]), places[1]);
    bpf_probe_read_kernel(record->name, sizeof record->name, &task->comm);
}

SEC("iter/task")
int read_tasks(struct bpf_iter__task *context)
{
    struct task_struct *task = context->task;
    level_read(context->meta);
    struct {
        struct sample_task task;
        struct sample_process process;
    } record = {};
    if (!task)
        return 0;
    struct task_struct *leader = task->group_leader;
    record.task.thread = pid_number(task->thread_pid);
    record.task.pid = leader == task ? record.task.thread : pid_number(leader->thread_pid);
    if (record.task.pid == 0 || record.task.thread == 0)
        return 0;
    task_read(&record.task, task);
    if (leader != task) {
        bpf_seq_write(context->meta->seq, &record.task, sizeof record.task);
        return 0;
    }
    process_read(&record.process, task);
    bpf_seq_write(context->meta->seq, &record, sizeof record);
    return 0;
}

/* In two looks: before 6.2 verifiers find no 8 bytes at the beginning of a name. */
static __always_inline __u64 name_hash(const struct dentry *dentry)
{
    return dentry->d_name.hash | (__u64)dentry->d_name.len << 32;
}

/* What the path changes with besides the file itself. */
static __always_inline __u64 path_state(struct file *file, __u64 place)
{
    struct dentry *dentry = file->f_path.dentry, *parent = dentry->d_parent, *above = parent->d_parent;
    __u64 state = mix(0, name_hash(dentry));
    state = mix(state, name_hash(parent));
    state = mix(state, name_hash(above));
    state = mix(state, dentry->d_hash.pprev == 0);
    return mix(state, (turn + (place >> 32)) / SAMPLE_TURNS);
}

/* What is told of a file that has a path, besides the path and its locks. */
static __always_inline void file_told(struct sample_descriptor *record, struct inode *inode, struct super_block *super)
{
    record->size_bytes = (__u64)inode->i_size;
    record->links = inode->i_nlink;
    record->device = super->s_dev;
    record->stacked = super->s_magic == OVERLAY_FILE_SYSTEM;
}

/* Which file it is and what its path changes with, as an entry of `seen`; place says where to look for it. */
static __always_inline __u64 file_tag(struct file *file, const struct sample_descriptor *record, __u64 *place)
{
    /* A difference of two addresses is a number, which is cheaper than to read them again as such. */
    const char *super = (void *)file->f_inode->i_sb;
    *place = mix((const char *)file->f_path.mnt - super, (const char *)file->f_path.dentry - super);
    __u64 identity = mix(*place, record->inode ^ (__u64)record->device << 40);
    /* Files without a name of their own, as of eventfd and timerfd, differ in nothing else. */
    identity = mix(identity, (const char *)file->f_op - super) | 1ull << STATE_BITS;
    return (identity & ~STATE_MASK) | (path_state(file, *place) & STATE_MASK & ~(__u64)SAMPLE_SLOT_ASKED);
}

/* The slot of a file: that which has it, else a free one of its group, else one that loses its own. Not static, so that
 * the kernel verifies it by itself. */
__attribute__((noinline)) __u64 slot_find(__u64 tag, __u64 place)
{
    __u32 group = (__u32)(place >> 32) & (SAMPLE_SLOTS - GROUP_SLOTS), free = SAMPLE_SLOTS;
    for (__u32 i = 0; i < GROUP_SLOTS; i++) {
        __u64 entry = seen[group + i];
        if (entry >> STATE_BITS == tag >> STATE_BITS)
            return group + i;
        if (entry == 0 && free == SAMPLE_SLOTS)
            free = group + i;
    }
    if (free != SAMPLE_SLOTS)
        return free;
    crowded = 1;
    return group + (turn & (GROUP_SLOTS - 1));
}

/* Chooses the slot. Is the path as told there, or not to be told? */
static __always_inline bool slot_choose(struct file *file, struct sample_descriptor *record)
{
    __u64 place, tag = file_tag(file, record, &place);
    __u32 slot = (__u32)slot_find(tag, place) & (SAMPLE_SLOTS - 1);
    record->slot = slot;
    __u64 entry = seen[slot];
    if (paths_only) {
        if (entry >> STATE_BITS != tag >> STATE_BITS || (entry & SAMPLE_SLOT_ASKED) == 0)
            return true;
        asked_paths--;
    }
    seen[slot] = tag;
    return entry == tag;
}

/* Writes the record and its path. The reader gets neither when there was no room: the kernel then calls again. */
static __always_inline void path_write(struct seq_file *seq, struct file *file, struct sample_descriptor *record)
{
    __u32 zero = 0;
    char *path = bpf_map_lookup_elem(&paths, &zero);
    if (!path)
        return;
    long bytes = bpf_d_path(&file->f_path, path, SAMPLE_PATH_BYTES);
    __u64 told = bytes > 1 ? (__u64)bytes - 1 : 0;
    record->path_bytes = (__u16)told;
    record->unnamed = told == 0;
    bool failed = bpf_seq_write(seq, record, sizeof *record) != 0;
    told = (told + 7) & ~7ull;
    __asm__ volatile("" : "+r"(told)); /* keeps one copy of it, the one with its bounds */
    told &= 2 * SAMPLE_PATH_BYTES - 1;
    if (told > 0 && !failed)
        failed = bpf_seq_write(seq, path, (__u32)told) != 0;
    if (failed && paths_only) {
        seen[record->slot & (SAMPLE_SLOTS - 1)] |= SAMPLE_SLOT_ASKED;
        asked_paths++;
    } else if (failed || (record->unnamed && !paths_only)) {
        seen[record->slot & (SAMPLE_SLOTS - 1)] = 0;
    }
}

static __always_inline void socket_write(struct seq_file *seq, struct file *file, struct sample_descriptor *descriptor)
{
    struct {
        struct sample_descriptor descriptor;
        struct socket_told socket;
    } record = {};
    if (socket_told(&record.socket, file, false)) {
        __u64 bytes = sizeof record.socket.record + record.socket.record.name_bytes;
        descriptor->path_bytes = (__u16)bytes;
    }
    record.descriptor = *descriptor;
    __u64 bytes = sizeof record.descriptor + ((descriptor->path_bytes + 7) & ~7);
    __asm__ volatile("" : "+r"(bytes));
    if (bytes <= sizeof record)
        bpf_seq_write(seq, &record, (__u32)bytes);
}

static __always_inline void pipe_write(struct seq_file *seq, struct inode *inode, struct sample_descriptor *descriptor)
{
    struct sample_pipe pipe = {};
    pipe_told(&pipe, inode);
    descriptor->pipe = pipe;
    bpf_seq_write(seq, descriptor, sizeof *descriptor);
}

static __always_inline __u8 object_of(struct super_block *super, __u32 mode)
{
    if (super->s_magic == PIPE_FILE_SYSTEM && (mode & MODE_TYPE) == MODE_PIPE)
        return SAMPLE_PIPE;
    if (super->s_magic == SOCKET_FILE_SYSTEM && (mode & MODE_TYPE) == MODE_SOCKET)
        return SAMPLE_SOCKET;
    return SAMPLE_PATH;
}

SEC("iter/task_file")
int read_descriptors(struct bpf_iter__task_file *context)
{
    struct task_struct *task = context->task;
    struct file *file = context->file;
    struct sample_descriptor record = {};
    level_read(context->meta);
    /* A thread may have left its process's table: /proc shows that of the main thread. */
    if (!task || !file || task->group_leader != task)
        return 0;
    struct inode *inode = file->f_inode;
    struct super_block *super = inode->i_sb;
    record.pid = pid_number(task->thread_pid);
    record.number = context->fd;
    record.inode = inode->i_ino;
    record.mode = inode->i_mode;
    record.access = file->f_mode & 3;
    record.object = object_of(super, record.mode);
    if (paths_only && (record.object == SAMPLE_PIPE || (record.object == SAMPLE_SOCKET && !socket_is_new(file))))
        return 0;
    if (record.object == SAMPLE_SOCKET) {
        socket_write(context->meta->seq, file, &record);
        return 0;
    }
    if (record.object == SAMPLE_PIPE) {
        pipe_write(context->meta->seq, inode, &record);
        return 0;
    }
    file_told(&record, inode, super);
    record.locks = locks_held(task, inode, context->fd);
    bool told = slot_choose(file, &record);
    if (told && paths_only)
        return 0;
    if (told)
        bpf_seq_write(context->meta->seq, &record, sizeof record);
    else
        path_write(context->meta->seq, file, &record);
    if ((record.mode & MODE_TYPE) == MODE_PIPE && !paths_only) {
        record.object = SAMPLE_FIFO;
        record.path_bytes = 0;
        pipe_write(context->meta->seq, inode, &record);
    }
    return 0;
}

#include "collect/bpf/walk.bpf.h"
