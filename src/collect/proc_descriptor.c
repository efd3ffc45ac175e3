/* One row per open descriptor, from the links in /proc/PID/fd. */
#include "collect/proc_read.h"
#include "collect/source_inside.h"

#include <errno.h>
#include <fcntl.h>
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

int descriptor_collect(struct source *source, int directory, size_t process_row)
{
    struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    size_t first = table->rows;
    struct proc_listing listing;
    uint64_t number;
    const char *name;
    int result = proc_listing_open(&listing, directory, "fd");
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
        if (length >= 0 && result >= 0 && source->complete && source->live)
            access_set(table, listing.descriptor, name);
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
