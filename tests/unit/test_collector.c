/* collect: the collector process, from its start to every way in which it or its front can end. */
#include "base/clock.h"
#include "collect/collector.h"
#include "tests/unit/alone.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static const struct collector_options live = {0};

static void pause_ms(long milliseconds)
{
    struct timespec rest = {milliseconds / 1000, milliseconds % 1000 * NS_PER_MS};
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
        continue;
}

static struct collector *collector_made(void)
{
    struct error error = {0};
    struct collector *collector = collector_start(&live, &error);
    assert_string_equal(error.text, "");
    assert_non_null(collector);
    return collector;
}

enum { PATIENCE_MS = 60000, STEP_MS = 10 };

/* A sample, also on a host that is so busy that the first times out. */
static struct sample *collector_look(struct collector *collector, bool complete, struct error *error)
{
    struct sample *sample = NULL;
    struct error told = {0};
    for (int tries = 0; sample == NULL && tries < 6; tries++) {
        sample = collector_sample(collector, complete, &told);
        if (sample == NULL && strstr(told.text, "did not answer within") == NULL)
            break;
    }
    if (sample == NULL)
        error_set(error, "%s", told.text);
    return sample;
}

/* Nobody is left in the process group; waits a minute for that, and then ends who is. Children of ours are reaped on
 * the way. */
static bool group_gone(pid_t group)
{
    for (int waited = 0; waited < 2 * PATIENCE_MS; waited += STEP_MS) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
        if (kill(-group, waited < PATIENCE_MS ? 0 : SIGKILL) != 0 && errno == ESRCH)
            return waited <= PATIENCE_MS;
        pause_ms(STEP_MS);
    }
    return false;
}

/* The keeper of a collector; 0 = unknown. */
static pid_t keeper_of(pid_t collector)
{
    char path[64], line[256];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)collector);
    FILE *file = fopen(path, "r");
    while (file != NULL && parent == 0 && fgets(line, sizeof line, file) != NULL)
        sscanf(line, "PPid: %d", &parent);
    if (file != NULL)
        fclose(file);
    return parent;
}

static void a_sample_has_our_own_process_in_it(void **state)
{
    (void)state;
    struct collector *collector = collector_made();
    pid_t pid = collector_pid(collector);
    for (int round = 0; round < 3; round++) {
        struct error error = {0};
        struct sample *sample = collector_look(collector, round == 1, &error);
        assert_string_equal(error.text, "");
        assert_non_null(sample);
        assert_int_equal(sample->complete, round == 1);
        assert_int_not_equal(sample_process_row(sample, (uint64_t)getpid(), 0), SIZE_MAX);
        size_t own = sample_process_row(sample, (uint64_t)pid, 0);
        assert_int_not_equal(own, SIZE_MAX);
        assert_string_equal(sample_string(sample, TABLE_PROCESS, own, PROCESS_NAME), "culprit-collect");
        const pid_t ours[] = {getpid(), keeper_of(pid), pid};
        for (size_t i = 0; i < 3; i++) {
            size_t row = sample_process_row(sample, (uint64_t)ours[i], 0);
            assert_int_not_equal(row, SIZE_MAX);
            assert_int_equal(table_u64(&sample->tables[TABLE_PROCESS], row, PROCESS_SELF, 0), 1);
        }
        sample_release(sample);
    }
    struct rlimit core = {1, 1};
    assert_int_equal(prlimit(pid, RLIMIT_CORE, NULL, &core), 0);
    assert_int_equal(core.rlim_cur, 0);
    collector_stop(collector);
    assert_true(group_gone(pid));
}

static void receiving_does_not_wait_and_requests_are_merged(void **state)
{
    (void)state;
    struct collector *collector = collector_made();
    struct error error = {0};
    assert_null(collector_receive(collector, 0, &error));
    assert_string_equal(error.text, "");
    assert_null(collector_receive(collector, 50, &error));
    assert_string_equal(error.text, "");
    sample_release(collector_look(collector, true, &error));
    for (int i = 0; i < 8; i++) {
        assert_true(collector_request(collector, true, &error));
        pause_ms(1);
    }
    struct pollfd ready = {.fd = collector_descriptor(collector), .events = POLLIN};
    assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
    struct sample *sample = collector_receive(collector, PATIENCE_MS, &error);
    assert_non_null(sample);
    sample_release(sample);
    assert_null(collector_receive(collector, 300, &error));
    assert_string_equal(error.text, "");
    collector_stop(collector);
}

static void a_complete_request_is_not_lost_behind_a_basic_one(void **state)
{
    (void)state;
    struct collector *collector = collector_made();
    struct error error = {0};
    assert_true(collector_request(collector, false, &error));
    struct sample *sample = collector_look(collector, true, &error);
    assert_non_null(sample);
    assert_int_equal(sample->complete, 1);
    sample_release(sample);
    assert_null(collector_receive(collector, 100, &error));
    collector_stop(collector);
}

static void a_killed_collector_is_said_and_started_again(void **state)
{
    (void)state;
    struct collector *collector = collector_made();
    struct error error = {0};
    pid_t pid = collector_pid(collector);
    struct sample *sample = collector_look(collector, false, &error);
    assert_non_null(sample);
    sample_release(sample);
    assert_false(collector_returns(collector));
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_null(collector_receive(collector, PATIENCE_MS, &error));
    assert_non_null(strstr(error.text, "collector was killed (signal 9"));
    assert_non_null(strstr(error.text, "started again"));
    assert_true(collector_returns(collector));
    assert_false(collector_ended(collector));
    assert_int_equal(collector_pid(collector), 0);
    sample = collector_look(collector, true, &error);
    assert_non_null(sample);
    assert_int_equal(sample->complete, 1);
    sample_release(sample);
    pid_t next = collector_pid(collector);
    assert_int_not_equal(next, 0);
    assert_int_not_equal(next, pid);
    assert_false(collector_returns(collector));
    collector_stop(collector);
    assert_true(group_gone(pid));
    assert_true(group_gone(next));
}

/* Kills it as soon as it is back, until it does not come any more. */
static void one_that_dies_again_and_again_is_given_up(void **state)
{
    (void)state;
    struct error error = {0};
    struct collector *collector = collector_start(&(struct collector_options){.restart_ms = 10}, &error);
    int deaths = 0;
    assert_non_null(collector);
    for (int tries = 0; tries < 400 && !collector_ended(collector); tries++) {
        pid_t pid = collector_pid(collector);
        if (pid > 0) {
            assert_int_equal(kill(pid, SIGKILL), 0);
            deaths++;
        }
        assert_null(collector_receive(collector, pid > 0 ? PATIENCE_MS : 100, &error));
    }
    assert_true(collector_ended(collector));
    assert_int_equal(deaths, 5);
    assert_non_null(strstr(error.text, "too often"));
    error.text[0] = '\0';
    assert_false(collector_request(collector, false, &error));
    assert_non_null(strstr(error.text, "start culprit again"));
    assert_null(collector_sample(collector, false, &error));
    collector_stop(collector);
}

static void a_collector_that_hangs_hangs_nobody(void **state)
{
    (void)state;
    struct collector *collector = collector_made();
    struct error error = {0};
    pid_t pid = collector_pid(collector);
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_true(collector_request(collector, false, &error));
    int64_t began_ns = clock_boottime_ns();
    assert_null(collector_receive(collector, 100, &error));
    assert_string_equal(error.text, "");
    collector_stop(collector);
    assert_true(clock_boottime_ns() - began_ns < 30 * NS_PER_S);
    assert_true(group_gone(pid));
}

static void the_terminals_signals_do_not_reach_it(void **state)
{
    (void)state;
    struct collector *collector = collector_made();
    struct error error = {0};
    pid_t pid = collector_pid(collector);
    sample_release(collector_look(collector, false, &error));
    assert_int_equal(getsid(pid), pid);
    static const int signals[] = {SIGINT, SIGQUIT, SIGTSTP, SIGHUP, SIGTERM};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        assert_int_equal(kill(-pid, signals[i]), 0);
    struct sample *sample = collector_look(collector, false, &error);
    assert_non_null(sample);
    sample_release(sample);
    collector_stop(collector);
    assert_true(group_gone(pid));
}

static void it_holds_none_of_our_descriptors_open(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int high = fcntl(ends[1], F_DUPFD, 200);
    assert_true(high >= 200);
    struct collector *collector = collector_made();
    struct error error = {0};
    sample_release(collector_look(collector, false, &error));
    close(ends[1]);
    close(high);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    collector_stop(collector);
}

/* A front in a process of its own, which is killed. As another user (where we may), because then it may not signal the
 * collector. */
static void check_front_killed(uid_t uid, bool under_way)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t front = fork();
    if (front == 0) {
        struct collector *collector = collector_start(&live, NULL);
        pid_t pid = collector == NULL ? 0 : collector_pid(collector);
        struct sample *sample = collector == NULL ? NULL : collector_look(collector, false, NULL);
        if (sample == NULL || (uid != 0 && setresuid(uid, uid, uid) != 0))
            pid = 0;
        if (under_way && collector != NULL)
            collector_request(collector, true, NULL);
        if (write(ends[1], &pid, sizeof pid) != sizeof pid)
            _exit(1);
        pause();
        _exit(0);
    }
    close(ends[1]);
    pid_t pid = 0;
    assert_int_equal(read(ends[0], &pid, sizeof pid), sizeof pid);
    close(ends[0]);
    pid_t keeper = keeper_of(pid);
    kill(front, SIGKILL);
    waitpid(front, NULL, 0);
    assert_true(pid > 0);
    assert_true(keeper > 0);
    assert_true(group_gone(pid));
    assert_true(group_gone(keeper));
}

static void it_dies_with_its_front(void **state)
{
    (void)state;
    check_front_killed(0, false);
    check_front_killed(0, true);
}

static void it_dies_with_a_front_that_became_another_user(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        print_message("skipped: becoming another user takes root\n");
        skip();
    }
    check_front_killed(65534, false);
    check_front_killed(65534, true);
}

/* The front stops one as another user, while the collector cannot take notice by itself. */
static void a_front_without_privileges_can_stop_it(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        print_message("skipped: becoming another user takes root\n");
        skip();
    }
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t front = fork();
    if (front == 0) {
        struct collector *collector = collector_start(&live, NULL);
        pid_t pid = collector == NULL ? 0 : collector_pid(collector);
        struct sample *sample = collector == NULL ? NULL : collector_look(collector, false, NULL);
        if (sample == NULL || kill(pid, SIGSTOP) != 0 || setresuid(65534, 65534, 65534) != 0)
            pid = 0;
        collector_stop(collector);
        if (write(ends[1], &pid, sizeof pid) != sizeof pid)
            _exit(1);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        _exit(0);
    }
    close(ends[1]);
    pid_t pid = 0;
    assert_int_equal(read(ends[0], &pid, sizeof pid), sizeof pid);
    close(ends[0]);
    assert_true(pid > 0);
    assert_true(group_gone(pid));
    kill(front, SIGKILL);
    waitpid(front, NULL, 0);
}

static void a_missing_tree_is_a_sentence(void **state)
{
    (void)state;
    struct error error = {0};
    struct collector *collector = collector_start(&(struct collector_options){.proc_path = "/nowhere/proc"}, &error);
    assert_non_null(collector);
    assert_null(collector_sample(collector, false, &error));
    assert_non_null(strstr(error.text, "/nowhere/proc"));
    pid_t pid = collector_pid(collector);
    collector_stop(collector);
    collector_stop(NULL);
    assert_true(group_gone(pid));
}

int main(void)
{
    alone_begin();
    /* What dies without its parent comes to us, and is reaped here, whatever PID 1 does. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    alarm(600);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_has_our_own_process_in_it),
        cmocka_unit_test(receiving_does_not_wait_and_requests_are_merged),
        cmocka_unit_test(a_complete_request_is_not_lost_behind_a_basic_one),
        cmocka_unit_test(a_killed_collector_is_said_and_started_again),
        cmocka_unit_test(one_that_dies_again_and_again_is_given_up),
        cmocka_unit_test(a_collector_that_hangs_hangs_nobody),
        cmocka_unit_test(the_terminals_signals_do_not_reach_it),
        cmocka_unit_test(it_holds_none_of_our_descriptors_open),
        cmocka_unit_test(it_dies_with_its_front),
        cmocka_unit_test(it_dies_with_a_front_that_became_another_user),
        cmocka_unit_test(a_front_without_privileges_can_stop_it),
        cmocka_unit_test(a_missing_tree_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
