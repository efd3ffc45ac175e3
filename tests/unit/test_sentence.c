/* judge: the verdict's sentence, word for word. */
#include "tests/unit/judge_scene.h"

#include "base/text.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void says(struct scene *scene, const char *sentence)
{
    scene_judge(scene);
    assert_string_equal(scene->verdict.sentence, sentence);
}

static void who_holds_a_lock_for_how_long_and_who_waits(void **state)
{
    (void)state;
    struct lock_scene lock;
    lock_scene_init(&lock);
    says(&lock.scene,
         "log-rotate[8472] has held the lock on /var/log/app.log for 41 s; payment[812], orders[815] and 1 "
         "other wait for it.");
    lock.scene.graph->edges[0].at_least = true;
    says(&lock.scene, "log-rotate[8472] has held the lock on /var/log/app.log for at least 41 s; payment[812], "
                      "orders[815] and 1 other wait for it.");
    scene_done(&lock.scene);
}

static void a_lock_that_is_free_again_is_told_in_the_past(void **state)
{
    (void)state;
    struct lock_scene lock;
    lock_scene_init(&lock);
    struct graph *graph = lock.scene.graph;
    for (size_t i = 0; i < graph->edge_count; i++)
        graph->edges[i].ongoing = false;
    graph->nodes[lock.holder].exited = true;
    says(&lock.scene, "log-rotate[8472] (exited) held the lock on /var/log/app.log for 41 s; payment[812], orders[815] "
                      "and 1 other waited for it.");
    assert_string_equal(lock.scene.verdict.suspects[0].summary, "held a lock 41 s, 3 waited");
    graph->nodes[lock.holder].killer = lock.audit;
    graph->nodes[lock.holder].killed_by = SIGKILL;
    says(&lock.scene,
         "log-rotate[8472] (killed by audit[819] with SIGKILL) held the lock on /var/log/app.log for 41 s; "
         "payment[812], orders[815] and 1 other waited for it.");
    scene_done(&lock.scene);
}

static void who_stopped_a_server_comes_first_also_when_it_is_gone(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t web = scene_process(&scene, "web", 900), shell = scene_process(&scene, "bash", 812);
    uint32_t client = scene_process(&scene, "payment", 77), socket = scene_node(&scene, NODE_SOCKET, "[::1]:80");
    scene.graph->nodes[web].state = 'T';
    scene_wait(&scene, WAIT_STOPPED, web, shell, NODE_NONE, 12);
    scene_judge(&scene);
    assert_int_equal(scene_rank(&scene, shell), 1);
    assert_false(scene.verdict.anomalous); /* it serves nobody */
    assert_non_null(graph_edge_add(scene.graph, EDGE_OWNS, web, socket));
    says(&scene, "bash[812] stopped web[900] by a signal 12 s ago.");
    scene.graph->edges[0].signal = SIGTSTP;
    says(&scene, "bash[812] stopped web[900] by SIGTSTP 12 s ago.");
    assert_true(scene.verdict.anomalous);
    assert_string_equal(scene_suspect(&scene, shell)->summary, "stopped web[900] 12 s ago");
    assert_string_equal(scene_suspect(&scene, web)->summary, "is stopped by bash[812]: 12 s");
    scene_wait(&scene, WAIT_SOCKET_RECEIVE, client, web, socket, 11);
    scene.graph->nodes[shell].exited = true;
    says(&scene, "bash[812] (exited) stopped web[900] by SIGTSTP 12 s ago; payment[77] waits for it.");
    assert_int_equal(scene_suspect(&scene, shell)->path_count, 2);
    scene.graph->edges[0].ongoing = false;
    says(&scene, "bash[812] (exited) stopped web[900] by SIGTSTP for 12 s; payment[77] waits for it.");
    scene_done(&scene);
}

static void waits_that_go_on_come_before_those_that_are_over(void **state)
{
    (void)state;
    struct lock_scene lock;
    lock_scene_init(&lock);
    lock.scene.graph->edges[1].ongoing = false;
    says(&lock.scene, "log-rotate[8472] has held the lock on /var/log/app.log for 41 s; orders[815] and audit[819] "
                      "wait for it.");
    scene_done(&lock.scene);
}

static void each_kind_of_wait_has_its_words(void **state)
{
    (void)state;
    static const struct {
        enum wait_kind kind;
        enum node_kind object;
        const char *name, *sentence;
    } cases[] = {
        {WAIT_PIPE_WRITE, NODE_PIPE, "pipe:[7]", "b[2] has not read from its pipe for 8.0 s; a[1] waits for it."},
        {WAIT_PIPE_READ, NODE_PIPE, "pipe:[7]", "b[2] has not written to its pipe for 8.0 s; a[1] waits for it."},
        {WAIT_SOCKET_RECEIVE, NODE_SOCKET, "10.0.0.5:443",
         "b[2] has not answered on 10.0.0.5:443 for 8.0 s; a[1] waits for it."},
        {WAIT_SOCKET_SEND, NODE_SOCKET, "10.0.0.5:443",
         "b[2] has not read what comes in on 10.0.0.5:443 for 8.0 s; a[1] waits for it."},
        {WAIT_CONNECT, NODE_SOCKET, "10.0.0.5:443",
         "b[2] has accepted no connection on 10.0.0.5:443 for 8.0 s; a[1] waits for it."},
        {WAIT_FUTEX, NODE_FILE, "/dev/shm/x", "b[2] has held a lock in memory for 8.0 s; a[1] waits for it."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene scene;
        scene_init(&scene);
        uint32_t a = scene_process(&scene, "a", 1), b = scene_process(&scene, "b", 2);
        scene_wait(&scene, cases[i].kind, a, b, scene_node(&scene, cases[i].object, cases[i].name), 8);
        says(&scene, cases[i].sentence);
        scene_done(&scene);
    }
}

static void those_behind_the_waiters_are_counted(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t a = scene_process(&scene, "a", 1), b = scene_process(&scene, "b", 2), c = scene_process(&scene, "c", 3);
    scene_wait(&scene, WAIT_LOCK, a, b, NODE_NONE, 8);
    scene_wait(&scene, WAIT_LOCK, b, c, scene_node(&scene, NODE_FILE, "/f"), 9);
    says(&scene, "c[3] has held the lock on /f for at least 9.0 s; b[2] waits for it, and 1 more behind it.");
    scene_done(&scene);
}

static void waiters_without_a_known_holder_are_named(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t device = scene_node(&scene, NODE_DEVICE, "/mnt/nfs");
    for (uint32_t pid = 1; pid <= 3; pid++)
        scene_wait(&scene, WAIT_DISK, scene_process(&scene, "cp", pid), device, device, 40 - pid);
    says(&scene, "3 processes (cp[1], cp[2] and 1 other) have been blocked on /mnt/nfs for 39 s.");
    scene_done(&scene);
    scene_init(&scene);
    uint32_t file = scene_node(&scene, NODE_FILE, "/f");
    scene_wait(&scene, WAIT_LOCK, scene_process(&scene, "cp", 1), file, file, 12);
    says(&scene, "cp[1] has waited for the lock on /f for 12 s; who holds it is not known.");
    scene_done(&scene);
}

static void two_that_wait_for_each_other_are_a_deadlock(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t b = scene_process(&scene, "b", 2), a = scene_process(&scene, "a", 1);
    uint32_t victim = scene_process(&scene, "victim", 3);
    scene_wait(&scene, WAIT_LOCK, a, b, scene_node(&scene, NODE_FILE, "/one"), 41);
    scene_wait(&scene, WAIT_LOCK, b, a, scene_node(&scene, NODE_FILE, "/two"), 41);
    says(&scene, "a[1] and b[2] wait for each other (deadlock), for 41 s by now.");
    scene_wait(&scene, WAIT_LOCK, victim, b, NODE_NONE, 5);
    says(&scene, "b[2] and a[1] wait for each other (deadlock), for 41 s by now; 1 more waits for them.");
    const struct suspect *both = &scene.verdict.suspects[0];
    assert_string_equal(both->summary, "deadlock with a[1], 41 s, 1 waits");
    assert_int_equal(both->member_count, 2);
    assert_int_equal(both->members[0], b);
    assert_int_equal(both->members[1], a);
    assert_int_equal(scene_rank(&scene, a), 0);
    assert_true(scene_rank(&scene, victim) > 1);
    scene_done(&scene);
}

static void a_full_file_system_names_its_writer(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t root = scene_node(&scene, NODE_FILESYSTEM, "/"), data = scene_node(&scene, NODE_FILESYSTEM, "/data");
    uint32_t log = scene_node(&scene, NODE_FILE, "/data/app.log"), other = scene_node(&scene, NODE_FILE, "/database");
    uint32_t reader = scene_process(&scene, "tail", 11), writer = scene_process(&scene, "writer", 12);
    graph_measure_set(scene.graph, root, MEASURE_SPACE_USED_PCT, 20);
    graph_measure_set(scene.graph, data, MEASURE_SPACE_USED_PCT, 100);
    says(&scene, "The file system /data is full (100 %).");
    assert_int_equal(scene_rank(&scene, data), 1);
    assert_string_equal(scene.verdict.suspects[0].summary, "full (100 %)");
    graph_edge_add(scene.graph, EDGE_OPENS, reader, log);
    graph_edge_add(scene.graph, EDGE_OPENS, writer, log);
    graph_edge_add(scene.graph, EDGE_OPENS, reader, other);
    graph_measure_set(scene.graph, log, MEASURE_SIZE_BYTES, 34.0 * (1 << 30));
    graph_measure_set(scene.graph, other, MEASURE_SIZE_BYTES, 99.0 * (1 << 30));
    says(&scene, "The file system /data is full (100 %); the largest open file on it is /data/app.log (34 GB), open in "
                 "tail[11].");
    graph_measure_set(scene.graph, log, MEASURE_SIZE_GROWTH_BPS, 35.0 * (1 << 20));
    graph_measure_set(scene.graph, reader, MEASURE_WRITE_BPS, 0);
    says(&scene, "The file system /data is full (100 %); writer[12] has written most of it lately (35 MB/s).");
    graph_measure_set(scene.graph, data, MEASURE_SPACE_USED_PCT, 20);
    graph_measure_set(scene.graph, root, MEASURE_SPACE_USED_PCT, 99.2);
    graph_measure_set(scene.graph, other, MEASURE_SIZE_BYTES, 1 << 30);
    says(&scene, "The file system / is full (99 %); the largest open file on it is /database (1.0 GB), open in "
                 "tail[11].");
    scene_done(&scene);
}

static void pressure_names_who_stands_out_or_uses_most(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t host = scene_node(&scene, NODE_HOST, "web3"), java = scene_process(&scene, "java", 9);
    graph_measure_set(scene.graph, host, MEASURE_PSI_MEMORY_FULL, 0.23);
    graph_measure_set(scene.graph, java, MEASURE_RSS_BYTES, 12.0 * (1 << 30));
    says(&scene, "Memory is short: for 23 % of the time every running process waited for it; java[9] uses the most "
                 "(12 GB).");
    scene_deviate(&scene, java, SCENE_CPU, 20);
    says(&scene, "Memory is short: for 23 % of the time every running process waited for it; most unusual: java[9] "
                 "uses 200 % of a cpu, normally 4 %.");
    scene_done(&scene);
}

static void who_took_the_memory_for_which_another_was_killed_is_named(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t host = scene_node(&scene, NODE_HOST, "web3"), api = scene_process(&scene, "api", 900);
    uint32_t loader = scene_process(&scene, "loader", 77), other = scene_process(&scene, "other", 78);
    struct node *nodes = scene.graph->nodes;
    graph_measure_set(scene.graph, host, MEASURE_OOM_KILLED, 1);
    graph_measure_set(scene.graph, loader, MEASURE_RSS_GROWTH_BPS, 30e6);
    graph_measure_set(scene.graph, other, MEASURE_RSS_GROWTH_BPS, 60e6);
    scene_judge(&scene);
    assert_true(scene.verdict.anomalous); /* also where the kernel does not tell whom it killed */
    graph_measure_set(scene.graph, api, MEASURE_OOM_KILLED, 1);
    nodes[api].exited = true;
    nodes[api].memory_group = "/app.service";
    nodes[api].cgroup = nodes[loader].cgroup = "/app.service/inner";
    nodes[other].cgroup = "/app.service2";
    says(&scene, "The kernel killed api[900] for lack of memory in /app.service; loader[77] had taken 29 MB/s.");
    assert_int_equal(scene_rank(&scene, loader), 1);
    assert_non_null(scene_evidence(scene_suspect(&scene, loader), "memory_growth"));
    graph_measure_set(scene.graph, api, MEASURE_RSS_GROWTH_BPS, 90e6);
    says(&scene, "The kernel killed api[900] for lack of memory in /app.service; it had taken 86 MB/s.");
    assert_int_equal(scene_rank(&scene, api), 1);
    scene_done(&scene);
}

static void nobody_is_blamed_for_a_kill_in_a_group_that_was_not_seen(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t host = scene_node(&scene, NODE_HOST, "web3"), api = scene_process(&scene, "api", 900);
    uint32_t other = scene_process(&scene, "other", 78);
    scene.graph->host = host;
    graph_measure_set(scene.graph, host, MEASURE_OOM_KILLED, 1);
    graph_measure_set(scene.graph, host, MEASURE_MEMORY_USED_PCT, 20);
    graph_measure_set(scene.graph, other, MEASURE_RSS_GROWTH_BPS, 800e3);
    graph_measure_set(scene.graph, api, MEASURE_OOM_KILLED, 1);
    scene.graph->nodes[api].exited = true;
    says(&scene, "The kernel killed api[900] for lack of memory.");
    assert_int_equal(scene_rank(&scene, api), 1);
    graph_measure_set(scene.graph, host, MEASURE_MEMORY_USED_PCT, 97);
    says(&scene, "The kernel killed api[900] for lack of memory; other[78] had taken 781 KB/s.");
    scene_done(&scene);
}

static void quotas_and_storms_of_processes_are_told(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t web = scene_process(&scene, "web", 900), beside = scene_process(&scene, "beside", 901);
    graph_measure_set(scene.graph, web, MEASURE_CPU_QUOTA_PCT, 20);
    graph_measure_set(scene.graph, web, MEASURE_THROTTLED, 0.62);
    graph_measure_set(scene.graph, beside, MEASURE_THROTTLED, 0.62);
    graph_measure_set(scene.graph, web, MEASURE_THROTTLED_OWN, 0.6);
    graph_measure_set(scene.graph, beside, MEASURE_THROTTLED_OWN, 0.01);
    says(&scene, "web[900] is held back by the quota of its control group (20 % of a cpu): throttled 3.1 s of 5.0 s.");
    scene.graph->nodes[web].quota_group = "/system.slice/web.service";
    says(&scene, "web[900] is held back by the quota of /system.slice/web.service (20 % of a cpu): throttled 3.1 s of "
                 "5.0 s.");
    assert_int_equal(scene_rank(&scene, web), 1);
    assert_int_equal(scene_rank(&scene, beside), 0);
    scene_done(&scene);
    scene_init(&scene);
    uint32_t forker = scene_process(&scene, "sh", 33);
    graph_measure_set(scene.graph, forker, MEASURE_CHILDREN_PS, 850);
    says(&scene, "sh[33] starts processes without end: 850/s.");
    assert_int_equal(scene_rank(&scene, forker), 1);
    scene_done(&scene);
}

/* Whom it holds up may be nobody's business: a shell's job control does that. */
static void who_keeps_others_waiting_comes_before_the_counts_where_there_is_no_alarm(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t shell = scene_process(&scene, "bash", 900), job = scene_process(&scene, "vi", 901);
    scene_wait(&scene, WAIT_STOPPED, job, shell, NODE_NONE, 12);
    says(&scene,
         "Nothing stands out. 2 processes and 0 sockets looked at. Most unusual: bash[900] stopped vi[901] by a "
         "signal 12 s ago.");
    for (uint32_t pid = 902; pid < 912; pid++)
        scene_wait(&scene, WAIT_STOPPED, scene_process(&scene, "vi", pid), shell, NODE_NONE, 12);
    says(&scene,
         "No alarm. Most unusual: bash[900] stopped vi[901], vi[902] and 9 others by a signal 12 s ago. 12 processes "
         "and 0 sockets looked at.");
    scene_done(&scene);
}

static void nothing_wrong_says_what_was_looked_at(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t one = scene_process(&scene, "firefox", 8);
    scene_node(&scene, NODE_SOCKET, "10.0.0.5:443");
    says(&scene, "Nothing stands out. 1 process and 1 socket looked at.");
    scene_process(&scene, "sh", 9);
    scene_deviate(&scene, one, SCENE_CPU, 20);
    says(&scene, "Nothing stands out. 2 processes and 1 socket looked at. Most unusual: firefox[8] uses 200 % of "
                 "a cpu, normally 4 %.");
    scene.graph->sample = sample_new();
    assert_non_null(scene.graph->sample);
    sample_unread_add(scene.graph->sample, "descriptors", "not permitted", 12);
    scene_judge(&scene);
    assert_non_null(strstr(scene.verdict.sentence, " looked at, 12 not readable."));
    scene_done(&scene);
}

static void who_takes_the_memory_of_a_group_is_told_with_who_is_squeezed(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t table = scene_process(&scene, "table", 7), hoarder = scene_process(&scene, "hoarder", 9);
    uint32_t elsewhere = scene_process(&scene, "elsewhere", 11);
    graph_measure_set(scene.graph, table, MEASURE_MAJOR_FAULTS_PS, 700);
    graph_measure_set(scene.graph, table, MEASURE_RSS_BYTES, 20 << 20);
    graph_measure_set(scene.graph, hoarder, MEASURE_RSS_BYTES, 70 << 20);
    graph_measure_set(scene.graph, elsewhere, MEASURE_RSS_BYTES, 900 << 20);
    says(&scene, "Nothing stands out. 3 processes and 0 sockets looked at.");
    scene.graph->nodes[table].memory_group = "/app";
    scene.graph->nodes[table].cgroup = "/app";
    scene.graph->nodes[hoarder].cgroup = "/app/worker";
    scene.graph->nodes[elsewhere].cgroup = "/apple";
    says(&scene,
         "table[7] reads its own memory back from the disk (700/s), because memory is short in /app; hoarder[9] "
         "has 70 MB of it.");
    assert_int_equal(scene_rank(&scene, hoarder), 1);
    assert_string_equal(scene.verdict.suspects[0].summary, "memory that others lack 70 MB");
    scene_done(&scene);
}

static void who_takes_more_and_more_is_told_with_how_much_it_has(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t web = scene_process(&scene, "web", 8);
    graph_measure_set(scene.graph, web, MEASURE_DESCRIPTORS_GROWTH_PS, 90);
    graph_measure_set(scene.graph, web, MEASURE_DESCRIPTORS, 1234);
    says(&scene, "Nothing stands out. 1 process and 0 sockets looked at. Most unusual: web[8] opens 90 descriptors a "
                 "second and closes none of them, 1,234 by now.");
    scene_done(&scene);
}

static void everybody_who_waits_for_a_server_or_an_address_is_counted(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t server = scene_process(&scene, "db", 9), a = scene_process(&scene, "a", 1);
    uint32_t b = scene_process(&scene, "b", 2), c = scene_process(&scene, "c", 3);
    uint32_t first = scene_node(&scene, NODE_SOCKET, "10.0.0.5:4001 -> 10.0.0.9:5432");
    uint32_t second = scene_node(&scene, NODE_SOCKET, "10.0.0.5:4002 -> 10.0.0.9:5432");
    scene_wait(&scene, WAIT_SOCKET_RECEIVE, a, server, first, 7);
    scene_wait(&scene, WAIT_SOCKET_RECEIVE, b, server, second, 6);
    says(&scene, "db[9] has not answered on 10.0.0.9:5432 for 7.0 s; a[1] and b[2] wait for it.");
    scene_done(&scene);
    scene_init(&scene);
    a = scene_process(&scene, "a", 1), b = scene_process(&scene, "b", 2), c = scene_process(&scene, "c", 3);
    first = scene_node(&scene, NODE_SOCKET, "10.0.0.5:4001 -> 10.0.0.9:80");
    second = scene_node(&scene, NODE_SOCKET, "10.0.0.5:4002 -> 10.0.0.9:80");
    uint32_t other = scene_node(&scene, NODE_SOCKET, "10.0.0.5:4003 -> 10.0.0.7:80");
    scene_wait(&scene, WAIT_CONNECT, a, first, first, 7);
    scene_wait(&scene, WAIT_CONNECT, b, second, second, 6);
    scene_wait(&scene, WAIT_CONNECT, c, other, other, 5);
    says(&scene, "2 processes (a[1] and b[2]) cannot connect to 10.0.0.9:80: no answer for 7.0 s.");
    scene_done(&scene);
}

static void hostile_names_stay_one_short_line(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    char path[4000] = "/srv/first";
    memset(path + 10, 'x', sizeof path - 20);
    strcpy(path + sizeof path - 10, "/last.log");
    uint32_t evil = scene_process(&scene, "\x1b[2J{waiters}\n%s%n\xff", 1), victim = scene_process(&scene, "v\r", 2);
    scene_wait(&scene, WAIT_LOCK, victim, evil, scene_node(&scene, NODE_FILE, path), 9);
    scene_judge(&scene);
    const char *sentence = scene.verdict.sentence;
    for (const char *at = sentence; *at != '\0'; at++)
        assert_true((unsigned char)*at >= 0x20);
    assert_non_null(strstr(sentence, "\\x1b[2J{waiters}\\x0a%s%n\xef\xbf\xbd[1]"));
    assert_non_null(strstr(sentence, "/srv/firstxxx"));
    assert_non_null(strstr(sentence, "…"));
    assert_non_null(strstr(sentence, "xxx/last.log for"));
    assert_true(text_columns(sentence) < 200);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_holds_a_lock_for_how_long_and_who_waits),
        cmocka_unit_test(a_lock_that_is_free_again_is_told_in_the_past),
        cmocka_unit_test(who_stopped_a_server_comes_first_also_when_it_is_gone),
        cmocka_unit_test(waits_that_go_on_come_before_those_that_are_over),
        cmocka_unit_test(each_kind_of_wait_has_its_words),
        cmocka_unit_test(those_behind_the_waiters_are_counted),
        cmocka_unit_test(waiters_without_a_known_holder_are_named),
        cmocka_unit_test(two_that_wait_for_each_other_are_a_deadlock),
        cmocka_unit_test(a_full_file_system_names_its_writer),
        cmocka_unit_test(pressure_names_who_stands_out_or_uses_most),
        cmocka_unit_test(who_took_the_memory_for_which_another_was_killed_is_named),
        cmocka_unit_test(nobody_is_blamed_for_a_kill_in_a_group_that_was_not_seen),
        cmocka_unit_test(quotas_and_storms_of_processes_are_told),
        cmocka_unit_test(who_keeps_others_waiting_comes_before_the_counts_where_there_is_no_alarm),
        cmocka_unit_test(nothing_wrong_says_what_was_looked_at),
        cmocka_unit_test(who_takes_the_memory_of_a_group_is_told_with_who_is_squeezed),
        cmocka_unit_test(who_takes_more_and_more_is_told_with_how_much_it_has),
        cmocka_unit_test(everybody_who_waits_for_a_server_or_an_address_is_counted),
        cmocka_unit_test(hostile_names_stay_one_short_line),
    };
    return cmocka_run_group_tests_name("sentence", tests, NULL, NULL);
}
