/* The mounted file systems and their space, and which files lie where asking may sleep. */
#include "collect/mounts.h"
#include "collect/proc_read.h"
#include "collect/slow.h"
#include "collect/source_inside.h"

#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOUNTS_EVERY_SAMPLES = 16,
    NAMESPACES_MAX = 1000,
};

/* Mounts of a namespace that processes live in: what is slow there. */
struct namespace_mounts {
    uint64_t inode;
    uint64_t read_at; /* number of the sample */
    bool any_slow;
    struct mounts mounts;
};

struct filesystems {
    struct mounts mounts; /* of the collector's own namespace */
    uint64_t read_at;
    struct namespace_mounts *namespaces;
    size_t count, capacity;
};

struct filesystems *filesystems_new(void)
{
    return calloc(1, sizeof(struct filesystems));
}

void filesystems_free(struct filesystems *filesystems)
{
    if (filesystems == NULL)
        return;
    for (size_t i = 0; i < filesystems->count; i++)
        mounts_done(&filesystems->namespaces[i].mounts);
    free(filesystems->namespaces);
    mounts_done(&filesystems->mounts);
    free(filesystems);
}

/* 0, or a negative errno with no mounts left. */
static int mounts_read(const struct source *source, const char *name, struct mounts *mounts)
{
    struct buffer text = {0};
    mounts_done(mounts);
    int result = proc_read_all(source->root, name, &text);
    if (result == 0 && !mounts_parse(mounts, buffer_text(&text)))
        result = -ENOMEM;
    if (result < 0)
        mounts_done(mounts);
    buffer_done(&text);
    return result;
}

static bool mounts_any_slow(const struct mounts *mounts)
{
    bool any = false;
    for (size_t i = 0; i < mounts->count; i++)
        any = any || mounts->items[i].manner == MOUNT_SLOW;
    return any;
}

static bool is_due(const struct source *source, uint64_t read_at)
{
    return read_at == 0 || source->number - read_at >= MOUNTS_EVERY_SAMPLES;
}

static struct namespace_mounts *namespace_find(struct filesystems *filesystems, uint64_t inode)
{
    for (size_t i = 0; i < filesystems->count; i++)
        if (filesystems->namespaces[i].inode == inode)
            return &filesystems->namespaces[i];
    if (filesystems->count == NAMESPACES_MAX || !memory_grow(&filesystems->namespaces, &filesystems->capacity,
                                                             filesystems->count + 1, sizeof *filesystems->namespaces))
        return NULL;
    struct namespace_mounts *found = &filesystems->namespaces[filesystems->count++];
    *found = (struct namespace_mounts){.inode = inode};
    return found;
}

bool filesystem_slow(struct source *source, uint64_t mount_namespace, uint64_t pid, const char *path, uint64_t *device)
{
    *device = 0;
    if (!source->live)
        return false;
    struct namespace_mounts *found = namespace_find(source->filesystems, mount_namespace);
    if (found == NULL)
        return true;
    if (is_due(source, found->read_at)) {
        char name[48];
        strcat(proc_name(name, pid), "/mountinfo");
        if (mounts_read(source, name, &found->mounts) < 0)
            return true;
        found->read_at = source->number;
        found->any_slow = mounts_any_slow(&found->mounts);
    }
    const struct mount *mount = found->any_slow ? mounts_slow(&found->mounts, path) : NULL;
    if (mount != NULL)
        *device = mount->device;
    return mount != NULL;
}

static bool device_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    return memcmp(&((const struct mount *)items)[place].device, key, key_bytes) == 0;
}

static bool mount_better(const struct mount *a, const struct mount *b)
{
    return a->whole != b->whole ? a->whole : strlen(a->point) < strlen(b->point);
}

/* One mount for each file system: of several, one that shows all of it, and the shortest. */
static bool mounts_choose(struct mounts *mounts)
{
    struct index index;
    bool done = true;
    index_init(&index, device_equal);
    struct mount *items = mounts->items;
    for (size_t i = 0; done && i < mounts->count; i++) {
        if (items[i].hidden || items[i].manner == MOUNT_PSEUDO)
            continue;
        uint32_t place = index_find(&index, items, &items[i].device, sizeof items[i].device);
        if (place == INDEX_NONE) {
            done = index_add(&index, &items[i].device, sizeof items[i].device, (uint32_t)i);
        } else if (mount_better(&items[i], &items[place])) {
            struct mount better = items[i];
            items[i] = items[place];
            items[place] = better;
            items[i].manner = MOUNT_PSEUDO;
        } else {
            items[i].manner = MOUNT_PSEUDO;
        }
    }
    index_done(&index);
    return done;
}

/* False: not known. */
static bool space_read(struct source *source, const struct mount *mount, struct slow_space *space)
{
    if (!source->live)
        return false;
    enum probe_result result = PROBE_ANSWERED;
    if (mount->manner == MOUNT_LOCAL && !mount->behind_slow)
        slow_space_read(mount->point, space);
    else
        result = slow_space_ask(source->slow, mount->point, mount->device, space);
    if (result == PROBE_ANSWERED && space->error == 0)
        return true;
    sample_unread_add(source->sample, "filesystems",
                      result == PROBE_ANSWERED ? proc_reason(-space->error) : slow_reason(result), 1);
    return false;
}

static bool row_append(struct source *source, const struct mount *mount)
{
    struct sample *sample = source->sample;
    struct table *table = &sample->tables[TABLE_FILESYSTEM];
    struct slow_space space;
    bool known = space_read(source, mount, &space);
    if (known && space.total_bytes == 0)
        return true; /* stores nothing */
    size_t row = table_append(table);
    if (row == SIZE_MAX)
        return false;
    sample_set_string(sample, TABLE_FILESYSTEM, row, FILESYSTEM_MOUNT, mount->point, strlen(mount->point));
    sample_set_string(sample, TABLE_FILESYSTEM, row, FILESYSTEM_TYPE, mount->type, strlen(mount->type));
    table_set_u64(table, row, FILESYSTEM_DEVICE, mount->device);
    table_set_u64(table, row, FILESYSTEM_READ_ONLY, known ? space.read_only : mount->read_only);
    if (!known)
        return true;
    table_set_u64(table, row, FILESYSTEM_TOTAL_BYTES, space.total_bytes);
    table_set_u64(table, row, FILESYSTEM_AVAILABLE_BYTES, space.available_bytes);
    table_set_u64(table, row, FILESYSTEM_INODES, space.inodes);
    table_set_u64(table, row, FILESYSTEM_INODES_FREE, space.inodes_free);
    return true;
}

/* Reads the collector's own mounts. False: out of memory. */
static bool own_mounts_read(struct source *source)
{
    struct filesystems *filesystems = source->filesystems;
    int result = mounts_read(source, "self/mountinfo", &filesystems->mounts);
    if (result == -ENOENT)
        result = mounts_read(source, "1/mountinfo", &filesystems->mounts);
    if (result == -ENOMEM || !mounts_choose(&filesystems->mounts))
        return false;
    if (result < 0)
        sample_unread_add(source->sample, "filesystems", proc_reason(result), 1);
    filesystems->read_at = source->number;
    return true;
}

bool filesystem_any_slow(struct source *source)
{
    const struct filesystems *filesystems = source->filesystems;
    if (is_due(source, filesystems->read_at) && !own_mounts_read(source))
        return true;
    bool any = mounts_any_slow(&filesystems->mounts);
    for (size_t i = 0; i < filesystems->count; i++)
        any = any || filesystems->namespaces[i].any_slow;
    return any;
}

bool filesystem_collect(struct source *source, struct error *error)
{
    const struct filesystems *filesystems = source->filesystems;
    bool due = is_due(source, filesystems->read_at) || (source->complete && filesystems->read_at != source->number);
    if (due && !own_mounts_read(source))
        return error_memory(error);
    for (size_t i = 0; i < filesystems->mounts.count; i++) {
        const struct mount *mount = &filesystems->mounts.items[i];
        if (!mount->hidden && mount->manner != MOUNT_PSEUDO && !row_append(source, mount))
            return error_memory(error);
    }
    return true;
}
