/* What the recorder noted, as rows of the wait table. */
#include "collect/recorder_inside.h"

#include "collect/proc_lock.h"
#include "collect/source_inside.h"

#include "base/clock.h"

#include <string.h>

enum { SHORTEST_NS = 1000000, RESTART_NS = 10000000 };

/* One row while it is made. */
struct entry {
    const struct recorder_party *waiter, *holder; /* holder NULL: not known */
    uint64_t thread, device, inode, mount_namespace;
    uint64_t since_ns, until_ns, count, total_ns;
    uint64_t held_since_ns, held_until_ns;
    bool ongoing;
};

static uint64_t ticks(const struct source *source, uint64_t start_ns)
{
    return start_ns / source->ns_per_tick;
}

/* Who holds a lock of that file now, as the lock table tells it: for locks that are older than the recorder, and for
 * those that outlived who took them. */
static const struct process_memory *table_holder(const struct source *source, uint64_t device, uint64_t inode)
{
    for (size_t i = 0; i < source->locks.count; i++) {
        const struct lock_memory *memory = &source->locks.items[i];
        if (!memory->lock.waiting && memory->lock.inode == inode && memory->lock.device == device &&
            memory->process != NULL)
            return memory->process;
    }
    return NULL;
}

static const struct process_memory *party_process(struct source *source, const struct recorder_party *party)
{
    if (party->pid != 0)
        return source_process(source, party->pid, ticks(source, party->start_ns));
    /* Older than the recorder: the kernel tells the number that it had outside of all namespaces. */
    bool told = source->recorder->outermost && party->start_ns == 0 && party->global_pid != 0;
    return told ? source_process(source, party->global_pid, 0) : NULL;
}

static void party_name_set(struct sample *sample, size_t row, size_t column, const struct recorder_party *party)
{
    sample_set_string(sample, TABLE_WAIT, row, column, party->name, strnlen(party->name, sizeof party->name));
}

static void holder_set(struct source *source, size_t row, const struct entry *entry)
{
    struct sample *sample = source->sample;
    struct table *table = &sample->tables[TABLE_WAIT];
    const struct recorder_party *holder = entry->holder;
    const struct process_memory *process = holder == NULL ? NULL : party_process(source, holder);
    if (process == NULL && (entry->ongoing || holder == NULL || holder->pid == 0)) {
        const struct process_memory *shown = table_holder(source, entry->device, entry->inode);
        process = shown != NULL && shown->pid != entry->waiter->pid ? shown : NULL;
    }
    if (process != NULL) {
        table_set_u64(table, row, WAIT_HOLDER_PID, process->pid);
        table_set_u64(table, row, WAIT_HOLDER_START_TICKS, process->start_ticks);
        const char *name = sample_string(sample, TABLE_PROCESS, process->row, PROCESS_NAME);
        if (name != NULL)
            sample_set_string(sample, TABLE_WAIT, row, WAIT_HOLDER_NAME, name, strlen(name));
    } else if (holder != NULL && holder->pid != 0) {
        table_set_u64(table, row, WAIT_HOLDER_PID, holder->pid);
        table_set_u64(table, row, WAIT_HOLDER_START_TICKS, ticks(source, holder->start_ns));
        party_name_set(sample, row, WAIT_HOLDER_NAME, holder);
    }
}

static bool entry_append(struct source *source, const struct entry *entry)
{
    char path[PATH_MAX];
    struct sample *sample = source->sample;
    struct table *table = &sample->tables[TABLE_WAIT];
    size_t row = table_append(table);
    if (row == SIZE_MAX)
        return false;
    table_set_u64(table, row, WAIT_KIND, WAIT_LOCK);
    table_set_u64(table, row, WAIT_PID, entry->waiter->pid);
    table_set_u64(table, row, WAIT_START_TICKS, ticks(source, entry->waiter->start_ns));
    table_set_u64(table, row, WAIT_THREAD, entry->thread);
    party_name_set(sample, row, WAIT_NAME, entry->waiter);
    holder_set(source, row, entry);
    if (recorder_path_find(source->recorder, entry->device, entry->inode, path)) {
        sample_set_string(sample, TABLE_WAIT, row, WAIT_PATH, path, strlen(path));
        table_set_u64(table, row, WAIT_MOUNT_NAMESPACE, entry->mount_namespace);
    }
    table_set_u64(table, row, WAIT_INODE, entry->inode);
    table_set_u64(table, row, WAIT_SINCE_NS, entry->since_ns);
    table_set_u64(table, row, WAIT_UNTIL_NS, entry->until_ns);
    table_set_u64(table, row, WAIT_AT_LEAST, 0);
    table_set_u64(table, row, WAIT_ONGOING, entry->ongoing);
    table_set_u64(table, row, WAIT_COUNT, entry->count);
    table_set_u64(table, row, WAIT_TOTAL_NS, entry->total_ns);
    table_set_u64(table, row, WAIT_INFERRED, 0);
    if (entry->held_since_ns != 0)
        table_set_u64(table, row, WAIT_HELD_SINCE_NS, entry->held_since_ns);
    if (entry->held_until_ns != 0)
        table_set_u64(table, row, WAIT_HELD_UNTIL_NS, entry->held_until_ns);
    return true;
}

static bool ended_append(struct source *source, const struct recorder_ended_key *key, const struct recorder_ended *sum)
{
    struct recorder_party waiter = {.pid = key->pid, .start_ns = key->start_ns};
    memcpy(waiter.name, sum->name, sizeof waiter.name);
    struct recorder_party holder = {
        .pid = key->holder_pid, .start_ns = key->holder_start_ns, .global_pid = sum->holder_global_pid};
    memcpy(holder.name, sum->holder_name, sizeof holder.name);
    struct entry entry = {.waiter = &waiter,
                          .holder = key->holder_pid != 0 || sum->holder_global_pid != 0 ? &holder : NULL,
                          .thread = key->thread,
                          .device = key->device,
                          .inode = key->inode_number,
                          .mount_namespace = sum->mount_namespace,
                          .since_ns = sum->since_ns,
                          .until_ns = sum->until_ns,
                          .count = sum->count,
                          .total_ns = sum->total_ns,
                          .held_since_ns = sum->held_since_ns,
                          .held_until_ns = sum->held_until_ns};
    return entry_append(source, &entry);
}

static bool turn_conflicts(const struct recorder_turn *turn, const struct recorder_wait *wait)
{
    return turn->owner != 0 && turn->owner != wait->owner && (turn->exclusive || wait->exclusive) &&
           turn->first <= wait->last && wait->first <= turn->last;
}

/* A signal ended it, and the call did not begin again. */
static bool wait_is_over(const struct source *source, const struct recorder_wait *wait)
{
    return wait->interrupted_ns != 0 && wait->interrupted_ns + RESTART_NS < (uint64_t)source->sample->boottime_ns;
}

/* What of a wait that goes on (or that a signal ended) is for the holder of that turn; false: nothing. */
static bool entry_of_turn(const struct recorder_wait *wait, const struct recorder_turn *turn, bool over,
                          uint64_t until_ns, struct entry *entry)
{
    uint64_t ended_ns = turn->until_ns != 0 && turn->until_ns < until_ns ? turn->until_ns : until_ns;
    entry->holder = &turn->party;
    entry->since_ns = turn->since_ns > wait->since_ns ? turn->since_ns : wait->since_ns;
    entry->until_ns = ended_ns;
    entry->total_ns = ended_ns - entry->since_ns;
    entry->held_since_ns = turn->since_ns;
    entry->held_until_ns = turn->until_ns;
    entry->ongoing = !over && turn->until_ns == 0;
    return turn_conflicts(turn, wait) && ended_ns >= entry->since_ns + (entry->ongoing ? 0 : SHORTEST_NS);
}

static bool wait_append_turns(struct source *source, const struct recorder_wait *wait)
{
    struct recorder_queue queue;
    uint64_t now_ns = (uint64_t)source->sample->boottime_ns;
    bool over = wait_is_over(source, wait), told = false;
    uint64_t until_ns = over ? wait->interrupted_ns : now_ns;
    struct entry entry = {.waiter = &wait->party,
                          .thread = wait->thread,
                          .device = wait->device,
                          .inode = wait->inode_number,
                          .mount_namespace = wait->mount_namespace,
                          .count = 1};
    if (until_ns < wait->since_ns + SHORTEST_NS)
        return true;
    if (!recorder_queue_find(source->recorder, &wait->queue, &queue))
        memset(&queue, 0, sizeof queue);
    for (size_t i = 0; i < RECORDER_TURNS; i++) {
        if (!entry_of_turn(wait, &queue.turns[i], over, until_ns, &entry))
            continue;
        told = told || entry.ongoing || over;
        if (!entry_append(source, &entry))
            return false;
    }
    if (told)
        return true;
    entry.holder = NULL;
    entry.since_ns = wait->since_ns;
    entry.until_ns = until_ns;
    entry.total_ns = until_ns - wait->since_ns;
    entry.held_since_ns = entry.held_until_ns = 0;
    entry.ongoing = !over;
    return entry_append(source, &entry);
}

bool recorder_append(struct source *source)
{
    const struct recorder *recorder = source->recorder;
    const struct recorder_ended_key *keys = (const void *)recorder->ended.keys;
    const struct recorder_ended *sums = (const void *)recorder->ended.values;
    const struct recorder_wait *waits = (const void *)recorder->waits.values;
    for (size_t i = 0; i < recorder->ended.count; i++)
        if (!ended_append(source, &keys[i], &sums[i]))
            return false;
    for (size_t i = 0; i < recorder->waits.count; i++) {
        if (!wait_append_turns(source, &waits[i]))
            return false;
        if (wait_is_over(source, &waits[i]))
            recorder_wait_forget(recorder, i);
    }
    if (recorder->lost_now != 0)
        sample_unread_add(source->sample, "events", "lost by the recorder", recorder->lost_now);
    return true;
}
