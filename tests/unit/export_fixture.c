/* The exporters' hand-made host. */
#include "tests/unit/export_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct evidence holder_why[] = {
    {"lock_held", "lock held", "s", 41.25, 0, true, 0.81},
    {"waiters", "waiters on me", "", 3, 0, false, 0.17},
    {"cpu_pct", "cpu", "%", 0.1f, NAN, false, 0.02},
};
static struct evidence file_why[] = {{"lock_wait", "lock waited for", "s", 118, 0, false, 1}};
static struct blame_step holder_path[3];
static char holder_summary[] = "holds a lock 41 s, 3 wait";
static char file_summary[] = "lock waited for 118 s";
static char waiter_summary[] = "waits for #1: 41 s";
static char socket_summary[] = "receive queue 212 KB";
static char sentence[] = "log-rotate[8472] has held the lock on /var/log/app.log for at least 41 s; payment[812], "
                         "orders[815] and 1 other wait for it.";

static void *must(void *pointer)
{
    if (pointer == NULL)
        abort();
    return pointer;
}

static uint32_t process_add(struct graph *graph, const char *hostile, const char *name, uint32_t pid, const char *unit)
{
    char id[64], label[64];
    snprintf(id, sizeof id, "%u@%u", pid, pid * 7);
    snprintf(label, sizeof label, "%s[%u]", name, pid);
    uint32_t number = graph_node_add(graph, NODE_PROCESS, id, hostile ? hostile : name, hostile ? hostile : label);
    struct node *node = &graph->nodes[number];
    const char *unit_name = hostile ? hostile : unit;
    const char *command = hostile ? hostile : "/usr/sbin/service --verbose";
    node->unit = must(arena_copy(&graph->arena, unit_name, strlen(unit_name)));
    node->command = must(arena_copy(&graph->arena, command, strlen(command)));
    node->executable = node->command;
    node->pid = pid;
    node->uid = 0;
    node->state = 'S';
    graph_measure_set(graph, number, MEASURE_CPU_PCT, pid % 7);
    graph_measure_set(graph, number, MEASURE_RSS_BYTES, 1024.0 * 1024 * (pid % 97));
    return number;
}

static void wait_add(struct export_fixture *fixture, size_t waiter, double seconds)
{
    struct edge *edge = must(graph_edge_add(fixture->graph, EDGE_WAITS, fixture->waiters[waiter], fixture->holder));
    edge->wait = WAIT_LOCK;
    edge->on = fixture->file;
    edge->seconds = edge->total_s = seconds;
    edge->count = 1;
    edge->ongoing = edge->at_least = true;
    holder_path[waiter] = (struct blame_step){.from = fixture->waiters[waiter],
                                              .to = fixture->holder,
                                              .on = fixture->file,
                                              .by = WAIT_LOCK,
                                              .seconds = seconds,
                                              .at_least = true};
}

static struct sample *sample_make(const char *hostile)
{
    struct sample *sample = must(sample_new());
    sample->time_ns = INT64_C(1795183351) * 1000000000;
    sample->sources = SAMPLE_SOURCE_PROC;
    const char *host = hostile ? hostile : "web3";
    table_append(&sample->tables[TABLE_HOST]);
    sample_set_string(sample, TABLE_HOST, 0, HOST_NAME, host, strlen(host));
    struct table *sockets = &sample->tables[TABLE_SOCKET];
    const char *local = hostile ? hostile : "10.0.0.5:443", *remote = hostile ? hostile : "10.0.0.9:51514";
    for (size_t row = 0; row < 2; row++) {
        table_append(sockets);
        table_set_u64(sockets, row, SOCKET_PROTOCOL, SOCKET_TCP);
        table_set_u64(sockets, row, SOCKET_STATE, row == 0 ? 1 : 10);
        sample_set_string(sample, TABLE_SOCKET, row, SOCKET_LOCAL, local, strlen(local));
    }
    sample_set_string(sample, TABLE_SOCKET, 0, SOCKET_REMOTE, remote, strlen(remote));
    for (size_t row = 0; row < 4; row++)
        table_append(&sample->tables[TABLE_PROCESS]);
    table_append(&sample->tables[TABLE_DESCRIPTOR]);
    sample_unread_add(sample, "descriptors", "not permitted", 10);
    sample_unread_add(sample, "descriptors", "missed the deadline", 2);
    sample_unread_add(sample, hostile ? hostile : "processes", "not permitted", 3);
    return sample;
}

static void nodes_make(struct export_fixture *fixture, const char *hostile)
{
    struct graph *graph = fixture->graph;
    fixture->host = graph->host =
        graph_node_add(graph, NODE_HOST, "host", hostile ? hostile : "web3", hostile ? hostile : "web3");
    fixture->holder = process_add(graph, hostile, "log-rotate", 8472, "cron.service");
    fixture->waiters[0] = process_add(graph, hostile, "payment", 812, "payment.service");
    fixture->waiters[1] = process_add(graph, hostile, "orders", 815, "orders.service");
    fixture->waiters[2] = process_add(graph, hostile, "audit", 819, "orders.service");
    fixture->file =
        graph_node_add(graph, NODE_FILE, "file:/var/log/app.log", hostile ? hostile : "/var/log/app.log", NULL);
    fixture->socket = graph_node_add(graph, NODE_SOCKET, "socket:77", hostile ? hostile : "10.0.0.5:443",
                                     hostile ? hostile : "10.0.0.5:443 <- 10.0.0.9:51514");
    fixture->listener = graph_node_add(graph, NODE_SOCKET, "socket:78", hostile ? hostile : "10.0.0.5:443", NULL);
    fixture->pipe = graph_node_add(graph, NODE_PIPE, "pipe:5", hostile ? hostile : "pipe:5", NULL);
    graph->nodes[fixture->socket].row = 0;
    graph_measure_set(graph, fixture->socket, MEASURE_RECEIVE_QUEUE_BYTES, 217088);
    graph_measure_set(graph, fixture->socket, MEASURE_RTT_MS, 0.25);
    graph_measure_set(graph, fixture->file, MEASURE_SIZE_BYTES, 5e9);
    graph_measure_set(graph, fixture->file, MEASURE_DELETED, 1);
    graph_measure_set(graph, fixture->holder, MEASURE_LOCK_HELD_S, 41.25);
    graph_measure_set(graph, fixture->holder, MEASURE_AGE_S, 200000);
}

static void edges_make(struct export_fixture *fixture)
{
    static const double seconds[3] = {41, 39, 38.04};
    struct graph *graph = fixture->graph;
    for (size_t i = 0; i < 3; i++) {
        wait_add(fixture, i, seconds[i]);
        must(graph_edge_add(graph, EDGE_OPENS, fixture->waiters[i], fixture->file));
    }
    struct edge *holds = must(graph_edge_add(graph, EDGE_HOLDS, fixture->holder, fixture->file));
    holds->wait = WAIT_LOCK;
    holds->seconds = 41.25;
    holds->at_least = true;
    must(graph_edge_add(graph, EDGE_OWNS, fixture->waiters[0], fixture->socket));
    must(graph_edge_add(graph, EDGE_PIPE, fixture->waiters[0], fixture->pipe));
    must(graph_edge_add(graph, EDGE_PIPE, fixture->pipe, fixture->waiters[2]));
    if (!graph_finish(graph, NULL))
        abort();
}

struct export_fixture *fixture_new(const char *name)
{
    struct export_fixture *fixture = must(calloc(1, sizeof *fixture));
    fixture->graph = must(graph_new());
    fixture->graph->sample = sample_make(name);
    fixture->graph->time_ns = fixture->graph->sample->time_ns;
    fixture->graph->window_s = 5.0;
    nodes_make(fixture, name);
    edges_make(fixture);
    struct suspect *suspects = must(calloc(4, sizeof *suspects));
    suspects[0] =
        (struct suspect){fixture->holder, 0.92, 0.61, 0.31, holder_why, 3, holder_path, 3, NULL, 0, holder_summary};
    suspects[1] = (struct suspect){fixture->file, 0.31, 0.31, 0, file_why, 1, NULL, 0, NULL, 0, file_summary};
    suspects[2] = (struct suspect){fixture->waiters[0], 0.123456789, 0.1, 0, NULL, 0, NULL, 0, NULL, 0, waiter_summary};
    suspects[3] = (struct suspect){fixture->socket, 0.02, 0.02, 0, NULL, 0, NULL, 0, NULL, 0, socket_summary};
    fixture->verdict = (struct verdict){.anomalous = true,
                                        .calibrated = false,
                                        .p = NAN,
                                        .score = 0.1 + 0.2,
                                        .threshold = 0.007,
                                        .window_s = 5.0,
                                        .sentence = sentence,
                                        .suspects = suspects,
                                        .suspect_count = 4};
    return fixture;
}

void fixture_free(struct export_fixture *fixture)
{
    graph_free(fixture->graph);
    free(fixture->verdict.suspects);
    free(fixture);
}

struct buffer exported(exporter *run, const struct export_input *input)
{
    struct buffer out = {0};
    struct error error = {0};
    if (!run(input, &out, &error))
        fail_msg("%s", error.text);
    return out;
}

struct export_input fixture_input(const struct export_fixture *fixture)
{
    return (struct export_input){.graph = fixture->graph, .verdict = &fixture->verdict, .hops = 1};
}

void members_are(const cJSON *object, const char *expected)
{
    struct buffer members = {0};
    const cJSON *member;
    cJSON_ArrayForEach(member, object)
    {
        char type = cJSON_IsNumber(member)   ? 'n'
                    : cJSON_IsString(member) ? 's'
                    : cJSON_IsBool(member)   ? 'b'
                    : cJSON_IsObject(member) ? 'o'
                    : cJSON_IsArray(member)  ? 'a'
                                             : '?';
        buffer_printf(&members, "%s%s:%c", members.length > 0 ? " " : "", member->string, type);
    }
    assert_string_equal(buffer_text(&members), expected);
    buffer_done(&members);
}

cJSON *json_exported(exporter *run, const struct export_input *input)
{
    struct buffer out = exported(run, input);
    cJSON *object = cJSON_Parse(buffer_text(&out));
    assert_non_null(object);
    buffer_done(&out);
    return object;
}
