/* File locks: who holds which, and the waits that only the lock table tells. */
#include "graph/build.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

/* A row of the lock table; rows of one file stand together after sorting. */
struct lock {
    uint64_t device, inode;
    size_t row;
};

/* Rows whose inode is not known are told apart by their path's number. */
static const uint64_t device_by_path = UINT64_MAX;

static bool lock_read(const struct sample *sample, size_t row, struct lock *lock)
{
    const struct table *table = &sample->tables[TABLE_LOCK];
    *lock = (struct lock){
        .device = table_u64(table, row, LOCK_DEVICE, 0),
        .inode = table_u64(table, row, LOCK_INODE, 0),
        .row = row,
    };
    if (lock->inode != 0)
        return true;
    *lock = (struct lock){device_by_path, table_u64(table, row, LOCK_PATH, 0), row};
    return lock->inode != 0;
}

static int lock_compare(const void *left, const void *right)
{
    const struct lock *a = left, *b = right;
    if (a->device != b->device)
        return a->device < b->device ? -1 : 1;
    if (a->inode != b->inode)
        return a->inode < b->inode ? -1 : 1;
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
    bool known = table_known(table, row, LOCK_SINCE_NS);
    span->kind = WAIT_LOCK;
    span->since_ns = table_u64(table, row, LOCK_SINCE_NS, 0);
    if (known)
        span->seconds = fmax(0, build_seconds(sample->boottime_ns) - (double)span->since_ns / NS_PER_S);
    span->total_s = span->seconds;
    span->count = 1;
    span->at_least = !known || table_u64(table, row, LOCK_AT_LEAST, 0) == 1;
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

/* All locks of one file. */
static bool file_locks(struct build *build, size_t number, const struct lock *locks, size_t count, struct spans *waits,
                       struct spans *holds)
{
    const struct sample *sample = build->window->samples[number];
    const struct table *table = &sample->tables[TABLE_LOCK];
    struct claim claim, holders[HOLDERS_MAX];
    size_t holder_count = 0;
    uint32_t file = locked_file(build, sample, locks, count);
    if (file == NODE_NONE)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (table_u64(table, locks[i].row, LOCK_WAITING, 0) == 1)
            continue;
        if (!claim_read(build, sample, locks[i].row, &claim))
            return false;
        if (claim.process == NODE_NONE)
            continue;
        if (holder_count < HOLDERS_MAX)
            holders[holder_count++] = claim;
        struct span span = {.from = claim.process, .to = file, .on = file};
        lock_extent(build, sample, claim.row, &span);
        if (!spans_add(holds, &span))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (table_u64(table, locks[i].row, LOCK_WAITING, 0) != 1)
            continue;
        if (!claim_read(build, sample, locks[i].row, &claim))
            return false;
        if (claim.process != NODE_NONE && build->scratch[claim.process].lock_wait_sample != number + 1 &&
            !waiter_add(build, sample, &claim, file, holders, holder_count, waits))
            return false;
    }
    return true;
}

bool build_locks(struct build *build, size_t number, struct spans *waits, struct spans *holds)
{
    const struct sample *sample = build->window->samples[number];
    size_t rows = sample->tables[TABLE_LOCK].rows, count = 0;
    struct lock *locks = malloc((rows + 1) * sizeof *locks);
    if (locks == NULL)
        return false;
    for (size_t row = 0; row < rows; row++)
        count += lock_read(sample, row, &locks[count]);
    qsort(locks, count, sizeof *locks, lock_compare);
    bool complete = true;
    for (size_t first = 0, end; first < count && complete; first = end) {
        for (end = first + 1; end < count; end++)
            if (locks[end].device != locks[first].device || locks[end].inode != locks[first].inode)
                break;
        complete = file_locks(build, number, locks + first, end - first, waits, holds);
    }
    free(locks);
    return complete;
}

/* ---- edges of the holds ---- */

static bool edge_holds(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    (void)key_bytes;
    const struct edge *edge = (const struct edge *)items + place;
    const uint32_t *pair = key;
    return edge->kind == EDGE_WAITS ? edge->to == pair[0] && edge->on == pair[1]
                                    : edge->from == pair[0] && edge->to == pair[1];
}

/* Every (holder, file) that somebody waits for. */
static bool contended_read(const struct graph *graph, struct index *contended)
{
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        if (edge->kind != EDGE_WAITS || edge->wait != WAIT_LOCK || edge->on == NODE_NONE || edge->to == edge->on)
            continue;
        const uint32_t pair[2] = {edge->to, edge->on};
        if (index_find(contended, graph->edges, pair, sizeof pair) == INDEX_NONE &&
            !index_add(contended, pair, sizeof pair, (uint32_t)i))
            return false;
    }
    return true;
}

static bool hold_add(struct build *build, const struct span *span, struct index *held)
{
    const uint32_t pair[2] = {span->from, span->to};
    uint32_t place = (uint32_t)build->graph->edge_count;
    struct edge *edge = graph_edge_add(build->graph, EDGE_HOLDS, span->from, span->to);
    if (edge == NULL)
        return false;
    edge->wait = WAIT_LOCK;
    edge->on = span->to;
    edge->seconds = edge->total_s = span->seconds;
    edge->count = 1;
    edge->at_least = span->at_least;
    edge->ongoing = span->ongoing;
    edge->inferred = span->inferred;
    return index_add(held, pair, sizeof pair, place);
}

/* A holder that no lock table showed, because it let go or exited between two samples: it held the lock for at least
 * as long as somebody waited for it. */
static bool unseen_holds(struct build *build, struct index *held)
{
    struct graph *graph = build->graph;
    size_t edge_count = graph->edge_count, seen = edge_count;
    for (size_t i = 0; i < edge_count; i++) {
        const struct edge wait = graph->edges[i];
        if (wait.kind != EDGE_WAITS || wait.wait != WAIT_LOCK || wait.on == NODE_NONE || wait.to == wait.on)
            continue;
        const uint32_t pair[2] = {wait.to, wait.on};
        struct span span = {.from = wait.to, .to = wait.on, .seconds = wait.seconds, .at_least = true};
        uint32_t hold = index_find(held, graph->edges, pair, sizeof pair);
        if (hold == INDEX_NONE && !hold_add(build, &span, held))
            return false;
        if (hold != INDEX_NONE && hold >= seen)
            graph->edges[hold].seconds = graph->edges[hold].total_s = fmax(graph->edges[hold].seconds, wait.seconds);
    }
    return true;
}

bool build_holds(struct build *build, const struct spans *holds)
{
    struct graph *graph = build->graph;
    struct index contended, held;
    index_init(&contended, edge_holds);
    index_init(&held, edge_holds);
    bool complete = contended_read(graph, &contended);
    for (size_t i = 0; i < holds->count && complete; i++) {
        const struct span *span = &holds->items[i];
        const uint32_t pair[2] = {span->from, span->to};
        /* Of the locks that are free again only those matter that somebody waited for. */
        if (span->ongoing || index_find(&contended, graph->edges, pair, sizeof pair) != INDEX_NONE)
            complete = hold_add(build, span, &held);
    }
    complete = complete && unseen_holds(build, &held);
    for (size_t i = 0; i < graph->edge_count && complete; i++) {
        const uint32_t pair[2] = {graph->edges[i].from, graph->edges[i].to};
        if (graph->edges[i].kind == EDGE_HOLDS && index_find(&contended, graph->edges, pair, sizeof pair) != INDEX_NONE)
            build_measure_raise(build, pair[0], MEASURE_LOCK_HELD_S, graph->edges[i].seconds);
    }
    index_done(&contended);
    index_done(&held);
    return complete;
}
