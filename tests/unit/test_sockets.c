/* collect: real sockets, seen through sock_diag. */
#include "base/clock.h"
#include "collect/socket_peers.h"
#include "collect/sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { DEADLINE_MS = 5000 };

static uint64_t inode_of(int descriptor)
{
    struct stat status;
    assert_int_equal(fstat(descriptor, &status), 0);
    return status.st_ino;
}

static uint64_t own_namespace(void)
{
    struct stat status;
    assert_int_equal(stat("/proc/self/ns/net", &status), 0);
    return status.st_ino;
}

static struct sample *sockets_taken(struct net_namespace *namespaces, size_t count)
{
    struct error error = {0};
    struct sockets *sockets = sockets_new(&error);
    struct sample *sample = sample_new();
    assert_non_null(sockets);
    assert_non_null(sample);
    assert_true(sockets_collect(sockets, sample, namespaces, count, NULL, DEADLINE_MS, &error));
    assert_true(sockets_cpu_ns(sockets) > 0);
    sockets_free(sockets);
    return sample;
}

static size_t row_of(const struct sample *sample, uint64_t inode)
{
    const struct table *table = &sample->tables[TABLE_SOCKET];
    for (size_t row = 0; row < table->rows; row++)
        if (table_u64(table, row, SOCKET_INODE, 0) == inode)
            return row;
    return SIZE_MAX;
}

static uint64_t cell(const struct sample *sample, int descriptor, size_t column)
{
    size_t row = row_of(sample, inode_of(descriptor));
    assert_int_not_equal(row, SIZE_MAX);
    return table_u64(&sample->tables[TABLE_SOCKET], row, column, UINT64_MAX);
}

static const char *text(const struct sample *sample, int descriptor, size_t column)
{
    size_t row = row_of(sample, inode_of(descriptor));
    assert_int_not_equal(row, SIZE_MAX);
    const char *found = sample_string(sample, TABLE_SOCKET, row, column);
    return found == NULL ? "" : found;
}

/* An address of the loopback device at a free port: listening, its number in *port. */
static int listener_open(int family, uint16_t *port)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    void *address = family == AF_INET ? (void *)&four : (void *)&six;
    socklen_t bytes = family == AF_INET ? sizeof four : sizeof six;
    int listener = socket(family, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, address, bytes) != 0) {
        if (listener >= 0)
            close(listener);
        return -1;
    }
    assert_int_equal(listen(listener, 7), 0);
    assert_int_equal(getsockname(listener, address, &bytes), 0);
    *port = ntohs(family == AF_INET ? four.sin_port : six.sin6_port);
    return listener;
}

static int client_open(int family, uint16_t port)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT, .sin6_port = htons(port)};
    struct sockaddr_in four = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    int client = socket(family, SOCK_STREAM, 0);
    assert_true(client >= 0);
    assert_int_equal(
        connect(client, family == AF_INET ? (void *)&four : (void *)&six, family == AF_INET ? sizeof four : sizeof six),
        0);
    return client;
}

static void check_tcp(int family, const char *host)
{
    uint16_t port;
    int listener = listener_open(family, &port);
    if (listener < 0)
        skip();
    int client = client_open(family, port);
    int server = accept(listener, NULL, NULL);
    assert_true(server >= 0);
    int waiting[2] = {client_open(family, port), client_open(family, port)};
    assert_int_equal(send(client, "0123456789", 10, 0), 10);
    struct sample *sample = sockets_taken(NULL, 0);
    char address[64];
    snprintf(address, sizeof address, "%s:%u", host, port);
    assert_string_equal(text(sample, listener, SOCKET_LOCAL), address);
    assert_string_equal(text(sample, listener, SOCKET_REMOTE), "");
    assert_string_equal(text(sample, client, SOCKET_REMOTE), address);
    assert_string_equal(text(sample, server, SOCKET_LOCAL), address);
    assert_int_equal(cell(sample, listener, SOCKET_STATE), TCP_LISTEN);
    assert_int_equal(cell(sample, listener, SOCKET_BACKLOG), 2);
    assert_int_equal(cell(sample, listener, SOCKET_BACKLOG_LIMIT), 7);
    assert_int_equal(cell(sample, listener, SOCKET_RECEIVE_QUEUE_BYTES), UINT64_MAX);
    assert_int_equal(cell(sample, client, SOCKET_STATE), TCP_ESTABLISHED);
    assert_int_equal(cell(sample, client, SOCKET_PROTOCOL), SOCKET_TCP);
    assert_int_equal(cell(sample, client, SOCKET_UID), geteuid());
    assert_int_equal(cell(sample, client, SOCKET_NET_NAMESPACE), own_namespace());
    assert_int_equal(cell(sample, client, SOCKET_PEER_INODE), inode_of(server));
    assert_int_equal(cell(sample, server, SOCKET_PEER_INODE), inode_of(client));
    assert_int_equal(cell(sample, waiting[0], SOCKET_PEER_INODE), inode_of(listener));
    assert_int_equal(cell(sample, server, SOCKET_RECEIVE_QUEUE_BYTES), 10);
    assert_int_equal(cell(sample, client, SOCKET_RETRANSMITS), 0);
    assert_true(cell(sample, client, SOCKET_RTT_US) < 1000000);
    assert_int_equal(cell(sample, listener, SOCKET_RTT_US), UINT64_MAX);
    sample_release(sample);
    int all[] = {listener, client, server, waiting[0], waiting[1]};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        close(all[i]);
}

static void tcp_over_ipv4_is_seen_with_queues_backlog_and_peer(void **state)
{
    (void)state;
    check_tcp(AF_INET, "127.0.0.1");
}

static void tcp_over_ipv6_is_seen_with_queues_backlog_and_peer(void **state)
{
    (void)state;
    check_tcp(AF_INET6, "[::1]");
}

static void a_mapped_address_is_written_as_ipv4(void **state)
{
    (void)state;
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT};
    socklen_t bytes = sizeof any;
    int listener = socket(AF_INET6, SOCK_STREAM, 0), off = 0;
    if (listener < 0)
        skip();
    setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    assert_int_equal(bind(listener, (void *)&any, sizeof any), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (void *)&any, &bytes), 0);
    int client = client_open(AF_INET, ntohs(any.sin6_port));
    int waiting = client_open(AF_INET, ntohs(any.sin6_port));
    int server = accept(listener, NULL, NULL);
    struct sample *sample = sockets_taken(NULL, 0);
    char address[64];
    snprintf(address, sizeof address, "127.0.0.1:%u", ntohs(any.sin6_port));
    assert_string_equal(text(sample, server, SOCKET_LOCAL), address);
    assert_int_equal(cell(sample, server, SOCKET_PEER_INODE), inode_of(client));
    assert_int_equal(cell(sample, client, SOCKET_PEER_INODE), inode_of(server));
    assert_int_equal(cell(sample, waiting, SOCKET_PEER_INODE), inode_of(listener));
    sample_release(sample);
    close(listener), close(client), close(waiting), close(server);
}

static void udp_is_seen_and_connected_pairs_are_joined(void **state)
{
    (void)state;
    int ends[2];
    struct sockaddr_in addresses[2];
    for (int i = 0; i < 2; i++) {
        socklen_t bytes = sizeof addresses[i];
        addresses[i] =
            (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + (unsigned)i)};
        ends[i] = socket(AF_INET, SOCK_DGRAM, 0);
        assert_int_equal(bind(ends[i], (void *)&addresses[i], bytes), 0);
        assert_int_equal(getsockname(ends[i], (void *)&addresses[i], &bytes), 0);
    }
    struct sample *before = sockets_taken(NULL, 0);
    assert_int_equal(cell(before, ends[0], SOCKET_PEER_INODE), UINT64_MAX);
    assert_string_equal(text(before, ends[0], SOCKET_REMOTE), "");
    sample_release(before);
    for (int i = 0; i < 2; i++)
        assert_int_equal(connect(ends[i], (void *)&addresses[1 - i], sizeof addresses[i]), 0);
    assert_int_equal(send(ends[0], "hello", 5, 0), 5);
    struct sample *sample = sockets_taken(NULL, 0);
    assert_int_equal(cell(sample, ends[0], SOCKET_PROTOCOL), SOCKET_UDP);
    assert_int_equal(cell(sample, ends[0], SOCKET_PEER_INODE), inode_of(ends[1]));
    assert_int_equal(cell(sample, ends[1], SOCKET_PEER_INODE), inode_of(ends[0]));
    assert_true(cell(sample, ends[1], SOCKET_RECEIVE_QUEUE_BYTES) >= 5);
    assert_int_equal(cell(sample, ends[0], SOCKET_RECEIVE_QUEUE_BYTES), 0);
    sample_release(sample);
    close(ends[0]), close(ends[1]);
}

static void a_unix_pair_knows_its_peer_and_its_unread_bytes(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(send(ends[0], "abc", 3, 0), 3);
    struct sample *sample = sockets_taken(NULL, 0);
    assert_int_equal(cell(sample, ends[0], SOCKET_PROTOCOL), SOCKET_UNIX);
    assert_int_equal(cell(sample, ends[0], SOCKET_PEER_INODE), inode_of(ends[1]));
    assert_int_equal(cell(sample, ends[1], SOCKET_PEER_INODE), inode_of(ends[0]));
    assert_int_equal(cell(sample, ends[1], SOCKET_RECEIVE_QUEUE_BYTES), 3);
    assert_string_equal(text(sample, ends[0], SOCKET_LOCAL), "");
    sample_release(sample);
    close(ends[0]), close(ends[1]);
}

/* An abstract name with a NUL and a byte that is not UTF-8 inside; a client that was not accepted. */
static void an_abstract_listener_keeps_its_name_and_its_backlog(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path + 1, 90, "culprit-test-%d", (int)getpid());
    memcpy(address.sun_path + 1 + length, "\0\xff", 2);
    socklen_t bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length + 2);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (void *)&address, bytes), 0);
    assert_int_equal(listen(listener, 5), 0);
    assert_int_equal(connect(client, (void *)&address, bytes), 0);
    struct sample *sample = sockets_taken(NULL, 0);
    char expected[120];
    snprintf(expected, sizeof expected, "@culprit-test-%d@\xff", (int)getpid());
    assert_string_equal(text(sample, listener, SOCKET_LOCAL), expected);
    assert_int_equal(cell(sample, listener, SOCKET_STATE), TCP_LISTEN);
    assert_int_equal(cell(sample, listener, SOCKET_BACKLOG), 1);
    assert_int_equal(cell(sample, listener, SOCKET_BACKLOG_LIMIT), 5);
    assert_int_equal(cell(sample, client, SOCKET_PEER_INODE), inode_of(listener));
    sample_release(sample);
    close(listener), close(client);
}

static void a_unix_path_is_its_name(void **state)
{
    (void)state;
    char directory[] = "/tmp/culprit-test-XXXXXX";
    assert_non_null(mkdtemp(directory));
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", directory);
    int listener = socket(AF_UNIX, SOCK_DGRAM, 0);
    int bound = bind(listener, (void *)&address, sizeof address);
    struct sample *sample = sockets_taken(NULL, 0);
    unlink(address.sun_path);
    rmdir(directory);
    assert_int_equal(bound, 0);
    assert_string_equal(text(sample, listener, SOCKET_LOCAL), address.sun_path);
    sample_release(sample);
    close(listener);
}

/* A child in a network namespace of its own, with a connected pair there. Answers its pid, or 0 when that is not
 * permitted. */
static pid_t stranger_start(uint64_t inodes[3])
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        uint64_t told[3] = {0};
        uint16_t port;
        struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
        int control = -1;
        if (unshare(CLONE_NEWNET) == 0 && (control = socket(AF_INET, SOCK_DGRAM, 0)) >= 0 &&
            ioctl(control, SIOCSIFFLAGS, &request) == 0) {
            int listener = listener_open(AF_INET, &port);
            int client = client_open(AF_INET, port);
            int server = accept(listener, NULL, NULL);
            told[0] = own_namespace(), told[1] = inode_of(client), told[2] = inode_of(server);
        }
        if (write(ends[1], told, sizeof told) != sizeof told)
            _exit(1);
        alarm(30);
        pause();
        _exit(0);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], inodes, 3 * sizeof *inodes), 3 * sizeof *inodes);
    close(ends[0]);
    if (inodes[0] != 0)
        return child;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return 0;
}

static void sockets_of_another_network_namespace_are_seen(void **state)
{
    (void)state;
    uint64_t inodes[3];
    pid_t child = stranger_start(inodes);
    if (child == 0) {
        print_message("skipped: a network namespace of our own is not permitted here\n");
        skip();
    }
    struct net_namespace namespaces[] = {
        {.inode = own_namespace(), .pid = getpid()},
        {.inode = inodes[0], .pid = child},
        {.inode = inodes[0] + 1, .pid = child},
        {.inode = inodes[0], .pid = 0x7ffffffe},
    };
    struct sample *sample = sockets_taken(namespaces, 3);
    struct sample *gone = sockets_taken(namespaces + 3, 1);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    const struct table *table = &sample->tables[TABLE_SOCKET];
    size_t row = row_of(sample, inodes[1]);
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(table_u64(table, row, SOCKET_NET_NAMESPACE, 0), inodes[0]);
    assert_int_equal(table_u64(table, row, SOCKET_PEER_INODE, 0), inodes[2]);
    assert_int_equal(sample_unread_count(sample, "sockets"), 1);
    assert_int_equal(row_of(gone, inodes[1]), SIZE_MAX);
    assert_int_equal(sample_unread_count(gone, "sockets"), 1);
    sample_release(sample);
    sample_release(gone);
}

static struct socket_record record_made(uint64_t net_namespace, uint32_t inode, uint8_t state, const char *local,
                                        uint16_t local_port, const char *remote, uint16_t remote_port)
{
    struct socket_record record = {.net_namespace = net_namespace,
                                   .inode = inode,
                                   .protocol = SOCKET_TCP,
                                   .state = state,
                                   .local_port = local_port,
                                   .remote_port = remote_port};
    assert_int_equal(inet_pton(AF_INET6, local, record.local), 1);
    assert_int_equal(inet_pton(AF_INET6, remote, record.remote), 1);
    return record;
}

static void ends_are_joined_within_and_across_namespaces(void **state)
{
    (void)state;
    const struct socket_record all[] = {
        record_made(1, 10, TCP_ESTABLISHED, "::ffff:10.0.0.1", 1000, "::ffff:10.0.0.2", 80),
        record_made(2, 20, TCP_ESTABLISHED, "::ffff:10.0.0.2", 80, "::ffff:10.0.0.1", 1000),
        record_made(1, 11, TCP_ESTABLISHED, "::ffff:127.0.0.1", 1000, "::ffff:127.0.0.1", 80),
        record_made(2, 21, TCP_ESTABLISHED, "::ffff:127.0.0.1", 80, "::ffff:127.0.0.1", 1000),
        record_made(3, 31, TCP_ESTABLISHED, "::ffff:127.0.0.1", 80, "::ffff:127.0.0.1", 1000),
        record_made(3, 32, TCP_ESTABLISHED, "::ffff:127.0.0.1", 1000, "::ffff:127.0.0.1", 80),
        record_made(1, 13, TCP_ESTABLISHED, "fd00::1", 1000, "fd00::2", 80),
        record_made(2, 23, TCP_ESTABLISHED, "fd00::2", 80, "fd00::1", 1000),
        record_made(3, 33, TCP_ESTABLISHED, "fd00::2", 80, "fd00::1", 1000),
        record_made(2, 24, TCP_LISTEN, "::", 81, "::", 0),
        record_made(2, 0, TCP_ESTABLISHED, "::ffff:10.0.0.2", 81, "::ffff:10.0.0.1", 1001),
        record_made(1, 14, TCP_ESTABLISHED, "::ffff:10.0.0.1", 1001, "::ffff:10.0.0.2", 81),
        record_made(2, 25, TCP_SYN_SENT, "::1", 1002, "::1", 81),
        record_made(2, 0, TCP_FIN_WAIT2, "::ffff:10.0.0.2", 81, "::ffff:10.0.0.1", 1003),
        record_made(1, 15, TCP_CLOSE_WAIT, "::ffff:10.0.0.1", 1003, "::ffff:10.0.0.2", 81),
    };
    static const uint32_t expected[] = {20, 10, 0, 0, 32, 31, 0, 13, 13, 0, 14, 24, 24, 15, 0};
    enum { COUNT = sizeof all / sizeof all[0] };
    const struct socket_record *records[COUNT];
    struct socket_peers peers = {0};
    for (size_t i = 0; i < COUNT; i++)
        records[i] = &all[i];
    for (int again = 0; again < 2; again++) {
        assert_true(socket_peers_fill(&peers, records, COUNT));
        for (size_t i = 0; i < COUNT; i++)
            assert_int_equal(socket_peers_find(&peers, records[i]), expected[i]);
    }
    socket_peers_done(&peers);
}

enum { PROC_SOCKETS_MAX = 65536 };

static const struct {
    const char *path;
    const char *format;
} proc_lists[] = {
    {"/proc/self/net/tcp", "%*s %*s %*s %*s %*s %*s %*s %*s %*s %lu"},
    {"/proc/self/net/tcp6", "%*s %*s %*s %*s %*s %*s %*s %*s %*s %lu"},
    {"/proc/self/net/udp", "%*s %*s %*s %*s %*s %*s %*s %*s %*s %lu"},
    {"/proc/self/net/udp6", "%*s %*s %*s %*s %*s %*s %*s %*s %*s %lu"},
    {"/proc/self/net/unix", "%*s %*s %*s %*s %*s %*s %lu"},
};

static size_t proc_inodes(unsigned long *inodes)
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof proc_lists / sizeof proc_lists[0]; i++) {
        FILE *file = fopen(proc_lists[i].path, "re");
        char line[1024];
        while (file != NULL && count < PROC_SOCKETS_MAX && fgets(line, sizeof line, file) != NULL)
            if (sscanf(line, proc_lists[i].format, &inodes[count]) == 1 && inodes[count] != 0)
                count++;
        if (file != NULL)
            fclose(file);
    }
    return count;
}

static int inode_compare(const void *left, const void *right)
{
    unsigned long a = *(const unsigned long *)left, b = *(const unsigned long *)right;
    return a < b ? -1 : a > b;
}

static void what_proc_net_lists_is_there(void **state)
{
    (void)state;
    uint16_t port;
    int listener = listener_open(AF_INET, &port), pair[2];
    int client = client_open(AF_INET, port);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    unsigned long *before = calloc(PROC_SOCKETS_MAX, sizeof *before);
    unsigned long *after = calloc(PROC_SOCKETS_MAX, sizeof *after);
    assert_non_null(before);
    assert_non_null(after);
    size_t before_count = proc_inodes(before);
    struct sample *sample = sockets_taken(NULL, 0);
    size_t after_count = proc_inodes(after);
    qsort(after, after_count, sizeof *after, inode_compare);
    size_t compared = 0, missing = 0;
    for (size_t i = 0; i < before_count; i++) {
        if (bsearch(&before[i], after, after_count, sizeof *after, inode_compare) == NULL)
            continue;
        compared++;
        missing += row_of(sample, before[i]) == SIZE_MAX;
    }
    assert_true(compared >= 4);
    assert_int_equal(missing, 0);
    sample_release(sample);
    free(before), free(after);
    close(client), close(listener), close(pair[0]), close(pair[1]);
}

/* A child whose send to the socket sleeps on a page that nobody ever delivers, holding the socket's lock. Answers its
 * pid once it sleeps there, 0 when userfaultfd is not permitted. */
static pid_t locker_start(int descriptor)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        char ready = 0;
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        char *memory = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        struct uffdio_api api = {.api = UFFD_API};
        struct uffdio_register range = {.range = {(uintptr_t)memory, page}, .mode = UFFDIO_REGISTER_MODE_MISSING};
        int fault = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
        ready = fault >= 0 && ioctl(fault, UFFDIO_API, &api) == 0 && ioctl(fault, UFFDIO_REGISTER, &range) == 0;
        alarm(30);
        if (write(ends[1], &ready, 1) != 1 || !ready)
            _exit(1);
        send(descriptor, memory, 100, 0);
        _exit(0);
    }
    close(ends[1]);
    char ready = 0;
    assert_int_equal(read(ends[0], &ready, 1), 1);
    close(ends[0]);
    if (!ready) {
        waitpid(child, NULL, 0);
        return 0;
    }
    nanosleep(&(struct timespec){.tv_nsec = 100 * NS_PER_MS}, NULL);
    return child;
}

static void a_held_socket_lock_costs_the_details_only(void **state)
{
    (void)state;
    uint16_t port;
    struct error error = {0};
    int listener = listener_open(AF_INET, &port);
    int client = client_open(AF_INET, port), server = accept(listener, NULL, NULL);
    pid_t child = locker_start(client);
    if (child == 0) {
        print_message("skipped: userfaultfd is not permitted here\n");
        close(client), close(server), close(listener);
        skip();
    }
    struct sockets *sockets = sockets_new(&error);
    struct sample *sample = sample_new();
    int64_t began_ns = clock_boottime_ns();
    bool collected = sockets_collect(sockets, sample, NULL, 0, NULL, 300, &error);
    int64_t took_ns = clock_boottime_ns() - began_ns;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_true(collected);
    assert_true(took_ns >= 300 * NS_PER_MS && took_ns < 5 * NS_PER_S);
    assert_int_equal(cell(sample, client, SOCKET_PEER_INODE), inode_of(server));
    assert_int_equal(cell(sample, client, SOCKET_RTT_US), UINT64_MAX);
    assert_int_equal(sample_unread_count(sample, "socket details"), 1);
    assert_int_equal(sample_unread_count(sample, "sockets"), 0);
    sample_release(sample);
    sample = sample_new();
    assert_true(sockets_collect(sockets, sample, NULL, 0, NULL, DEADLINE_MS, &error));
    assert_true(cell(sample, client, SOCKET_RTT_US) < 1000000);
    sample_release(sample);
    sockets_free(sockets);
    close(client), close(server), close(listener);
}

int main(void)
{
    alarm(120);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcp_over_ipv4_is_seen_with_queues_backlog_and_peer),
        cmocka_unit_test(tcp_over_ipv6_is_seen_with_queues_backlog_and_peer),
        cmocka_unit_test(a_mapped_address_is_written_as_ipv4),
        cmocka_unit_test(udp_is_seen_and_connected_pairs_are_joined),
        cmocka_unit_test(a_unix_pair_knows_its_peer_and_its_unread_bytes),
        cmocka_unit_test(an_abstract_listener_keeps_its_name_and_its_backlog),
        cmocka_unit_test(a_unix_path_is_its_name),
        cmocka_unit_test(sockets_of_another_network_namespace_are_seen),
        cmocka_unit_test(ends_are_joined_within_and_across_namespaces),
        cmocka_unit_test(what_proc_net_lists_is_there),
        cmocka_unit_test(a_held_socket_lock_costs_the_details_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
