/* Mounted file systems of a mount namespace. */
#include "collect/mounts.h"

#include "base/index.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

static const char *const local_types[] = {
    "bcachefs", "btrfs",    "devtmpfs", "erofs", "exfat",  "ext2",  "ext3",    "ext4",  "f2fs",
    "hfsplus",  "iso9660",  "jfs",      "minix", "nilfs2", "ntfs3", "overlay", "ramfs", "reiserfs",
    "rootfs",   "squashfs", "tmpfs",    "udf",   "vfat",   "xfs",   "zfs",
};
static const char *const pseudo_types[] = {
    "autofs",   "binfmt_misc", "bpf",        "cgroup",    "cgroup2", "configfs", "debugfs", "devpts",
    "efivarfs", "fusectl",     "hugetlbfs",  "mqueue",    "nfsd",    "nsfs",     "proc",    "pstore",
    "resctrl",  "rpc_pipefs",  "securityfs", "selinuxfs", "smackfs", "sysfs",    "tracefs", "xenfs",
};

static bool is_among(const char *type, const char *const *types, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return false;
}

enum mount_manner mount_manner_of(const char *type)
{
    if (is_among(type, local_types, sizeof local_types / sizeof local_types[0]))
        return MOUNT_LOCAL;
    return is_among(type, pseudo_types, sizeof pseudo_types / sizeof pseudo_types[0]) ? MOUNT_PSEUDO : MOUNT_SLOW;
}

/* Copies a field and undoes the kernel's \ooo. */
static char *field_copy(const char *field, size_t length)
{
    char *copy = malloc(length + 1), *to = copy;
    if (copy == NULL)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        bool escaped = field[i] == '\\' && i + 3 < length && field[i + 1] >= '0' && field[i + 1] <= '3' &&
                       field[i + 2] >= '0' && field[i + 2] <= '7' && field[i + 3] >= '0' && field[i + 3] <= '7';
        if (escaped) {
            *to++ = (char)((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + (field[i + 3] - '0'));
            i += 3;
        } else {
            *to++ = field[i];
        }
    }
    *to = '\0';
    return copy;
}

struct word {
    const char *text;
    size_t length;
};

static struct word word_next(const char **at)
{
    while (**at == ' ')
        (*at)++;
    struct word word = {.text = *at};
    word.length = strcspn(*at, " \n");
    *at += word.length;
    return word;
}

static bool option_has(struct word options, const char *wanted)
{
    for (size_t at = 0; at < options.length;) {
        const char *option = options.text + at;
        const char *comma = memchr(option, ',', options.length - at);
        size_t length = comma == NULL ? options.length - at : (size_t)(comma - option);
        if (length == strlen(wanted) && memcmp(option, wanted, length) == 0)
            return true;
        at += length + 1;
    }
    return false;
}

/* "36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw". False: out of memory. */
static bool line_parse(struct mounts *mounts, const char *line)
{
    const char *at = line;
    unsigned major, minor;
    word_next(&at);
    word_next(&at);
    struct word device = word_next(&at), root = word_next(&at), point = word_next(&at), options = word_next(&at);
    struct word word;
    do {
        word = word_next(&at);
    } while (word.length > 0 && !(word.length == 1 && word.text[0] == '-'));
    struct word type = word_next(&at);
    if (type.length == 0 || sscanf(device.text, "%u:%u", &major, &minor) != 2)
        return true;
    if (!memory_grow(&mounts->items, &mounts->capacity, mounts->count + 1, sizeof *mounts->items))
        return false;
    struct mount *mount = &mounts->items[mounts->count++];
    *mount = (struct mount){.point = field_copy(point.text, point.length),
                            .type = field_copy(type.text, type.length),
                            .device = makedev(major, minor),
                            .whole = root.length == 1 && root.text[0] == '/',
                            .read_only = option_has(options, "ro")};
    if (mount->point == NULL || mount->type == NULL)
        return false;
    mount->manner = mount_manner_of(mount->type);
    return true;
}

static bool point_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const struct mount *mount = (const struct mount *)items + place;
    return strlen(mount->point) == key_bytes && memcmp(mount->point, key, key_bytes) == 0;
}

/* The last one mounted on a point is the one to be seen there. */
static bool hidden_mark(struct mounts *mounts)
{
    struct index index;
    bool done = true;
    index_init(&index, point_equal);
    for (size_t i = mounts->count; done && i-- > 0;) {
        struct mount *mount = &mounts->items[i];
        size_t length = strlen(mount->point);
        mount->hidden = index_find(&index, mounts->items, mount->point, length) != INDEX_NONE;
        done = mount->hidden || index_add(&index, mount->point, length, (uint32_t)i);
    }
    index_done(&index);
    return done;
}

/* Does the path lead over or to the mount point? */
static bool path_is_below(const char *path, const char *point, size_t point_length)
{
    return strncmp(path, point, point_length) == 0 && (path[point_length] == '/' || path[point_length] == '\0');
}

/* The length of a mount point without the slash that "/" ends with. */
static size_t point_length(const struct mount *mount)
{
    size_t length = strlen(mount->point);
    while (length > 0 && mount->point[length - 1] == '/')
        length--;
    return length;
}

static void behind_slow_mark(struct mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++) {
        const struct mount *slow = &mounts->items[i];
        if (slow->manner != MOUNT_SLOW || slow->hidden)
            continue;
        size_t length = point_length(slow);
        for (size_t j = 0; j < mounts->count; j++)
            if (j != i && path_is_below(mounts->items[j].point, slow->point, length))
                mounts->items[j].behind_slow = true;
    }
}

bool mounts_parse(struct mounts *mounts, const char *text)
{
    for (const char *line = text; *line != '\0';) {
        const char *end = strchrnul(line, '\n');
        if (!line_parse(mounts, line))
            return false;
        line = *end == '\0' ? end : end + 1;
    }
    if (!hidden_mark(mounts))
        return false;
    behind_slow_mark(mounts);
    return true;
}

void mounts_done(struct mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++) {
        free(mounts->items[i].point);
        free(mounts->items[i].type);
    }
    free(mounts->items);
    *mounts = (struct mounts){0};
}

const struct mount *mounts_slow(const struct mounts *mounts, const char *path)
{
    size_t longest = 0;
    const struct mount *on = NULL;
    for (size_t i = 0; i < mounts->count; i++) {
        const struct mount *mount = &mounts->items[i];
        size_t length = point_length(mount);
        if (path_is_below(path, mount->point, length) && !mount->hidden && length + 1 > longest) {
            longest = length + 1;
            on = mount;
        }
    }
    return on != NULL && on->manner == MOUNT_SLOW ? on : NULL;
}
