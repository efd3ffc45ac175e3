/* Sockets by netlink (NETLINK_SOCK_DIAG): tcp, udp and unix, of every network namespace that is named.
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

/* A network namespace: its inode (of ns/net), and a process that lives in it. */
struct net_namespace {
    uint64_t inode;
    int64_t pid; /* as wide as the inode: the list goes to a probe as bytes, without a hole between */
};

struct sockets;

/* NULL: out of memory. */
struct sockets *sockets_new(struct error *error);
void sockets_free(struct sockets *sockets);

/* Appends the rows of TABLE_SOCKET. The caller's own namespace is always read, whether it is among `namespaces` or not;
 * each of the others once. Takes at most deadline_ms for the dump with details and as much again for the one without.
 * What could not be read is counted in the sample (kind "sockets", or "socket details"), never a failure; false only
 * when memory ran out.
 *
 * PEER_INODE: unix sockets from the kernel; tcp and connected udp by matching the reversed addresses, first within the
 * namespace, then (other than loopback addresses, and only where it is unambiguous) over all of them. A connection that
 * waits to be accepted has the listening socket as its other end: that is whom the client waits for.
 * An unread udp queue is counted by the kernel in memory taken, which is more than the bytes in it. */
bool sockets_collect(struct sockets *sockets, struct sample *sample, const struct net_namespace *namespaces,
                     size_t count, int deadline_ms, struct error *error);

/* Cpu time that the probes took so far. */
int64_t sockets_cpu_ns(const struct sockets *sockets);

#endif
