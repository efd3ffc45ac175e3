/* Questions to name servers. Whoever asks sleeps in poll, which tells nothing; but a datagram socket that is connected
 * to the port of name servers (53, RFC 1035) was opened for one question, and is closed when the answer is there: how
 * long it is seen tells how long the answer has been awaited, at least. */
#include "graph/build.h"

#include <stdlib.h>
#include <string.h>

enum {
    NAME_PORT = 53,
    QUESTIONS_MAX = 64, /* per sample: a name server that asks others has many under way */
};

static uint64_t socket_inode(const struct sample *sample, size_t row)
{
    return table_u64(&sample->tables[TABLE_SOCKET], row, SOCKET_INODE, 0);
}

static bool has_name_port(const char *address)
{
    const char *colon = address == NULL ? NULL : strrchr(address, ':');
    return colon != NULL && strtoul(colon + 1, NULL, 10) == NAME_PORT;
}

static bool is_question(const struct sample *sample, size_t row)
{
    return table_u64(&sample->tables[TABLE_SOCKET], row, SOCKET_PROTOCOL, SOCKET_OTHER) == SOCKET_UDP &&
           socket_inode(sample, row) != 0 && has_name_port(sample_string(sample, TABLE_SOCKET, row, SOCKET_REMOTE));
}

static bool question_is_in(const struct sample *sample, uint64_t inode)
{
    for (size_t row = 0; row < sample->tables[TABLE_SOCKET].rows; row++)
        if (socket_inode(sample, row) == inode)
            return is_question(sample, row);
    return false;
}

/* The socket at which that question arrives: bound to the same address, or to all. 0: it is not on this host. */
static uint64_t server_find(const struct sample *sample, size_t question)
{
    const struct table *table = &sample->tables[TABLE_SOCKET];
    const char *asked = sample_string(sample, TABLE_SOCKET, question, SOCKET_REMOTE);
    uint64_t namespace = table_u64(table, question, SOCKET_NET_NAMESPACE, 0);
    for (size_t row = 0; row < table->rows; row++) {
        const char *local = sample_string(sample, TABLE_SOCKET, row, SOCKET_LOCAL);
        if (local == NULL || table_u64(table, row, SOCKET_PROTOCOL, SOCKET_OTHER) != SOCKET_UDP ||
            table_u64(table, row, SOCKET_NET_NAMESPACE, 0) != namespace)
            continue;
        bool all = strcmp(local, "*:53") == 0 || strcmp(local, "0.0.0.0:53") == 0 || strcmp(local, "[::]:53") == 0;
        /* The wildcard takes what comes to the host's own addresses only; of those loopback is known. */
        if (strcmp(local, asked) == 0 || (all && strncmp(asked, "127.", 4) == 0))
            return socket_inode(sample, row);
    }
    return 0;
}

static bool owner_find(struct build *build, const struct sample *sample, uint64_t inode, uint32_t *owner)
{
    const struct table *table = &sample->tables[TABLE_DESCRIPTOR];
    *owner = NODE_NONE;
    for (size_t row = 0; inode != 0 && row < table->rows; row++)
        if (table_u64(table, row, DESCRIPTOR_INODE, 0) == inode &&
            table_u64(table, row, DESCRIPTOR_TYPE, DESCRIPTOR_OTHER) == DESCRIPTOR_SOCKET)
            return build_process_find(build, table_u64(table, row, DESCRIPTOR_PID, 0),
                                      table_u64(table, row, DESCRIPTOR_START_TICKS, 0), NULL, owner);
    return true;
}

/* A question that was answered is not in the newest sample any more: it is named as it was. */
static uint32_t question_node(struct build *build, const struct sample *sample, size_t row)
{
    uint64_t inode = socket_inode(sample, row);
    uint32_t node = build_find(build, NODE_SOCKET, inode, 0);
    const char *local = sample_string(sample, TABLE_SOCKET, row, SOCKET_LOCAL);
    if (node != NODE_NONE || local == NULL)
        return node != NODE_NONE ? node : build_socket_node(build, inode);
    build_id(build, "socket:");
    build_number(&build->id, inode);
    buffer_clear(&build->label);
    buffer_string(&build->label, local);
    buffer_string(&build->label, " -> ");
    buffer_string(&build->label, sample_string(sample, TABLE_SOCKET, row, SOCKET_REMOTE));
    node = build_node(build, NODE_SOCKET, local, true);
    return node != NODE_NONE && build_key(build, node, inode, 0) ? node : NODE_NONE;
}

static bool question_add(struct build *build, size_t last, size_t row, struct spans *waits)
{
    const struct window *window = build->window;
    const struct sample *sample = window->samples[last];
    uint64_t inode = socket_inode(sample, row);
    size_t first = last;
    while (first > 0 && question_is_in(window->samples[first - 1], inode))
        first--;
    struct span span = {.kind = WAIT_SOCKET_RECEIVE,
                        .since_ns = (uint64_t)window->samples[first]->boottime_ns,
                        .until_s = build_seconds(sample->boottime_ns),
                        .count = 1,
                        .at_least = true,
                        .ongoing = sample == build->newest};
    span.total_s = span_seconds(&span);
    if (span.total_s == 0)
        return true;
    if (!owner_find(build, sample, inode, &span.from) || !owner_find(build, sample, server_find(sample, row), &span.to))
        return false;
    if (span.from == NODE_NONE || span.from == span.to)
        return true;
    span.on = question_node(build, sample, row);
    if (span.on == NODE_NONE)
        return false;
    build->graph->nodes[span.on].question = true;
    return spans_add(waits, &span);
}

bool build_questions(struct build *build, size_t number, struct spans *waits)
{
    const struct window *window = build->window;
    const struct sample *sample = window->samples[number];
    size_t asked = 0;
    for (size_t row = 0; row < sample->tables[TABLE_SOCKET].rows && asked < QUESTIONS_MAX; row++) {
        if (!is_question(sample, row))
            continue;
        asked++;
        bool goes_on =
            number + 1 < window->count && question_is_in(window->samples[number + 1], socket_inode(sample, row));
        if (!goes_on && !question_add(build, number, row, waits))
            return false;
    }
    return true;
}
