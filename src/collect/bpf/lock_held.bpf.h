/* Which file locks are held by a descriptor: what the `lock:` lines of its fdinfo tell (__show_fd_locks, fs/locks.c),
 * by a bounded walk without the lists' lock. Included once, behind kernel_types.h. SPDX-License-Identifier:
 * (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_LOCK_HELD_BPF_H
#define COLLECT_BPF_LOCK_HELD_BPF_H

#include "collect/bpf/sample_shared.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
    struct list_head *next;
};

struct file_lock_context {
    struct list_head flc_flock, flc_posix, flc_lease;
};

struct inode___locks {
    struct file_lock_context *i_flctx;
};

struct file_lock_core___list { /* since 6.9 */
    struct list_head flc_list;
    void *flc_owner;
    unsigned int flc_flags;
    unsigned char flc_type;
    struct file *flc_file;
};

struct file_lock___list {
    struct list_head fl_list;
    void *fl_owner;
    unsigned int fl_flags;
    unsigned char fl_type;
    struct file *fl_file;
};

struct fdtable {
    unsigned int max_fds;
    struct file **fd;
    unsigned long *open_fds;
};

struct files_struct {
    struct fdtable *fdt;
};

struct task_struct___files {
    struct files_struct *files;
};

#pragma clang attribute pop

enum {
    LOCKS_WALKED = 48,
    LOCK_IS_WRITE = 1,         /* F_WRLCK, include/uapi/asm-generic/fcntl.h */
    LOCK_IS_DESCRIPTION = 1024 /* FL_OFDLCK, include/linux/filelock.h */
};

/* What of a lock is asked for, whatever the kernel's layout. */
struct held_lock {
    __u64 next, owner, file;
    __u32 flags, type;
};

static __always_inline void held_lock_read(struct held_lock *lock, __u64 node)
{
    if (bpf_core_type_exists(struct file_lock_core)) {
        struct file_lock_core___list *now =
            (void *)(node - bpf_core_field_offset(struct file_lock_core___list, flc_list));
        lock->next = (__u64)BPF_CORE_READ(now, flc_list.next);
        lock->owner = (__u64)BPF_CORE_READ(now, flc_owner);
        lock->file = (__u64)BPF_CORE_READ(now, flc_file);
        lock->flags = BPF_CORE_READ(now, flc_flags);
        lock->type = BPF_CORE_READ(now, flc_type);
    } else {
        struct file_lock___list *old = (void *)(node - bpf_core_field_offset(struct file_lock___list, fl_list));
        lock->next = (__u64)BPF_CORE_READ(old, fl_list.next);
        lock->owner = (__u64)BPF_CORE_READ(old, fl_owner);
        lock->file = (__u64)BPF_CORE_READ(old, fl_file);
        lock->flags = BPF_CORE_READ(old, fl_flags);
        lock->type = BPF_CORE_READ(old, fl_type);
    }
}

/* The bits of one list (its head's address, the bit of its kind of lock). Not static, so that the kernel verifies the
 * loop by itself. */
__attribute__((noinline)) __u64 list_locks(__u64 head, __u64 file, __u64 files, __u32 kind)
{
    struct list_head *first = (void *)head;
    struct held_lock lock = {.next = (__u64)BPF_CORE_READ(first, next)};
    __u64 bits = 0;
    for (int i = 0; i < LOCKS_WALKED; i++) {
        if (lock.next == 0 || lock.next == head)
            return bits;
        held_lock_read(&lock, lock.next);
        if (lock.file != file || (lock.owner != files && lock.owner != file))
            continue;
        __u32 shift = (lock.flags & LOCK_IS_DESCRIPTION) ? SAMPLE_LOCK_DESCRIPTION : kind;
        bits |= 1ull << (shift & 31) << (lock.type == LOCK_IS_WRITE ? 1 : 0);
    }
    return bits | 1ull << SAMPLE_LOCKS_MANY;
}

/* Addresses as numbers: of the file and of the table of descriptors that holds it. */
static __always_inline __u32 locks_of(struct file_lock_context *lists, __u64 file, __u64 files)
{
    __u64 bits = list_locks((__u64)&lists->flc_flock, file, files, SAMPLE_LOCK_FLOCK);
    bits |= list_locks((__u64)&lists->flc_posix, file, files, SAMPLE_LOCK_POSIX);
    bits |= list_locks((__u64)&lists->flc_lease, file, files, SAMPLE_LOCK_LEASE);
    return (__u32)bits;
}

static __always_inline __u32 locks_held(struct task_struct *task, struct inode *inode, __u32 number)
{
    struct inode___locks *locked = (void *)inode;
    if (!locked->i_flctx)
        return 0;
    struct file_lock_context *lists = BPF_CORE_READ(locked, i_flctx);
    struct files_struct *files = BPF_CORE_READ((struct task_struct___files *)task, files);
    struct file **table = BPF_CORE_READ(files, fdt, fd);
    __u64 file = 0;
    bpf_probe_read_kernel(&file, sizeof file, table + number);
    return locks_of(lists, file, (__u64)files);
}

#endif
