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

struct sched_entity {
    __u64 sum_exec_runtime;
};

struct sched_info {
    unsigned long pcount;
    unsigned long long run_delay;
};

struct task_io_accounting {
    __u64 read_bytes, write_bytes;
};

typedef struct {
    int counter;
} atomic_t;

typedef struct {
    __s64 counter;
} atomic64_t;

struct signal_struct {
    atomic_t live;
    int nr_threads;
    unsigned long min_flt, maj_flt;
    struct task_io_accounting ioac;
    unsigned long long sum_sched_runtime;
};

struct percpu_counter {
    __s64 count;
};

struct mm_struct {
    unsigned long start_code, start_stack, arg_start, arg_end;
    struct percpu_counter rss_stat[4]; /* since 6.2; MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES */
};

struct old_counter {
    long counter;
};

struct mm_rss_stat {
    struct old_counter count[4];
};

struct mm_struct___old {
    struct mm_rss_stat rss_stat;
};

struct user_number {
    unsigned int val;
};

struct cred {
    struct user_number euid;
};

struct css_set;

struct trace_event_raw_mark_victim { /* uid: since 6.10 */
    unsigned int uid;
};

struct task_struct {
    unsigned int __state;
    int exit_state;
    unsigned int flags;
    int pid, tgid;
    int exit_code;
    struct pid *thread_pid;
    struct task_struct *group_leader, *real_parent;
    struct nsproxy *nsproxy;
    struct mm_struct *mm;
    struct signal_struct *signal;
    const struct cred *real_cred;
    struct css_set *cgroups;
    struct sched_entity se;
    struct sched_info sched_info;
    struct task_io_accounting ioac;
    unsigned long nvcsw, nivcsw, min_flt, maj_flt;
    __u64 start_boottime;
    char comm[16];
};

struct task_struct___old { /* before 5.14 */
    long state;
};

struct super_block {
    __u32 s_dev;
    unsigned long s_magic;
};

struct inode {
    unsigned short i_mode;
    unsigned int i_nlink;
    long long i_size;
    unsigned long i_ino;
    struct super_block *i_sb;
};

struct qstr {
    union {
        struct {
            __u32 hash, len;
        };
    };
    const unsigned char *name;
};

struct hlist_bl_node {
    struct hlist_bl_node **pprev;
};

struct dentry {
    struct dentry *d_parent;
    struct qstr d_name;
    struct hlist_bl_node d_hash; /* pprev is NULL once its name is gone */
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
    unsigned int f_mode;
    const void *f_op;
    void *private_data;
    struct inode *f_inode;
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

struct seq_file;

struct bpf_iter_meta {
    struct seq_file *seq;
    __u64 seq_num;
};

struct bpf_iter__task {
    struct bpf_iter_meta *meta;
    struct task_struct *task;
};

struct bpf_iter__task_file {
    struct bpf_iter_meta *meta;
    struct task_struct *task;
    __u32 fd;
    struct file *file;
};

#pragma clang attribute pop

#endif
