/* The join of sockets with their other ends. */
#include "collect/socket_peers.h"

#include "base/memory.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

struct address_key {
    uint8_t local[SOCKET_ADDRESS_BYTES];
    uint8_t remote[SOCKET_ADDRESS_BYTES];
    uint16_t local_port;
    uint16_t remote_port;
    uint32_t protocol;
};

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static struct address_key record_key(const struct socket_record *record)
{
    struct address_key key = {.local_port = record->local_port, .protocol = record->protocol};
    memcpy(key.local, record->local, sizeof key.local);
    if (record->state == TCP_LISTEN)
        return key;
    memcpy(key.remote, record->remote, sizeof key.remote);
    key.remote_port = record->remote_port;
    return key;
}

static struct address_key reversed_key(const struct socket_record *record)
{
    struct address_key key = {
        .local_port = record->remote_port, .remote_port = record->local_port, .protocol = record->protocol};
    memcpy(key.local, record->remote, sizeof key.local);
    memcpy(key.remote, record->local, sizeof key.remote);
    return key;
}

static bool addresses_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const struct socket_record *const *records = items;
    struct address_key own = record_key(records[place]);
    return memcmp(&own, key, key_bytes) == 0;
}

static bool pending_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const struct socket_record *const *records = items;
    return memcmp(&records[place]->inode, key, key_bytes) == 0;
}

static bool is_joined(const struct socket_record *record)
{
    if (record->protocol == SOCKET_TCP)
        return record->state == TCP_LISTEN || (record->state != TCP_TIME_WAIT && record->remote_port != 0);
    return record->protocol == SOCKET_UDP && record->state == TCP_ESTABLISHED;
}

static bool address_add(struct socket_peers *peers, uint32_t place)
{
    struct address_key key = record_key(peers->records[place]);
    uint32_t first = index_find(&peers->by_addresses, peers->records, &key, sizeof key);
    peers->next[place] = INDEX_NONE;
    if (first == INDEX_NONE)
        return index_add(&peers->by_addresses, &key, sizeof key, place);
    peers->next[place] = peers->next[first];
    peers->next[first] = place;
    return true;
}

bool socket_peers_fill(struct socket_peers *peers, const struct socket_record *const *records, size_t count)
{
    peers->by_addresses.equal = addresses_equal;
    peers->by_pending.equal = pending_equal;
    index_clear(&peers->by_addresses);
    index_clear(&peers->by_pending);
    peers->records = records;
    if (!memory_grow(&peers->next, &peers->next_capacity, count, sizeof *peers->next))
        return false;
    for (uint32_t place = 0; place < count; place++) {
        const struct socket_record *record = records[place];
        if (is_joined(record) && !address_add(peers, place))
            return false;
        if ((record->has & SOCKET_IS_PENDING) == 0)
            continue;
        const void *key = &record->inode;
        if (index_find(&peers->by_pending, records, key, sizeof record->inode) == INDEX_NONE &&
            !index_add(&peers->by_pending, key, sizeof record->inode, place))
            return false;
    }
    return true;
}

static bool is_loopback(const uint8_t *address)
{
    static const uint8_t loopback6[SOCKET_ADDRESS_BYTES] = {[15] = 1};
    if (memcmp(address, mapped_prefix, sizeof mapped_prefix) == 0)
        return address[12] == 127;
    return memcmp(address, loopback6, sizeof loopback6) == 0;
}

/* The record with these addresses in the namespace; across namespaces when that is allowed and there is just one. */
static const struct socket_record *address_find(const struct socket_peers *peers, const struct address_key *key,
                                                uint64_t net_namespace, bool across)
{
    uint32_t first = index_find(&peers->by_addresses, peers->records, key, sizeof *key);
    if (first == INDEX_NONE)
        return NULL;
    for (uint32_t place = first; place != INDEX_NONE; place = peers->next[place])
        if (peers->records[place]->net_namespace == net_namespace)
            return peers->records[place];
    return across && peers->next[first] == INDEX_NONE ? peers->records[first] : NULL;
}

/* Who listens on this address of a namespace: on the very address, or on all of them. */
static uint32_t listener_find(const struct socket_peers *peers, const uint8_t *address, uint16_t port,
                              uint64_t net_namespace)
{
    struct address_key key = {.local_port = port, .protocol = SOCKET_TCP};
    memcpy(key.local, address, sizeof key.local);
    const struct socket_record *listener = address_find(peers, &key, net_namespace, false);
    if (listener == NULL && memcmp(address, mapped_prefix, sizeof mapped_prefix) == 0) {
        memset(key.local + sizeof mapped_prefix, 0, sizeof key.local - sizeof mapped_prefix);
        listener = address_find(peers, &key, net_namespace, false);
    }
    if (listener == NULL) {
        memset(key.local, 0, sizeof key.local);
        listener = address_find(peers, &key, net_namespace, false);
    }
    return listener == NULL ? 0 : listener->inode;
}

static uint32_t tcp_peer(const struct socket_peers *peers, const struct socket_record *record)
{
    struct address_key key = reversed_key(record);
    bool local = is_loopback(record->local) || is_loopback(record->remote);
    const struct socket_record *other = address_find(peers, &key, record->net_namespace, !local);
    if (other == NULL) {
        bool own_address = local || memcmp(record->local, record->remote, sizeof record->local) == 0;
        return record->state == TCP_SYN_SENT && own_address
                   ? listener_find(peers, record->remote, record->remote_port, record->net_namespace)
                   : 0;
    }
    bool accepted = other->inode != 0 ||
                    (other->state != TCP_ESTABLISHED && other->state != TCP_CLOSE_WAIT && other->state != TCP_SYN_RECV);
    return accepted ? other->inode : listener_find(peers, other->local, other->local_port, other->net_namespace);
}

uint32_t socket_peers_find(const struct socket_peers *peers, const struct socket_record *record)
{
    if (record->protocol == SOCKET_UNIX) {
        if (record->peer_inode != 0 || record->inode == 0)
            return record->peer_inode;
        uint32_t place = index_find(&peers->by_pending, peers->records, &record->inode, sizeof record->inode);
        return place == INDEX_NONE ? 0 : peers->records[place]->peer_inode;
    }
    if (record->state == TCP_LISTEN || !is_joined(record))
        return 0;
    return tcp_peer(peers, record);
}

void socket_peers_done(struct socket_peers *peers)
{
    index_done(&peers->by_addresses);
    index_done(&peers->by_pending);
    free(peers->next);
    *peers = (struct socket_peers){0};
}
