/* All tasks and descriptors in one walk, through tables of descriptors as they lie in memory: no file is taken and
 * given back, nothing is locked, and what is told is written where the reader sees it. It costs half of what the
 * iterators do. What a file that goes away in the midst of it leaves is told wrong at worst in one sample; no address
 * that it leads to is trusted (loads through CAST fail to 0).
 *
 * Paths cannot be told here: what has none yet is asked for, and read_descriptors tells it afterwards. Included once,
 * at the end of sample.bpf.c. SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_WALK_BPF_H
#define COLLECT_BPF_WALK_BPF_H

enum {
    WORD_BITS = 64, /* of fdtable.open_fds */
    DESCRIPTORS_MAX = 1 << 26,
    RECORD_BYTES_MAX = sizeof(struct sample_descriptor) + sizeof(struct socket_told) + sizeof(struct sample_descriptor),
};

__u8 tasks_told[SAMPLE_TASKS_ROOM] __attribute__((aligned(8)));
__u8 descriptors_told[SAMPLE_DESCRIPTORS_ROOM] __attribute__((aligned(8)));
__u32 tasks_bytes, descriptors_bytes; /* told since the reader has set them to 0 */
__u32 asked[SAMPLE_ASKED];            /* processes in which read_descriptors finds what is asked for */
__u32 asked_count;                    /* may be more than there is room for */
__u32 resume_pid, resume_number;      /* where there was no room for more */
__u64 address_kept;

struct walk {
    __u64 own;                      /* seq_file of the walk itself, which is no descriptor to tell */
    __u64 files, table, open, word; /* addresses; the word: bits of the open ones */
    __u32 pid, base, from;
    __u32 number; /* told up to here */
    __u32 asks, full;
};

/* The address of a pointer as a number, which may be reckoned with and handed to other functions. */
static __always_inline __u64 address_of(const void *pointer)
{
    *(const void *volatile *)&address_kept = pointer;
    return *(volatile __u64 *)&address_kept;
}

static __always_inline __u64 word_at(__u64 address)
{
    return address_of(CAST(struct list_head, address)->next);
}

static __always_inline __u32 walked_number(struct pid *pid)
{
    if (!pid || pid->level < level)
        return 0;
    __u64 numbers = address_of(pid) + bpf_core_field_offset(struct pid, numbers);
    return (__u32)CAST(struct upid, numbers + level * bpf_core_type_size(struct upid))->nr;
}

static __always_inline void walked_path(struct walk *walk, struct sample_descriptor *record, struct file *file)
{
    __u64 place, tag = file_tag(file, record, &place);
    __u32 slot = (__u32)slot_find(tag, place) & (SAMPLE_SLOTS - 1);
    record->slot = slot;
    __u64 entry = seen[slot], wanted = (tag & ~STATE_MASK) | SAMPLE_SLOT_ASKED | (turn & (SAMPLE_SLOT_ASKED - 1));
    if (entry == tag || entry == wanted)
        return;
    seen[slot] = wanted;
    asked_paths++;
    walk->asks = 1;
}

/* Tells one descriptor. The record has room for RECORD_BYTES_MAX. Returns its bytes. */
static __always_inline __u32 walked_told(struct walk *walk, struct sample_descriptor *record, __u64 address)
{
    struct file *file = CAST(struct file, address);
    struct inode *inode = file->f_inode;
    struct super_block *super = inode->i_sb;
    struct inode___locks *locked = (void *)inode;
    __builtin_memset(record, 0, sizeof *record);
    record->pid = walk->pid;
    record->number = walk->number;
    record->inode = inode->i_ino;
    record->mode = inode->i_mode;
    record->access = file->f_mode & 3;
    record->object = object_of(super, record->mode);
    if (record->object == SAMPLE_SOCKET) {
        struct socket_told *socket = (void *)(record + 1);
        __builtin_memset(&socket->record, 0, sizeof socket->record);
        if (!socket_told(socket, file, true))
            return sizeof *record;
        record->path_bytes = sizeof socket->record + socket->record.name_bytes;
        walk->asks |= socket->record.cookie == 0;
        return sizeof *record + ((record->path_bytes + 7u) & ~7u);
    }
    if (record->object == SAMPLE_PIPE) {
        pipe_told(&record->pipe, inode);
        return sizeof *record;
    }
    if ((__u64)file->private_data == walk->own)
        return 0;
    file_told(record, inode, super);
    if (locked->i_flctx)
        record->locks = locks_of(BPF_CORE_READ(locked, i_flctx), address, walk->files);
    walked_path(walk, record, file);
    if ((record->mode & MODE_TYPE) != MODE_PIPE)
        return sizeof *record;
    struct sample_descriptor *fifo = record + 1;
    *fifo = *record;
    fifo->object = SAMPLE_FIFO;
    pipe_told(&fifo->pipe, inode);
    return 2 * sizeof *record;
}

static long number_walk(__u32 index, struct walk *walk)
{
    __u64 word = walk->word >> (index & (WORD_BITS - 1));
    if (word == 0)
        return 1;
    walk->number = walk->base + index;
    if ((word & 1) == 0 || walk->number < walk->from)
        return 0;
    __u64 place = walk->table + walk->number * sizeof(void *), address = word_at(place);
    if (address == 0)
        return 0;
    __u64 used = descriptors_bytes;
    __asm__ volatile("" : "+r"(used));
    if (used > SAMPLE_DESCRIPTORS_ROOM - RECORD_BYTES_MAX) {
        walk->full = 1;
        return 1;
    }
    __u32 bytes = walked_told(walk, (void *)&descriptors_told[used], address);
    if (word_at(place) == address) /* still open: it was this file all the time */
        descriptors_bytes = (__u32)used + bytes;
    return 0;
}

static long word_walk(__u32 index, struct walk *walk)
{
    walk->base = index * WORD_BITS;
    walk->word = word_at(walk->open + index * sizeof walk->word);
    if (walk->word != 0)
        bpf_loop(WORD_BITS, number_walk, walk, 0);
    return walk->full != 0;
}

/* False: there was no room for all. */
static __always_inline bool descriptors_walk(struct task_struct *task, __u32 pid, __u64 own)
{
    struct files_struct *files = ((struct task_struct___files *)task)->files;
    if (!files)
        return true;
    struct fdtable *table = files->fdt;
    struct walk walk = {.own = own,
                        .files = address_of(files),
                        .table = address_of(table->fd),
                        .open = address_of(table->open_fds),
                        .pid = pid,
                        .from = resume_pid == pid ? resume_number : 0};
    __u32 words = table->max_fds / WORD_BITS;
    if (words > DESCRIPTORS_MAX / WORD_BITS)
        words = DESCRIPTORS_MAX / WORD_BITS;
    bpf_loop(words, word_walk, &walk, 0);
    resume_pid = walk.full ? pid : 0;
    resume_number = walk.number;
    if (walk.asks) {
        __u32 count = asked_count;
        if (count < SAMPLE_ASKED)
            asked[count & (SAMPLE_ASKED - 1)] = pid;
        asked_count = count + 1;
    }
    return !walk.full;
}

SEC("iter/task")
int walk_tasks(struct bpf_iter__task *context)
{
    struct task_struct *task = context->task;
    struct {
        struct sample_task task;
        struct sample_process process;
    } * record;
    struct mm_struct___old *old = 0;
    if (bpf_core_field_exists(old->rss_stat.count[0].counter))
        return 0; /* before 6.2, which has no bpf_rdonly_cast either: so it can be loaded, and is of no use */
    level_read(context->meta);
    __u64 used = tasks_bytes;
    __asm__ volatile("" : "+r"(used));
    if (!task)
        return 0;
    if (used > SAMPLE_TASKS_ROOM - sizeof *record)
        return 1;
    record = (void *)&tasks_told[used];
    struct task_struct *leader = task->group_leader;
    __u32 thread = walked_number(task->thread_pid);
    __u32 pid = leader == task ? thread : walked_number(leader->thread_pid);
    if (pid == 0 || thread == 0)
        return 0;
    if (leader == task && !descriptors_walk(task, pid, address_of(context->meta->seq)))
        return 1;
    __builtin_memset(&record->task, 0, sizeof record->task);
    record->task.pid = pid;
    record->task.thread = thread;
    task_read(&record->task, task);
    if (leader != task) {
        tasks_bytes = (__u32)used + sizeof record->task;
        return 0;
    }
    __builtin_memset(&record->process, 0, sizeof record->process);
    process_read(&record->process, task);
    tasks_bytes = (__u32)used + sizeof *record;
    return 0;
}

#endif
