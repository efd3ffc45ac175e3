/* sock_diag dumps by libmnl. Kernel side: net/ipv4/inet_diag.c, tcp_diag.c, udp_diag.c, net/unix/diag.c. A dump sees
 * the namespace in which its netlink socket was opened. */
#include "collect/socket_dump.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    DUMP_BYTES = 65536,
    STATE_ESTABLISHED = 1, /* include/net/tcp_states.h */
    STATE_LISTEN = 10,
    ALL_STATES = 0xfff,
    ENDING_STATES = 1 << 4 | 1 << 5 | 1 << 6 | 1 << 9 | 1 << 11, /* fin wait 1 and 2, time wait, last ack, closing */
};

struct dump {
    struct mnl_socket *netlink;
    uint64_t net_namespace;
    struct buffer *answer;
    struct socket_answer totals;
    bool details;
    bool ending; /* only connections that end */
    char *room;  /* DUMP_BYTES, for what arrives */
};

static const struct dump_kind {
    uint8_t family;
    uint8_t protocol;
    uint32_t states;
} dump_kinds[SOCKET_DUMP_COUNT] = {
    [SOCKET_DUMP_TCP4] = {AF_INET, IPPROTO_TCP, ALL_STATES}, [SOCKET_DUMP_TCP6] = {AF_INET6, IPPROTO_TCP, ALL_STATES},
    [SOCKET_DUMP_UDP4] = {AF_INET, IPPROTO_UDP, ALL_STATES}, [SOCKET_DUMP_UDP6] = {AF_INET6, IPPROTO_UDP, ALL_STATES},
    [SOCKET_DUMP_UNIX] = {AF_UNIX, 0, ALL_STATES},           [SOCKET_DUMP_PENDING] = {AF_UNIX, 0, 1 << STATE_LISTEN},
};

static void record_add(struct dump *dump, const struct socket_record *record, const char *name)
{
    if (dump->totals.record_count >= SOCKET_RECORDS_MAX) {
        dump->totals.unread[SOCKET_UNREAD_MANY]++;
        return;
    }
    static const char padding[8] = {0};
    buffer_append(dump->answer, record, sizeof *record);
    buffer_append(dump->answer, name, record->name_bytes);
    buffer_append(dump->answer, padding, -(size_t)record->name_bytes % sizeof padding);
    dump->totals.record_count++;
}

static void address_store(uint8_t *address, uint8_t family, const uint32_t *words)
{
    static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};
    if (family == AF_INET6) {
        memcpy(address, words, SOCKET_ADDRESS_BYTES);
        return;
    }
    memcpy(address, mapped_prefix, sizeof mapped_prefix);
    memcpy(address + sizeof mapped_prefix, words, 4);
}

static void details_store(struct socket_record *record, const struct nlattr *attribute)
{
    struct tcp_info info = {0};
    size_t bytes = mnl_attr_get_payload_len(attribute);
    if (record->state == STATE_LISTEN || bytes < offsetof(struct tcp_info, tcpi_total_retrans) + 4)
        return;
    memcpy(&info, mnl_attr_get_payload(attribute), bytes < sizeof info ? bytes : sizeof info);
    record->rtt_us = info.tcpi_rtt;
    record->retransmits = info.tcpi_total_retrans;
    record->has |= SOCKET_HAS_DETAILS;
    /* They are told as ages. */
    struct socket_turns turns = {.sent_after_received = (int32_t)(info.tcpi_last_data_recv - info.tcpi_last_data_sent),
                                 .acknowledged_after_sent =
                                     (int32_t)(info.tcpi_last_data_sent - info.tcpi_last_ack_recv),
                                 .segments_sent = info.tcpi_data_segs_out,
                                 .segments_received = info.tcpi_data_segs_in};
    if (record->state == STATE_ESTABLISHED && socket_has_asked(&turns)) {
        record->asked_ms = info.tcpi_last_data_sent;
        record->has |= SOCKET_ASKED;
    }
}

static int inet_take(const struct nlmsghdr *message, enum socket_protocol protocol, struct dump *dump)
{
    if (mnl_nlmsg_get_payload_len(message) < sizeof(struct inet_diag_msg))
        return MNL_CB_OK;
    const struct inet_diag_msg *told = mnl_nlmsg_get_payload(message);
    struct socket_record record = {
        .net_namespace = dump->net_namespace,
        .cookie = told->id.idiag_cookie[0] | (uint64_t)told->id.idiag_cookie[1] << 32,
        .inode = told->idiag_inode,
        .uid = told->idiag_uid,
        .receive = told->idiag_rqueue,
        .send = told->idiag_wqueue,
        .local_port = ntohs(told->id.idiag_sport),
        .remote_port = ntohs(told->id.idiag_dport),
        .protocol = (uint8_t)protocol,
        .state = told->idiag_state,
        .has = SOCKET_HAS_QUEUES | SOCKET_HAS_OWNER,
    };
    address_store(record.local, told->idiag_family, told->id.idiag_src);
    address_store(record.remote, told->idiag_family, told->id.idiag_dst);
    const struct nlattr *attribute;
    mnl_attr_for_each(attribute, message, sizeof *told)
    {
        if (mnl_attr_get_type(attribute) == INET_DIAG_INFO)
            details_store(&record, attribute);
    }
    record_add(dump, &record, NULL);
    return MNL_CB_OK;
}

static int tcp_take(const struct nlmsghdr *message, void *context)
{
    return inet_take(message, SOCKET_TCP, context);
}

static int udp_take(const struct nlmsghdr *message, void *context)
{
    return inet_take(message, SOCKET_UDP, context);
}

static const char *unix_attributes_take(const struct nlmsghdr *message, struct socket_record *record)
{
    const char *name = NULL;
    const struct nlattr *attribute;
    mnl_attr_for_each(attribute, message, sizeof(struct unix_diag_msg))
    {
        const void *payload = mnl_attr_get_payload(attribute);
        size_t bytes = mnl_attr_get_payload_len(attribute);
        struct unix_diag_rqlen queues;
        switch (mnl_attr_get_type(attribute)) {
        case UNIX_DIAG_NAME:
            name = payload;
            record->name_bytes = (uint8_t)(bytes > UINT8_MAX ? UINT8_MAX : bytes);
            break;
        case UNIX_DIAG_PEER:
            memcpy(&record->peer_inode, payload, bytes < 4 ? 0 : 4);
            break;
        case UNIX_DIAG_UID:
            memcpy(&record->uid, payload, bytes < 4 ? 0 : 4);
            record->has |= SOCKET_HAS_OWNER;
            break;
        case UNIX_DIAG_RQLEN:
            if (bytes < sizeof queues)
                break;
            memcpy(&queues, payload, sizeof queues);
            record->receive = queues.udiag_rqueue;
            record->send = queues.udiag_wqueue;
            record->has |= SOCKET_HAS_QUEUES;
            break;
        default:
            break;
        }
    }
    return name;
}

static int unix_take(const struct nlmsghdr *message, void *context)
{
    struct dump *dump = context;
    if (mnl_nlmsg_get_payload_len(message) < sizeof(struct unix_diag_msg))
        return MNL_CB_OK;
    const struct unix_diag_msg *told = mnl_nlmsg_get_payload(message);
    struct socket_record record = {
        .net_namespace = dump->net_namespace,
        .cookie = told->udiag_cookie[0] | (uint64_t)told->udiag_cookie[1] << 32,
        .inode = told->udiag_ino,
        .protocol = SOCKET_UNIX,
        .state = told->udiag_state,
    };
    const char *name = unix_attributes_take(message, &record);
    record_add(dump, &record, name);
    return MNL_CB_OK;
}

/* UNIX_DIAG_ICONS of a listening socket: the inodes of the sockets that connected and were not accepted yet. */
static int pending_take(const struct nlmsghdr *message, void *context)
{
    struct dump *dump = context;
    if (mnl_nlmsg_get_payload_len(message) < sizeof(struct unix_diag_msg))
        return MNL_CB_OK;
    const struct unix_diag_msg *told = mnl_nlmsg_get_payload(message);
    struct socket_record record = {
        .net_namespace = dump->net_namespace,
        .peer_inode = told->udiag_ino,
        .protocol = SOCKET_UNIX,
        .has = SOCKET_IS_PENDING,
    };
    const struct nlattr *attribute;
    mnl_attr_for_each(attribute, message, sizeof *told)
    {
        if (mnl_attr_get_type(attribute) != UNIX_DIAG_ICONS)
            continue;
        const char *inodes = mnl_attr_get_payload(attribute);
        size_t count = mnl_attr_get_payload_len(attribute) / sizeof record.inode;
        for (size_t i = 0; i < count; i++) {
            memcpy(&record.inode, inodes + i * sizeof record.inode, sizeof record.inode);
            if (record.inode != 0)
                record_add(dump, &record, NULL);
        }
    }
    return MNL_CB_OK;
}

static const mnl_cb_t dump_takes[SOCKET_DUMP_COUNT] = {
    [SOCKET_DUMP_TCP4] = tcp_take, [SOCKET_DUMP_TCP6] = tcp_take,  [SOCKET_DUMP_UDP4] = udp_take,
    [SOCKET_DUMP_UDP6] = udp_take, [SOCKET_DUMP_UNIX] = unix_take, [SOCKET_DUMP_PENDING] = pending_take,
};

static struct nlmsghdr *request_put(const struct dump *dump, enum socket_dump_kind number)
{
    const struct dump_kind *kind = &dump_kinds[number];
    struct nlmsghdr *message = mnl_nlmsg_put_header(dump->room);
    message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
    message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    message->nlmsg_seq = (uint32_t)number + 1;
    if (kind->family == AF_UNIX) {
        struct unix_diag_req *request = mnl_nlmsg_put_extra_header(message, sizeof *request);
        *request = (struct unix_diag_req){
            .sdiag_family = AF_UNIX,
            .udiag_states = kind->states,
            .udiag_show = number == SOCKET_DUMP_PENDING
                              ? UDIAG_SHOW_ICONS
                              : UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | UDIAG_SHOW_UID,
        };
        return message;
    }
    struct inet_diag_req_v2 *request = mnl_nlmsg_put_extra_header(message, sizeof *request);
    *request = (struct inet_diag_req_v2){
        .sdiag_family = kind->family,
        .sdiag_protocol = kind->protocol,
        .idiag_ext = dump->details && kind->protocol == IPPROTO_TCP ? 1 << (INET_DIAG_INFO - 1) : 0,
        .idiag_states = dump->ending ? ENDING_STATES : kind->states,
    };
    return message;
}

/* 0, or an errno value. */
static int dump_run(struct dump *dump, enum socket_dump_kind kind)
{
    struct nlmsghdr *message = request_put(dump, kind);
    uint32_t sequence = message->nlmsg_seq;
    if (mnl_socket_sendto(dump->netlink, message, message->nlmsg_len) < 0)
        return errno;
    for (;;) {
        ssize_t bytes = mnl_socket_recvfrom(dump->netlink, dump->room, DUMP_BYTES);
        if (bytes < 0 && errno == EINTR)
            continue;
        if (bytes < 0)
            return errno;
        int result = mnl_cb_run(dump->room, (size_t)bytes, sequence, mnl_socket_get_portid(dump->netlink),
                                dump_takes[kind], dump);
        if (result == MNL_CB_ERROR)
            return errno;
        if (result == MNL_CB_STOP)
            return 0;
    }
}

static bool dump_open(struct dump *dump)
{
    dump->netlink = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
    if (dump->netlink == NULL)
        return false;
    if (mnl_socket_bind(dump->netlink, 0, MNL_SOCKET_AUTOPID) == 0)
        return true;
    int number = errno;
    mnl_socket_close(dump->netlink);
    dump->netlink = NULL;
    errno = number;
    return false;
}

static void namespace_dump(struct dump *dump, uint64_t share)
{
    if (share == SOCKETS_NONE)
        return;
    dump->ending = share == SOCKETS_ENDING;
    if (!dump_open(dump)) {
        dump->totals.unread[errno == EPROTONOSUPPORT ? SOCKET_UNREAD_KERNEL : SOCKET_UNREAD_REFUSED]++;
        return;
    }
    enum socket_dump_kind end = dump->ending ? SOCKET_DUMP_TCP6 + 1 : SOCKET_DUMP_COUNT;
    for (enum socket_dump_kind kind = 0; kind < end; kind++) {
        int number = dump_run(dump, kind);
        if (number == 0)
            continue;
        if (kind != SOCKET_DUMP_PENDING)
            dump->totals.unread[number == ENOENT ? SOCKET_UNREAD_KERNEL : SOCKET_UNREAD_REFUSED]++;
        mnl_socket_close(dump->netlink);
        if (!dump_open(dump))
            return;
    }
    mnl_socket_close(dump->netlink);
}

/* Enters the namespace if it is still the one that was meant. */
static bool namespace_enter(const struct net_namespace *namespace, struct dump *dump)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%lld/ns/net", (long long)namespace->pid);
    struct stat status;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    bool same = descriptor >= 0 && fstat(descriptor, &status) == 0 && status.st_ino == namespace->inode;
    bool entered = same && setns(descriptor, CLONE_NEWNET) == 0;
    int number = errno;
    if (descriptor >= 0)
        close(descriptor);
    dump->net_namespace = namespace->inode;
    if (!entered) {
        bool refused = (descriptor < 0 || same) && (number == EPERM || number == EACCES);
        dump->totals.unread[refused ? SOCKET_UNREAD_PERMISSION : SOCKET_UNREAD_VANISHED]++;
    }
    return entered;
}

bool socket_dump(void *context, const void *request, size_t request_bytes, struct buffer *answer)
{
    struct socket_dumper *dumper = context;
    struct socket_question question;
    if (request_bytes < sizeof question)
        return false;
    memcpy(&question, request, sizeof question);
    const struct net_namespace *namespaces = (const void *)((const char *)request + sizeof question);
    size_t count = (request_bytes - sizeof question) / sizeof *namespaces;
    if (dumper->home == 0)
        dumper->home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    struct dump dump = {.answer = answer, .details = dumper->details, .room = malloc(DUMP_BYTES)};
    struct stat status = {0};
    if (dumper->home >= 0)
        fstat(dumper->home, &status);
    dump.net_namespace = status.st_ino;
    if (buffer_extend(answer, sizeof dump.totals) == NULL || dump.room == NULL) {
        free(dump.room);
        answer->failed = true;
        return false;
    }
    namespace_dump(&dump, question.home);
    for (size_t i = 0; i < count; i++)
        if (namespaces[i].inode != status.st_ino && namespace_enter(&namespaces[i], &dump))
            namespace_dump(&dump, namespaces[i].share);
    if (dumper->home >= 0)
        setns(dumper->home, CLONE_NEWNET);
    free(dump.room);
    if (!answer->failed)
        memcpy(answer->data, &dump.totals, sizeof dump.totals);
    return true;
}

int socket_dump_here(enum socket_dump_kind kind, bool details, struct buffer *answer)
{
    struct dump dump = {.answer = answer, .details = details, .room = malloc(DUMP_BYTES)};
    if (dump.room == NULL)
        return ENOMEM;
    int number = dump_open(&dump) ? dump_run(&dump, kind) : errno;
    if (dump.netlink != NULL)
        mnl_socket_close(dump.netlink);
    free(dump.room);
    return number;
}
