/* graph: files, pipes and sockets, from samples made by hand. */
#include "graph/graph.h"
#include "tests/unit/graph_checks.h"
#include "tests/unit/hand_made.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void files_are_told_apart_by_namespace_and_joined_by_inode(void **state)
{
    (void)state;
    struct sample *samples[1] = {made_sample(100)};
    struct sample *sample = samples[0];
    made_process(sample, 30, 30, "container");
    made_u64(sample, TABLE_PROCESS, PROCESS_MOUNT_NAMESPACE, 99);
    made_process(sample, 31, 30, "host");
    made_process(sample, 32, 30, "host");
    made_descriptor(sample, 30, 30, 3, DESCRIPTOR_FILE, "/etc/own", 0, 1);
    made_descriptor(sample, 30, 30, 4, DESCRIPTOR_FILE, "/mnt/shared", 555, 2);
    made_u64(sample, TABLE_DESCRIPTOR, DESCRIPTOR_DEVICE, 0x801);
    made_descriptor(sample, 31, 30, 3, DESCRIPTOR_FILE, "/etc/own", 0, 1);
    made_descriptor(sample, 31, 30, 4, DESCRIPTOR_FILE, "/srv/shared", 555, 1);
    made_u64(sample, TABLE_DESCRIPTOR, DESCRIPTOR_DEVICE, 0x801);
    made_descriptor(sample, 31, 30, 5, DESCRIPTOR_FILE, "/etc/own", 0, 1); /* opened twice */
    made_descriptor(sample, 32, 30, 3, DESCRIPTOR_FILE, "/tmp/log", 7001, 2);
    made_u64(sample, TABLE_DESCRIPTOR, DESCRIPTOR_DELETED, 1);
    made_descriptor(sample, 32, 30, 4, DESCRIPTOR_DIRECTORY, "/tmp", 0, 0);
    made_descriptor(sample, 32, 30, 5, DESCRIPTOR_OTHER, "anon_inode:[eventpoll]", 0, 0);
    struct window window = made_window(samples, 1);
    struct graph *graph = checked_graph(&window);
    assert_non_null(edge_between(graph, EDGE_OPENS, "30@3000", "file:99:/etc/own"));
    assert_non_null(edge_between(graph, EDGE_OPENS, "31@3000", "file:/etc/own"));
    assert_non_null(edge_between(graph, EDGE_OPENS, "30@3000", "file:/srv/shared"));
    assert_int_equal(graph_find(graph, "file:99:/mnt/shared"), NODE_NONE);
    check_measure(graph, "file:/srv/shared", MEASURE_OPENERS, 2);
    check_measure(graph, "file:/srv/shared", MEASURE_WRITERS, 1);
    check_measure(graph, "file:/etc/own", MEASURE_OPENERS, 1);
    check_measure(graph, "file:/etc/own", MEASURE_DELETED, 0);
    check_measure(graph, "file:/tmp", MEASURE_WRITERS, NAN);
    uint32_t deleted = checked_node(graph, "file:/tmp/log (deleted 7001)");
    assert_string_equal(graph->nodes[deleted].label, "/tmp/log (deleted)");
    assert_string_equal(graph->nodes[deleted].name, "/tmp/log");
    check_measure(graph, "file:/tmp/log (deleted 7001)", MEASURE_DELETED, 1);
    assert_int_equal(edge_kind_count(graph, EDGE_OPENS), 6);
    graph_free(graph);
    made_window_done(&window);
}

static void made_file(struct sample *sample, const char *path, uint64_t inode, uint64_t size)
{
    made_row(sample, TABLE_FILE);
    made_text(sample, TABLE_FILE, FILE_PATH, path);
    made_u64(sample, TABLE_FILE, FILE_DEVICE, 0x801);
    made_u64(sample, TABLE_FILE, FILE_INODE, inode);
    made_u64(sample, TABLE_FILE, FILE_SIZE_BYTES, size);
}

static void files_grow_unless_another_took_their_name(void **state)
{
    (void)state;
    struct sample *samples[2] = {made_sample(100), made_sample(102)};
    made_file(samples[0], "/log/a", 1, 1000);
    made_file(samples[0], "/log/gone", 2, 1000);
    made_file(samples[0], "/log/rotated", 3, 9000);
    made_file(samples[1], "/log/rotated", 4, 10);
    made_file(samples[1], "/log/a", 1, 5000);
    struct window window = made_window(samples, 2);
    struct graph *graph = checked_graph(&window);
    check_measure(graph, "file:/log/a", MEASURE_SIZE_BYTES, 5000);
    check_measure(graph, "file:/log/a", MEASURE_SIZE_GROWTH_BPS, 2000);
    check_measure(graph, "file:/log/rotated", MEASURE_SIZE_BYTES, 10);
    check_measure(graph, "file:/log/rotated", MEASURE_SIZE_GROWTH_BPS, NAN);
    assert_int_equal(graph_find(graph, "file:/log/gone"), NODE_NONE);
    graph_free(graph);
    made_window_done(&window);
}

static void pipes_flow_from_writer_to_reader(void **state)
{
    (void)state;
    struct sample *samples[1] = {made_sample(100)};
    for (uint64_t pid = 30; pid < 33; pid++)
        made_process(samples[0], pid, 30, "p");
    made_descriptor(samples[0], 30, 30, 1, DESCRIPTOR_PIPE, NULL, 800, 2);
    made_descriptor(samples[0], 30, 30, 2, DESCRIPTOR_PIPE, NULL, 800, 2);
    made_descriptor(samples[0], 31, 30, 0, DESCRIPTOR_PIPE, NULL, 800, 1);
    made_descriptor(samples[0], 32, 30, 0, DESCRIPTOR_PIPE, NULL, 801, 0);
    made_descriptor(samples[0], 32, 30, 1, DESCRIPTOR_DEVICE_FILE, "/dev/null", 0, 3);
    made_descriptor(samples[0], 32, 30, 2, DESCRIPTOR_DEVICE_FILE, "/dev/sda", 0, 3);
    made_row(samples[0], TABLE_PIPE);
    made_u64(samples[0], TABLE_PIPE, PIPE_INODE, 800);
    made_u64(samples[0], TABLE_PIPE, PIPE_BUFFERS, 16);
    made_u64(samples[0], TABLE_PIPE, PIPE_BUFFERS_USED, 12);
    struct window window = made_window(samples, 1);
    struct graph *graph = checked_graph(&window);
    assert_non_null(edge_between(graph, EDGE_PIPE, "30@3000", "pipe:800"));
    assert_non_null(edge_between(graph, EDGE_PIPE, "pipe:800", "31@3000"));
    assert_non_null(edge_between(graph, EDGE_PIPE, "32@3000", "pipe:801"));
    assert_int_equal(edge_kind_count(graph, EDGE_PIPE), 3);
    check_measure(graph, "pipe:800", MEASURE_WRITERS, 1);
    check_measure(graph, "pipe:800", MEASURE_OPENERS, 2);
    check_measure(graph, "pipe:801", MEASURE_WRITERS, NAN);
    check_measure(graph, "pipe:800", MEASURE_PIPE_FULL_PCT, 75);
    check_measure(graph, "pipe:801", MEASURE_PIPE_FULL_PCT, NAN);
    assert_int_equal(graph_find(graph, "device:/dev/null"), NODE_NONE);
    assert_non_null(edge_between(graph, EDGE_OPENS, "32@3000", "device:/dev/sda"));
    graph_free(graph);
    made_window_done(&window);
}

static void made_socket(struct sample *sample, uint64_t inode, uint64_t state, const char *local, const char *remote,
                        uint64_t peer)
{
    made_row(sample, TABLE_SOCKET);
    made_u64(sample, TABLE_SOCKET, SOCKET_INODE, inode);
    made_u64(sample, TABLE_SOCKET, SOCKET_COOKIE, 1000 + inode);
    made_u64(sample, TABLE_SOCKET, SOCKET_PROTOCOL, SOCKET_TCP);
    made_u64(sample, TABLE_SOCKET, SOCKET_STATE, state);
    made_text(sample, TABLE_SOCKET, SOCKET_LOCAL, local);
    if (remote != NULL)
        made_text(sample, TABLE_SOCKET, SOCKET_REMOTE, remote);
    if (peer != 0)
        made_u64(sample, TABLE_SOCKET, SOCKET_PEER_INODE, peer);
}

static void sockets_are_labelled_joined_and_summed(void **state)
{
    (void)state;
    struct sample *samples[2] = {made_sample(100), made_sample(102)};
    for (uint64_t s = 0; s < 2; s++) {
        struct sample *sample = samples[s];
        made_process(sample, 30, 30, "server");
        made_socket(sample, 1, 10, "10.0.0.5:443", NULL, 0);
        made_u64(sample, TABLE_SOCKET, SOCKET_BACKLOG, 32);
        made_u64(sample, TABLE_SOCKET, SOCKET_BACKLOG_LIMIT, 128);
        made_socket(sample, 2, 1, "10.0.0.5:443", "10.0.0.9:51514", 3);
        made_u64(sample, TABLE_SOCKET, SOCKET_RTT_US, 1500);
        made_u64(sample, TABLE_SOCKET, SOCKET_RECEIVE_QUEUE_BYTES, 10);
        made_u64(sample, TABLE_SOCKET, SOCKET_RETRANSMITS, 5 + 8 * s);
        made_socket(sample, 3, 1, "10.0.0.9:51514", "10.0.0.5:443", 2);
        made_u64(sample, TABLE_SOCKET, SOCKET_RTT_US, 900);
        made_u64(sample, TABLE_SOCKET, SOCKET_RECEIVE_QUEUE_BYTES, 30);
        made_socket(sample, 0, 6, "10.0.0.5:80", "10.0.0.9:4", 0); /* time wait */
        for (uint64_t fd = 0; fd < 4; fd++)
            made_descriptor(sample, 30, 30, fd, DESCRIPTOR_SOCKET, NULL, 1 + fd, 3);
        made_row(sample, TABLE_SOCKET);
        made_u64(sample, TABLE_SOCKET, SOCKET_INODE, 9);
        made_u64(sample, TABLE_SOCKET, SOCKET_PROTOCOL, SOCKET_UNIX);
    }
    struct window window = made_window(samples, 2);
    struct graph *graph = checked_graph(&window);
    assert_string_equal(graph->nodes[checked_node(graph, "socket:1")].label, "10.0.0.5:443");
    assert_string_equal(graph->nodes[checked_node(graph, "socket:2")].label, "10.0.0.5:443 <- 10.0.0.9:51514");
    assert_string_equal(graph->nodes[checked_node(graph, "socket:3")].label, "10.0.0.9:51514 -> 10.0.0.5:443");
    assert_string_equal(graph->nodes[checked_node(graph, "socket:2")].name, "10.0.0.5:443");
    assert_string_equal(graph->nodes[checked_node(graph, "socket:4")].label, "socket:[4]");
    assert_string_equal(graph->nodes[checked_node(graph, "socket:9")].label, "unix:9");
    assert_int_equal(graph_find(graph, "socket:c:1000"), NODE_NONE);
    assert_int_equal(edge_kind_count(graph, EDGE_CONNECTED), 1);
    assert_int_equal(edge_kind_count(graph, EDGE_OWNS), 4);
    check_measure(graph, "socket:2", MEASURE_RTT_MS, 1.5);
    check_measure(graph, "socket:2", MEASURE_RETRANSMITS_PS, 4);
    check_measure(graph, "socket:1", MEASURE_BACKLOG_SHARE, 0.25);
    check_measure(graph, "30@3000", MEASURE_RTT_MS, 1.5);
    check_measure(graph, "30@3000", MEASURE_RECEIVE_QUEUE_BYTES, 40);
    check_measure(graph, "30@3000", MEASURE_SEND_QUEUE_BYTES, NAN);
    check_measure(graph, "30@3000", MEASURE_RETRANSMITS_PS, 4);
    check_measure(graph, "30@3000", MEASURE_BACKLOG, 32);
    graph_free(graph);
    made_window_done(&window);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_told_apart_by_namespace_and_joined_by_inode),
        cmocka_unit_test(files_grow_unless_another_took_their_name),
        cmocka_unit_test(pipes_flow_from_writer_to_reader),
        cmocka_unit_test(sockets_are_labelled_joined_and_summed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
