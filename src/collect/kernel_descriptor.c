/* One row per open descriptor, from the kernel's stream of them. */
#include "collect/kernel_inside.h"

#include "base/memory.h"
#include "collect/slow.h"
#include "collect/source_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { KERNEL_MINOR_BITS = 20 }; /* include/linux/kdev_t.h */

/* False: out of memory, and the slot is empty. */
static bool path_take(struct kernel_sample *kernel, const struct sample_descriptor *record, const char *text)
{
    struct kernel_path *path = &kernel->paths[record->slot];
    bool same = path->text != NULL && path->bytes == record->path_bytes && memcmp(path->text, text, path->bytes) == 0 &&
                path->kernel_inode == record->inode && path->kernel_device == record->device;
    if (same) {
        path->agrees = false; /* until it is looked at again */
        return true;
    }
    kernel_path_drop(kernel, record->slot);
    *path = (struct kernel_path){.text = malloc(record->path_bytes + 1u),
                                 .stacked = record->stacked,
                                 .kernel_inode = record->inode,
                                 .kernel_device = record->device};
    if (path->text == NULL)
        return false;
    memcpy(path->text, text, record->path_bytes);
    path->text[record->path_bytes] = '\0';
    struct proc_link link;
    proc_link_parse(path->text, record->path_bytes, &link);
    path->bytes = record->path_bytes;
    kernel->path_bytes += path->bytes;
    path->deleted = link.deleted;
    path->type = link.type;
    return true;
}

void kernel_path_drop(struct kernel_sample *kernel, uint32_t slot)
{
    kernel->path_bytes -= kernel->paths[slot].bytes;
    free(kernel->paths[slot].text);
    kernel->paths[slot] = (struct kernel_path){0};
}

const struct sample_descriptor *kernel_record_next(struct kernel_sample *kernel, const struct buffer *stream,
                                                   size_t *at, bool *memory)
{
    if (stream->length - *at < sizeof(struct sample_descriptor))
        return NULL;
    const struct sample_descriptor *record = (const void *)(stream->data + *at);
    size_t room = (record->path_bytes + 7u) & ~7u;
    if (stream->length - *at - sizeof *record < room || record->slot >= SAMPLE_SLOTS)
        return NULL;
    *at += sizeof *record + room;
    if (room > 0 && record->object == SAMPLE_PATH)
        *memory = path_take(kernel, record, (const char *)(record + 1)) && *memory;
    return record;
}

static const struct sample_descriptor *record_next(struct kernel_sample *kernel, bool *memory)
{
    return kernel_record_next(kernel, &kernel->descriptors, &kernel->at, memory);
}

static uint32_t path_intern(struct source *source, struct kernel_path *path)
{
    if (path->interned_for != source->strings_since) {
        path->interned = sample_intern(source->sample, path->text, path->bytes - (path->deleted ? 10u : 0u));
        path->interned_for = source->strings_since;
    }
    return path->interned;
}

/* A row while its cells are found. */
struct row {
    uint64_t cells[DESCRIPTOR_COLUMN_COUNT];
    uint8_t known[DESCRIPTOR_COLUMN_COUNT];
};

static void cell_set(struct row *row, size_t column, uint64_t value)
{
    row->cells[column] = value;
    row->known[column] = 1;
}

static void file_set(struct source *source, struct row *row, const struct sample_descriptor *record)
{
    struct kernel_path *path = &source->kernel->paths[record->slot];
    uint32_t name = path_intern(source, path);
    if (name != UINT32_MAX)
        cell_set(row, DESCRIPTOR_PATH, name);
    if (path->type == DESCRIPTOR_OTHER) {
        cell_set(row, DESCRIPTOR_TYPE, DESCRIPTOR_OTHER);
        return;
    }
    cell_set(row, DESCRIPTOR_TYPE, descriptor_type_of(record->mode, path->type));
    cell_set(row, DESCRIPTOR_DELETED, path->deleted);
    cell_set(row, DESCRIPTOR_ACCESS, record->access);
    if (path->looked) {
        cell_set(row, DESCRIPTOR_INODE, path->inode);
        cell_set(row, DESCRIPTOR_DEVICE, path->device);
    }
}

/* False: out of memory. */
static bool row_append(struct source *source, uint64_t start_ticks, const struct sample_descriptor *record)
{
    struct kernel_sample *kernel = source->kernel;
    struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    size_t number = table->rows;
    if (!memory_grow(&kernel->rows, &kernel->row_capacity, number + 1, sizeof *kernel->rows))
        return false;
    for (; kernel->row_count < number; kernel->row_count++)
        kernel->rows[kernel->row_count].slot = KERNEL_NO_SLOT;
    bool named = record->object == SAMPLE_PATH;
    kernel->rows[number] = (struct kernel_row){.size_bytes = record->size_bytes,
                                               .links = record->links,
                                               .slot = named ? record->slot : KERNEL_NO_SLOT,
                                               .locks = named ? record->locks : 0,
                                               .device = record->device,
                                               .inode = record->inode};
    kernel->row_count = number + 1;
    struct row row = {0};
    cell_set(&row, DESCRIPTOR_PID, record->pid);
    cell_set(&row, DESCRIPTOR_START_TICKS, start_ticks);
    cell_set(&row, DESCRIPTOR_NUMBER, record->number);
    if (named) {
        file_set(source, &row, record);
    } else {
        cell_set(&row, DESCRIPTOR_INODE, record->inode);
        cell_set(&row, DESCRIPTOR_TYPE, record->object == SAMPLE_PIPE ? DESCRIPTOR_PIPE : DESCRIPTOR_SOCKET);
        if (record->object == SAMPLE_PIPE)
            cell_set(&row, DESCRIPTOR_ACCESS, record->access);
    }
    return table_append_row(table, row.cells, row.known) != SIZE_MAX;
}

bool kernel_descriptors_pass(struct kernel_sample *kernel)
{
    bool memory = true;
    while (record_next(kernel, &memory) != NULL)
        continue;
    return memory;
}

int kernel_descriptors_collect(struct source *source, size_t process_row)
{
    struct kernel_sample *kernel = source->kernel;
    struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    const struct table *processes = &source->sample->tables[TABLE_PROCESS];
    uint64_t pid = processes->cells[PROCESS_PID][process_row];
    uint64_t start_ticks = processes->cells[PROCESS_START_TICKS][process_row];
    size_t first = table->rows;
    bool memory = true;
    for (;;) {
        size_t before = kernel->at;
        const struct sample_descriptor *record = record_next(kernel, &memory);
        if (record == NULL || !memory)
            break;
        if (record->pid > pid) {
            kernel->at = before;
            break;
        }
        if (record->pid < pid)
            continue;
        if (record->object == SAMPLE_PIPE || record->object == SAMPLE_FIFO)
            memory = kernel_pipe_take(source, record);
        else if (record->object == SAMPLE_SOCKET)
            memory = kernel_socket_take(kernel, record);
        if (!memory || record->object == SAMPLE_FIFO)
            continue;
        if (record->object == SAMPLE_PATH && kernel_path_is_asked(kernel, record->slot))
            continue; /* closed before its path was told */
        if (record->object == SAMPLE_PATH && (record->unnamed || kernel->paths[record->slot].text == NULL))
            sample_unread_add(source->sample, "descriptors", "path too long", 1);
        else
            memory = row_append(source, start_ticks, record);
    }
    if (memory)
        return (int)(table->rows - first);
    while (table->rows > first)
        table_drop_last(table);
    kernel_paths_forget(kernel);
    return -ENOMEM;
}

static struct kernel_path *row_path(struct source *source, size_t row)
{
    struct kernel_sample *kernel = source->kernel;
    if (!source->kernel_read || row >= kernel->row_count || kernel->rows[row].slot == KERNEL_NO_SLOT)
        return NULL;
    /* Another path may have come into the slot since. */
    struct kernel_path *path = &kernel->paths[kernel->rows[row].slot];
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    bool same = path->interned_for == source->strings_since && table->known[DESCRIPTOR_PATH][row] &&
                table->cells[DESCRIPTOR_PATH][row] == path->interned;
    return same ? path : NULL;
}

bool kernel_file_answer(struct source *source, size_t row, struct slow_file *file)
{
    const struct kernel_path *path = row_path(source, row);
    if (path == NULL || !path->looked || !path->agrees)
        return false;
    const struct kernel_row *told = &source->kernel->rows[row];
    static const uint32_t modes[] = {[DESCRIPTOR_FILE] = S_IFREG,
                                     [DESCRIPTOR_DIRECTORY] = S_IFDIR,
                                     [DESCRIPTOR_DEVICE_FILE] = S_IFCHR,
                                     [DESCRIPTOR_PIPE] = S_IFIFO,
                                     [DESCRIPTOR_SOCKET] = S_IFSOCK};
    uint64_t type = source->sample->tables[TABLE_DESCRIPTOR].cells[DESCRIPTOR_TYPE][row];
    *file = (struct slow_file){.mode = modes[type],
                               .links = told->links,
                               .device = path->device,
                               .inode = path->inode,
                               .size_bytes = told->size_bytes};
    return true;
}

void kernel_file_learn(struct source *source, size_t row, const struct slow_file *file)
{
    struct kernel_path *path = row_path(source, row);
    if (path == NULL || file->error != 0)
        return;
    const struct kernel_row *told = &source->kernel->rows[row];
    path->looked = true;
    path->inode = file->inode;
    path->device = file->device;
    path->agrees = !path->stacked && told->links == file->links && told->size_bytes == file->size_bytes &&
                   path->kernel_inode == file->inode &&
                   makedev(path->kernel_device >> KERNEL_MINOR_BITS,
                           path->kernel_device & ((1u << KERNEL_MINOR_BITS) - 1)) == file->device;
}

enum kernel_lock_answer kernel_lock_held(const struct source *source, size_t row, const struct proc_lock *lock)
{
    static const enum sample_lock kinds[] = {[LOCK_FLOCK] = SAMPLE_LOCK_FLOCK,
                                             [LOCK_POSIX] = SAMPLE_LOCK_POSIX,
                                             [LOCK_OFD] = SAMPLE_LOCK_DESCRIPTION,
                                             [LOCK_LEASE] = SAMPLE_LOCK_LEASE};
    const struct kernel_sample *kernel = source->kernel;
    if (!source->kernel_read || row >= kernel->row_count || kernel->rows[row].slot == KERNEL_NO_SLOT)
        return KERNEL_LOCK_UNKNOWN;
    uint32_t locks = kernel->rows[row].locks;
    uint32_t wanted = 1u << (kinds[lock->class] + (lock->exclusive ? 1 : 0));
    if ((locks & 1u << SAMPLE_LOCKS_MANY) != 0)
        return KERNEL_LOCK_UNKNOWN;
    bool here = kernel->rows[row].inode == lock->inode && kernel->rows[row].device == lock->device;
    return here && (locks & wanted) != 0 ? KERNEL_LOCK_HELD : KERNEL_LOCK_NOT_HELD;
}
