/* The files behind descriptors, looked at once each (the dear tier): what kind of file it is, device and inode, and a
 * row with size and links for a regular one. */
#include "collect/proc_read.h"
#include "collect/source_inside.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* A path of a mount namespace, and what was found there. Deleted files share a path with others: never shared. */
struct file_key {
    uint64_t mount_namespace, path; /* number of the string */
};

struct file_look {
    struct file_key key;
    bool found;
    enum descriptor_type type;
    uint64_t device, inode;
};

struct file_looks {
    struct file_look *items;
    size_t count, capacity;
    struct index index;
};

static bool file_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    return memcmp(&((const struct file_look *)items)[place].key, key, key_bytes) == 0;
}

static enum descriptor_type type_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return DESCRIPTOR_FILE;
    case S_IFDIR:
        return DESCRIPTOR_DIRECTORY;
    case S_IFCHR:
    case S_IFBLK:
        return DESCRIPTOR_DEVICE_FILE;
    case S_IFIFO:
        return DESCRIPTOR_PIPE;
    case S_IFSOCK:
        return DESCRIPTOR_SOCKET;
    default:
        return DESCRIPTOR_OTHER;
    }
}

static bool file_append(struct source *source, const struct file_look *look, const struct statx *status)
{
    struct table *table = &source->sample->tables[TABLE_FILE];
    size_t row = table_append(table);
    if (row == SIZE_MAX)
        return false;
    if (look->key.mount_namespace != 0)
        table_set_u64(table, row, FILE_MOUNT_NAMESPACE, look->key.mount_namespace);
    table->cells[FILE_PATH][row] = look->key.path;
    table->known[FILE_PATH][row] = 1;
    table_set_u64(table, row, FILE_DEVICE, look->device);
    table_set_u64(table, row, FILE_INODE, look->inode);
    table_set_u64(table, row, FILE_SIZE_BYTES, status->stx_size);
    table_set_u64(table, row, FILE_LINKS, status->stx_nlink);
    return true;
}

/* False: out of memory. */
static bool file_look(struct source *source, size_t row, struct file_look *look)
{
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    char path[64], number[24];
    struct statx status;
    char *end = stpcpy(stpcpy(path, proc_name(number, table->cells[DESCRIPTOR_PID][row])), "/fd/");
    strcpy(end, proc_name(number, table->cells[DESCRIPTOR_NUMBER][row]));
    if (statx(source->root, path, AT_STATX_DONT_SYNC, STATX_BASIC_STATS, &status) != 0) {
        if (!proc_is_gone(-errno))
            sample_unread_add(source->sample, "files", proc_reason(-errno), 1);
        return true;
    }
    look->found = true;
    look->type = type_of(status.stx_mode);
    look->device = makedev(status.stx_dev_major, status.stx_dev_minor);
    look->inode = status.stx_ino;
    return look->type != DESCRIPTOR_FILE || file_append(source, look, &status);
}

static void look_apply(struct table *table, size_t row, const struct file_look *look)
{
    if (!look->found)
        return;
    table_set_u64(table, row, DESCRIPTOR_TYPE, look->type);
    table_set_u64(table, row, DESCRIPTOR_INODE, look->inode);
    table_set_u64(table, row, DESCRIPTOR_DEVICE, look->device);
}

/* False: out of memory. */
static bool descriptor_look(struct source *source, struct file_looks *looks, size_t row, uint64_t mount_namespace)
{
    struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    struct file_key key = {mount_namespace, table->cells[DESCRIPTOR_PATH][row]};
    bool deleted = table->cells[DESCRIPTOR_DELETED][row];
    uint32_t place = deleted ? INDEX_NONE : index_find(&looks->index, looks->items, &key, sizeof key);
    if (place == INDEX_NONE) {
        if (!memory_grow(&looks->items, &looks->capacity, looks->count + 1, sizeof *looks->items))
            return false;
        place = (uint32_t)looks->count++;
        looks->items[place] = (struct file_look){.key = key};
        if (!file_look(source, row, &looks->items[place]) ||
            (!deleted && !index_add(&looks->index, &key, sizeof key, place)))
            return false;
    }
    look_apply(table, row, &looks->items[place]);
    return true;
}

bool file_collect(struct source *source, struct error *error)
{
    struct file_looks looks = {0};
    const struct table *processes = &source->sample->tables[TABLE_PROCESS];
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    bool done = true;
    index_init(&looks.index, file_equal);
    for (size_t i = 0; source->complete && done && i < source->processes.count; i++) {
        const struct process_memory *process = &source->processes.items[i];
        uint64_t mount_namespace = table_u64(processes, process->row, PROCESS_MOUNT_NAMESPACE, 0);
        for (size_t row = process->descriptor_first;
             done && row < process->descriptor_first + process->descriptor_count; row++) {
            uint64_t type = table->cells[DESCRIPTOR_TYPE][row];
            bool path = table->known[DESCRIPTOR_PATH][row] && type != DESCRIPTOR_OTHER;
            done = !path || descriptor_look(source, &looks, row, mount_namespace);
        }
    }
    free(looks.items);
    index_done(&looks.index);
    return done || error_memory(error);
}
