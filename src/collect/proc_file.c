/* The files behind descriptors, looked at once each (the dear tier): what kind of file it is, device and inode, and a
 * row with size and links for a regular one. */
#include "collect/proc_read.h"
#include "collect/slow.h"
#include "collect/source_inside.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* A path of a mount namespace, and what was found there. Deleted files share a path with others: never shared. */
struct file_key {
    uint64_t mount_namespace, path; /* number of the string */
};

struct file_look {
    struct file_key key;
    uint32_t row; /* of a descriptor with it */
    bool found, slow;
    enum descriptor_type type;
    uint64_t device, inode; /* of a slow one that was not looked at yet: of the file system it lies on */
    uint32_t links;
};

struct file_looks {
    struct file_look *items;
    size_t count, capacity;
    struct index index;
    uint32_t *of_path; /* by number of a string: the place that it led to last; most are met many times */
    uint32_t *of_row;  /* by row of the descriptor table; NO_LOOK: none */
    size_t slow_count;
};

#define NO_LOOK UINT32_MAX

static bool file_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    return memcmp(&((const struct file_look *)items)[place].key, key, key_bytes) == 0;
}

static bool file_append(struct source *source, const struct file_look *look, const struct slow_file *file)
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
    table_set_u64(table, row, FILE_SIZE_BYTES, file->size_bytes);
    table_set_u64(table, row, FILE_LINKS, file->links);
    return true;
}

/* False: out of memory. */
static bool look_settle(struct source *source, struct file_look *look, const struct slow_file *file)
{
    if (file->error != 0) {
        if (!proc_is_gone(-file->error))
            sample_unread_add(source->sample, "files", proc_reason(-file->error), 1);
        return true;
    }
    look->found = true;
    look->type = descriptor_type_of(file->mode, DESCRIPTOR_OTHER);
    look->device = file->device;
    look->inode = file->inode;
    look->links = file->links;
    return look->type != DESCRIPTOR_FILE || file_append(source, look, file);
}

static struct slow_descriptor descriptor_of(const struct table *table, size_t row)
{
    return (struct slow_descriptor){(uint32_t)table->cells[DESCRIPTOR_PID][row],
                                    (uint32_t)table->cells[DESCRIPTOR_NUMBER][row]};
}

/* Looks at once, or puts it off where that may sleep. False: out of memory. */
static bool look_take(struct source *source, struct file_looks *looks, size_t row, struct file_look *look)
{
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    const char *path = sample_string(source->sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH);
    struct slow_file file;
    look->slow =
        filesystem_slow(source, look->key.mount_namespace, table->cells[DESCRIPTOR_PID][row], path, &look->device);
    if (look->slow) {
        looks->slow_count++;
        return true;
    }
    if (!kernel_file_answer(source, row, &file)) {
        slow_file_read(source->root, descriptor_of(table, row), &file);
        kernel_file_learn(source, row, &file);
    }
    return look_settle(source, look, &file);
}

/* The look that belongs to a descriptor, taken when it is the first. False: out of memory. */
static bool descriptor_look(struct source *source, struct file_looks *looks, size_t row, uint64_t mount_namespace)
{
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    struct file_key key = {mount_namespace, table->cells[DESCRIPTOR_PATH][row]};
    bool deleted = table->cells[DESCRIPTOR_DELETED][row];
    uint32_t place = deleted ? INDEX_NONE : looks->of_path[key.path];
    if (place != INDEX_NONE && looks->items[place].key.mount_namespace != mount_namespace)
        place = index_find(&looks->index, looks->items, &key, sizeof key);
    if (place == INDEX_NONE) {
        if (!memory_grow(&looks->items, &looks->capacity, looks->count + 1, sizeof *looks->items))
            return false;
        place = (uint32_t)looks->count++;
        looks->items[place] = (struct file_look){.key = key, .row = (uint32_t)row};
        if (!look_take(source, looks, row, &looks->items[place]) ||
            (!deleted && !index_add(&looks->index, &key, sizeof key, place)))
            return false;
    }
    if (!deleted)
        looks->of_path[key.path] = place;
    looks->of_row[row] = place;
    return true;
}

/* The looks that were put off, side by side as the question wants them. */
struct slow_looks {
    struct slow_descriptor *descriptors;
    uint64_t *devices;
    struct slow_file *files;
    bool *answered;
};

/* False: out of memory. */
static bool slow_looks_ask(struct source *source, struct file_looks *looks, const struct slow_looks *slow)
{
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    size_t count = 0, missed = 0, at = 0;
    bool done = true;
    for (size_t i = 0; i < looks->count; i++) {
        if (!looks->items[i].slow)
            continue;
        slow->descriptors[count] = descriptor_of(table, looks->items[i].row);
        slow->devices[count++] = looks->items[i].device;
    }
    enum probe_result result =
        slow_files_ask(source->slow, slow->descriptors, slow->devices, count, slow->files, slow->answered);
    for (size_t i = 0; done && i < looks->count; i++) {
        if (!looks->items[i].slow)
            continue;
        if (slow->answered[at])
            done = look_settle(source, &looks->items[i], &slow->files[at]);
        else
            missed++;
        at++;
    }
    if (missed > 0)
        sample_unread_add(source->sample, "files", slow_reason(result == PROBE_ANSWERED ? PROBE_MISSED : result),
                          missed);
    return done;
}

/* Looks where it may sleep, in one question. False: out of memory. */
static bool slow_looks_take(struct source *source, struct file_looks *looks)
{
    size_t count = looks->slow_count;
    if (count == 0)
        return true;
    struct slow_looks slow = {.descriptors = calloc(count, sizeof *slow.descriptors),
                              .devices = calloc(count, sizeof *slow.devices),
                              .files = calloc(count, sizeof *slow.files),
                              .answered = calloc(count, sizeof *slow.answered)};
    bool done = slow.descriptors != NULL && slow.devices != NULL && slow.files != NULL && slow.answered != NULL &&
                slow_looks_ask(source, looks, &slow);
    free(slow.descriptors);
    free(slow.devices);
    free(slow.files);
    free(slow.answered);
    return done;
}

static void looks_apply(struct source *source, const struct file_looks *looks)
{
    struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    for (size_t row = 0; row < table->rows; row++) {
        const struct file_look *look = looks->of_row[row] == NO_LOOK ? NULL : &looks->items[looks->of_row[row]];
        if (look == NULL || !look->found)
            continue;
        table_set_u64(table, row, DESCRIPTOR_TYPE, look->type);
        table_set_u64(table, row, DESCRIPTOR_INODE, look->inode);
        table_set_u64(table, row, DESCRIPTOR_DEVICE, look->device);
        /* The kernel's "(deleted)" is about the name it was opened by: it may have others. */
        if (look->links > 0 && table->cells[DESCRIPTOR_DELETED][row])
            table_set_u64(table, row, DESCRIPTOR_DELETED, 0);
    }
}

static bool looks_take(struct source *source, struct file_looks *looks)
{
    const struct table *processes = &source->sample->tables[TABLE_PROCESS];
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    for (size_t i = 0; i < source->processes.count; i++) {
        const struct process_memory *process = &source->processes.items[i];
        uint64_t mount_namespace = table_u64(processes, process->row, PROCESS_MOUNT_NAMESPACE, 0);
        size_t end = process->descriptor_first + (process->hangs ? 0 : process->descriptor_count);
        for (size_t row = process->descriptor_first; row < end; row++) {
            bool path = table->known[DESCRIPTOR_PATH][row] && table->cells[DESCRIPTOR_TYPE][row] != DESCRIPTOR_OTHER;
            if (path && !descriptor_look(source, looks, row, mount_namespace))
                return false;
        }
    }
    return slow_looks_take(source, looks);
}

bool file_collect(struct source *source, struct error *error)
{
    struct file_looks looks = {0};
    size_t rows = source->sample->tables[TABLE_DESCRIPTOR].rows;
    if (!source->complete || !source->live) /* the paths of a frozen tree are those of another host */
        return true;
    index_init(&looks.index, file_equal);
    size_t strings = source->sample->string_count;
    looks.of_row = malloc((rows + 1) * sizeof *looks.of_row);
    looks.of_path = malloc(strings * sizeof *looks.of_path);
    bool done = looks.of_row != NULL && looks.of_path != NULL;
    if (done) {
        memset(looks.of_row, 0xff, (rows + 1) * sizeof *looks.of_row);
        memset(looks.of_path, 0xff, strings * sizeof *looks.of_path);
        done = looks_take(source, &looks);
    }
    if (done)
        looks_apply(source, &looks);
    free(looks.of_row);
    free(looks.of_path);
    free(looks.items);
    index_done(&looks.index);
    return done || error_memory(error);
}
