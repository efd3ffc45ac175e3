/* What a call for a file lock asks, whatever the kernel's layout of a lock. Included once, behind kernel_types.h.
 * SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_LOCK_REQUEST_BPF_H
#define COLLECT_BPF_LOCK_REQUEST_BPF_H

#include "collect/bpf/recorder_shared.h"

enum {
    LOCK_DEFERRED = 1, /* FILE_LOCK_DEFERRED, include/linux/filelock.h */
    LOCK_WRITE = 1,    /* F_WRLCK */
    LOCK_NONE = 2,     /* F_UNLCK */
    BLOCKERS = 32,
};

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

#endif
