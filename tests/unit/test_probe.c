/* collect: probes that answer, hang, die and pile up. */
#include "base/clock.h"
#include "collect/probe.h"

#include <errno.h>
#include <fcntl.h>
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
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static bool work(void *context, const void *request, size_t request_bytes, struct buffer *answer)
{
    const char *text = request;
    (void)context;
    if (request_bytes == 4 && memcmp(text, "hang", 4) == 0) {
        int ends[2];
        char byte;
        return pipe(ends) == 0 && read(ends[0], &byte, 1) == 1;
    }
    if (request_bytes == 3 && memcmp(text, "die", 3) == 0)
        _exit(3);
    if (request_bytes == 2 && memcmp(text, "no", 2) == 0) {
        buffer_string(answer, "it would not");
        return false;
    }
    if (request_bytes == 3 && memcmp(text, "big", 3) == 0) {
        char *room = buffer_extend(answer, 5 << 20);
        if (room != NULL)
            memset(room, 'x', 5 << 20);
        return true;
    }
    buffer_printf(answer, "%d ", (int)getpid());
    buffer_append(answer, request, request_bytes);
    return true;
}

static struct probe *probe_make(void)
{
    struct probe *probe = probe_new(&(struct probe_options){.name = "culprit-test", .work = work});
    assert_non_null(probe);
    return probe;
}

static void pause_ms(long milliseconds)
{
    struct timespec rest = {milliseconds / 1000, milliseconds % 1000 * NS_PER_MS};
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
        continue;
}

static void a_probe_answers_and_is_used_again(void **state)
{
    (void)state;
    struct probe *probe = probe_make();
    struct buffer answer = {0};
    struct error error = {0};
    assert_int_equal(probe_pid(probe), 0);
    assert_int_equal(probe_ask(probe, "hello", 5, 2000, &answer, &error), PROBE_ANSWERED);
    int pid = probe_pid(probe);
    char expected[64];
    snprintf(expected, sizeof expected, "%d hello", pid);
    assert_string_equal(buffer_text(&answer), expected);
    assert_int_not_equal(pid, getpid());
    assert_int_equal(probe_ask(probe, "", 0, 2000, &answer, &error), PROBE_ANSWERED);
    assert_int_equal(atoi(buffer_text(&answer)), pid);
    assert_int_equal(probe_ask(probe, "big", 3, 5000, &answer, &error), PROBE_ANSWERED);
    assert_int_equal(answer.length, 5 << 20);
    assert_true(probe_cpu_ns(probe) > 0);
    buffer_done(&answer);
    probe_free(probe);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_refusal_is_a_sentence_and_keeps_the_probe(void **state)
{
    (void)state;
    struct probe *probe = probe_make();
    struct buffer answer = {0};
    struct error error = {0};
    assert_int_equal(probe_ask(probe, "no", 2, 2000, &answer, &error), PROBE_FAILED);
    assert_string_equal(error.text, "it would not");
    assert_int_equal(answer.length, 0);
    assert_int_not_equal(probe_pid(probe), 0);
    assert_int_equal(probe_ask(probe, "x", 1, 2000, &answer, &error), PROBE_ANSWERED);
    buffer_done(&answer);
    probe_free(probe);
}

static void a_probe_that_hangs_is_left_behind_in_time(void **state)
{
    (void)state;
    struct probe *probe = probe_make();
    struct buffer answer = {0};
    struct error error = {0};
    assert_int_equal(probe_ask(probe, "x", 1, 2000, &answer, &error), PROBE_ANSWERED);
    int first = probe_pid(probe);
    int64_t began_ns = clock_boottime_ns();
    assert_int_equal(probe_ask(probe, "hang", 4, 100, &answer, &error), PROBE_MISSED);
    assert_true(clock_boottime_ns() - began_ns >= 100 * NS_PER_MS);
    assert_true(clock_boottime_ns() - began_ns < 5 * NS_PER_S);
    assert_non_null(strstr(error.text, "100 ms"));
    assert_int_equal(probe_pid(probe), 0);
    assert_int_equal(probe_ask(probe, "x", 1, 2000, &answer, &error), PROBE_ANSWERED);
    assert_int_not_equal(probe_pid(probe), first);
    for (int tries = 0; tries < 200 && probe_left(probe) > 0; tries++)
        pause_ms(10);
    assert_int_equal(probe_left(probe), 0);
    assert_int_equal(kill(first, 0), -1);
    buffer_done(&answer);
    probe_free(probe);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_probe_that_keeps_missing_rests(void **state)
{
    (void)state;
    struct probe *probe = probe_make();
    struct buffer answer = {0};
    struct error error = {0};
    assert_int_equal(probe_ask(probe, "hang", 4, 20, &answer, &error), PROBE_MISSED);
    assert_int_equal(probe_ask(probe, "hang", 4, 20, &answer, &error), PROBE_MISSED);
    assert_int_equal(probe_ask(probe, "x", 1, 20, &answer, &error), PROBE_RESTING);
    assert_int_equal(probe_pid(probe), 0);
    pause_ms(1100);
    assert_int_equal(probe_ask(probe, "x", 1, 2000, &answer, &error), PROBE_ANSWERED);
    assert_int_equal(probe_ask(probe, "hang", 4, 20, &answer, &error), PROBE_MISSED);
    assert_int_equal(probe_ask(probe, "x", 1, 2000, &answer, &error), PROBE_ANSWERED);
    buffer_done(&answer);
    probe_free(probe);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_probe_that_dies_is_said_and_replaced(void **state)
{
    (void)state;
    struct probe *probe = probe_make();
    struct buffer answer = {0};
    struct error error = {0};
    assert_int_equal(probe_ask(probe, "die", 3, 2000, &answer, &error), PROBE_FAILED);
    assert_non_null(strstr(error.text, "ended before"));
    assert_int_equal(probe_ask(probe, "x", 1, 2000, &answer, &error), PROBE_ANSWERED);
    kill(probe_pid(probe), SIGKILL);
    assert_int_equal(probe_ask(probe, "x", 1, 2000, &answer, &error), PROBE_FAILED);
    buffer_done(&answer);
    probe_free(probe);
}

/* The work lists its own descriptors: the channel, the kept one, and the directory that it lists them with. */
static bool descriptors_work(void *context, const void *request, size_t request_bytes, struct buffer *answer)
{
    (void)request, (void)request_bytes;
    for (int descriptor = 3; descriptor < 256; descriptor++)
        if (fcntl(descriptor, F_GETFD) >= 0)
            buffer_printf(answer, "%s ", descriptor == *(int *)context ? "kept" : "other");
    return true;
}

static void a_probe_holds_nothing_open_but_what_it_needs(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int kept = open("/", O_RDONLY | O_DIRECTORY);
    assert_true(kept > 2);
    struct probe *probe = probe_new(&(struct probe_options){
        .name = "culprit-test", .work = descriptors_work, .context = &kept, .descriptor = kept});
    struct buffer answer = {0};
    assert_int_equal(probe_ask(probe, "", 0, 2000, &answer, NULL), PROBE_ANSWERED);
    assert_string_equal(buffer_text(&answer), "kept other ");
    close(ends[1]);
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    close(kept);
    buffer_done(&answer);
    probe_free(probe);
}

/* A child with a probe dies by SIGKILL; its probe must not outlive it. */
static void a_probe_dies_with_its_parent(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct probe *probe = probe_new(&(struct probe_options){.name = "culprit-test", .work = work});
        struct buffer answer = {0};
        int pid = probe_ask(probe, "x", 1, 2000, &answer, NULL) == PROBE_ANSWERED ? probe_pid(probe) : 0;
        if (write(ends[1], &pid, sizeof pid) != sizeof pid)
            _exit(1);
        probe_ask(probe, "hang", 4, 60000, &answer, NULL);
        _exit(0);
    }
    close(ends[1]);
    int pid = 0;
    assert_int_equal(read(ends[0], &pid, sizeof pid), sizeof pid);
    close(ends[0]);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_true(pid > 0);
    int alive = 0;
    for (int tries = 0; tries < 300 && alive == 0; tries++) {
        pause_ms(10);
        waitpid(pid, NULL, WNOHANG);
        alive = kill(pid, 0);
    }
    assert_int_equal(alive, -1);
}

int main(void)
{
    /* What dies without its parent comes to us, and is reaped here, whatever PID 1 does. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_probe_answers_and_is_used_again),
        cmocka_unit_test(a_refusal_is_a_sentence_and_keeps_the_probe),
        cmocka_unit_test(a_probe_that_hangs_is_left_behind_in_time),
        cmocka_unit_test(a_probe_that_keeps_missing_rests),
        cmocka_unit_test(a_probe_that_dies_is_said_and_replaced),
        cmocka_unit_test(a_probe_holds_nothing_open_but_what_it_needs),
        cmocka_unit_test(a_probe_dies_with_its_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
