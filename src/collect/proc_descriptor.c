/* One row per open descriptor, from the links in /proc/PID/fd. */
#include "collect/proc_read.h"
#include "collect/source_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int row_append(struct source *source, size_t process_row, uint64_t number, const char *target, size_t length)
{
    struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    const struct table *processes = &source->sample->tables[TABLE_PROCESS];
    size_t row = table_append(table);
    if (row == SIZE_MAX)
        return -ENOMEM;
    struct proc_link link;
    proc_link_parse(target, length, &link);
    table_set_u64(table, row, DESCRIPTOR_PID, processes->cells[PROCESS_PID][process_row]);
    table_set_u64(table, row, DESCRIPTOR_START_TICKS, processes->cells[PROCESS_START_TICKS][process_row]);
    table_set_u64(table, row, DESCRIPTOR_NUMBER, number);
    table_set_u64(table, row, DESCRIPTOR_TYPE, link.type);
    if (link.path == NULL) {
        table_set_u64(table, row, DESCRIPTOR_INODE, link.inode);
        return 0;
    }
    sample_set_string(source->sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH, link.path, link.path_length);
    if (link.type != DESCRIPTOR_OTHER)
        table_set_u64(table, row, DESCRIPTOR_DELETED, link.deleted);
    return 0;
}

/* The permissions of the link itself tell how the file was opened (proc_pid_fd(5)). */
static void access_set(struct table *table, int directory, const char *name)
{
    struct stat link;
    size_t row = table->rows - 1;
    uint64_t type = table->cells[DESCRIPTOR_TYPE][row];
    if (type == DESCRIPTOR_OTHER || type == DESCRIPTOR_SOCKET ||
        fstatat(directory, name, &link, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    table_set_u64(table, row, DESCRIPTOR_ACCESS,
                  ((link.st_mode & S_IRUSR) ? 1u : 0u) | ((link.st_mode & S_IWUSR) ? 2u : 0u));
}

/* What the dear tier has found out about the same path of the same process holds on. */
static void look_carry(struct source *source, const struct process_memory *earlier, uint64_t number)
{
    static const int looked_at[] = {DESCRIPTOR_TYPE, DESCRIPTOR_INODE, DESCRIPTOR_DEVICE};
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    const struct table *previous = source->previous == NULL ? NULL : &source->previous->tables[TABLE_DESCRIPTOR];
    size_t row = table->rows - 1;
    if (earlier == NULL || !table->known[DESCRIPTOR_PATH][row] || table->cells[DESCRIPTOR_TYPE][row] != DESCRIPTOR_FILE)
        return;
    size_t before = source_number_row(previous, earlier, number);
    if (before == SIZE_MAX || !previous->known[DESCRIPTOR_DEVICE][before] ||
        strcmp(sample_string(source->previous, TABLE_DESCRIPTOR, before, DESCRIPTOR_PATH),
               sample_string(source->sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH)) != 0)
        return;
    for (size_t i = 0; i < sizeof looked_at / sizeof looked_at[0]; i++)
        source_carry_cell(source, TABLE_DESCRIPTOR, row, before, (size_t)looked_at[i]);
}

int descriptor_collect(struct source *source, int directory, size_t process_row, const struct process_memory *earlier)
{
    struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    size_t first = table->rows;
    struct proc_listing listing;
    uint64_t number;
    const char *name;
    int result = proc_listing_open(&listing, directory, "fd", source->live);
    if (result < 0)
        return result;
    while (result >= 0 && proc_listing_next(&listing, &number, &name)) {
        char target[PATH_MAX + 16];
        int length = proc_read_link(listing.descriptor, name, target, sizeof target);
        if (length == -ENOENT)
            continue; /* closed meanwhile */
        if (length == -ENAMETOOLONG)
            sample_unread_add(source->sample, "descriptors", "path too long", 1);
        else
            result = length < 0 ? length : row_append(source, process_row, number, target, (size_t)length);
        if (length < 0 || result < 0 || !source->live)
            continue;
        if (source->complete)
            access_set(table, listing.descriptor, name);
        else
            look_carry(source, earlier, number);
    }
    if (result >= 0 && listing.error < 0)
        result = listing.error;
    proc_listing_close(&listing);
    if (result >= 0)
        return (int)(table->rows - first);
    while (table->rows > first)
        table_drop_last(table);
    return result;
}
