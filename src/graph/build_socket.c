/* Sockets: the kernel's tables, and those that only a descriptor tells of. */
#include "graph/build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STATE_TIME_WAIT = 6, STATE_LISTEN = 10, PORT_COUNT = 65536, ASKED_LEAST_MS = 1000 };

static const struct rate_column socket_rates[] = {{SOCKET_RETRANSMITS, MEASURE_RETRANSMITS_PS, 1, false}};

/* Ports on which somebody listens: a connection at such a port was opened by the other end. */
struct ports {
    uint8_t listening[PORT_COUNT / 8];
};

/* Of "10.0.0.5:443"; -1 when there is none. */
static int port_of(const char *address)
{
    const char *colon = strrchr(address, ':');
    if (colon == NULL || colon[1] < '1' || colon[1] > '9')
        return -1;
    char *end;
    long port = strtol(colon + 1, &end, 10);
    return *end == '\0' && port < PORT_COUNT ? (int)port : -1;
}

static bool has_ports(uint64_t protocol)
{
    return protocol == SOCKET_TCP || protocol == SOCKET_UDP;
}

static void ports_read(const struct sample *sample, struct ports *ports)
{
    const struct table *table = &sample->tables[TABLE_SOCKET];
    for (size_t row = 0; row < table->rows; row++) {
        const char *local = sample_string(sample, TABLE_SOCKET, row, SOCKET_LOCAL);
        if (local == NULL || table_u64(table, row, SOCKET_STATE, 0) != STATE_LISTEN ||
            !has_ports(table_u64(table, row, SOCKET_PROTOCOL, SOCKET_OTHER)))
            continue;
        int port = port_of(local);
        if (port >= 0)
            ports->listening[port / 8] |= (uint8_t)(1U << (port % 8));
    }
}

static bool socket_is_accepted(const struct sample *sample, const struct ports *ports, size_t row)
{
    const char *local = sample_string(sample, TABLE_SOCKET, row, SOCKET_LOCAL);
    uint64_t protocol = table_u64(&sample->tables[TABLE_SOCKET], row, SOCKET_PROTOCOL, SOCKET_OTHER);
    if (local == NULL || *local == '\0')
        return false;
    int port = has_ports(protocol) ? port_of(local) : -1;
    /* Who connects to a unix socket seldom has a name of its own; who accepts has the listener's. */
    return protocol == SOCKET_UNIX || (port >= 0 && (ports->listening[port / 8] >> (port % 8) & 1) != 0);
}

/* Writes the label; returns the name: the local address, or the path of a unix socket. */
static const char *socket_describe(struct build *build, const struct ports *ports, size_t row)
{
    const struct table *table = &build->newest->tables[TABLE_SOCKET];
    const char *local = sample_string(build->newest, TABLE_SOCKET, row, SOCKET_LOCAL);
    const char *remote = sample_string(build->newest, TABLE_SOCKET, row, SOCKET_REMOTE);
    uint64_t protocol = table_u64(table, row, SOCKET_PROTOCOL, SOCKET_OTHER);
    buffer_clear(&build->label);
    if (local == NULL || *local == '\0') {
        buffer_string(&build->label, protocol == SOCKET_UNIX ? "unix:" : "socket:");
        build_number(&build->label, table_u64(table, row, SOCKET_INODE, 0));
        return buffer_text(&build->label);
    }
    buffer_string(&build->label, local);
    if (has_ports(protocol) && remote != NULL && port_of(remote) >= 0) {
        buffer_string(&build->label, socket_is_accepted(build->newest, ports, row) ? " <- " : " -> ");
        buffer_string(&build->label, remote);
    }
    return local;
}

static uint32_t socket_find(const struct build *build, const struct table *table, size_t row)
{
    uint64_t inode = table_u64(table, row, SOCKET_INODE, 0);
    return build_find(build, NODE_SOCKET, inode, inode == 0 ? table_u64(table, row, SOCKET_COOKIE, 0) : 0);
}

static void socket_measures(struct build *build, uint32_t node, size_t row)
{
    static const struct {
        size_t column;
        enum measure measure;
        double scale;
    } levels[] = {
        {SOCKET_RTT_US, MEASURE_RTT_MS, 1e-3},
        {SOCKET_RECEIVE_QUEUE_BYTES, MEASURE_RECEIVE_QUEUE_BYTES, 1},
        {SOCKET_SEND_QUEUE_BYTES, MEASURE_SEND_QUEUE_BYTES, 1},
        {SOCKET_BACKLOG, MEASURE_BACKLOG, 1},
    };
    const struct table *table = &build->newest->tables[TABLE_SOCKET];
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        build_measure_column(build, node, levels[i].measure, TABLE_SOCKET, row, levels[i].column, levels[i].scale);
    uint64_t limit = table_u64(table, row, SOCKET_BACKLOG_LIMIT, 0);
    if (limit > 0)
        build_measure_column(build, node, MEASURE_BACKLOG_SHARE, TABLE_SOCKET, row, SOCKET_BACKLOG,
                             1.0 / (double)limit);
}

static bool socket_add(struct build *build, const struct ports *ports, size_t row)
{
    const struct table *table = &build->newest->tables[TABLE_SOCKET];
    uint64_t inode = table_u64(table, row, SOCKET_INODE, 0);
    uint64_t cookie = table_u64(table, row, SOCKET_COOKIE, 0);
    if (inode == 0 && (cookie == 0 || table_u64(table, row, SOCKET_STATE, 0) == STATE_TIME_WAIT))
        return true;
    if (socket_find(build, table, row) != NODE_NONE)
        return true;
    const char *name = socket_describe(build, ports, row);
    build_id(build, inode == 0 ? "socket:c:" : "socket:");
    build_number(&build->id, inode == 0 ? cookie : inode);
    uint32_t node = build_node(build, NODE_SOCKET, name, true);
    if (node == NODE_NONE || !build_key(build, node, inode, inode == 0 ? cookie : 0))
        return false;
    build->graph->nodes[node].row = (uint32_t)row;
    build->graph->nodes[node].accepted = socket_is_accepted(build->newest, ports, row);
    build->graph->nodes[node].asked = table_u64(table, row, SOCKET_UNANSWERED_MS, 0) >= ASKED_LEAST_MS;
    uint64_t uid = table_u64(table, row, SOCKET_UID, UINT32_MAX);
    if (uid < UINT32_MAX)
        build->graph->nodes[node].uid = (uint32_t)uid;
    socket_measures(build, node, row);
    return true;
}

/* Rows of older samples mostly stand in the same order as the nodes. */
static bool socket_rates_add(struct build *build, struct rates *rates, uint32_t first)
{
    for (size_t s = build->window->count; s-- > 0;) {
        const struct sample *sample = build->window->samples[s];
        const struct table *table = &sample->tables[TABLE_SOCKET];
        uint32_t node = first - 1;
        for (size_t row = 0; row < table->rows; row++) {
            if (!table_known(table, row, SOCKET_RETRANSMITS))
                continue;
            uint64_t inode = table_u64(table, row, SOCKET_INODE, 0);
            uint32_t guess = node + 1;
            bool next = inode != 0 && guess < build->graph->node_count && build->scratch[guess].key[0] == inode;
            uint32_t found = next ? guess : socket_find(build, table, row);
            if (found == NODE_NONE)
                continue;
            node = found;
            if (!rates_add(rates, node - first, sample, row))
                return false;
        }
    }
    return true;
}

bool build_sockets(struct build *build)
{
    uint32_t first = (uint32_t)build->graph->node_count;
    struct ports *ports = calloc(1, sizeof *ports);
    struct rates rates = {.table = TABLE_SOCKET, .columns = socket_rates, .column_count = 1};
    bool complete = ports != NULL;
    if (complete)
        ports_read(build->newest, ports);
    for (size_t row = 0; row < build->newest->tables[TABLE_SOCKET].rows && complete; row++)
        complete = socket_add(build, ports, row);
    complete = complete && socket_rates_add(build, &rates, first);
    for (uint32_t n = first; n < build->graph->node_count && complete; n++)
        build_measure(build, n, MEASURE_RETRANSMITS_PS, rates_value(&rates, n - first, 0, NAN, 0));
    rates_done(&rates);
    free(ports);
    return complete;
}

uint32_t build_socket_node(struct build *build, uint64_t inode)
{
    uint32_t node = build_find(build, NODE_SOCKET, inode, 0);
    if (node != NODE_NONE)
        return node;
    build_id(build, "socket:");
    build_number(&build->id, inode);
    buffer_clear(&build->label);
    buffer_string(&build->label, "socket:[");
    build_number(&build->label, inode);
    buffer_string(&build->label, "]");
    node = build_node(build, NODE_SOCKET, buffer_text(&build->label), true);
    return node != NODE_NONE && build_key(build, node, inode, 0) ? node : NODE_NONE;
}

uint32_t build_endpoint_node(struct build *build, const char *address)
{
    build_id(build, "endpoint:");
    buffer_string(&build->id, address);
    buffer_clear(&build->label);
    buffer_string(&build->label, "-> ");
    buffer_string(&build->label, address);
    return build_node(build, NODE_SOCKET, address, true);
}

static uint64_t peer_inode(const struct build *build, uint32_t node)
{
    uint32_t row = build->graph->nodes[node].row;
    return row == UINT32_MAX ? 0 : table_u64(&build->newest->tables[TABLE_SOCKET], row, SOCKET_PEER_INODE, 0);
}

/* A process has the worst round-trip time and the sum of the queues of the sockets that it owns. */
static void owner_measures(struct build *build, uint32_t process, uint32_t node)
{
    static const enum measure sums[] = {MEASURE_RECEIVE_QUEUE_BYTES, MEASURE_SEND_QUEUE_BYTES, MEASURE_BACKLOG,
                                        MEASURE_RETRANSMITS_PS};
    static const enum measure worst[] = {MEASURE_RTT_MS, MEASURE_BACKLOG_SHARE};
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++)
        build_measure_sum(build, process, sums[i], graph_measure(build->graph, node, sums[i]));
    for (size_t i = 0; i < sizeof worst / sizeof worst[0]; i++)
        build_measure_raise(build, process, worst[i], graph_measure(build->graph, node, worst[i]));
}

bool build_connections(struct build *build)
{
    struct graph *graph = build->graph;
    for (size_t i = 0; i < graph->edge_count; i++)
        if (graph->edges[i].kind == EDGE_OWNS)
            owner_measures(build, graph->edges[i].from, graph->edges[i].to);
    for (uint32_t n = 0; n < graph->node_count; n++) {
        uint64_t inode = build->scratch[n].key[0];
        uint64_t peer = graph->nodes[n].kind == NODE_SOCKET ? peer_inode(build, n) : 0;
        uint32_t other = peer == 0 || peer == inode ? NODE_NONE : build_find(build, NODE_SOCKET, peer, 0);
        bool told_twice = other != NODE_NONE && peer_inode(build, other) == inode && inode > peer;
        if (other != NODE_NONE && !told_twice && graph_edge_add(graph, EDGE_CONNECTED, n, other) == NULL)
            return false;
    }
    return true;
}
