/* judge: who ranks first, and why, on hand-made hosts. */
#include "tests/unit/judge_scene.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void shares_sum_to_one(const struct scene *scene)
{
    for (size_t i = 0; i < scene->verdict.suspect_count; i++) {
        const struct suspect *suspect = &scene->verdict.suspects[i];
        double sum = 0;
        for (size_t j = 0; j < suspect->why_count; j++)
            sum += suspect->why[j].share;
        assert_true(suspect->why_count > 0);
        assert_true(fabs(sum - 1) < 1e-9);
        assert_true(suspect->score > 0 && suspect->score < 1);
        assert_true(fabs(suspect->own + suspect->blame - suspect->score) < 1e-9);
        assert_true(suspect->own >= 0 && suspect->blame >= -1e-12);
    }
}

static void the_lock_holder_ranks_above_those_who_wait_and_a_hog(void **state)
{
    (void)state;
    struct lock_scene lock;
    lock_scene_init(&lock);
    struct scene *scene = &lock.scene;
    uint32_t hog = scene_process(scene, "ffmpeg", 77);
    scene_deviate(scene, hog, SCENE_CPU, 20);
    scene_deviate(scene, hog, SCENE_MEMORY, 20);
    uint32_t patient = scene_process(scene, "patient", 78), idle = scene_process(scene, "idle", 79);
    scene_hold(scene, patient, scene_node(scene, NODE_FILE, "/run/patient.pid"), 86400);
    scene_hold(scene, idle, scene_node(scene, NODE_FILE, "/run/idle.lock"), 3);
    scene_judge(scene);
    shares_sum_to_one(scene);
    assert_true(scene->verdict.anomalous);
    assert_int_equal(scene_rank(scene, lock.holder), 1);
    assert_in_range(scene_rank(scene, lock.file), 2, 3);
    assert_true(scene_rank(scene, lock.payment) > 1);
    assert_true(scene_rank(scene, hog) > 1);
    assert_int_equal(scene_rank(scene, patient), 0);
    assert_int_equal(scene_rank(scene, idle), 0);
    const struct suspect *holder = scene_suspect(scene, lock.holder);
    assert_true(holder->blame > holder->own);
    assert_string_equal(holder->summary, "holds a lock 41 s, 3 wait");
    assert_string_equal(scene_suspect(scene, lock.payment)->summary, "waits for log-rotate[8472]: 40 s");
    assert_string_equal(scene_suspect(scene, lock.file)->summary, "lock waited for 117 s");
    assert_string_equal(scene_suspect(scene, hog)->summary, "cpu 200 %, normally 4 %");
    scene_done(scene);
}

static void one_waiter_is_enough(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t waiter = scene_process(&scene, "waiter", 1), holder = scene_process(&scene, "holder", 2);
    uint32_t hog = scene_process(&scene, "hog", 3);
    scene_wait(&scene, WAIT_LOCK, waiter, holder, scene_node(&scene, NODE_FILE, "/f"), 6);
    scene_deviate(&scene, hog, SCENE_CPU, 20);
    scene_deviate(&scene, hog, SCENE_MEMORY, 20);
    scene_judge(&scene);
    assert_int_equal(scene_rank(&scene, holder), 1);
    scene_done(&scene);
}

static void the_holders_evidence_and_path_tell_the_lock(void **state)
{
    (void)state;
    struct lock_scene lock;
    lock_scene_init(&lock);
    struct scene *scene = &lock.scene;
    scene_judge(scene);
    const struct suspect *holder = scene_suspect(scene, lock.holder);
    const struct evidence *held = scene_evidence(holder, "lock_held");
    assert_non_null(held);
    assert_true(held == &holder->why[0]);
    assert_true(held->observed == 41 && held->expected == 0 && !held->at_least);
    assert_true(fabs(held->share - 0.8) < 1e-6);
    assert_true(scene_evidence(holder, "waiters")->observed == 3);
    assert_int_equal(holder->path_count, 3);
    assert_int_equal(holder->path[0].from, lock.payment);
    assert_int_equal(holder->path[0].to, lock.holder);
    assert_int_equal(holder->path[0].on, lock.file);
    assert_true(holder->path[0].seconds == 40 && holder->path[2].seconds == 38);
    const struct suspect *waiter = scene_suspect(scene, lock.payment);
    assert_int_equal(waiter->path_count, 0);
    assert_true(scene_evidence(waiter, "lock_wait")->observed == 40);
    const struct suspect *file = scene_suspect(scene, lock.file);
    assert_int_equal(file->path_count, 3);
    double holder_points = holder->score / (1 - holder->score), file_points = file->score / (1 - file->score);
    assert_true(fabs(file_points - holder_points / 2) < 1e-6);
    scene_done(scene);
}

static void a_full_pipe_is_evidence_against_who_does_not_read(void **state)
{
    (void)state;
    for (int full = 0; full < 2; full++) {
        struct scene scene;
        scene_init(&scene);
        uint32_t writer = scene_process(&scene, "importer", 1), reader = scene_process(&scene, "indexer", 2);
        uint32_t pipe = scene_node(&scene, NODE_PIPE, "pipe:[7]");
        scene_wait(&scene, WAIT_PIPE_WRITE, writer, reader, pipe, 4);
        if (full)
            graph_measure_set(scene.graph, pipe, MEASURE_PIPE_FULL_PCT, 100);
        scene_judge(&scene);
        const struct suspect *suspect = scene_suspect(&scene, reader);
        const struct evidence *evidence = scene_evidence(suspect, "pipe_full");
        assert_int_equal(evidence != NULL, full);
        assert_true(evidence == NULL || (evidence->observed == 100 && evidence->share > 0.1));
        double shares = 0;
        for (size_t i = 0; i < suspect->why_count; i++)
            shares += suspect->why[i].share;
        assert_true(fabs(shares - 1) < 1e-6);
        scene_done(&scene);
    }
}

static void an_unknown_hold_lasts_at_least_as_long_as_the_wait(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t waiter = scene_process(&scene, "waiter", 1), holder = scene_process(&scene, "holder", 2);
    scene_wait(&scene, WAIT_LOCK, waiter, holder, scene_node(&scene, NODE_FILE, "/f"), 6);
    scene_judge(&scene);
    const struct evidence *held = scene_evidence(scene_suspect(&scene, holder), "lock_held");
    assert_true(held->observed == 6 && held->at_least);
    scene_done(&scene);
}

static void without_the_waits_the_holder_is_nobody(void **state)
{
    (void)state;
    struct lock_scene lock;
    lock_scene_init(&lock);
    struct scene *scene = &lock.scene;
    for (size_t i = 0; i < scene->graph->edge_count; i++)
        if (scene->graph->edges[i].kind == EDGE_WAITS)
            scene->graph->edges[i].kind = EDGE_PARENT;
    scene_judge(scene);
    assert_false(scene->verdict.anomalous);
    assert_int_equal(scene_rank(scene, lock.holder), 0);
    scene_done(scene);
}

static void a_chain_of_locks_ends_at_its_last(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t a = scene_process(&scene, "a", 1), b = scene_process(&scene, "b", 2), c = scene_process(&scene, "c", 3);
    uint32_t first = scene_node(&scene, NODE_FILE, "/first"), second = scene_node(&scene, NODE_FILE, "/second");
    scene_wait(&scene, WAIT_LOCK, a, b, first, 8);
    scene_wait(&scene, WAIT_LOCK, b, c, second, 9);
    scene_judge(&scene);
    assert_int_equal(scene_rank(&scene, c), 1);
    assert_true(scene_rank(&scene, second) < scene_rank(&scene, b));
    assert_true(scene_rank(&scene, b) > 1 && scene_rank(&scene, a) > scene_rank(&scene, b));
    const struct suspect *last = scene_suspect(&scene, c);
    assert_int_equal(last->path_count, 2);
    assert_int_equal(last->path[0].from, b);
    assert_int_equal(last->path[1].from, a);
    assert_int_equal(scene_suspect(&scene, b)->path_count, 1);
    scene_done(&scene);
}

static void an_object_without_a_known_holder_takes_the_blame(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t a = scene_process(&scene, "a", 1), b = scene_process(&scene, "b", 2);
    uint32_t mount = scene_node(&scene, NODE_DEVICE, "/mnt/nfs");
    scene_wait(&scene, WAIT_DISK, a, mount, mount, 30);
    scene_wait(&scene, WAIT_DISK, b, mount, mount, 20);
    scene_judge(&scene);
    assert_int_equal(scene_rank(&scene, mount), 1);
    assert_int_equal(scene_suspect(&scene, mount)->path_count, 2);
    shares_sum_to_one(&scene);
    scene_done(&scene);
}

static void readers_who_share_a_lock_rank_above_its_file(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t writer = scene_process(&scene, "writer", 1), file = scene_node(&scene, NODE_FILE, "/f");
    uint32_t one = scene_process(&scene, "one", 2), two = scene_process(&scene, "two", 3);
    scene_wait(&scene, WAIT_LOCK, writer, one, file, 9)->inferred = true;
    scene_wait(&scene, WAIT_LOCK, writer, two, file, 9)->inferred = true;
    scene_judge(&scene);
    assert_int_equal(scene_rank(&scene, one), 1);
    assert_int_equal(scene_rank(&scene, two), 2);
    assert_int_equal(scene_rank(&scene, file), 3);
    scene_done(&scene);
}

static void ties_are_broken_by_id_whatever_the_order(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        struct scene scene;
        scene_init(&scene);
        uint32_t first = scene_process(&scene, "twin", order == 0 ? 11 : 12);
        uint32_t second = scene_process(&scene, "twin", order == 0 ? 12 : 11);
        scene_deviate(&scene, first, SCENE_CPU, 9);
        scene_deviate(&scene, second, SCENE_CPU, 9);
        scene_judge(&scene);
        assert_int_equal(scene.graph->nodes[scene.verdict.suspects[0].node].pid, 11);
        assert_int_equal(scene.graph->nodes[scene.verdict.suspects[1].node].pid, 12);
        scene_done(&scene);
    }
}

static void noise_falls_context_and_this_tool_are_not_blamed(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_deviate(&scene, scene_process(&scene, "noise", 1), SCENE_CPU, 2.9);
    scene_deviate(&scene, scene_process(&scene, "fall", 2), SCENE_CPU, -20);
    scene_deviate(&scene, scene_process(&scene, "central", 3), SCENE_DEGREE, 20);
    scene_deviate(&scene, scene_process(&scene, "unobserved", 4), SCENE_CPU, NAN);
    scene_deviate(&scene, scene_node(&scene, NODE_HOST, "host"), SCENE_CPU, 20);
    uint32_t tool = scene_process(&scene, "culprit", 5);
    scene.graph->nodes[tool].self = true;
    scene_deviate(&scene, tool, SCENE_CPU, 20);
    scene_judge(&scene);
    assert_int_equal(scene.verdict.suspect_count, 0);
    assert_false(scene.verdict.anomalous);
    scene_done(&scene);
}

static void doing_counts_more_than_suffering(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t hog = scene_process(&scene, "hog", 1), victim = scene_process(&scene, "victim", 2);
    scene_deviate(&scene, hog, SCENE_CPU, 10);
    scene_deviate(&scene, victim, SCENE_LATENCY, 20);
    scene_judge(&scene);
    assert_int_equal(scene_rank(&scene, hog), 1);
    assert_int_equal(scene_rank(&scene, victim), 2);
    assert_non_null(scene_evidence(scene_suspect(&scene, hog), "cpu_pct"));
    assert_false(scene.verdict.anomalous);
    scene_done(&scene);
}

static void a_stopped_process_is_said_to_be_stopped(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t process = scene_process(&scene, "stuck", 1);
    scene_deviate(&scene, process, SCENE_STATE, 10);
    scene.graph->nodes[process].state = 'T';
    scene_judge(&scene);
    assert_string_equal(scene_suspect(&scene, process)->summary, "stopped");
    scene_done(&scene);
}

static void waiting_for_a_stopped_process_is_never_normal(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t server = scene_process(&scene, "server", 5), client = scene_process(&scene, "patient", 6);
    uint32_t shell = scene_process(&scene, "shell", 7), job = scene_process(&scene, "job", 8);
    scene.graph->nodes[server].state = scene.graph->nodes[job].state = 'T';
    scene_wait(&scene, WAIT_FUTEX, client, server, NODE_NONE, 3);
    scene_wait(&scene, WAIT_CHILD, shell, job, NODE_NONE, 3);
    scene_judge(&scene);
    assert_true(scene.verdict.anomalous);
    assert_int_equal(scene_rank(&scene, server), 1);
    assert_int_equal(scene_rank(&scene, job), 0);
    assert_non_null(strstr(scene.verdict.sentence, "server[5] is stopped: it has held"));
    scene.graph->nodes[server].state = 'S';
    scene_judge(&scene);
    assert_false(scene.verdict.anomalous);
    scene_done(&scene);
}

static void the_gate_needs_a_fifth_of_the_window(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t waiter = scene_process(&scene, "waiter", 1), holder = scene_process(&scene, "holder", 2);
    struct edge *edge = scene_wait(&scene, WAIT_LOCK, waiter, holder, NODE_NONE, 0.9);
    scene_judge(&scene);
    assert_false(scene.verdict.anomalous);
    edge->seconds = edge->total_s = 1.1;
    scene_judge(&scene);
    assert_true(scene.verdict.anomalous);
    scene_done(&scene);
}

static void every_measured_symptom_opens_the_gate(void **state)
{
    (void)state;
    static const struct {
        enum node_kind kind;
        enum measure measure;
        double calm, wrong;
    } cases[] = {
        {NODE_FILESYSTEM, MEASURE_SPACE_USED_PCT, 98, 99.5},
        {NODE_HOST, MEASURE_PSI_MEMORY_FULL, 0.05, 0.2},
        {NODE_HOST, MEASURE_PSI_IO_FULL, 0.05, 0.2},
        {NODE_HOST, MEASURE_PSI_MEMORY, 0.3, 0.5},
        {NODE_HOST, MEASURE_PSI_IO, 0.3, 0.5},
        {NODE_HOST, MEASURE_MEMORY_USED_PCT, 90, 98},
        {NODE_PROCESS, MEASURE_ZOMBIES, 10, 61},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene scene;
        scene_init(&scene);
        uint32_t node = scene_node(&scene, cases[i].kind, "/");
        scene_judge(&scene);
        assert_false(scene.verdict.anomalous);
        graph_measure_set(scene.graph, node, cases[i].measure, cases[i].calm);
        scene_judge(&scene);
        assert_false(scene.verdict.anomalous);
        graph_measure_set(scene.graph, node, cases[i].measure, cases[i].wrong);
        scene_judge(&scene);
        assert_true(scene.verdict.anomalous);
        assert_int_equal(scene_rank(&scene, node), cases[i].kind == NODE_HOST ? 0 : 1);
        scene_done(&scene);
    }
}

static void a_shortage_makes_doing_count_in_full(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t hog = scene_process(&scene, "hog", 1), host = scene_node(&scene, NODE_HOST, "host");
    scene_deviate(&scene, hog, SCENE_MEMORY, 20);
    scene_judge(&scene);
    double before = scene_suspect(&scene, hog)->score;
    graph_measure_set(scene.graph, host, MEASURE_PSI_MEMORY_FULL, 0.5);
    scene_judge(&scene);
    assert_true(scene_suspect(&scene, hog)->score > before);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lock_holder_ranks_above_those_who_wait_and_a_hog),
        cmocka_unit_test(one_waiter_is_enough),
        cmocka_unit_test(the_holders_evidence_and_path_tell_the_lock),
        cmocka_unit_test(a_full_pipe_is_evidence_against_who_does_not_read),
        cmocka_unit_test(an_unknown_hold_lasts_at_least_as_long_as_the_wait),
        cmocka_unit_test(without_the_waits_the_holder_is_nobody),
        cmocka_unit_test(a_chain_of_locks_ends_at_its_last),
        cmocka_unit_test(an_object_without_a_known_holder_takes_the_blame),
        cmocka_unit_test(readers_who_share_a_lock_rank_above_its_file),
        cmocka_unit_test(ties_are_broken_by_id_whatever_the_order),
        cmocka_unit_test(noise_falls_context_and_this_tool_are_not_blamed),
        cmocka_unit_test(doing_counts_more_than_suffering),
        cmocka_unit_test(a_stopped_process_is_said_to_be_stopped),
        cmocka_unit_test(waiting_for_a_stopped_process_is_never_normal),
        cmocka_unit_test(the_gate_needs_a_fifth_of_the_window),
        cmocka_unit_test(every_measured_symptom_opens_the_gate),
        cmocka_unit_test(a_shortage_makes_doing_count_in_full),
    };
    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
