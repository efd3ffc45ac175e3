/* File locks: who holds which and who waits for it, from /proc/locks (proc_locks(5)).
 *
 * Each blocked request stands behind the lock that blocks it, with the same ordinal. What that file does not tell comes
 * from elsewhere: the path from the descriptor whose fdinfo shows the lock (the device of /proc/locks and that of stat
 * differ on overlayfs, so the lines are compared with each other), the owner of a lock whose process is -1 (OFD locks)
 * or gone (a flock inherited by others, as from a shell) from those that have the file open. */
#include "collect/proc_lock.h"

#include "collect/bpf/recorder_shared.h"
#include "collect/proc_read.h"
#include "collect/proc_wait.h"
#include "collect/source_inside.h"

#include "base/memory.h"

#include <errno.h>
#include <string.h>

enum { LOCKS_MAX = 100000 };

/* What an index can hash: no padding. */
struct lock_key {
    uint64_t pid, device, inode, rest;
};

static struct lock_key lock_key(const struct proc_lock *lock)
{
    return (struct lock_key){.pid = lock->has_pid ? lock->pid : UINT64_MAX,
                             .device = lock->device,
                             .inode = lock->inode,
                             .rest = (uint64_t)lock->class << 2 | (uint64_t)lock->waiting << 1 | lock->exclusive};
}

static bool lock_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const struct lock_memory *memory = (const struct lock_memory *)items + place;
    struct lock_key own = lock_key(&memory->lock);
    return memcmp(&own, key, key_bytes) == 0;
}

static const struct lock_memory *lock_earlier(const struct source *source, const struct proc_lock *lock)
{
    const struct lock_memories *earlier = &source->earlier_locks;
    struct lock_key key = lock_key(lock);
    uint32_t place = index_find(&earlier->index, earlier->items, &key, sizeof key);
    return place == INDEX_NONE ? NULL : &earlier->items[place];
}

static void process_find(struct source *source, struct lock_memory *memory, const struct lock_memory *earlier)
{
    const struct table *table = &source->previous->tables[TABLE_LOCK];
    uint64_t pid = table_u64(table, earlier->row, LOCK_PID, 0);
    if (memory->lock.waiting && !memory->lock.has_pid)
        return; /* cannot be told from another request on the same file */
    bool in_turn = (source->number + memory->lock.inode) % UNCHANGED_EVERY_SAMPLES == 0;
    if (in_turn || pid == 0 || !table_known(table, earlier->row, LOCK_PATH))
        return;
    memory->process = source_process(source, pid, table_u64(table, earlier->row, LOCK_START_TICKS, 0));
    memory->carried = memory->process != NULL;
    memory->carried_row = earlier->row;
}

static bool lock_add(struct source *source, const struct proc_lock *lock)
{
    struct lock_memories *locks = &source->locks;
    if (!memory_grow(&locks->items, &locks->capacity, locks->count + 1, sizeof *locks->items))
        return false;
    uint32_t place = (uint32_t)locks->count++;
    struct lock_memory *memory = &locks->items[place];
    const struct lock_memory *earlier = lock_earlier(source, lock);
    *memory = (struct lock_memory){.lock = *lock,
                                   .first_look_ns = source->sample->boottime_ns,
                                   .at_least = source->previous == NULL,
                                   .holder = place,
                                   .descriptor = SIZE_MAX};
    if (earlier != NULL) {
        memory->first_look_ns = earlier->first_look_ns;
        memory->at_least = earlier->at_least;
        process_find(source, memory, earlier);
    }
    struct lock_key key = lock_key(lock);
    if (index_find(&locks->index, locks->items, &key, sizeof key) == INDEX_NONE)
        return index_add(&locks->index, &key, sizeof key, place);
    return true;
}

static bool locks_parse(struct source *source, const char *text)
{
    struct lock_memories *locks = &source->locks;
    size_t holder = SIZE_MAX;
    for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        line += *line == '\n';
        struct proc_lock lock;
        if (*line == '\0' || !proc_lock_parse(line, &lock))
            continue;
        if (locks->count == LOCKS_MAX) {
            sample_unread_add(source->sample, "locks", "too many", 1);
            continue;
        }
        bool orphan = lock.waiting && (holder == SIZE_MAX || locks->items[holder].lock.ordinal != lock.ordinal);
        if (orphan)
            continue;
        if (!lock_add(source, &lock))
            return false;
        if (lock.waiting)
            locks->items[locks->count - 1].holder = holder;
        else
            holder = locks->count - 1;
    }
    return true;
}

/* The kernel wakes all who wait when a lock is given back: who has slept on it all along proves that it was held all
 * along. Without that, a holder that has run may have given the lock back and taken it again. */
static void times_settle(struct source *source)
{
    struct lock_memory *items = source->locks.items;
    for (size_t i = 0; i < source->locks.count; i++) {
        struct lock_memory *request = &items[i], *holder = &items[request->holder];
        const struct process_memory *process = request->process;
        if (!request->lock.waiting || process == NULL || !process->single_threaded ||
            process->sleep.asleep_since_ns == 0)
            continue;
        if (process->sleep.asleep_since_ns > request->first_look_ns ||
            request->first_look_ns == source->sample->boottime_ns)
            request->at_least = process->sleep.at_first_look;
        request->first_look_ns = process->sleep.asleep_since_ns;
        if (holder->proven_ns == 0 || request->first_look_ns < holder->proven_ns)
            holder->proven_ns = request->first_look_ns;
    }
    for (size_t i = 0; i < source->locks.count; i++) {
        struct lock_memory *holder = &items[i];
        bool ran = holder->process != NULL && !holder->process->unchanged;
        if (!holder->lock.waiting && holder->proven_ns != 0 &&
            (holder->proven_ns < holder->first_look_ns || (ran && holder->proven_ns > holder->first_look_ns))) {
            holder->at_least = true;
            holder->first_look_ns = holder->proven_ns;
        }
    }
}

/* What the recorder knows better. */
static void times_correct(const struct source *source, struct lock_memory *memory)
{
    const struct proc_lock *lock = &memory->lock;
    unsigned family = lock->class == LOCK_FLOCK ? RECORDER_FLOCK : RECORDER_POSIX;
    uint64_t pid = lock->has_pid ? lock->pid : 0;
    uint64_t since_ns = lock->waiting ? recorder_waits_since(source->recorder, lock->device, lock->inode, pid)
                                      : recorder_held_since(source->recorder, lock->device, lock->inode, family, pid);
    if (since_ns == 0 || lock->class == LOCK_LEASE)
        return;
    memory->first_look_ns = (int64_t)since_ns;
    memory->at_least = false;
}

static bool row_append(struct source *source, struct lock_memory *memory)
{
    struct sample *sample = source->sample;
    struct table *table = &sample->tables[TABLE_LOCK];
    size_t row = table_append(table);
    if (row == SIZE_MAX)
        return false;
    memory->row = (uint32_t)row;
    if (memory->process != NULL) {
        table_set_u64(table, row, LOCK_PID, memory->process->pid);
        table_set_u64(table, row, LOCK_START_TICKS, memory->process->start_ticks);
        const struct table *processes = &sample->tables[TABLE_PROCESS];
        if (table_known(processes, memory->process->row, PROCESS_MOUNT_NAMESPACE))
            table_set_u64(table, row, LOCK_MOUNT_NAMESPACE,
                          processes->cells[PROCESS_MOUNT_NAMESPACE][memory->process->row]);
    }
    table_set_u64(table, row, LOCK_CLASS, memory->lock.class);
    table_set_u64(table, row, LOCK_EXCLUSIVE, memory->lock.exclusive);
    table_set_u64(table, row, LOCK_WAITING, memory->lock.waiting);
    table_set_u64(table, row, LOCK_DEVICE, memory->lock.device);
    table_set_u64(table, row, LOCK_INODE, memory->lock.inode);
    table_set_u64(table, row, LOCK_SINCE_NS, (uint64_t)memory->first_look_ns);
    table_set_u64(table, row, LOCK_AT_LEAST, memory->at_least);
    if (memory->carried) {
        source_carry_cell(source, TABLE_LOCK, row, memory->carried_row, LOCK_PATH);
    } else if (memory->descriptor != SIZE_MAX) {
        const char *path = sample_string(sample, TABLE_DESCRIPTOR, memory->descriptor, DESCRIPTOR_PATH);
        if (path != NULL)
            sample_set_string(sample, TABLE_LOCK, row, LOCK_PATH, path, strlen(path));
    }
    return true;
}

/* Does the recorder tell this wait? */
static bool request_recorded(const struct source *source, const struct lock_memory *request)
{
    return source->recorder != NULL && recorder_waits_since(source->recorder, request->lock.device, request->lock.inode,
                                                            request->process->pid) != 0;
}

/* A request without a path of its own takes that of the lock: it is the same file. */
static bool request_append(struct source *source, const struct lock_memory *request)
{
    const struct table *table = &source->sample->tables[TABLE_LOCK];
    const struct lock_memory *holder = &source->locks.items[request->holder];
    size_t named = table_known(table, request->row, LOCK_PATH) ? request->row : holder->row;
    if (request->process == NULL || request_recorded(source, request))
        return true;
    struct wait wait = {.kind = WAIT_LOCK,
                        .at_least = request->at_least,
                        .waiter = request->process,
                        .holder = holder->process,
                        .thread = request->process->single_threaded ? request->process->pid : request->thread,
                        .mount_namespace = table_u64(table, named, LOCK_MOUNT_NAMESPACE, 0),
                        .path = sample_string(source->sample, TABLE_LOCK, named, LOCK_PATH),
                        .inode = request->lock.inode,
                        .since_ns = request->first_look_ns};
    return wait_append(source, &wait);
}

void lock_init(struct source *source)
{
    index_init(&source->locks.index, lock_equal);
    index_init(&source->earlier_locks.index, lock_equal);
}

bool lock_collect(struct source *source, struct error *error)
{
    struct buffer text = {0};
    int result = proc_read_all(source->root, "locks", &text);
    bool done = result != -ENOMEM && locks_parse(source, buffer_text(&text));
    if (result < 0)
        sample_unread_add(source->sample, "locks", proc_reason(result), 1);
    buffer_done(&text);
    if (!done)
        return error_memory(error);
    lock_resolve(source);
    times_settle(source);
    struct lock_memories *locks = &source->locks;
    for (size_t i = 0; source->recorder != NULL && i < locks->count; i++)
        times_correct(source, &locks->items[i]);
    for (size_t i = 0; done && i < locks->count; i++)
        done = row_append(source, &locks->items[i]);
    for (size_t i = 0; done && i < locks->count; i++)
        if (locks->items[i].lock.waiting)
            done = request_append(source, &locks->items[i]);
    done = done && (source->recorder == NULL || recorder_append(source));
    return done || error_memory(error);
}
