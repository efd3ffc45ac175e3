/* Which sockets of one sample are the two ends of one connection. */
#ifndef COLLECT_SOCKET_PEERS_H
#define COLLECT_SOCKET_PEERS_H

#include "base/index.h"
#include "collect/socket_dump.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sockets by their two addresses (listening ones: by the local one), and unix sockets that wait to be accepted.
 * Zeroed = empty; the room is kept from sample to sample. */
struct socket_peers {
    const struct socket_record *const *records; /* borrowed while it is in use */
    uint32_t *next;                             /* next[i]: another record with the same addresses, or INDEX_NONE */
    size_t next_capacity;
    struct index by_addresses;
    struct index by_pending;
};

/* Takes in all records of a sample, those of pending connections among them. False: out of memory. */
bool socket_peers_fill(struct socket_peers *peers, const struct socket_record *const *records, size_t count);

/* Inode of the other end of a record, 0 when it is not known on this host (see sockets.h for the rule). */
uint32_t socket_peers_find(const struct socket_peers *peers, const struct socket_record *record);

void socket_peers_done(struct socket_peers *peers);

#endif
