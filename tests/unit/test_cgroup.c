/* collect: limits and use of control groups: both layouts of their files, made by hand, and a real group with a limit
 * on memory and a quota of cpu. */
#include "base/clock.h"
#include "collect/cgroup.h"
#include "collect/source.h"
#include "graph/graph.h"
#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATH_BYTES = 512, MIB = 1 << 20 };

static void file_write(const char *folder, const char *name, const char *text)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static struct cgroup_values values_read(const struct cgroup_roots *roots, const char *path)
{
    struct cgroup_values values = {0};
    cgroup_read_limits(roots, path, &values);
    cgroup_read_usage(roots, path, &values);
    return values;
}

static void value_is(const struct cgroup_values *values, enum cgroup_value value, uint64_t expected)
{
    assert_true(values->known[value]);
    assert_int_equal(values->value[value], expected);
}

static void files_of_the_unified_hierarchy_are_read(void **state)
{
    (void)state;
    struct scratch scratch;
    char group[PATH_BYTES];
    assert_true(scratch_make(&scratch));
    snprintf(group, sizeof group, "%s/app.service", scratch.directory);
    assert_int_equal(mkdir(group, 0700), 0);
    file_write(group, "cpu.max", "20000 100000\n");
    file_write(group, "cpu.stat",
               "usage_usec 12\nuser_usec 1\nnr_periods 50\nnr_throttled 31\nthrottled_usec 3100000\n");
    file_write(group, "memory.max", "max\n");
    file_write(group, "memory.current", "4096\n");
    file_write(group, "memory.events", "low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\n");
    int root = open(scratch.directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct cgroup_roots roots = {.cpu = root, .memory = root, .unified = true};
    struct cgroup_values values = values_read(&roots, "/app.service");
    value_is(&values, CGROUP_VALUE_QUOTA_US, 20000);
    value_is(&values, CGROUP_VALUE_PERIOD_US, 100000);
    value_is(&values, CGROUP_VALUE_CPU_NS, 12000);
    value_is(&values, CGROUP_VALUE_PERIODS, 50);
    value_is(&values, CGROUP_VALUE_THROTTLED_PERIODS, 31);
    value_is(&values, CGROUP_VALUE_THROTTLED_NS, 3100000000);
    value_is(&values, CGROUP_VALUE_MEMORY_BYTES, 4096);
    value_is(&values, CGROUP_VALUE_OOM_KILLS, 1);
    assert_false(values.known[CGROUP_VALUE_MEMORY_MAX_BYTES]);
    file_write(group, "cpu.max", "max 100000\n");
    file_write(group, "memory.max", "1048576\n");
    values = values_read(&roots, "/app.service");
    assert_false(values.known[CGROUP_VALUE_QUOTA_US]);
    value_is(&values, CGROUP_VALUE_MEMORY_MAX_BYTES, MIB);
    values = values_read(&roots, "/gone");
    for (int i = 0; i < CGROUP_VALUE_COUNT; i++)
        assert_false(values.known[i]);
    close(root);
    scratch_remove(&scratch);
}

static void files_of_the_split_hierarchies_are_read(void **state)
{
    (void)state;
    struct scratch scratch;
    char group[PATH_BYTES];
    assert_true(scratch_make(&scratch));
    snprintf(group, sizeof group, "%s/a", scratch.directory);
    assert_int_equal(mkdir(group, 0700), 0);
    file_write(group, "cpu.cfs_quota_us", "-1\n");
    file_write(group, "cpu.cfs_period_us", "100000\n");
    file_write(group, "cpu.stat", "nr_periods 5\nnr_throttled 3\nthrottled_time 77\n");
    file_write(group, "memory.limit_in_bytes", "9223372036854771712\n");
    file_write(group, "memory.usage_in_bytes", "8192\n");
    file_write(group, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
    int root = open(scratch.directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct cgroup_roots roots = {.cpu = root, .memory = root};
    struct cgroup_values values = values_read(&roots, "/a");
    assert_false(values.known[CGROUP_VALUE_QUOTA_US]);
    assert_false(values.known[CGROUP_VALUE_MEMORY_MAX_BYTES]);
    value_is(&values, CGROUP_VALUE_THROTTLED_NS, 77);
    value_is(&values, CGROUP_VALUE_MEMORY_BYTES, 8192);
    value_is(&values, CGROUP_VALUE_OOM_KILLS, 4);
    file_write(group, "cpu.cfs_quota_us", "30000\n");
    file_write(group, "memory.limit_in_bytes", "67108864\n");
    values = values_read(&roots, "/a");
    value_is(&values, CGROUP_VALUE_QUOTA_US, 30000);
    value_is(&values, CGROUP_VALUE_MEMORY_MAX_BYTES, 64 * MIB);
    close(root);
    scratch_remove(&scratch);
}

/* A real group, in the hierarchy of each controller. */
struct real_group {
    char name[64], cpu[PATH_BYTES], memory[PATH_BYTES];
    bool unified;
};

static bool text_put(const char *folder, const char *name, const char *text)
{
    char path[2 * PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    bool put = descriptor >= 0 && write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);
    if (descriptor >= 0)
        close(descriptor);
    return put;
}

static void group_remove(const struct real_group *group)
{
    for (int tries = 0; tries < 250 && rmdir(group->cpu) != 0; tries++)
        usleep(20000);
    if (strcmp(group->cpu, group->memory) != 0)
        rmdir(group->memory);
}

/* Below the roots of the hierarchies; skips where there is no such controller or nobody may make a group. */
static void group_make(struct real_group *group)
{
    snprintf(group->name, sizeof group->name, "culprit-test-%d", (int)getpid());
    group->unified = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
    snprintf(group->cpu, sizeof group->cpu, "/sys/fs/cgroup%s/%s", group->unified ? "" : "/cpu", group->name);
    snprintf(group->memory, sizeof group->memory, "/sys/fs/cgroup%s/%s", group->unified ? "" : "/memory", group->name);
    if (group->unified)
        text_put("/sys/fs/cgroup", "cgroup.subtree_control", "+cpu +memory");
    bool made = mkdir(group->cpu, 0755) == 0 && (group->unified || mkdir(group->memory, 0755) == 0);
    bool limited = made && (group->unified ? text_put(group->cpu, "cpu.max", "20000 100000") &&
                                                 text_put(group->memory, "memory.max", "67108864")
                                           : text_put(group->cpu, "cpu.cfs_quota_us", "20000") &&
                                                 text_put(group->memory, "memory.limit_in_bytes", "67108864"));
    if (limited)
        return;
    rmdir(group->cpu);
    rmdir(group->memory);
    print_message("skipped: no control group with a quota and a limit on memory can be made here\n");
    skip();
}

/* Runs act in the group; it dies with the test. */
static pid_t member_start(const struct real_group *group, const char *name, void (*act)(void))
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, name);
    if (getppid() == parent && text_put(group->cpu, "cgroup.procs", "0") &&
        text_put(group->memory, "cgroup.procs", "0"))
        act();
    _exit(1);
}

static void member_end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void act_spin(void)
{
    for (volatile unsigned long spins = 0;; spins++)
        continue;
}

static void act_sleep(void)
{
    for (;;)
        pause();
}

/* Touches so many mebibytes, one after another. */
static void memory_take(size_t mebibytes, long pause_ms)
{
    char *block = mmap(NULL, mebibytes * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; block != MAP_FAILED && i < mebibytes; i++) {
        memset(block + i * MIB, 1, MIB);
        nanosleep(&(struct timespec){.tv_nsec = pause_ms * NS_PER_MS}, NULL);
    }
}

static void act_large(void)
{
    memory_take(36, 0);
    act_sleep();
}

static void act_leak(void)
{
    memory_take(1024, 20);
}

static struct sample *sample_take(struct source *source)
{
    struct error error = {0};
    struct sample *sample = source_sample(source, true, &error);
    assert_non_null(sample);
    return sample;
}

static uint32_t node_of(const struct graph *graph, pid_t pid)
{
    for (uint32_t n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].kind == NODE_PROCESS && graph->nodes[n].pid == (uint32_t)pid)
            return n;
    return NODE_NONE;
}

/* The row of a group in the sample's table; SIZE_MAX: none. */
static size_t group_row(const struct sample *sample, const char *name)
{
    for (size_t row = 0; row < sample->tables[TABLE_CGROUP].rows; row++) {
        const char *path = sample_string(sample, TABLE_CGROUP, row, CGROUP_PATH);
        if (path != NULL && path[0] == '/' && strcmp(path + 1, name) == 0)
            return row;
    }
    return SIZE_MAX;
}

static void who_uses_up_a_quota_is_told_from_who_suffers_with_it(void **state)
{
    (void)state;
    struct real_group group;
    struct error error = {0};
    group_make(&group);
    pid_t hog = member_start(&group, "hog", act_spin), quiet = member_start(&group, "quiet", act_sleep);
    struct source *source = source_new(&(struct collector_options){.no_sockets = true}, &error);
    assert_non_null(source);
    struct graph *graph = NULL;
    struct sample *first = NULL, *last = NULL;
    /* On a busy machine it takes a while until the quota is used up. */
    for (int tries = 0; tries < 60; tries++) {
        sample_release(first);
        graph_free(graph);
        first = last == NULL ? sample_take(source) : last;
        usleep(500000);
        last = sample_take(source);
        graph = graph_build(&(struct window){.samples = (struct sample *[]){first, last}, .count = 2}, &error);
        assert_non_null(graph);
        uint32_t node = node_of(graph, hog);
        if (node != NODE_NONE && graph_measure(graph, node, MEASURE_THROTTLED) > 0.1F)
            break;
    }
    member_end(hog);
    member_end(quiet);
    group_remove(&group);
    size_t row = group_row(last, group.name);
    assert_int_not_equal(row, SIZE_MAX);
    assert_true(table_f64(&last->tables[TABLE_CGROUP], row, CGROUP_QUOTA, 0) == 0.2);
    assert_int_equal(table_u64(&last->tables[TABLE_CGROUP], row, CGROUP_MEMORY_MAX_BYTES, 0), 64 * MIB);
    uint32_t busy = node_of(graph, hog), idle = node_of(graph, quiet);
    assert_int_not_equal(busy, NODE_NONE);
    assert_int_not_equal(idle, NODE_NONE);
    assert_true(graph_measure(graph, busy, MEASURE_CPU_QUOTA_PCT) == 20);
    assert_true(graph_measure(graph, busy, MEASURE_THROTTLED) > 0.1F);
    assert_true(graph_measure(graph, idle, MEASURE_THROTTLED) == graph_measure(graph, busy, MEASURE_THROTTLED));
    assert_true(graph_measure(graph, busy, MEASURE_THROTTLED_OWN) >
                10 * graph_measure(graph, idle, MEASURE_THROTTLED_OWN));
    graph_free(graph);
    sample_release(first);
    sample_release(last);
    source_free(source);
}

/* The killer takes the larger one; the graph tells who was killed and whose memory they shared. */
static void who_is_killed_for_memory_is_told_with_its_group(void **state)
{
    (void)state;
    struct real_group group;
    struct error error = {0};
    group_make(&group);
    pid_t large = member_start(&group, "large", act_large);
    struct source *source = source_new(&(struct collector_options){.no_sockets = true}, &error);
    assert_non_null(source);
    sample_release(sample_take(source));
    while (!source_settle(source))
        continue;
    struct sample *samples[2] = {sample_take(source)};
    bool kernel = (samples[0]->sources & SAMPLE_SOURCE_KERNEL) != 0;
    pid_t leak = member_start(&group, "leak", act_leak), killed = 0;
    int status = 0;
    for (int looks = 0; looks < 3000 && killed == 0; looks++) {
        usleep(10000);
        killed = waitpid(large, &status, WNOHANG);
        if (killed == 0 && waitpid(leak, &status, WNOHANG) == leak)
            killed = leak;
    }
    samples[1] = sample_take(source);
    member_end(large);
    member_end(leak);
    group_remove(&group);
    assert_int_not_equal(killed, 0);
    assert_int_equal(WTERMSIG(status), SIGKILL);
    struct graph *graph = graph_build(&(struct window){.samples = samples, .count = 2}, &error);
    assert_non_null(graph);
    assert_true(graph_measure(graph, graph->host, MEASURE_OOM_KILLED) >= 1);
    uint32_t victim = node_of(graph, killed);
    if (kernel) {
        assert_int_not_equal(victim, NODE_NONE);
        assert_true(graph_measure(graph, victim, MEASURE_OOM_KILLED) == 1);
        assert_true(graph->nodes[victim].exited);
    }
    if (killed == large) {
        assert_non_null(graph->nodes[victim].memory_group);
        assert_string_equal(graph->nodes[victim].memory_group + 1, group.name);
    }
    graph_free(graph);
    sample_release(samples[0]);
    sample_release(samples[1]);
    source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_the_unified_hierarchy_are_read),
        cmocka_unit_test(files_of_the_split_hierarchies_are_read),
        cmocka_unit_test(who_uses_up_a_quota_is_told_from_who_suffers_with_it),
        cmocka_unit_test(who_is_killed_for_memory_is_told_with_its_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
