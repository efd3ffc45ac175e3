/* Mounted file systems of a mount namespace, from its mountinfo (proc_pid_mountinfo(5)), and which of them may make
 * whoever asks sleep. */
#ifndef COLLECT_MOUNTS_H
#define COLLECT_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mount_manner {
    MOUNT_LOCAL,  /* answers at once */
    MOUNT_SLOW,   /* network, FUSE, or not known: asks somebody else, who may not answer */
    MOUNT_PSEUDO, /* stores nothing (proc, sysfs, ...), or must not be touched (autofs) */
};

struct mount {
    char *point; /* mount point, unescaped */
    char *type;
    uint64_t device; /* as st_dev */
    bool whole;      /* the root of the file system is mounted here, not a part of it (a bind mount) */
    bool read_only;
    bool hidden;      /* another one was mounted over it */
    bool behind_slow; /* a slow one lies on the way to its mount point */
    enum mount_manner manner;
};

struct mounts {
    struct mount *items;
    size_t count, capacity;
};

/* Adds the mounts in the text (hostile in its names, not in its form). False: out of memory; mounts_done all the same.
 */
bool mounts_parse(struct mounts *mounts, const char *text);
void mounts_done(struct mounts *mounts);

enum mount_manner mount_manner_of(const char *type);

/* The file system that the path lies on, when that may make whoever asks sleep; else NULL. */
const struct mount *mounts_slow(const struct mounts *mounts, const char *path);

#endif
