/* Rows of the wait table, and what becomes of them in the next sample. */
#include "collect/proc_read.h"
#include "collect/proc_wait.h"

#include "base/memory.h"

#include <string.h>

static bool wait_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    return memcmp(&((const struct wait_memory *)items)[place].key, key, key_bytes) == 0;
}

void wait_init(struct source *source)
{
    index_init(&source->waits.index, wait_equal);
    index_init(&source->earlier_waits.index, wait_equal);
}

static bool wait_remember(struct source *source, const struct wait_key *key, size_t row)
{
    struct wait_memories *waits = &source->waits;
    if (!memory_grow(&waits->items, &waits->capacity, waits->count + 1, sizeof *waits->items) ||
        !index_add(&waits->index, key, sizeof *key, (uint32_t)waits->count))
        return false;
    waits->items[waits->count++] = (struct wait_memory){.key = *key, .row = (uint32_t)row};
    return true;
}

static void process_set(struct table *table, size_t row, const struct process_memory *process, size_t pid,
                        size_t start_ticks)
{
    table_set_u64(table, row, pid, process->pid);
    table_set_u64(table, row, start_ticks, process->start_ticks);
}

static void object_set(struct sample *sample, size_t row, const struct wait *wait)
{
    struct table *table = &sample->tables[TABLE_WAIT];
    if (wait->path != NULL)
        sample_set_string(sample, TABLE_WAIT, row, WAIT_PATH, wait->path, strlen(wait->path));
    if (wait->mount_namespace != 0 && wait->path != NULL)
        table_set_u64(table, row, WAIT_MOUNT_NAMESPACE, wait->mount_namespace);
    if (wait->recorded && wait->kind == WAIT_SOCKET_RECEIVE)
        table_set_u64(table, row, WAIT_ACCEPTED, wait->accepted);
    if (wait->inode != 0)
        table_set_u64(table, row, WAIT_INODE, wait->inode);
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
    if (wait->holder_thread != 0)
        table_set_u64(table, row, WAIT_HOLDER_THREAD, wait->holder_thread);
    if (wait->holder != NULL) {
        process_set(table, row, wait->holder, WAIT_HOLDER_PID, WAIT_HOLDER_START_TICKS);
        const char *name = sample_string(sample, TABLE_PROCESS, wait->holder->row, PROCESS_NAME);
        if (name != NULL)
            sample_set_string(sample, TABLE_WAIT, row, WAIT_HOLDER_NAME, name, strlen(name));
    }
    object_set(sample, row, wait);
    table_set_u64(table, row, WAIT_SINCE_NS, (uint64_t)wait->since_ns);
    table_set_u64(table, row, WAIT_UNTIL_NS, (uint64_t)sample->boottime_ns);
    table_set_u64(table, row, WAIT_AT_LEAST, wait->at_least);
    table_set_u64(table, row, WAIT_ONGOING, 1);
    table_set_u64(table, row, WAIT_COUNT, 1);
    table_set_u64(table, row, WAIT_TOTAL_NS, (uint64_t)(sample->boottime_ns - wait->since_ns));
    table_set_u64(table, row, WAIT_INFERRED, wait->inferred);
    if (wait->recorded)
        return true;
    struct wait_key key = {.pid = wait->waiter->pid,
                           .start_ticks = wait->waiter->start_ticks,
                           .thread = wait->thread,
                           .kind = wait->kind,
                           .holder_pid = wait->holder != NULL ? wait->holder->pid : 0,
                           .inode = wait->inode,
                           .since_ns = (uint64_t)wait->since_ns};
    return wait_remember(source, &key, row);
}

/* A wait that the basic tier did not look at goes on when its thread has not run since. */
static bool wait_goes_on(struct source *source, const struct wait_key *key)
{
    const struct process_memory *waiter = source_process(source, key->pid, key->start_ticks);
    if (source->complete || key->kind == WAIT_LOCK || waiter == NULL)
        return false;
    if (key->thread == key->pid)
        return waiter->sleep.still;
    char path[96], text[128];
    struct proc_schedstat now;
    for (size_t i = 0; i < waiter->thread_count; i++) {
        const struct thread_memory *thread = &source->threads.items[waiter->thread_first + i];
        if (thread->tid != key->thread)
            continue;
        char *end = stpcpy(stpcpy(path, proc_name(text, key->pid)), "/task/");
        strcpy(stpcpy(end, proc_name(text, key->thread)), "/schedstat");
        return proc_read(source->root, path, text, sizeof text) > 0 && proc_schedstat_parse(text, &now) &&
               memcmp(&now, &thread->sleep.schedstat, sizeof now) == 0;
    }
    return false;
}

bool wait_finish(struct source *source)
{
    const struct wait_memories *earlier = &source->earlier_waits;
    struct table *table = &source->sample->tables[TABLE_WAIT];
    for (size_t i = 0; i < earlier->count; i++) {
        const struct wait_key *key = &earlier->items[i].key;
        if (index_find(&source->waits.index, source->waits.items, key, sizeof *key) != INDEX_NONE)
            continue;
        size_t row = table->rows;
        if (!source_carry_row(source, TABLE_WAIT, earlier->items[i].row))
            return false;
        bool goes_on = wait_goes_on(source, key);
        if (goes_on) {
            uint64_t now_ns = (uint64_t)source->sample->boottime_ns;
            table_set_u64(table, row, WAIT_UNTIL_NS, now_ns);
            table_set_u64(table, row, WAIT_TOTAL_NS, now_ns - key->since_ns);
            if (!wait_remember(source, key, row))
                return false;
        }
        table_set_u64(table, row, WAIT_ONGOING, goes_on);
    }
    return true;
}
