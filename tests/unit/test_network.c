/* collect: connections that nobody answers, by programs that wait with poll, in a network namespace of the test's own:
 * a tunnel at whose other end nobody is swallows what is sent to 10.99.0.9. */
#include "base/clock.h"
#include "collect/network.h"
#include "collect/source.h"
#include "graph/graph.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

struct scene {
    struct source *source;
    struct sample *sample;
    int tunnel;
    const char *missing; /* why the test cannot be; NULL: it can */
    char reason[512];
};

static bool interface_set(unsigned long what, const char *name, const char *address)
{
    struct ifreq request = {.ifr_flags = IFF_UP | IFF_RUNNING};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (address != NULL) {
        struct sockaddr_in *place = (struct sockaddr_in *)(void *)&request.ifr_addr;
        *place = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = inet_addr(address)};
    }
    int asked = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool set = asked >= 0 && ioctl(asked, what, &request) == 0;
    close(asked);
    return set;
}

/* Descriptor of the tunnel, which ends with it; -1: it cannot be had. */
static int hole_make(void)
{
    struct ifreq request = {.ifr_name = "hole", .ifr_flags = IFF_TUN | IFF_NO_PI};
    int tunnel = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (tunnel >= 0 && ioctl(tunnel, TUNSETIFF, &request) == 0 && interface_set(SIOCSIFADDR, "hole", "10.99.0.1") &&
        interface_set(SIOCSIFNETMASK, "hole", "255.255.255.0") && interface_set(SIOCSIFFLAGS, "hole", NULL))
        return tunnel;
    if (tunnel >= 0)
        close(tunnel);
    return -1;
}

static int scene_set(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct error error = {0};
    *state = scene;
    if (scene == NULL)
        return -1;
    struct network *network = network_new(&error);
    if (network == NULL) {
        snprintf(scene->reason, sizeof scene->reason, "%s", error.text);
        scene->missing = scene->reason;
    }
    network_free(network);
    scene->tunnel = -1;
    if (unshare(CLONE_NEWNET) != 0 || !interface_set(SIOCSIFFLAGS, "lo", NULL))
        scene->missing = "no network namespace can be made here";
    else
        scene->tunnel = hole_make();
    scene->source = source_new(&(struct collector_options){0}, &error);
    if (scene->source == NULL)
        return -1;
    sample_release(source_sample(scene->source, true, &error));
    while (!source_settle(scene->source))
        continue;
    return 0;
}

static int scene_clear(void **state)
{
    struct scene *scene = *state;
    if (scene->tunnel >= 0)
        close(scene->tunnel);
    sample_release(scene->sample);
    source_free(scene->source);
    free(scene);
    return 0;
}

static struct scene *scene_of(void **state)
{
    struct scene *scene = *state;
    if (scene->missing != NULL) {
        print_message("skipped: %s\n", scene->missing);
        skip();
    }
    return scene;
}

static void sample_take(struct scene *scene)
{
    sample_release(scene->sample);
    scene->sample = source_sample(scene->source, true, NULL);
    assert_non_null(scene->sample);
}

/* Asks without waiting, as programs with an event loop do; stores when. */
static int connect_begin(const char *address, uint16_t port, int64_t *asked_ns)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr(address)};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    *asked_ns = clock_boottime_ns();
    int result = connect(descriptor, (struct sockaddr *)&place, sizeof place);
    assert_true(result == 0 || errno == EINPROGRESS || errno == ECONNREFUSED);
    return descriptor;
}

/* The wait for that address; SIZE_MAX: none. */
static size_t wait_row(const struct sample *sample, const char *remote)
{
    for (size_t row = 0; row < sample->tables[TABLE_WAIT].rows; row++) {
        const char *asked = sample_string(sample, TABLE_WAIT, row, WAIT_REMOTE);
        if (asked != NULL && strcmp(asked, remote) == 0)
            return row;
    }
    return SIZE_MAX;
}

static size_t event_row(const struct sample *sample, const char *remote)
{
    for (size_t row = 0; row < sample->tables[TABLE_EVENT].rows; row++) {
        const char *asked = sample_string(sample, TABLE_EVENT, row, EVENT_REMOTE);
        if (asked != NULL && strcmp(asked, remote) == 0)
            return row;
    }
    return SIZE_MAX;
}

static void address_that_does_not_answer_is_waited_for_and_named(void **state)
{
    struct scene *scene = scene_of(state);
    struct error error = {0};
    int64_t asked_ns;
    if (scene->tunnel < 0) {
        print_message("skipped: no tunnel can be made here\n");
        skip();
    }
    int descriptor = connect_begin("10.99.0.9", 4443, &asked_ns);
    int64_t waiting_ns = clock_boottime_ns();
    usleep(1100000);
    sample_take(scene);
    const struct table *waits = &scene->sample->tables[TABLE_WAIT];
    size_t row = wait_row(scene->sample, "10.99.0.9:4443");
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(table_u64(waits, row, WAIT_KIND, 0), WAIT_CONNECT);
    assert_int_equal(table_u64(waits, row, WAIT_PID, 0), getpid());
    assert_int_equal(table_u64(waits, row, WAIT_ONGOING, 0), 1);
    assert_in_range(table_u64(waits, row, WAIT_SINCE_NS, 0), asked_ns, waiting_ns);
    assert_false(table_known(waits, row, WAIT_HOLDER_PID));
    struct graph *graph = graph_build(&(struct window){.samples = &scene->sample, .count = 1}, &error);
    assert_non_null(graph);
    uint32_t endpoint = graph_find(graph, "endpoint:10.99.0.9:4443");
    assert_int_not_equal(endpoint, NODE_NONE);
    assert_string_equal(graph->nodes[endpoint].label, "-> 10.99.0.9:4443");
    assert_true(graph_measure(graph, endpoint, MEASURE_WAITERS) == 1);
    graph_free(graph);
    int64_t closing_ns = clock_boottime_ns();
    close(descriptor);
    int64_t closed_ns = clock_boottime_ns();
    sample_take(scene);
    waits = &scene->sample->tables[TABLE_WAIT];
    row = wait_row(scene->sample, "10.99.0.9:4443");
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(table_u64(waits, row, WAIT_ONGOING, 1), 0);
    assert_in_range(table_u64(waits, row, WAIT_UNTIL_NS, 0), closing_ns, closed_ns);
    const struct table *events = &scene->sample->tables[TABLE_EVENT];
    row = event_row(scene->sample, "10.99.0.9:4443");
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(table_u64(events, row, EVENT_KIND, 0), EVENT_CONNECT_FAILED);
    assert_int_equal(table_u64(events, row, EVENT_PID, 0), getpid());
    assert_in_range(table_u64(events, row, EVENT_SINCE_NS, 0), asked_ns, waiting_ns);
    assert_int_equal(table_u64(events, row, EVENT_ERROR, 99), 0);
    sample_take(scene);
    assert_int_equal(wait_row(scene->sample, "10.99.0.9:4443"), SIZE_MAX);
    assert_int_equal(event_row(scene->sample, "10.99.0.9:4443"), SIZE_MAX);
}

static void refused_connection_is_an_event_and_no_wait(void **state)
{
    struct scene *scene = scene_of(state);
    int64_t asked_ns;
    int descriptor = connect_begin("127.0.0.1", 9, &asked_ns);
    sample_take(scene);
    close(descriptor);
    size_t row = event_row(scene->sample, "127.0.0.1:9");
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(table_u64(&scene->sample->tables[TABLE_EVENT], row, EVENT_ERROR, 0), ECONNREFUSED);
    assert_int_equal(wait_row(scene->sample, "127.0.0.1:9"), SIZE_MAX);
}

/* A listener whose queue is full lets who asks wait without a word: the process that does not accept is to blame. */
static void full_queue_has_the_process_that_does_not_accept(void **state)
{
    enum { BACKLOG = 1, CLIENTS = 4 };
    struct scene *scene = scene_of(state);
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof place;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), clients[CLIENTS];
    int64_t asked_ns;
    assert_int_equal(bind(listener, (struct sockaddr *)&place, length), 0);
    assert_int_equal(listen(listener, BACKLOG), 0);
    getsockname(listener, (struct sockaddr *)&place, &length);
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = connect_begin("127.0.0.1", ntohs(place.sin_port), &asked_ns);
    usleep(1100000);
    sample_take(scene);
    char remote[32];
    snprintf(remote, sizeof remote, "127.0.0.1:%u", ntohs(place.sin_port));
    size_t row = wait_row(scene->sample, remote);
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(table_u64(&scene->sample->tables[TABLE_WAIT], row, WAIT_HOLDER_PID, 0), getpid());
    for (int i = 0; i < CLIENTS; i++)
        close(clients[i]);
    close(listener);
}

/* Two sockets that are connected to each other; the second drops all that arrives. */
static void pair_make(int pair[2], char remote[32])
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof place;
    struct sock_filter nothing = {.code = BPF_RET | BPF_K, .k = 0};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&place, length), 0);
    assert_int_equal(listen(listener, 1), 0);
    getsockname(listener, (struct sockaddr *)&place, &length);
    assert_int_equal(connect(pair[0], (struct sockaddr *)&place, length), 0);
    pair[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    close(listener);
    struct sock_fprog filter = {.len = 1, .filter = &nothing};
    assert_int_equal(setsockopt(pair[1], SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter), 0);
    snprintf(remote, 32, "127.0.0.1:%u", ntohs(place.sin_port));
}

static void segments_that_are_sent_again_are_told_with_their_connection(void **state)
{
    struct scene *scene = scene_of(state);
    char remote[32];
    int pair[2];
    pair_make(pair, remote);
    int64_t sent_ns = clock_boottime_ns();
    assert_int_equal(send(pair[0], "x", 1, MSG_NOSIGNAL), 1);
    size_t row = SIZE_MAX;
    for (int tries = 0; row == SIZE_MAX && tries < 300; tries++) {
        usleep(100000);
        sample_take(scene);
        row = event_row(scene->sample, remote);
    }
    assert_int_not_equal(row, SIZE_MAX);
    const struct table *events = &scene->sample->tables[TABLE_EVENT];
    assert_int_equal(table_u64(events, row, EVENT_KIND, 0), EVENT_RESENT);
    assert_int_equal(table_u64(events, row, EVENT_PID, 0), getpid());
    assert_true(table_u64(events, row, EVENT_COUNT, 0) >= 1);
    assert_in_range(table_u64(events, row, EVENT_SINCE_NS, 0), sent_ns, table_u64(events, row, EVENT_TIME_NS, 0));
    assert_in_range(table_u64(events, row, EVENT_TIME_NS, 0), sent_ns, clock_boottime_ns());
    close(pair[0]);
    close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(address_that_does_not_answer_is_waited_for_and_named, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(refused_connection_is_an_event_and_no_wait, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(full_queue_has_the_process_that_does_not_accept, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(segments_that_are_sent_again_are_told_with_their_connection, scene_set,
                                        scene_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
