/* collect: processes that live between two samples, signals and their senders, as the kernel tells them. */
#include "base/clock.h"
#include "collect/lifecycle.h"
#include "collect/source.h"
#include "graph/graph.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { STORM = 2000 };

struct scene {
    struct source *source;
    bool loaded;
    struct sample *first, *second;
};

static int scene_set(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct error error = {0};
    *state = scene;
    if (scene == NULL)
        return -1;
    struct lifecycle *lifecycle = lifecycle_new(0, &error);
    scene->loaded = lifecycle != NULL;
    if (!scene->loaded)
        print_message("no lifecycle: %s\n", error.text);
    lifecycle_free(lifecycle);
    scene->source = source_new(&(struct collector_options){.no_sockets = true}, &error);
    if (scene->source == NULL)
        return -1;
    sample_release(source_sample(scene->source, true, &error));
    while (!source_settle(scene->source))
        continue;
    scene->first = source_sample(scene->source, true, &error);
    return scene->first == NULL ? -1 : 0;
}

static int scene_clear(void **state)
{
    struct scene *scene = *state;
    sample_release(scene->first);
    sample_release(scene->second);
    source_free(scene->source);
    free(scene);
    return 0;
}

static struct scene *scene_of(void **state)
{
    struct scene *scene = *state;
    if (!scene->loaded)
        skip();
    return scene;
}

static const struct table *events_take(struct scene *scene)
{
    scene->second = source_sample(scene->source, true, NULL);
    assert_non_null(scene->second);
    return &scene->second->tables[TABLE_EVENT];
}

/* The first event of that kind that befell a process; SIZE_MAX: none. */
static size_t event_row(const struct table *table, enum event_kind kind, pid_t pid)
{
    for (size_t row = 0; row < table->rows; row++)
        if (table_u64(table, row, EVENT_KIND, EVENT_KIND_COUNT) == kind &&
            table_u64(table, row, EVENT_PID, 0) == (uint64_t)pid)
            return row;
    return SIZE_MAX;
}

static void process_between_two_samples_is_told_with_parent_and_arguments(void **state)
{
    struct scene *scene = scene_of(state);
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", ":", "some argument", (char *)NULL);
        _exit(1);
    }
    waitpid(pid, NULL, 0);
    const struct table *table = events_take(scene);
    size_t row = event_row(table, EVENT_EXIT, pid);
    assert_int_not_equal(row, SIZE_MAX);
    assert_string_equal(sample_string(scene->second, TABLE_EVENT, row, EVENT_NAME), "sh");
    assert_string_equal(sample_string(scene->second, TABLE_EVENT, row, EVENT_COMMAND), "sh -c : some argument");
    assert_int_equal(table_u64(table, row, EVENT_OTHER_PID, 0), getpid());
    assert_false(table_known(table, row, EVENT_SIGNAL_NUMBER));
    size_t own = sample_process_row(scene->second, (uint64_t)getpid(), 0);
    assert_int_equal(table_u64(table, row, EVENT_OTHER_START_TICKS, 0),
                     table_u64(&scene->second->tables[TABLE_PROCESS], own, PROCESS_START_TICKS, 1));
    struct error error = {0};
    struct graph *graph =
        graph_build(&(struct window){.samples = (struct sample *[]){scene->first, scene->second}, .count = 2}, &error);
    assert_non_null(graph);
    size_t found = 0;
    for (size_t n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].kind == NODE_PROCESS && graph->nodes[n].pid == (uint32_t)pid) {
            found++;
            assert_true(graph->nodes[n].exited);
            assert_string_equal(graph->nodes[n].command, "sh -c : some argument");
        }
    assert_int_equal(found, 1);
    graph_free(graph);
}

static pid_t sleeper_start(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            pause();
    }
    return pid;
}

static void signals_are_told_with_their_sender(void **state)
{
    struct scene *scene = scene_of(state);
    pid_t pid = sleeper_start();
    kill(pid, SIGSTOP);
    waitpid(pid, NULL, WUNTRACED);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    const struct table *table = events_take(scene);
    size_t stop = event_row(table, EVENT_SIGNAL, pid), end = event_row(table, EVENT_EXIT, pid);
    assert_int_not_equal(stop, SIZE_MAX);
    assert_int_not_equal(end, SIZE_MAX);
    assert_int_equal(table_u64(table, stop, EVENT_SIGNAL_NUMBER, 0), SIGSTOP);
    assert_int_equal(table_u64(table, stop, EVENT_OTHER_PID, 0), getpid());
    assert_int_equal(table_u64(table, end, EVENT_SIGNAL_NUMBER, 0), SIGKILL);
    assert_true(table_u64(table, stop, EVENT_TIME_NS, 0) < table_u64(table, end, EVENT_TIME_NS, 0));
    struct error error = {0};
    struct graph *graph =
        graph_build(&(struct window){.samples = (struct sample *[]){scene->first, scene->second}, .count = 2}, &error);
    assert_non_null(graph);
    for (size_t n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].kind == NODE_PROCESS && graph->nodes[n].pid == (uint32_t)pid) {
            assert_int_equal(graph->nodes[n].killed_by, SIGKILL);
            assert_int_not_equal(graph->nodes[n].killer, NODE_NONE);
            assert_int_equal(graph->nodes[graph->nodes[n].killer].pid, getpid());
        } else {
            assert_true(graph->nodes[n].killer == NODE_NONE || graph->nodes[n].exited);
        }
    graph_free(graph);
}

/* The edge of a wait of that kind; NULL: none. */
static const struct edge *edge_of(const struct graph *graph, pid_t from, enum wait_kind kind)
{
    for (size_t i = 0; i < graph->edge_count; i++)
        if (graph->edges[i].kind == EDGE_WAITS && graph->edges[i].wait == kind &&
            graph->nodes[graph->edges[i].from].pid == (uint32_t)from)
            return &graph->edges[i];
    return NULL;
}

static void who_stopped_a_process_is_told_for_as_long_as_it_is_stopped(void **state)
{
    struct scene *scene = scene_of(state);
    struct error error = {0};
    pid_t pid = sleeper_start(), sender = fork();
    if (sender == 0) {
        prctl(PR_SET_NAME, "stopper");
        _exit(kill(pid, SIGSTOP));
    }
    waitpid(sender, NULL, 0);
    waitpid(pid, NULL, WUNTRACED);
    for (int i = 0; i < 3; i++) {
        sample_release(scene->second);
        events_take(scene);
        struct graph *graph = graph_build(
            &(struct window){.samples = (struct sample *[]){scene->first, scene->second}, .count = 2}, &error);
        assert_non_null(graph);
        const struct edge *edge = edge_of(graph, pid, WAIT_STOPPED);
        assert_non_null(edge);
        assert_true(edge->ongoing && edge->seconds > 0);
        assert_int_equal(edge->signal, SIGSTOP);
        assert_int_equal(graph->nodes[edge->to].pid, sender);
        assert_true(graph->nodes[edge->to].exited);
        assert_string_equal(graph->nodes[edge->to].name, "stopper");
        graph_free(graph);
    }
    kill(pid, SIGCONT);
    waitpid(pid, NULL, WCONTINUED);
    sample_release(scene->second);
    events_take(scene);
    const struct table *waits = &scene->second->tables[TABLE_WAIT];
    for (size_t row = 0; row < waits->rows; row++)
        assert_int_not_equal(table_u64(waits, row, WAIT_KIND, 0), WAIT_STOPPED);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void children_make(int count)
{
    for (int i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        waitpid(pid, NULL, 0);
    }
}

static void storm_is_counted_to_the_last_process(void **state)
{
    struct scene *scene = scene_of(state);
    int64_t began_ns = clock_boottime_ns();
    children_make(STORM);
    double took_s = (double)(clock_boottime_ns() - began_ns) / NS_PER_S;
    const struct table *events = events_take(scene);
    const struct table *table = &scene->second->tables[TABLE_PROCESS];
    size_t own = sample_process_row(scene->second, (uint64_t)getpid(), 0);
    size_t before = sample_process_row(scene->first, (uint64_t)getpid(), 0);
    uint64_t made = table_u64(table, own, PROCESS_CHILDREN_CREATED, 0) -
                    table_u64(&scene->first->tables[TABLE_PROCESS], before, PROCESS_CHILDREN_CREATED, 0);
    assert_true(made >= STORM && made < STORM + 8); /* and the source's own probes */
    size_t told = 0;                                /* connections that fail on this host meanwhile come on top */
    for (size_t row = 0; row < events->rows; row++)
        told += table_u64(events, row, EVENT_KIND, EVENT_KIND_COUNT) == EVENT_EXIT;
    assert_true(told <= 1024);
    assert_true(told + sample_unread_count(scene->second, "events") >= STORM);
    print_message("%d processes in %.2f s: %zu told, %zu counted as left out\n", STORM, took_s, told,
                  (size_t)sample_unread_count(scene->second, "events"));
}

/* More than fits between two samples: those that are lost are counted, and the parent's count of children is whole. */
static void events_that_are_lost_are_counted(void **state)
{
    enum { ROOM_BYTES = 4096, CHILDREN = 200 };
    struct scene *scene = scene_of(state);
    struct error error = {0};
    source_free(scene->source);
    sample_release(scene->first);
    scene->source = source_new(&(struct collector_options){.no_sockets = true, .event_bytes = ROOM_BYTES}, &error);
    assert_non_null(scene->source);
    sample_release(source_sample(scene->source, true, &error));
    while (!source_settle(scene->source))
        continue;
    scene->first = source_sample(scene->source, true, &error);
    assert_non_null(scene->first);
    assert_true((scene->first->sources & SAMPLE_SOURCE_KERNEL) != 0);
    children_make(CHILDREN);
    const struct table *events = events_take(scene);
    const struct table *table = &scene->second->tables[TABLE_PROCESS];
    assert_true(events->rows < CHILDREN);
    assert_true(events->rows + sample_unread_count(scene->second, "events") >= CHILDREN);
    size_t own = sample_process_row(scene->second, (uint64_t)getpid(), 0);
    size_t before = sample_process_row(scene->first, (uint64_t)getpid(), 0);
    assert_true(table_u64(table, own, PROCESS_CHILDREN_CREATED, 0) -
                    table_u64(&scene->first->tables[TABLE_PROCESS], before, PROCESS_CHILDREN_CREATED, 0) >=
                CHILDREN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(process_between_two_samples_is_told_with_parent_and_arguments, scene_set,
                                        scene_clear),
        cmocka_unit_test_setup_teardown(signals_are_told_with_their_sender, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(who_stopped_a_process_is_told_for_as_long_as_it_is_stopped, scene_set,
                                        scene_clear),
        cmocka_unit_test_setup_teardown(storm_is_counted_to_the_last_process, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(events_that_are_lost_are_counted, scene_set, scene_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
