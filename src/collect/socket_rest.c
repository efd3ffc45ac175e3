/* What of the sockets is asked for besides the kernel's listing, and what is kept of it. */
#include "collect/socket_rest.h"

#include "collect/proc_read.h"

#include <netinet/tcp.h>
#include <string.h>

enum {
    ALL_EVERY_SAMPLES = 16,      /* how often all are asked for without a reason */
    STRANGERS_EVERY_SAMPLES = 4, /* and while processes that are not listed hold some */
};

size_t socket_record_bytes(const struct socket_record *record)
{
    return sizeof *record + ((size_t)record->name_bytes + 7) / 8 * 8;
}

static bool inode_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const struct socket_record *const *records = items;
    return memcmp(&records[place]->inode, key, key_bytes) == 0;
}

/* Does the namespace have connections that end? "TCP: inuse 5 orphan 0 tw 2 alloc 7 mem 1"; unknown counts as yes. */
static bool namespace_has_ending(int root, int64_t pid)
{
    char path[48], text[PROC_SMALL_BYTES];
    uint64_t orphans, waiting;
    strcat(proc_name(path, (uint64_t)pid), "/net/sockstat");
    const char *at = proc_read(root, path, text, sizeof text) > 0 ? strstr(text, "TCP: inuse ") : NULL;
    const char *orphan = at == NULL ? NULL : strstr(at, "orphan"), *wait = at == NULL ? NULL : strstr(at, "tw");
    if (orphan == NULL || wait == NULL)
        return true;
    orphan += strlen("orphan");
    wait += strlen("tw");
    return !proc_number(&orphan, &orphans) || !proc_number(&wait, &waiting) || orphans > 0 || waiting > 0;
}

static bool listing_has_pending(const struct socket_listing *listing)
{
    for (size_t i = 0; i < listing->count; i++)
        if ((listing->records[i]->has & SOCKET_HAS_PENDING) != 0)
            return true;
    return false;
}

bool socket_rest_plan(struct socket_rest *rest, const struct socket_listing *listing, struct net_namespace *namespaces,
                      size_t count, uint64_t home, enum socket_share *home_share)
{
    bool pending = listing_has_pending(listing);
    unsigned every = rest->strangers ? STRANGERS_EVERY_SAMPLES : ALL_EVERY_SAMPLES;
    rest->all = !rest->known || pending || rest->pending || ++rest->age >= every;
    rest->pending = pending;
    bool any = rest->all, home_named = false;
    *home_share = rest->all ? SOCKETS_ALL : SOCKETS_NONE;
    for (size_t i = 0; i < count; i++) {
        struct net_namespace *namespace = &namespaces[i];
        namespace->share = SOCKETS_ALL;
        if (!rest->all)
        namespace->share = namespace_has_ending(listing->root, namespace->pid) ? SOCKETS_ENDING : SOCKETS_NONE;
        any = any || namespace->share != SOCKETS_NONE;
        home_named = home_named || namespace->inode == home;
        if (namespace->inode == home)
            *home_share = (enum socket_share) namespace->share;
    }
    if (!home_named && !rest->all)
        *home_share = SOCKETS_ENDING;
    return any || !home_named;
}

static bool is_ending(const struct socket_record *record)
{
    return record->protocol == SOCKET_TCP && (record->has & SOCKET_IS_PENDING) == 0 &&
           (record->state == TCP_FIN_WAIT1 || record->state == TCP_FIN_WAIT2 || record->state == TCP_TIME_WAIT ||
            record->state == TCP_LAST_ACK || record->state == TCP_CLOSING);
}

/* Keeps those for which `keep` says so. */
static void records_filter(struct socket_rest *rest, bool (*keep)(const struct socket_record *, const void *),
                           const void *context)
{
    size_t kept = 0, count = 0;
    for (size_t at = 0, step; at < rest->records.length; at += step) {
        const struct socket_record *record = (const void *)(rest->records.data + at);
        step = socket_record_bytes(record);
        if (!keep(record, context))
            continue;
        memmove(rest->records.data + kept, rest->records.data + at, step);
        kept += step;
        count++;
    }
    rest->records.length = kept;
    rest->count = count;
}

static bool keep_lasting(const struct socket_record *record, const void *unused)
{
    (void)unused;
    return !is_ending(record);
}

bool socket_rest_take(struct socket_rest *rest, const struct socket_record *const *records, size_t count)
{
    if (rest->all) {
        buffer_clear(&rest->records);
        rest->count = 0;
        rest->known = true;
        rest->age = 0;
    } else {
        records_filter(rest, keep_lasting, NULL);
    }
    for (size_t i = 0; i < count; i++)
        buffer_append(&rest->records, records[i], socket_record_bytes(records[i]));
    rest->count += count;
    return !rest->records.failed;
}

struct told {
    const struct socket_rest *rest;
    const struct socket_listing *listing;
};

static bool keep_untold(const struct socket_record *record, const void *context)
{
    const struct told *told = context;
    return record->inode == 0 || (record->has & SOCKET_IS_PENDING) != 0 ||
           index_find(&told->rest->told, told->listing->records, &record->inode, sizeof record->inode) == INDEX_NONE;
}

static bool has_strangers(const struct socket_rest *rest)
{
    for (size_t at = 0; at < rest->records.length;) {
        const struct socket_record *record = (const void *)(rest->records.data + at);
        if (record->inode != 0 && (record->has & SOCKET_IS_PENDING) == 0)
            return true;
        at += socket_record_bytes(record);
    }
    return false;
}

bool socket_rest_settle(struct socket_rest *rest, const struct socket_listing *listing)
{
    rest->strangers = has_strangers(rest);
    if (!rest->strangers)
        return true;
    rest->told.equal = inode_equal;
    index_clear(&rest->told);
    for (uint32_t i = 0; i < listing->count; i++)
        if (!index_add(&rest->told, &listing->records[i]->inode, sizeof listing->records[i]->inode, i))
            return false;
    records_filter(rest, keep_untold, &(struct told){rest, listing});
    rest->strangers = has_strangers(rest);
    return true;
}

void socket_rest_done(struct socket_rest *rest)
{
    buffer_done(&rest->records);
    index_done(&rest->told);
}
