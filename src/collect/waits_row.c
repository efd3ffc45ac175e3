/* What the recorder of waits noted, as rows of the wait table. */
#include "collect/waits.h"

#include "collect/proc_call.h"
#include "collect/proc_parse.h"
#include "collect/proc_read.h"
#include "collect/proc_wait.h"
#include "collect/waits_inside.h"

#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

/* What a sample takes of waits that are over; the shortest are left out. */
enum { ENDED_MAX = 1024, DEVICE_MINOR_BITS = 20, DEVICE_MINOR_MASK = (1 << 20) - 1 };

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

/* Whoever serves a FUSE file system has /dev/fuse open. NULL: nobody, or several, of whom nothing tells which. */
static const struct process_memory *fuse_daemon(struct source *source, struct wait_ends *ends)
{
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    const struct process_memory *found = NULL;
    if (ends->fuse_known)
        return ends->fuse_daemon;
    ends->fuse_known = true;
    for (size_t row = 0; row < table->rows; row++) {
        const char *path = table->cells[DESCRIPTOR_TYPE][row] == DESCRIPTOR_DEVICE_FILE
                               ? sample_string(source->sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH)
                               : NULL;
        if (path == NULL || strcmp(path, "/dev/fuse") != 0)
            continue;
        const struct process_memory *holder = source_process(source, table->cells[DESCRIPTOR_PID][row], 0);
        if (found != NULL && holder != found)
            return NULL;
        found = holder;
    }
    ends->fuse_daemon = found;
    return found;
}

/* The path of the file that a process waits for by that descriptor; NULL: not known. */
static const char *file_path(const struct source *source, const struct process_memory *waiter, uint32_t descriptor)
{
    size_t row =
        waiter == NULL || descriptor == WAITS_NO_DESCRIPTOR ? SIZE_MAX : source_descriptor(source, waiter, descriptor);
    return row == SIZE_MAX ? NULL : sample_string(source->sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH);
}

static uint64_t mount_namespace(const struct source *source, const struct process_memory *process)
{
    return table_u64(&source->sample->tables[TABLE_PROCESS], process->row, PROCESS_MOUNT_NAMESPACE, 0);
}

/* Of a file without a path the file system is told, once the mounts are known. */
static bool device_remember(struct source *source, size_t row, const struct waits_object *object)
{
    const struct waits_place place = {
        .row = row, .device = makedev(object->device >> DEVICE_MINOR_BITS, object->device & DEVICE_MINOR_MASK)};
    struct buffer *places = &source->wait_recorder->places;
    if (object->kind == WAIT_DISK && object->device != 0)
        buffer_append(places, &place, sizeof place);
    return !places->failed;
}

void wait_recorder_name(struct source *source)
{
    if (source->wait_recorder == NULL)
        return;
    struct sample *sample = source->sample;
    const struct table *mounts = &sample->tables[TABLE_FILESYSTEM];
    const struct buffer *places = &source->wait_recorder->places;
    const struct waits_place *place = (const void *)places->data;
    for (size_t i = 0; i < places->length / sizeof *place; i++)
        for (size_t row = 0; row < mounts->rows; row++) {
            const char *mount = sample_string(sample, TABLE_FILESYSTEM, row, FILESYSTEM_MOUNT);
            if (mount == NULL || table_u64(mounts, row, FILESYSTEM_DEVICE, 0) != place[i].device)
                continue;
            sample_set_string(sample, TABLE_WAIT, place[i].row, WAIT_PATH, mount, strlen(mount));
            break;
        }
}

static bool file_set(struct source *source, size_t row, const struct waits_key *key, const struct waits_sum *sum)
{
    const struct process_memory *waiter = process_of(source, key->pid, key->start_ns);
    const char *path = key->object.kind == WAIT_DISK ? file_path(source, waiter, sum->descriptor) : NULL;
    if (path == NULL)
        return device_remember(source, row, &key->object);
    sample_set_string(source->sample, TABLE_WAIT, row, WAIT_PATH, path, strlen(path));
    table_set_u64(&source->sample->tables[TABLE_WAIT], row, WAIT_MOUNT_NAMESPACE, mount_namespace(source, waiter));
    return true;
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
    return file_set(source, row, key, sum) && holder_set(source, ends, row, key, sum);
}

/* It was by design when it was last seen to go on. */
static bool was_by_design(const struct wait_recorder *recorder, const struct waits_key *key,
                          const struct waits_sum *sum)
{
    const struct waits_design *designs = (const void *)recorder->earlier_designs.data;
    for (size_t i = 0; key->object.kind == WAIT_FUTEX && i < recorder->earlier_designs.length / sizeof *designs; i++)
        if (designs[i].thread == key->thread && designs[i].since_ns == sum->since_ns)
            return true;
    return false;
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
        done = was_by_design(source->wait_recorder, order[i].key, order[i].sum) ||
               ended_append(source, ends, order[i].key, order[i].sum);
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

static bool ongoing_disk_append(struct source *source, struct wait_ends *ends, struct wait *wait,
                                const struct waits_ongoing *ongoing)
{
    wait->path = file_path(source, wait->waiter, ongoing->descriptor);
    wait->mount_namespace = mount_namespace(source, wait->waiter);
    wait->holder = (ongoing->flags & WAITS_FUSE) != 0 ? fuse_daemon(source, ends) : NULL;
    wait->inferred = wait->holder != NULL;
    size_t row = source->sample->tables[TABLE_WAIT].rows;
    if (wait->holder == wait->waiter)
        return true;
    return wait_append(source, wait) && (wait->path != NULL || device_remember(source, row, &ongoing->object));
}

/* Servers whose workers take turns at waiting for a client hand a mutex round: its owner waits for whatever comes, and
 * who waits for the owner is idle. */
static bool futex_is_by_design(struct wait_recorder *recorder, const struct wait *wait)
{
    const struct waits_design design = {.thread = wait->thread, .since_ns = (uint64_t)wait->since_ns};
    if (wait->holder == NULL || !call_awaits_events(&wait->holder->sleep.call))
        return false;
    buffer_append(&recorder->designs, &design, sizeof design);
    return true;
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
        wait.holder = wait_child(source, ends, waiter, 0);
        return wait.holder == NULL || wait_append(source, &wait);
    case WAIT_FUTEX:
        wait.holder = thread_process(source, ongoing->owner);
        wait.holder_thread = wait.holder == NULL ? 0 : ongoing->owner;
        wait.inferred = wait.holder != NULL;
        return futex_is_by_design(source->wait_recorder, &wait) || wait_append(source, &wait);
    default:
        return ongoing_disk_append(source, ends, &wait, ongoing);
    }
}

bool wait_recorder_append(struct source *source, struct wait_ends *ends)
{
    const struct wait_recorder *recorder = source->wait_recorder;
    if (recorder == NULL)
        return true;
    struct buffer designs = recorder->earlier_designs;
    source->wait_recorder->earlier_designs = recorder->designs;
    source->wait_recorder->designs = designs;
    buffer_clear(&source->wait_recorder->designs);
    buffer_clear(&source->wait_recorder->places);
    const struct waits_ongoing *ongoing = (const void *)recorder->ongoing.data;
    for (size_t i = 0; i < recorder->ongoing.length / sizeof *ongoing; i++)
        if (!ongoing_append(source, ends, &ongoing[i]))
            return false;
    if (recorder->lost_now != 0)
        sample_unread_add(source->sample, "events", "lost by the recorder", recorder->lost_now);
    return ended_append_longest(source, ends);
}
