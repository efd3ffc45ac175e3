/* The sockets that the kernel's listing of descriptors does not tell: connections that wait to be accepted or that end,
 * and those of processes that are not listed. They are asked for where the kernel counts some, and kept in between. */
#ifndef COLLECT_SOCKET_REST_H
#define COLLECT_SOCKET_REST_H

#include "base/buffer.h"
#include "base/index.h"
#include "collect/socket_dump.h"

#include <stdbool.h>
#include <stddef.h>

/* Zeroed = nothing was asked for yet. */
struct socket_rest {
    struct buffer records; /* as those of an answer, behind each other */
    size_t count;
    struct index told; /* by inode: the listing's records */
    unsigned age;      /* samples since all were asked for */
    bool known;        /* they were, once */
    bool strangers;    /* there are some with an inode: somebody who is not listed holds them */
    bool pending;      /* connections waited to be accepted when they were last asked for */
    bool all;          /* what is asked for now */
};

/* Settles what is to be asked of each namespace, and of the own one (inode home). False: nothing. */
bool socket_rest_plan(struct socket_rest *rest, const struct socket_listing *listing, struct net_namespace *namespaces,
                      size_t count, uint64_t home, enum socket_share *home_share);

/* Takes the records of the answer to what was planned. False: out of memory. */
bool socket_rest_take(struct socket_rest *rest, const struct socket_record *const *records, size_t count);

/* Leaves out what the listing tells by now. False: out of memory. */
bool socket_rest_settle(struct socket_rest *rest, const struct socket_listing *listing);

void socket_rest_done(struct socket_rest *rest);

/* Length of a record with the name behind it. */
size_t socket_record_bytes(const struct socket_record *record);

#endif
