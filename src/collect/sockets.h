/* Sockets: tcp, udp and unix, of every network namespace that is named. Those that a descriptor holds come from the
 * kernel's listing of descriptors where there is one, the others, or all, by netlink (NETLINK_SOCK_DIAG).
 *
 * The dumps run in two probes, because setns would change the collector's own namespace and because tcp_info sleeps on
 * a held socket lock: one asks with details (round-trip time, retransmits); when it misses its deadline, or rests, the
 * other asks without them, which takes spin locks only. */
#ifndef COLLECT_SOCKETS_H
#define COLLECT_SOCKETS_H

#include "base/error.h"
#include "sample/sample.h"

#include <stddef.h>
#include <stdint.h>

/* What is wanted of a network namespace: all sockets, just the connections that end (time wait and the like), none. */
enum socket_share { SOCKETS_ALL, SOCKETS_ENDING, SOCKETS_NONE };

/* A network namespace: its inode (of ns/net), and a process that lives in it. Fields of one width: the list goes to a
 * probe as bytes, without a hole between. */
struct net_namespace {
    uint64_t inode;
    int64_t pid;
    uint64_t share; /* enum socket_share; sockets_collect settles it */
};

/* The sockets that the kernel's listing of descriptors told, each once (bpf/socket_shared.h). */
struct socket_record;
struct socket_listing {
    int root; /* an open directory of /proc */
    const struct socket_record *const *records;
    size_t count;
};

struct sockets;

/* NULL: out of memory. */
struct sockets *sockets_new(struct error *error);
void sockets_free(struct sockets *sockets);

/* Appends the rows of TABLE_SOCKET. The caller's own namespace is always read, whether it is among `namespaces` or not;
 * each of the others once. listing: NULL, or those that need not be asked for: then the others (connections that wait
 * to be accepted, that end, sockets of processes that are not listed) are asked for only where the kernel counts some,
 * and all of them every few samples; what was found last is kept in between. Takes at most deadline_ms for the dump
 * with details and as much again for the one without. What could not be read is counted in the sample (kind "sockets",
 * or "socket details"), never a failure; false only when memory ran out.
 *
 * PEER_INODE: unix sockets from the kernel; tcp and connected udp by matching the reversed addresses, first within the
 * namespace, then (other than loopback addresses, and only where it is unambiguous) over all of them. A connection that
 * waits to be accepted has the listening socket as its other end: that is whom the client waits for.
 * An unread udp queue is counted by the kernel in memory taken, which is more than the bytes in it. */
bool sockets_collect(struct sockets *sockets, struct sample *sample, struct net_namespace *namespaces, size_t count,
                     const struct socket_listing *listing, int deadline_ms, struct error *error);

enum { SOCKET_ENDPOINT_BYTES = 64 };

/* Writes "10.0.0.5:443", "[::1]:80", a v4-mapped address as the v4 one; address: 16 bytes. Returns the length. */
size_t socket_address_write(char text[SOCKET_ENDPOINT_BYTES], const uint8_t *address, uint16_t port);

/* Cpu time that the probes took so far. */
int64_t sockets_cpu_ns(const struct sockets *sockets);

#endif
