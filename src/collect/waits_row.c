/* What the recorder of waits noted, as rows of the wait table. */
#include "collect/waits.h"

#include "collect/proc_parse.h"
#include "collect/proc_read.h"
#include "collect/proc_wait.h"
#include "collect/waits_inside.h"

#include <stdlib.h>
#include <string.h>

/* What a sample takes of waits that are over; the shortest are left out. */
enum { ENDED_MAX = 512 };

static const struct process_memory *process_of(struct source *source, uint64_t pid, uint64_t start_ns)
{
    return pid == 0 ? NULL : source_process(source, pid, start_ns / source->ns_per_tick);
}

static void party_set(struct source *source, size_t row, uint64_t pid, uint64_t start_ns, const char *name,
                      const size_t columns[3])
{
    struct table *table = &source->sample->tables[TABLE_WAIT];
    table_set_u64(table, row, columns[0], pid);
    table_set_u64(table, row, columns[1], start_ns / source->ns_per_tick);
    sample_set_string(source->sample, TABLE_WAIT, row, columns[2], name, strnlen(name, RECORDER_NAME_BYTES));
}

/* The kernel does not tell who woke it from the network: who has the other end now, when that is just one. */
static const struct process_memory *peer_find(struct source *source, struct wait_ends *ends,
                                              const struct waits_key *key)
{
    bool socket = key->object.kind == WAIT_SOCKET_RECEIVE || key->object.kind == WAIT_SOCKET_SEND ||
                  key->object.kind == WAIT_CONNECT;
    if (!socket || (key->flags & WAITS_UNIX) != 0)
        return NULL;
    return wait_socket_holder(source, ends, key->object.inode);
}

static bool holder_set(struct source *source, struct wait_ends *ends, size_t row, const struct waits_key *key,
                       const struct waits_sum *sum)
{
    static const size_t columns[] = {WAIT_HOLDER_PID, WAIT_HOLDER_START_TICKS, WAIT_HOLDER_NAME};
    struct table *table = &source->sample->tables[TABLE_WAIT];
    if (key->holder_pid != 0) {
        party_set(source, row, key->holder_pid, key->holder_start_ns, sum->holder_name, columns);
        if (key->holder_thread != 0)
            table_set_u64(table, row, WAIT_HOLDER_THREAD, key->holder_thread);
        return true;
    }
    if (!wait_ends_need(source, ends))
        return false;
    const struct process_memory *holder = peer_find(source, ends, key);
    if (holder != NULL && holder->pid != key->pid) {
        const char *name = sample_string(source->sample, TABLE_PROCESS, holder->row, PROCESS_NAME);
        party_set(source, row, holder->pid, holder->start_ticks * source->ns_per_tick, name == NULL ? "" : name,
                  columns);
    }
    return true;
}

static bool ended_append(struct source *source, struct wait_ends *ends, const struct waits_key *key,
                         const struct waits_sum *sum)
{
    static const size_t columns[] = {WAIT_PID, WAIT_START_TICKS, WAIT_NAME};
    struct table *table = &source->sample->tables[TABLE_WAIT];
    size_t row = table_append(table);
    if (row == SIZE_MAX)
        return false;
    table_set_u64(table, row, WAIT_KIND, key->object.kind);
    party_set(source, row, key->pid, key->start_ns, sum->name, columns);
    table_set_u64(table, row, WAIT_THREAD, key->thread);
    if (key->object.inode != 0)
        table_set_u64(table, row, WAIT_INODE, key->object.inode);
    table_set_u64(table, row, WAIT_SINCE_NS, sum->since_ns);
    table_set_u64(table, row, WAIT_UNTIL_NS, sum->until_ns);
    table_set_u64(table, row, WAIT_AT_LEAST, 0);
    table_set_u64(table, row, WAIT_ONGOING, 0);
    table_set_u64(table, row, WAIT_COUNT, sum->count);
    table_set_u64(table, row, WAIT_TOTAL_NS, sum->total_ns);
    table_set_u64(table, row, WAIT_INFERRED, (key->flags & WAITS_INFERRED) != 0);
    if (key->object.kind == WAIT_SOCKET_RECEIVE)
        table_set_u64(table, row, WAIT_ACCEPTED, (key->flags & WAITS_ACCEPTED) != 0);
    return holder_set(source, ends, row, key, sum);
}

struct ended {
    const struct waits_key *key;
    const struct waits_sum *sum;
};

static int ended_compare(const void *left, const void *right)
{
    uint64_t a = ((const struct ended *)left)->sum->total_ns, b = ((const struct ended *)right)->sum->total_ns;
    return (a < b) - (a > b);
}

static bool ended_append_longest(struct source *source, struct wait_ends *ends)
{
    const struct recorder_rows *rows = &source->wait_recorder->sums;
    struct ended *order = calloc(rows->count + 1, sizeof *order);
    bool done = order != NULL;
    for (size_t i = 0; done && i < rows->count; i++)
        order[i] = (struct ended){(const struct waits_key *)(const void *)rows->keys + i,
                                  (const struct waits_sum *)(const void *)rows->values + i};
    if (done && rows->count > ENDED_MAX) {
        qsort(order, rows->count, sizeof *order, ended_compare);
        sample_unread_add(source->sample, "waits", "more than a sample takes", rows->count - ENDED_MAX);
    }
    for (size_t i = 0; done && i < rows->count && i < ENDED_MAX; i++)
        done = ended_append(source, ends, order[i].key, order[i].sum);
    free(order);
    return done;
}

/* The process of the thread that holds a futex. */
static const struct process_memory *thread_process(struct source *source, uint32_t thread)
{
    char path[48], name[24], text[PROC_SMALL_BYTES];
    const struct process_memory *leader = thread == 0 ? NULL : source_process(source, thread, 0);
    if (thread == 0 || leader != NULL)
        return leader;
    strcpy(stpcpy(path, proc_name(name, thread)), "/status");
    if (proc_read(source->root, path, text, sizeof text) <= 0)
        return NULL;
    const char *group = strstr(text, "\nTgid:");
    return group == NULL ? NULL : source_process(source, strtoull(group + 6, NULL, 10), 0);
}

/* The path under which the process has the file open; NULL: not known. */
static const char *file_path(const struct source *source, const struct process_memory *process, uint64_t inode)
{
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    for (size_t row = 0; inode != 0 && row < table->rows; row++)
        if (table_u64(table, row, DESCRIPTOR_PID, 0) == process->pid &&
            table_u64(table, row, DESCRIPTOR_INODE, 0) == inode &&
            table_u64(table, row, DESCRIPTOR_TYPE, DESCRIPTOR_OTHER) == DESCRIPTOR_FILE)
            return sample_string(source->sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH);
    return NULL;
}

/* Who serves file systems in user space: the process that has the kernel's end of one open. NULL when several do,
 * because nothing tells which serves which. */
static const struct process_memory *daemon_find(struct source *source)
{
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    const struct process_memory *daemon = NULL;
    for (size_t row = 0; row < table->rows; row++) {
        const char *path = sample_string(source->sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH);
        if (path == NULL || strcmp(path, "/dev/fuse") != 0)
            continue;
        const struct process_memory *process = source_process(source, table_u64(table, row, DESCRIPTOR_PID, 0), 0);
        if (process != NULL && daemon != NULL && process->pid != daemon->pid)
            return NULL;
        daemon = process == NULL ? daemon : process;
    }
    return daemon;
}

static bool file_append(struct source *source, struct wait *wait, uint32_t flags)
{
    const struct table *table = &source->sample->tables[TABLE_PROCESS];
    wait->path = file_path(source, wait->waiter, wait->inode);
    wait->mount_namespace = table_u64(table, wait->waiter->row, PROCESS_MOUNT_NAMESPACE, 0);
    if ((flags & WAITS_SERVED) != 0) {
        wait->holder = daemon_find(source);
        wait->inferred = wait->holder != NULL;
    }
    return wait->holder == wait->waiter || wait_append(source, wait);
}

static bool ongoing_append(struct source *source, struct wait_ends *ends, const struct waits_ongoing *ongoing)
{
    const struct process_memory *waiter = process_of(source, ongoing->party.pid, ongoing->party.start_ns);
    if (waiter == NULL || ongoing->since_ns > (uint64_t)source->sample->boottime_ns)
        return true;
    struct wait wait = {.kind = (enum wait_kind)ongoing->object.kind,
                        .waiter = waiter,
                        .thread = ongoing->thread,
                        .inode = ongoing->object.inode,
                        .accepted = (ongoing->flags & WAITS_ACCEPTED) != 0,
                        .since_ns = (int64_t)ongoing->since_ns,
                        .recorded = true};
    if (!wait_ends_need(source, ends))
        return false;
    switch (wait.kind) {
    case WAIT_PIPE_READ:
    case WAIT_PIPE_WRITE:
        return wait_pipe_append(source, ends, &wait);
    case WAIT_SOCKET_RECEIVE:
    case WAIT_SOCKET_SEND:
    case WAIT_CONNECT:
    case WAIT_ACCEPT:
        return wait_socket_append(source, ends, &wait);
    case WAIT_CHILD:
        wait.holder = wait_child(source, ends, waiter, ongoing->child);
        return wait.holder == NULL || wait_append(source, &wait);
    case WAIT_FUTEX:
        wait.holder = thread_process(source, ongoing->owner);
        wait.holder_thread = wait.holder == NULL ? 0 : ongoing->owner;
        wait.inferred = wait.holder != NULL;
        return wait_append(source, &wait);
    default:
        return file_append(source, &wait, ongoing->flags);
    }
}

bool wait_recorder_append(struct source *source, struct wait_ends *ends)
{
    const struct wait_recorder *recorder = source->wait_recorder;
    if (recorder == NULL)
        return true;
    const struct waits_ongoing *ongoing = (const void *)recorder->ongoing.data;
    for (size_t i = 0; i < recorder->ongoing.length / sizeof *ongoing; i++)
        if (!ongoing_append(source, ends, &ongoing[i]))
            return false;
    if (recorder->lost_now != 0)
        sample_unread_add(source->sample, "events", "lost by the recorder", recorder->lost_now);
    return ended_append_longest(source, ends);
}
