/* Loads the programs that note connections in the making, and writes rows of what they noted. */
#include "collect/network.h"

#include "collect/bpf/network.skel.h"
#include "collect/kernel_hook.h"
#include "collect/bpf/network_shared.h"
#include "collect/proc_wait.h"
#include "collect/recorder_inside.h"
#include "collect/sockets.h"
#include "collect/source_inside.h"

#include "base/clock.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FAILURES_MAX = 512, PENDING_MAX = 512, RESENT_MAX = 512 }; /* looked at in one sample */

/* TCP asks again after a second (RFC 6298): what takes longer is lost or has nobody to answer it. */
#define ANSWER_MOST_NS NS_PER_S

struct network {
    struct network_bpf *programs;
    struct ring_buffer *ring;
    struct buffer failures; /* struct network_connect */
    struct recorder_rows connects, resent;
    uint64_t lost; /* as told to earlier samples */
};

static int failure_take(void *context, void *bytes, size_t count)
{
    struct network *network = context;
    if (count == sizeof(struct network_connect))
        buffer_append(&network->failures, bytes, count);
    return 0;
}

struct network *network_new(struct error *error)
{
    struct network *network = calloc(1, sizeof *network);
    if (network == NULL) {
        error_memory(error);
        return NULL;
    }
    recorder_library_silence();
    network->programs = network_bpf__open();
    int result = network->programs == NULL ? -errno : 0;
    if (result == 0 && !kernel_hooks_choose(KERNEL_NETWORK, network->programs->obj, error))
        goto failed;
    if (result == 0) {
        struct recorder_namespace own = recorder_own_namespace();
        network->programs->rodata->own_namespace = own.inode;
        network->programs->rodata->own_namespace_device = own.device;
        result = network_bpf__load(network->programs);
    }
    if (result == 0)
        result = network_bpf__attach(network->programs);
    if (result == 0) {
        network->ring = ring_buffer__new(bpf_map__fd(network->programs->maps.failures), failure_take, network, NULL);
        result = network->ring == NULL ? -errno : 0;
    }
    if (result == 0)
        return network;
    kernel_refusal_tell(KERNEL_NETWORK, -result, error);
failed:
    network_free(network);
    return NULL;
}

void network_free(struct network *network)
{
    if (network == NULL)
        return;
    ring_buffer__free(network->ring);
    network_bpf__destroy(network->programs);
    buffer_done(&network->failures);
    recorder_rows_done(&network->connects);
    recorder_rows_done(&network->resent);
    free(network);
}

static void remote_set(const struct source *source, enum table_kind kind, size_t row, size_t column,
                       const uint8_t address[16], uint32_t port)
{
    char text[SOCKET_ENDPOINT_BYTES];
    size_t length = socket_address_write(text, address, (uint16_t)port);
    sample_set_string(source->sample, kind, row, column, text, length);
}

static void party_set(const struct source *source, enum table_kind kind, size_t row, const struct recorder_party *party,
                      const size_t columns[3])
{
    struct table *table = &source->sample->tables[kind];
    table_set_u64(table, row, columns[0], party->pid);
    table_set_u64(table, row, columns[1], party->start_ns / source->ns_per_tick);
    sample_set_string(source->sample, kind, row, columns[2], party->name, strnlen(party->name, sizeof party->name));
}

static bool event_append(const struct source *source, const struct network_connect *connect)
{
    static const size_t columns[] = {EVENT_PID, EVENT_START_TICKS, EVENT_NAME};
    struct table *table = &source->sample->tables[TABLE_EVENT];
    size_t row = table_append(table);
    if (row == SIZE_MAX)
        return false;
    table_set_u64(table, row, EVENT_KIND, EVENT_CONNECT_FAILED);
    table_set_u64(table, row, EVENT_TIME_NS, connect->until_ns);
    table_set_u64(table, row, EVENT_SINCE_NS, connect->since_ns);
    party_set(source, TABLE_EVENT, row, &connect->party, columns);
    remote_set(source, TABLE_EVENT, row, EVENT_REMOTE, connect->remote, connect->port);
    table_set_u64(table, row, EVENT_ERROR, connect->error);
    return true;
}

/* Whom it would have connected to, where that is a process here; else the address itself is waited for. */
static bool wait_row_append(struct source *source, const struct network_connect *connect,
                            const struct process_memory *holder, bool ongoing)
{
    static const size_t columns[] = {WAIT_PID, WAIT_START_TICKS, WAIT_NAME};
    struct sample *sample = source->sample;
    struct table *table = &sample->tables[TABLE_WAIT];
    size_t row = table_append(table);
    if (row == SIZE_MAX)
        return false;
    uint64_t until_ns = ongoing ? (uint64_t)sample->boottime_ns : connect->until_ns;
    table_set_u64(table, row, WAIT_KIND, WAIT_CONNECT);
    party_set(source, TABLE_WAIT, row, &connect->party, columns);
    if (holder != NULL) {
        const char *name = sample_string(sample, TABLE_PROCESS, holder->row, PROCESS_NAME);
        table_set_u64(table, row, WAIT_HOLDER_PID, holder->pid);
        table_set_u64(table, row, WAIT_HOLDER_START_TICKS, holder->start_ticks);
        if (name != NULL)
            sample_set_string(sample, TABLE_WAIT, row, WAIT_HOLDER_NAME, name, strlen(name));
        table_set_u64(table, row, WAIT_INODE, connect->inode);
    }
    remote_set(source, TABLE_WAIT, row, WAIT_REMOTE, connect->remote, connect->port);
    table_set_u64(table, row, WAIT_SINCE_NS, connect->since_ns);
    table_set_u64(table, row, WAIT_UNTIL_NS, until_ns);
    table_set_u64(table, row, WAIT_AT_LEAST, 0);
    table_set_u64(table, row, WAIT_ONGOING, ongoing);
    table_set_u64(table, row, WAIT_COUNT, 1);
    table_set_u64(table, row, WAIT_TOTAL_NS, until_ns > connect->since_ns ? until_ns - connect->since_ns : 0);
    table_set_u64(table, row, WAIT_INFERRED, 0);
    return true;
}

static bool failures_append(struct source *source, const struct network *network)
{
    const struct network_connect *failures = (const void *)network->failures.data;
    size_t count = network->failures.length / sizeof *failures, told = count < FAILURES_MAX ? count : FAILURES_MAX;
    for (size_t i = 0; i < told; i++) {
        bool waited = failures[i].until_ns >= failures[i].since_ns + ANSWER_MOST_NS;
        if (!event_append(source, &failures[i]) || (waited && !wait_row_append(source, &failures[i], NULL, false)))
            return false;
    }
    if (count > told)
        sample_unread_add(source->sample, "events", "more than a sample takes", count - told);
    return true;
}

/* A thread that sleeps in connect() is told already. */
static bool is_told(const struct source *source, const struct network_connect *connect)
{
    const struct table *table = &source->sample->tables[TABLE_WAIT];
    for (size_t row = 0; row < table->rows; row++)
        if (table_u64(table, row, WAIT_KIND, WAIT_KIND_COUNT) == WAIT_CONNECT &&
            table_u64(table, row, WAIT_PID, 0) == connect->party.pid &&
            table_u64(table, row, WAIT_INODE, 0) == connect->inode && table_u64(table, row, WAIT_ONGOING, 0) == 1)
            return true;
    return false;
}

static bool pending_append(struct source *source, const struct network *network, struct wait_ends *ends)
{
    const struct network_connect *connects = (const void *)network->connects.values;
    uint64_t now_ns = (uint64_t)source->sample->boottime_ns;
    size_t looked_at = 0;
    for (size_t i = 0; i < network->connects.count; i++) {
        const struct network_connect *connect = &connects[i];
        if (now_ns < connect->since_ns + ANSWER_MOST_NS || looked_at++ >= PENDING_MAX || is_told(source, connect))
            continue;
        if (!wait_ends_need(source, ends))
            return false;
        const struct process_memory *holder = wait_socket_holder(source, ends, connect->inode);
        if (!wait_row_append(source, connect, holder, true))
            return false;
    }
    if (looked_at > PENDING_MAX)
        sample_unread_add(source->sample, "connections", "more than a sample takes", looked_at - PENDING_MAX);
    return true;
}

static bool resent_row_append(struct source *source, struct wait_ends *ends, const struct network_resent *resent)
{
    struct sample *sample = source->sample;
    struct table *table = &sample->tables[TABLE_EVENT];
    size_t row = table_append(table);
    if (row == SIZE_MAX || !wait_ends_need(source, ends))
        return false;
    const struct process_memory *owner = resent->inode == 0 ? NULL : wait_inode_holder(source, ends, resent->inode);
    const char *name = owner == NULL ? NULL : sample_string(sample, TABLE_PROCESS, owner->row, PROCESS_NAME);
    table_set_u64(table, row, EVENT_KIND, EVENT_RESENT);
    table_set_u64(table, row, EVENT_TIME_NS, resent->until_ns);
    table_set_u64(table, row, EVENT_SINCE_NS, resent->since_ns);
    table_set_u64(table, row, EVENT_COUNT, resent->count);
    remote_set(source, TABLE_EVENT, row, EVENT_REMOTE, resent->remote, resent->port);
    if (owner != NULL) {
        table_set_u64(table, row, EVENT_PID, owner->pid);
        table_set_u64(table, row, EVENT_START_TICKS, owner->start_ticks);
    }
    if (name != NULL)
        sample_set_string(sample, TABLE_EVENT, row, EVENT_NAME, name, strlen(name));
    return true;
}

/* The sums of the generation that was filled up to now. */
static bool resent_append(struct source *source, struct network *network, struct wait_ends *ends)
{
    const struct bpf_map *map = network->programs->maps.resent;
    uint32_t filled = network->programs->bss->generation;
    size_t told = 0, count = 0;
    network->programs->bss->generation = filled ^ 1;
    if (!recorder_map_read(map, &network->resent, sizeof(struct network_resent_key), sizeof(struct network_resent)))
        return false;
    const struct network_resent_key *keys = (const void *)network->resent.keys;
    const struct network_resent *sums = (const void *)network->resent.values;
    for (size_t i = 0; i < network->resent.count; i++) {
        if (keys[i].generation != filled)
            continue;
        bpf_map_delete_elem(bpf_map__fd(map), &keys[i]);
        if (++count > RESENT_MAX)
            continue;
        told++;
        if (!resent_row_append(source, ends, &sums[i]))
            return false;
    }
    if (count > told)
        sample_unread_add(source->sample, "events", "more than a sample takes", count - told);
    return true;
}

bool network_append(struct source *source, struct wait_ends *ends)
{
    struct network *network = source->network;
    if (network == NULL)
        return true;
    ring_buffer__consume(network->ring);
    uint64_t lost = network->programs->bss->lost, lost_now = lost - network->lost;
    network->lost = lost;
    if (lost_now != 0)
        sample_unread_add(source->sample, "events", "lost by the recorder", lost_now);
    bool done = !network->failures.failed &&
                recorder_map_read(network->programs->maps.connects, &network->connects, sizeof(uint64_t),
                                  sizeof(struct network_connect)) &&
                failures_append(source, network) && pending_append(source, network, ends) &&
                resent_append(source, network, ends);
    buffer_clear(&network->failures);
    return done;
}
