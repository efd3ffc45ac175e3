/* Sockets: the probes' records become rows of the sample. */
#include "collect/sockets.h"

#include "base/memory.h"
#include "collect/probe.h"
#include "collect/socket_dump.h"
#include "collect/socket_peers.h"
#include "collect/socket_rest.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static_assert(SOCKET_ENDPOINT_BYTES >= INET6_ADDRSTRLEN + 16, "brackets, a colon and a port");

struct sockets {
    struct socket_dumper dumpers[2]; /* with details, without */
    struct probe *probes[2];
    struct buffer question, answer;
    const struct socket_record **records; /* into answer, the listing, or rest */
    size_t record_count, record_capacity;
    struct socket_rest rest;
    uint64_t home; /* inode of the collector's own network namespace; 0: not known */
    struct socket_peers peers;
    uint8_t listening[(UINT16_MAX + 1) / 8]; /* a bit for each tcp port at which somebody listens */
};

struct sockets *sockets_new(struct error *error)
{
    static const char *const names[2] = {"culprit-sockets", "culprit-netlink"};
    struct sockets *sockets = calloc(1, sizeof *sockets);
    for (int i = 0; sockets != NULL && i < 2; i++) {
        sockets->dumpers[i].details = i == 0;
        sockets->probes[i] =
            probe_new(&(struct probe_options){.name = names[i], .work = socket_dump, .context = &sockets->dumpers[i]});
        if (sockets->probes[i] == NULL) {
            sockets_free(sockets);
            sockets = NULL;
        }
    }
    struct stat status;
    if (sockets == NULL)
        error_memory(error);
    else if (stat("/proc/self/ns/net", &status) == 0)
        sockets->home = status.st_ino;
    return sockets;
}

void sockets_free(struct sockets *sockets)
{
    if (sockets == NULL)
        return;
    for (int i = 0; i < 2; i++)
        probe_free(sockets->probes[i]);
    buffer_done(&sockets->question);
    buffer_done(&sockets->answer);
    socket_rest_done(&sockets->rest);
    free(sockets->records);
    socket_peers_done(&sockets->peers);
    free(sockets);
}

int64_t sockets_cpu_ns(const struct sockets *sockets)
{
    return probe_cpu_ns(sockets->probes[0]) + probe_cpu_ns(sockets->probes[1]);
}

size_t socket_address_write(char text[SOCKET_ENDPOINT_BYTES], const uint8_t *address, uint16_t port)
{
    static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};
    if (memcmp(address, mapped_prefix, sizeof mapped_prefix) != 0) {
        char host[INET6_ADDRSTRLEN];
        inet_ntop(AF_INET6, address, host, sizeof host);
        return (size_t)snprintf(text, SOCKET_ENDPOINT_BYTES, "[%s]:%u", host, port);
    }
    char *at = text;
    unsigned parts[5] = {address[12], address[13], address[14], address[15], port};
    for (int i = 0; i < 5; i++) {
        char digits[5];
        size_t count = 0;
        for (unsigned left = parts[i]; left > 0 || count == 0; left /= 10)
            digits[count++] = (char)('0' + left % 10);
        while (count > 0)
            *at++ = digits[--count];
        *at++ = i < 3 ? '.' : ':';
    }
    return (size_t)(at - text) - 1;
}

/* A row while its cells are found. */
struct row {
    uint64_t cells[SOCKET_COLUMN_COUNT];
    uint8_t known[SOCKET_COLUMN_COUNT];
};

static void number_set(struct row *row, size_t column, uint64_t value)
{
    row->cells[column] = value;
    row->known[column] = 1;
}

static void text_set(struct sample *sample, struct row *row, size_t column, const char *text, size_t length)
{
    uint32_t number = sample_intern(sample, text, length);
    if (number != UINT32_MAX)
        number_set(row, column, number);
}

static void unix_name_set(struct sample *sample, struct row *row, const struct socket_record *record)
{
    char name[UINT8_MAX];
    size_t length = record->name_bytes;
    if (length == 0)
        return;
    memcpy(name, record + 1, length);
    if (name[0] == '\0')
        for (size_t i = 0; i < length; i++)
            name[i] = name[i] == '\0' ? '@' : name[i];
    text_set(sample, row, SOCKET_LOCAL, name, length);
}

static void addresses_set(struct sample *sample, struct row *row, const struct socket_record *record)
{
    char text[SOCKET_ENDPOINT_BYTES];
    if (record->protocol == SOCKET_UNIX) {
        unix_name_set(sample, row, record);
        return;
    }
    text_set(sample, row, SOCKET_LOCAL, text, socket_address_write(text, record->local, record->local_port));
    if (record->remote_port != 0)
        text_set(sample, row, SOCKET_REMOTE, text, socket_address_write(text, record->remote, record->remote_port));
}

static void listening_find(struct sockets *sockets)
{
    memset(sockets->listening, 0, sizeof sockets->listening);
    for (size_t i = 0; i < sockets->record_count; i++) {
        const struct socket_record *record = sockets->records[i];
        if (record->protocol == SOCKET_TCP && record->state == TCP_LISTEN)
            sockets->listening[record->local_port / 8] |= (uint8_t)(1 << record->local_port % 8);
    }
}

/* Whoever listens has the last word in most conversations, and waits for nobody. */
static bool awaits_answer(const struct sockets *sockets, const struct socket_record *record)
{
    return (record->has & SOCKET_ASKED) != 0 &&
           (sockets->listening[record->local_port / 8] >> record->local_port % 8 & 1) == 0;
}

static bool row_add(const struct sockets *sockets, struct sample *sample, const struct socket_record *record,
                    uint32_t peer_inode)
{
    struct row row = {0};
    bool listening = record->state == TCP_LISTEN;
    number_set(&row, SOCKET_NET_NAMESPACE, record->net_namespace);
    number_set(&row, SOCKET_INODE, record->inode);
    number_set(&row, SOCKET_COOKIE, record->cookie);
    number_set(&row, SOCKET_PROTOCOL, record->protocol);
    number_set(&row, SOCKET_STATE, record->state);
    addresses_set(sample, &row, record);
    if (peer_inode != 0)
        number_set(&row, SOCKET_PEER_INODE, peer_inode);
    if ((record->has & SOCKET_HAS_OWNER) != 0)
        number_set(&row, SOCKET_UID, record->uid);
    if ((record->has & SOCKET_HAS_QUEUES) != 0) {
        number_set(&row, listening ? SOCKET_BACKLOG : SOCKET_RECEIVE_QUEUE_BYTES, record->receive);
        number_set(&row, listening ? SOCKET_BACKLOG_LIMIT : SOCKET_SEND_QUEUE_BYTES, record->send);
    }
    if ((record->has & SOCKET_HAS_DETAILS) != 0) {
        number_set(&row, SOCKET_RTT_US, record->rtt_us);
        number_set(&row, SOCKET_RETRANSMITS, record->retransmits);
    }
    if (awaits_answer(sockets, record))
        number_set(&row, SOCKET_UNANSWERED_MS, record->asked_ms);
    return table_append_row(&sample->tables[TABLE_SOCKET], row.cells, row.known) != SIZE_MAX;
}

/* Finds the records that stand behind each other and appends them to those found. False: out of memory. */
static bool records_find(struct sockets *sockets, const char *at, const char *end, size_t record_count)
{
    if (!memory_grow(&sockets->records, &sockets->record_capacity, sockets->record_count + record_count,
                     sizeof *sockets->records))
        return false;
    for (; record_count > 0 && (size_t)(end - at) >= sizeof(struct socket_record); record_count--) {
        const struct socket_record *record = (const void *)at;
        size_t step = socket_record_bytes(record);
        if ((size_t)(end - at) < step)
            break;
        sockets->records[sockets->record_count++] = record;
        at += step;
    }
    return true;
}

/* False: out of memory. */
static bool answer_take(struct sockets *sockets, struct sample *sample)
{
    static const char *const reasons[SOCKET_UNREAD_COUNT] = {
#define SOCKET_REASON_TEXT(reason, text) [reason] = text,
        SOCKET_UNREAD_REASONS(SOCKET_REASON_TEXT)};
    struct socket_answer totals;
    memcpy(&totals, sockets->answer.data, sizeof totals);
    for (int i = 0; i < SOCKET_UNREAD_COUNT; i++)
        if (totals.unread[i] > 0)
            sample_unread_add(sample, "sockets", reasons[i], totals.unread[i]);
    if (totals.record_count > SOCKET_RECORDS_MAX)
        totals.record_count = SOCKET_RECORDS_MAX;
    return records_find(sockets, sockets->answer.data + sizeof totals, sockets->answer.data + sockets->answer.length,
                        totals.record_count);
}

/* Puts the question to the probe with details, then to the one without. Answered or counted as unread: false is no
 * answer. */
static bool question_ask(struct sockets *sockets, struct sample *sample, int deadline_ms)
{
    enum probe_result results[2];
    const struct buffer *question = &sockets->question;
    for (int i = 0; i < 2; i++) {
        results[i] =
            probe_ask(sockets->probes[i], question->data, question->length, deadline_ms, &sockets->answer, NULL);
        if (results[i] == PROBE_ANSWERED && sockets->answer.length >= sizeof(struct socket_answer)) {
            if (i == 1)
                sample_unread_add(sample, "socket details",
                                  results[0] == PROBE_FAILED ? "the probe failed" : "missed the deadline", 1);
            return true;
        }
    }
    bool failed = results[0] == PROBE_FAILED && results[1] == PROBE_FAILED;
    sample_unread_add(sample, "sockets", failed ? "the probe failed" : "missed the deadline", 1);
    return false;
}

static bool question_write(struct sockets *sockets, enum socket_share home, const struct net_namespace *namespaces,
                           size_t count)
{
    struct socket_question question = {home};
    buffer_clear(&sockets->question);
    buffer_append(&sockets->question, &question, sizeof question);
    buffer_append(&sockets->question, namespaces, count * sizeof *namespaces);
    return !sockets->question.failed;
}

/* All by netlink. False: out of memory. */
static bool all_gather(struct sockets *sockets, struct sample *sample, const struct net_namespace *namespaces,
                       size_t count, int deadline_ms)
{
    if (!question_write(sockets, SOCKETS_ALL, namespaces, count))
        return false;
    return !question_ask(sockets, sample, deadline_ms) || answer_take(sockets, sample);
}

/* Those of the listing, and what it does not tell. False: out of memory. */
static bool listed_gather(struct sockets *sockets, struct sample *sample, struct net_namespace *namespaces,
                          size_t count, const struct socket_listing *listing, int deadline_ms)
{
    struct socket_rest *rest = &sockets->rest;
    enum socket_share home;
    bool wanted = socket_rest_plan(rest, listing, namespaces, count, sockets->home, &home);
    if (wanted && !question_write(sockets, home, namespaces, count))
        return false;
    if (!wanted || question_ask(sockets, sample, deadline_ms)) {
        if ((wanted && !answer_take(sockets, sample)) ||
            !socket_rest_take(rest, sockets->records, sockets->record_count))
            return false;
    }
    sockets->record_count = 0;
    if (!socket_rest_settle(rest, listing) ||
        !memory_grow(&sockets->records, &sockets->record_capacity, listing->count, sizeof *sockets->records))
        return false;
    if (listing->count > 0)
        memcpy(sockets->records, listing->records, listing->count * sizeof(void *));
    sockets->record_count = listing->count;
    return rest->count == 0 ||
           records_find(sockets, rest->records.data, rest->records.data + rest->records.length, rest->count);
}

static bool rows_append(struct sockets *sockets, struct sample *sample)
{
    if (!socket_peers_fill(&sockets->peers, sockets->records, sockets->record_count))
        return false;
    listening_find(sockets);
    for (size_t i = 0; i < sockets->record_count; i++) {
        const struct socket_record *record = sockets->records[i];
        if ((record->has & SOCKET_IS_PENDING) == 0 &&
            !row_add(sockets, sample, record, socket_peers_find(&sockets->peers, record)))
            return false;
    }
    return true;
}

bool sockets_collect(struct sockets *sockets, struct sample *sample, struct net_namespace *namespaces, size_t count,
                     const struct socket_listing *listing, int deadline_ms, struct error *error)
{
    sockets->record_count = 0;
    for (size_t i = 0; i < count; i++)
        namespaces[i].share = SOCKETS_ALL;
    if (listing == NULL)
        sockets->rest.known = false;
    bool done = listing == NULL ? all_gather(sockets, sample, namespaces, count, deadline_ms)
                                : listed_gather(sockets, sample, namespaces, count, listing, deadline_ms);
    return (done && rows_append(sockets, sample)) || error_memory(error);
}
