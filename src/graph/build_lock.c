/* File locks: who holds which, and the waits that only the lock table tells. */
#include "graph/build.h"

#include "base/clock.h"

#include <stdlib.h>

/* Rows whose inode is not known are told apart by their path's number. */
static const uint64_t device_by_path = UINT64_MAX;

static bool lock_read(const struct sample *sample, size_t row, struct lock *lock)
{
    const struct table *table = &sample->tables[TABLE_LOCK];
    *lock = (struct lock){
        .inode = table_u64(table, row, LOCK_INODE, 0),
        .device = table_u64(table, row, LOCK_DEVICE, 0),
        .row = row,
        .file = NODE_NONE,
    };
    if (lock->inode != 0)
        return true;
    lock->device = device_by_path;
    lock->inode = table_u64(table, row, LOCK_PATH, 0);
    return lock->inode != 0;
}

static int lock_compare(const void *left, const void *right)
{
    const struct lock *a = left, *b = right;
    if (a->inode != b->inode)
        return a->inode < b->inode ? -1 : 1;
    if (a->device != b->device)
        return a->device < b->device ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* A file that nobody's descriptor named. */
static uint32_t unnamed_file(struct build *build, const struct lock *lock)
{
    uint32_t node = build_find(build, NODE_FILE, lock->device, lock->inode);
    if (node != NODE_NONE)
        return node;
    buffer_clear(&build->label);
    buffer_string(&build->label, "inode ");
    build_number(&build->label, lock->inode);
    buffer_string(&build->label, " on device ");
    build_number(&build->label, lock->device >> 20);
    buffer_string(&build->label, ":");
    build_number(&build->label, lock->device & 0xfffff);
    build_id(build, "file:");
    buffer_string(&build->id, buffer_text(&build->label));
    node = build_node(build, NODE_FILE, buffer_text(&build->label), true);
    return node != NODE_NONE && build_key(build, node, lock->device, lock->inode) ? node : NODE_NONE;
}

static uint32_t locked_file(struct build *build, const struct sample *sample, const struct lock *locks, size_t count)
{
    const struct table *table = &sample->tables[TABLE_LOCK];
    for (size_t i = 0; i < count; i++) {
        struct file_identity identity = {
            .mount_namespace = table_u64(table, locks[i].row, LOCK_MOUNT_NAMESPACE, 0),
            .path = sample_string(sample, TABLE_LOCK, locks[i].row, LOCK_PATH),
        };
        if (locks[i].device != device_by_path) {
            identity.device = locks[i].device;
            identity.inode = locks[i].inode;
        }
        if (identity.path != NULL && identity.path[0] != '\0')
            return build_path_node(build, identity, false);
    }
    return unnamed_file(build, &locks[0]);
}

/* A holder or waiter of one file. */
struct claim {
    size_t row;
    uint32_t process;
    bool exclusive;
    enum lock_class family; /* flock locks and fcntl locks do not see each other; fcntl and OFD locks do */
};

static bool claim_read(struct build *build, const struct sample *sample, size_t row, struct claim *claim)
{
    const struct table *table = &sample->tables[TABLE_LOCK];
    uint64_t class = table_u64(table, row, LOCK_CLASS, LOCK_POSIX);
    *claim = (struct claim){
        .row = row,
        .exclusive = table_u64(table, row, LOCK_EXCLUSIVE, 1) != 0,
        .family = class == LOCK_FLOCK || class == LOCK_LEASE ? (enum lock_class) class : LOCK_POSIX,
    };
    return build_process_find(build, table_u64(table, row, LOCK_PID, 0), table_u64(table, row, LOCK_START_TICKS, 0),
                              NULL, &claim->process);
}

static void lock_extent(const struct build *build, const struct sample *sample, size_t row, struct span *span)
{
    const struct table *table = &sample->tables[TABLE_LOCK];
    span->kind = WAIT_LOCK;
    span->at_least = true;
    if (table_known(table, row, LOCK_SINCE_NS)) {
        span->since_ns = table_u64(table, row, LOCK_SINCE_NS, 0);
        span->until_s = build_seconds(sample->boottime_ns);
        span->at_least = table_u64(table, row, LOCK_AT_LEAST, 0) == 1;
    }
    span->total_s = span_seconds(span);
    span->count = 1;
    span->ongoing = sample == build->newest;
}

static bool claims_conflict(const struct claim *holder, const struct claim *waiter)
{
    return holder->family == waiter->family && (holder->exclusive || waiter->exclusive);
}

/* The waiter is related to every holder that is in its way; whom exactly it waits for is told only when there is one.
 */
static bool waiter_add(struct build *build, const struct sample *sample, const struct claim *waiter, uint32_t file,
                       const struct claim *holders, size_t holder_count, struct spans *waits)
{
    size_t found = 0;
    for (size_t i = 0; i < holder_count; i++)
        found += holders[i].process != waiter->process && claims_conflict(&holders[i], waiter);
    struct span span = {.from = waiter->process, .to = NODE_NONE, .on = file, .inferred = found > 1};
    lock_extent(build, sample, waiter->row, &span);
    if (found == 0)
        return spans_add(waits, &span);
    for (size_t i = 0; i < holder_count; i++) {
        if (holders[i].process == waiter->process || !claims_conflict(&holders[i], waiter))
            continue;
        span.to = holders[i].process;
        if (!spans_add(waits, &span))
            return false;
    }
    return true;
}

static bool is_waiting(const struct sample *sample, size_t row)
{
    return table_u64(&sample->tables[TABLE_LOCK], row, LOCK_WAITING, 0) == 1;
}

static size_t group_end(const struct lock_table *table, size_t first)
{
    size_t end = first + 1;
    while (end < table->count && table->locks[end].inode == table->locks[first].inode &&
           table->locks[end].device == table->locks[first].device)
        end++;
    return end;
}

bool lock_table_read(struct build *build, size_t number, struct lock_table *table, struct spans *holds)
{
    const struct sample *sample = build->window->samples[number];
    size_t rows = sample->tables[TABLE_LOCK].rows;
    *table = (struct lock_table){.locks = malloc((rows + 1) * sizeof *table->locks)};
    if (table->locks == NULL)
        return false;
    for (size_t row = 0; row < rows; row++)
        table->count += lock_read(sample, row, &table->locks[table->count]);
    qsort(table->locks, table->count, sizeof *table->locks, lock_compare);
    for (size_t first = 0, end; first < table->count; first = end) {
        end = group_end(table, first);
        uint32_t file = locked_file(build, sample, table->locks + first, end - first);
        if (file == NODE_NONE)
            return false;
        for (size_t i = first; i < end; i++) {
            struct claim claim;
            table->locks[i].file = file;
            if (is_waiting(sample, table->locks[i].row))
                continue;
            if (!claim_read(build, sample, table->locks[i].row, &claim))
                return false;
            struct span span = {.from = claim.process, .to = file, .on = file};
            lock_extent(build, sample, claim.row, &span);
            if (claim.process != NODE_NONE && !spans_add(holds, &span))
                return false;
        }
    }
    return true;
}

/* The first place whose inode is not below. */
static size_t inode_place(const struct lock_table *table, uint64_t inode)
{
    size_t low = 0, high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->locks[middle].inode < inode)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t lock_table_file(const struct lock_table *table, uint64_t inode)
{
    size_t first = inode_place(table, inode);
    size_t end = inode == UINT64_MAX ? table->count : inode_place(table, inode + 1);
    bool only = first < end && table->locks[first].file == table->locks[end - 1].file;
    return only ? table->locks[first].file : NODE_NONE;
}

/* The waits for one file's locks. */
static bool file_waits(struct build *build, size_t number, const struct lock *locks, size_t count, struct spans *waits)
{
    const struct sample *sample = build->window->samples[number];
    struct claim claim, holders[HOLDERS_MAX];
    size_t holder_count = 0;
    for (size_t i = 0; i < count && holder_count < HOLDERS_MAX; i++) {
        if (is_waiting(sample, locks[i].row))
            continue;
        if (!claim_read(build, sample, locks[i].row, &claim))
            return false;
        if (claim.process != NODE_NONE)
            holders[holder_count++] = claim;
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_waiting(sample, locks[i].row))
            continue;
        if (!claim_read(build, sample, locks[i].row, &claim))
            return false;
        if (claim.process != NODE_NONE && build->scratch[claim.process].lock_wait_sample != number + 1 &&
            !waiter_add(build, sample, &claim, locks[i].file, holders, holder_count, waits))
            return false;
    }
    return true;
}

bool lock_table_waits(struct build *build, size_t number, const struct lock_table *table, struct spans *waits)
{
    bool complete = true;
    for (size_t first = 0, end; first < table->count && complete; first = end) {
        end = group_end(table, first);
        complete = file_waits(build, number, table->locks + first, end - first, waits);
    }
    return complete;
}

void lock_table_done(struct lock_table *table)
{
    free(table->locks);
    *table = (struct lock_table){0};
}
