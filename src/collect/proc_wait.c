/* Rows of the wait table. */
#include "collect/proc_wait.h"

#include <string.h>

static void process_set(struct table *table, size_t row, const struct process_memory *process, size_t pid,
                        size_t start_ticks)
{
    table_set_u64(table, row, pid, process->pid);
    table_set_u64(table, row, start_ticks, process->start_ticks);
}

bool wait_append(struct source *source, const struct wait *wait)
{
    struct sample *sample = source->sample;
    struct table *table = &sample->tables[TABLE_WAIT];
    size_t row = table_append(table);
    if (row == SIZE_MAX)
        return false;
    table_set_u64(table, row, WAIT_KIND, wait->kind);
    process_set(table, row, wait->waiter, WAIT_PID, WAIT_START_TICKS);
    if (wait->thread != 0)
        table_set_u64(table, row, WAIT_THREAD, wait->thread);
    if (wait->holder != NULL) {
        process_set(table, row, wait->holder, WAIT_HOLDER_PID, WAIT_HOLDER_START_TICKS);
        const char *name = sample_string(sample, TABLE_PROCESS, wait->holder->row, PROCESS_NAME);
        if (name != NULL)
            sample_set_string(sample, TABLE_WAIT, row, WAIT_HOLDER_NAME, name, strlen(name));
    }
    if (wait->path != NULL)
        sample_set_string(sample, TABLE_WAIT, row, WAIT_PATH, wait->path, strlen(wait->path));
    if (wait->mount_namespace != 0)
        table_set_u64(table, row, WAIT_MOUNT_NAMESPACE, wait->mount_namespace);
    if (wait->inode != 0)
        table_set_u64(table, row, WAIT_INODE, wait->inode);
    table_set_u64(table, row, WAIT_SINCE_NS, (uint64_t)wait->since_ns);
    table_set_u64(table, row, WAIT_UNTIL_NS, (uint64_t)sample->boottime_ns);
    table_set_u64(table, row, WAIT_AT_LEAST, wait->at_least);
    table_set_u64(table, row, WAIT_ONGOING, 1);
    table_set_u64(table, row, WAIT_COUNT, 1);
    table_set_u64(table, row, WAIT_TOTAL_NS, (uint64_t)(sample->boottime_ns - wait->since_ns));
    table_set_u64(table, row, WAIT_INFERRED, wait->inferred);
    return true;
}
