/* Waits: who waited for whom, and what that means for the nodes. */
#include "graph/build.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Shorter waits than this are nowhere beyond the normal (model/calibrate_waits.c). */
#define EDGE_LEAST_S 0.05

/* What is waited on; NODE_KIND_COUNT = nothing that is a node. */
static const enum node_kind wait_objects[WAIT_KIND_COUNT] = {
    [WAIT_LOCK] = NODE_FILE,          [WAIT_PIPE_READ] = NODE_PIPE,
    [WAIT_PIPE_WRITE] = NODE_PIPE,    [WAIT_SOCKET_RECEIVE] = NODE_SOCKET,
    [WAIT_SOCKET_SEND] = NODE_SOCKET, [WAIT_CONNECT] = NODE_SOCKET,
    [WAIT_ACCEPT] = NODE_SOCKET,      [WAIT_CHILD] = NODE_KIND_COUNT,
    [WAIT_FUTEX] = NODE_FILE,         [WAIT_DISK] = NODE_DEVICE,
    [WAIT_STOPPED] = NODE_KIND_COUNT,
};

/* Stores NODE_NONE when the row names no object. */
static bool wait_object(struct build *build, const struct sample *sample, size_t row, uint32_t kind,
                        const struct lock_table *locks, uint32_t *on)
{
    const struct table *table = &sample->tables[TABLE_WAIT];
    uint64_t inode = table_u64(table, row, WAIT_INODE, 0);
    enum node_kind object = wait_objects[kind];
    struct file_identity identity = {
        .mount_namespace = table_u64(table, row, WAIT_MOUNT_NAMESPACE, 0),
        .path = sample_string(sample, TABLE_WAIT, row, WAIT_PATH),
    };
    const char *remote = sample_string(sample, TABLE_WAIT, row, WAIT_REMOTE);
    *on = kind == WAIT_LOCK && inode != 0 ? lock_table_file(locks, inode) : NODE_NONE;
    if (*on != NODE_NONE || object == NODE_KIND_COUNT)
        return true;
    if (object == NODE_PIPE && inode != 0)
        *on = build_pipe_node(build, inode);
    else if (object == NODE_SOCKET && inode != 0)
        *on = build_socket_node(build, inode);
    else if (object == NODE_SOCKET && remote != NULL && remote[0] != '\0')
        *on = build_endpoint_node(build, remote);
    else if (identity.path != NULL && identity.path[0] != '\0')
        *on = build_path_node(build, identity, object == NODE_DEVICE);
    else
        return true;
    return *on != NODE_NONE;
}

/* Of a socket that is closed by now the row alone tells who had connected to whom. */
static void accepted_note(const struct build *build, const struct table *table, size_t row, uint32_t on)
{
    struct node *node = on == NODE_NONE ? NULL : &build->graph->nodes[on];
    if (node != NULL && node->kind == NODE_SOCKET && node->row == UINT32_MAX &&
        table_u64(table, row, WAIT_ACCEPTED, 0) == 1)
        node->accepted = true;
}

static void wait_extent(const struct sample *sample, size_t row, struct span *span)
{
    const struct table *table = &sample->tables[TABLE_WAIT];
    span->at_least = true;
    if (table_known(table, row, WAIT_SINCE_NS)) {
        double until_s = (double)table_u64(table, row, WAIT_UNTIL_NS, UINT64_MAX) / NS_PER_S;
        span->since_ns = table_u64(table, row, WAIT_SINCE_NS, 0);
        span->until_s = fmin(until_s, build_seconds(sample->boottime_ns));
        span->at_least = table_u64(table, row, WAIT_AT_LEAST, 0) == 1;
    }
    span->count = fmax(1, (double)table_u64(table, row, WAIT_COUNT, 1));
    span->total_s = fmax(span_seconds(span), (double)table_u64(table, row, WAIT_TOTAL_NS, 0) / NS_PER_S);
    span->inferred = table_u64(table, row, WAIT_INFERRED, 0) == 1;
    span->ongoing = table_u64(table, row, WAIT_ONGOING, 0) == 1;
}

/* What the row tells of the lock itself, also when it is free again. */
static bool hold_add(const struct sample *sample, size_t row, const struct span *wait, struct spans *holds)
{
    const struct table *table = &sample->tables[TABLE_WAIT];
    if (wait->kind != WAIT_LOCK || wait->to == NODE_NONE || wait->on == NODE_NONE ||
        !table_known(table, row, WAIT_HELD_SINCE_NS))
        return true;
    uint64_t now_ns = (uint64_t)sample->boottime_ns;
    uint64_t until_ns = table_u64(table, row, WAIT_HELD_UNTIL_NS, now_ns);
    struct span hold = {.from = wait->to,
                        .to = wait->on,
                        .on = wait->on,
                        .kind = WAIT_LOCK,
                        .since_ns = table_u64(table, row, WAIT_HELD_SINCE_NS, 0),
                        .until_s = (double)(until_ns < now_ns ? until_ns : now_ns) / NS_PER_S,
                        .count = 1,
                        .ongoing = wait->ongoing};
    hold.total_s = span_seconds(&hold);
    return spans_add(holds, &hold);
}

/* Where the spans of a sample's rows stand: most waits are told again, by the same row, in the next sample. */
struct row_memory {
    const struct sample *sample; /* NULL: none was read yet */
    uint32_t *places;            /* by row; INDEX_NONE = it has none, or the row alone does not tell it */
    size_t next;                 /* row that the next row of the next sample probably repeats */
};

/* What a span's identity comes from, where no path and no lock table has a part in it. */
static const size_t identity_columns[] = {
    WAIT_KIND,  WAIT_PID,      WAIT_START_TICKS, WAIT_THREAD, WAIT_HOLDER_PID, WAIT_HOLDER_START_TICKS,
    WAIT_INODE, WAIT_ACCEPTED, WAIT_SINCE_NS,
};

static bool row_tells_all(const struct table *table, size_t row)
{
    return table_u64(table, row, WAIT_KIND, WAIT_LOCK) != WAIT_LOCK && !table_known(table, row, WAIT_PATH) &&
           !table_known(table, row, WAIT_REMOTE);
}

static bool row_repeats(const struct table *table, size_t row, const struct table *before, size_t older)
{
    for (size_t i = 0; i < sizeof identity_columns / sizeof identity_columns[0]; i++) {
        size_t column = identity_columns[i];
        if (table->cells[column][row] != before->cells[column][older] ||
            table->known[column][row] != before->known[column][older])
            return false;
    }
    return true;
}

/* How many rows from `row` on, RUN_ROWS or none, repeat the next older ones, column by column. */
static size_t run_repeats(const struct row_memory *memory, const struct table *table, size_t row)
{
    enum { RUN_ROWS = 32 };
    if (memory->sample == NULL)
        return 0;
    const struct table *before = &memory->sample->tables[TABLE_WAIT];
    size_t older = memory->next;
    if (row + RUN_ROWS > table->rows || older + RUN_ROWS > before->rows)
        return 0;
    for (size_t i = 0; i < sizeof identity_columns / sizeof identity_columns[0]; i++) {
        size_t column = identity_columns[i];
        if (memcmp(table->cells[column] + row, before->cells[column] + older, RUN_ROWS * sizeof **table->cells) != 0 ||
            memcmp(table->known[column] + row, before->known[column] + older, RUN_ROWS) != 0)
            return 0;
    }
    return RUN_ROWS;
}

/* The place of the span that an older row told too, among the next ones; INDEX_NONE: look for it. run: rows that are
 * known to repeat the next older ones. */
static uint32_t row_recall(struct row_memory *memory, const struct table *table, size_t row, size_t *run)
{
    enum { AHEAD = 8 };
    if (*run == 0)
        *run = run_repeats(memory, table, row);
    if (*run > 0) {
        --*run;
        uint32_t place = memory->places[memory->next++];
        return place != INDEX_NONE && row_tells_all(table, row) ? place : INDEX_NONE;
    }
    if (memory->sample == NULL || !row_tells_all(table, row))
        return INDEX_NONE;
    const struct table *before = &memory->sample->tables[TABLE_WAIT];
    for (size_t older = memory->next; older < before->rows && older < memory->next + AHEAD; older++)
        if (memory->places[older] != INDEX_NONE && row_repeats(table, row, before, older)) {
            memory->next = older + 1;
            return memory->places[older];
        }
    memory->next = memory->next < row ? row : memory->next;
    return INDEX_NONE;
}

/* place: where the span stands, INDEX_NONE where the row gives none. */
static bool wait_add(struct build *build, size_t number, size_t row, const struct lock_table *locks,
                     struct spans *waits, struct spans *holds, uint32_t *place)
{
    const struct sample *sample = build->window->samples[number];
    const struct table *table = &sample->tables[TABLE_WAIT];
    uint64_t kind = table_u64(table, row, WAIT_KIND, WAIT_KIND_COUNT);
    if (kind >= WAIT_KIND_COUNT)
        return true;
    struct span span = {.kind = (uint32_t)kind,
                        .thread = table_u64(table, row, WAIT_THREAD, 0),
                        .signal = (uint32_t)table_u64(table, row, WAIT_SIGNAL, 0)};
    if (!build_process_find(build, table_u64(table, row, WAIT_PID, 0), table_u64(table, row, WAIT_START_TICKS, 0),
                            sample_string(sample, TABLE_WAIT, row, WAIT_NAME), &span.from) ||
        !build_process_find(build, table_u64(table, row, WAIT_HOLDER_PID, 0),
                            table_u64(table, row, WAIT_HOLDER_START_TICKS, 0),
                            sample_string(sample, TABLE_WAIT, row, WAIT_HOLDER_NAME), &span.to))
        return false;
    if (span.from == NODE_NONE || span.from == span.to)
        return true;
    if (kind == WAIT_LOCK)
        build->scratch[span.from].lock_wait_sample = (uint32_t)number + 1;
    if (!wait_object(build, sample, row, span.kind, locks, &span.on))
        return false;
    accepted_note(build, table, row, span.on);
    wait_extent(sample, row, &span);
    span.ongoing = span.ongoing && sample == build->newest;
    *place = spans_put(waits, &span);
    return *place != INDEX_NONE && hold_add(sample, row, &span, holds);
}

/* Waiting for a child or for somebody who connects is what shells and servers do: no sign of being held up. */
static bool wait_is_by_design(int kind)
{
    return kind == WAIT_CHILD || kind == WAIT_ACCEPT;
}

/* Waits that are over after so little are what processes do all day, and make no edge. */
static bool wait_is_passing(const struct span *span)
{
    return span->kind != WAIT_LOCK && !span->ongoing && span_seconds(span) < EDGE_LEAST_S;
}

static bool wait_edges(struct build *build, const struct spans *waits)
{
    for (size_t i = 0; i < waits->count; i++) {
        const struct span *span = &waits->items[i];
        if (wait_is_passing(span))
            continue;
        if (!wait_is_by_design(span->kind))
            build_measure_raise(build, span->from, MEASURE_BLOCKED_S, span_seconds(span));
        if (span->kind == WAIT_LOCK)
            build_measure_raise(build, span->from, MEASURE_LOCK_WAIT_S, span_seconds(span));
        uint32_t to = span->to == NODE_NONE ? span->on : span->to;
        if (to == NODE_NONE)
            continue;
        struct edge *edge = graph_edge_add(build->graph, EDGE_WAITS, span->from, to);
        if (edge == NULL)
            return false;
        edge->wait = (enum wait_kind)span->kind;
        edge->on = span->on;
        edge->seconds = span_seconds(span);
        edge->total_s = span->total_s;
        edge->count = span->count;
        edge->at_least = span->at_least;
        edge->ongoing = span->ongoing;
        edge->inferred = span->inferred;
        edge->signal = span->signal;
    }
    return true;
}

/* That nobody waits is known of all whose waits could be seen: the lock table tells everybody's, the other waits show
 * only where the system call or wait channel of a process could be read (and a running one does not wait). */
static void waits_none(struct build *build)
{
    const struct table *table = &build->newest->tables[TABLE_PROCESS];
    bool locks_known = sample_unread_count(build->newest, "locks") == 0;
    for (uint32_t n = 0; n < build->graph->node_count; n++) {
        const struct node *node = &build->graph->nodes[n];
        if (node->kind == NODE_FILE && locks_known)
            build_measure_raise(build, n, MEASURE_WAITERS, 0);
        if (node->kind != NODE_PROCESS || node->exited)
            continue;
        build_measure_raise(build, n, MEASURE_WAITERS, 0);
        if (node->state == 'R' || table_known(table, node->row, PROCESS_SYSTEM_CALL) ||
            table_known(table, node->row, PROCESS_WAIT_CHANNEL))
            build_measure_raise(build, n, MEASURE_BLOCKED_S, 0);
        if (locks_known) {
            build_measure_raise(build, n, MEASURE_LOCK_WAIT_S, 0);
            build_measure_raise(build, n, MEASURE_LOCK_HELD_S, 0);
        }
    }
}

struct waiter {
    uint32_t target, from;
};

static int waiter_compare(const void *left, const void *right)
{
    const struct waiter *a = left, *b = right;
    if (a->target != b->target)
        return a->target < b->target ? -1 : 1;
    return (a->from > b->from) - (a->from < b->from);
}

/* Each process counts once at whom, and once at what, it waits for. */
static bool waiters_count(struct build *build)
{
    const struct graph *graph = build->graph;
    size_t count = 0, room = 0;
    for (size_t i = 0; i < graph->edge_count; i++)
        room += graph->edges[i].kind == EDGE_WAITS ? 2 : 0;
    struct waiter *waiters = malloc((room + 1) * sizeof *waiters);
    if (waiters == NULL)
        return false;
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        if (edge->kind != EDGE_WAITS)
            continue;
        waiters[count++] = (struct waiter){edge->to, edge->from};
        if (edge->on != NODE_NONE)
            waiters[count++] = (struct waiter){edge->on, edge->from};
    }
    qsort(waiters, count, sizeof *waiters, waiter_compare);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || waiter_compare(&waiters[i - 1], &waiters[i]) != 0)
            build_measure_sum(build, waiters[i].target, MEASURE_WAITERS, 1);
    free(waiters);
    return true;
}

/* memory: of the rows of the sample before; afterwards of this one's. */
static bool rows_add(struct build *build, size_t number, const struct lock_table *locks, struct spans *waits,
                     struct spans *holds, struct row_memory *memory)
{
    struct sample *sample = build->window->samples[number];
    const struct table *table = &sample->tables[TABLE_WAIT];
    uint32_t *places = malloc((table->rows + 1) * sizeof *places);
    bool complete = places != NULL;
    size_t run = 0;
    memory->next = 0;
    for (size_t row = 0; row < table->rows && complete; row++) {
        places[row] = row_recall(memory, table, row, &run);
        if (places[row] == INDEX_NONE) {
            complete = wait_add(build, number, row, locks, waits, holds, &places[row]);
            if (!row_tells_all(table, row))
                places[row] = INDEX_NONE;
        } else {
            struct span again = waits->items[places[row]];
            wait_extent(sample, row, &again);
            again.ongoing = again.ongoing && sample == build->newest;
            span_extend(&waits->items[places[row]], &again);
        }
    }
    free(memory->places);
    *memory = (struct row_memory){.sample = sample, .places = places};
    return complete;
}

static bool sample_waits(struct build *build, size_t number, struct spans *waits, struct spans *holds,
                         struct row_memory *memory)
{
    struct lock_table locks;
    bool complete = lock_table_read(build, number, &locks, holds) &&
                    rows_add(build, number, &locks, waits, holds, memory) &&
                    lock_table_waits(build, number, &locks, waits) && build_questions(build, number, waits);
    lock_table_done(&locks);
    return complete;
}

bool build_waits(struct build *build)
{
    struct spans waits, holds;
    struct row_memory memory = {0};
    spans_init(&waits);
    spans_init(&holds);
    bool complete = true;
    for (size_t s = 0; s < build->window->count && complete; s++)
        complete = sample_waits(build, s, &waits, &holds, &memory);
    free(memory.places);
    if (complete) {
        spans_sort(&waits);
        spans_sort(&holds);
        complete = spans_gather(&waits) && wait_edges(build, &waits) && build_holds(build, &holds);
    }
    if (complete) {
        waits_none(build);
        complete = waiters_count(build);
    }
    spans_done(&waits);
    spans_done(&holds);
    return complete;
}
