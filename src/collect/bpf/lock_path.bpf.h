/* The paths of the files that somebody waits for. Included once, behind kernel_types.h.
 * SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef COLLECT_BPF_LOCK_PATH_BPF_H
#define COLLECT_BPF_LOCK_PATH_BPF_H

#include "collect/bpf/recorder_shared.h"

enum {
    PATH_FRESH_NS = 1000000000, /* files are renamed */
    PATH_PARTS = 40,
};

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
    __type(value, struct recorder_path);
} blank_path SEC(".maps");

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
        const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
        /* Hidden from the compiler, which would leave the mask out that older verifiers want to see at its place. */
        __u32 at = used;
        barrier_var(at);
        long bytes = bpf_probe_read_kernel_str(&path->text[at & (RECORDER_PATH_BYTES - 1)], RECORDER_PART_BYTES, name);
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
        void *room = bpf_map_lookup_elem(&blank_path, &zero);
        if (!room)
            return;
        bpf_map_update_elem(&paths, &key, room, BPF_NOEXIST);
        path = bpf_map_lookup_elem(&paths, &key);
    }
    if (!path || (path->read_ns != 0 && wait->since_ns - path->read_ns < PATH_FRESH_NS))
        return;
    path->read_ns = wait->since_ns;
    path_walk((__u64)file, key.inode_number, key.device);
}

#endif
