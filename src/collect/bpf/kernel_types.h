/* The few kernel types that the programs read, with just the fields used: CO-RE finds the offsets when they are loaded,
 * so that building needs no type information of the building host. Flavours (___old) are layouts of older kernels.
 * SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_KERNEL_TYPES_H
#define COLLECT_BPF_KERNEL_TYPES_H

#include <linux/types.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
    unsigned int inum;
};

struct pid_namespace {
    struct ns_common ns;
};

struct mnt_namespace {
    struct ns_common ns;
};

struct nsproxy {
    struct mnt_namespace *mnt_ns;
};

struct upid {
    int nr;
    struct pid_namespace *ns;
};

struct pid {
    unsigned int level;
    struct upid numbers[1];
};

struct task_struct {
    unsigned int flags;
    int pid, tgid;
    struct pid *thread_pid;
    struct task_struct *group_leader;
    struct nsproxy *nsproxy;
    __u64 start_boottime;
    char comm[16];
};

struct super_block {
    __u32 s_dev;
};

struct inode {
    unsigned long i_ino;
    struct super_block *i_sb;
};

struct qstr {
    const unsigned char *name;
};

struct dentry {
    struct dentry *d_parent;
    struct qstr d_name;
};

struct vfsmount {
    struct dentry *mnt_root;
};

struct mount {
    struct mount *mnt_parent;
    struct dentry *mnt_mountpoint;
    struct vfsmount mnt;
};

struct path {
    struct vfsmount *mnt;
    struct dentry *dentry;
};

struct file {
    struct path f_path;
};

struct file_lock_core { /* since 6.9 */
    struct file_lock_core *flc_blocker;
    void *flc_owner;
    unsigned int flc_flags;
    unsigned char flc_type;
    int flc_pid;
    struct file *flc_file;
};

struct file_lock {
    struct file_lock_core c;
    long long fl_start, fl_end;
};

struct file_lock___old {
    struct file_lock___old *fl_blocker;
    void *fl_owner;
    unsigned int fl_flags;
    unsigned char fl_type;
    unsigned int fl_pid;
    struct file *fl_file;
    long long fl_start, fl_end;
};

#pragma clang attribute pop

#endif
