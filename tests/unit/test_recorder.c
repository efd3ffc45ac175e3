/* collect: what the recorder in the kernel tells of waits for file locks, with real processes. */
#include "base/clock.h"
#include "collect/collector.h"
#include "collect/doctor.h"
#include "collect/recorder.h"
#include "collect/source.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { PEOPLE_MAX = 8 };

struct scene {
    struct source *source;
    bool recorder; /* false: this host does not let us load it */
    char path[64];
    pid_t people[PEOPLE_MAX];
    int count;
};

enum lock_way { BY_FLOCK, BY_RECORD, BY_DESCRIPTION };

static void moment(int ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        continue;
}

static int lock_take(const char *path, enum lock_way way, bool exclusive)
{
    struct flock lock = {.l_type = exclusive ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET};
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    int result = way == BY_FLOCK ? flock(descriptor, exclusive ? LOCK_EX : LOCK_SH)
                                 : fcntl(descriptor, way == BY_RECORD ? F_SETLKW : F_OFD_SETLKW, &lock);
    return result == 0 ? descriptor : -1;
}

/* A process that after `after_ms` takes the lock, keeps it for `keep_ms` and exits. */
static pid_t person(struct scene *scene, const char *name, enum lock_way way, int after_ms, int keep_ms)
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0) {
        scene->people[scene->count++] = pid;
        return pid;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, name);
    if (getppid() != parent)
        _exit(1);
    moment(after_ms);
    int descriptor = lock_take(scene->path, way, true);
    moment(keep_ms);
    _exit(descriptor < 0);
}

static void people_end(struct scene *scene, int signal_number)
{
    for (int i = 0; i < scene->count; i++) {
        if (signal_number != 0)
            kill(scene->people[i], signal_number);
        waitpid(scene->people[i], NULL, 0);
    }
    scene->count = 0;
}

static int scene_set(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct error error = {0};
    *state = scene;
    if (scene == NULL)
        return -1;
    strcpy(scene->path, "/tmp/culprit-recorder.XXXXXX");
    close(mkstemp(scene->path));
    struct recorder *recorder = recorder_new(&error);
    scene->recorder = recorder != NULL;
    if (recorder == NULL)
        print_message("no recorder: %s\n", error.text);
    recorder_free(recorder);
    scene->source = source_new(&(struct collector_options){.no_sockets = true}, &error);
    if (scene->source == NULL)
        return -1;
    sample_release(source_sample(scene->source, true, &error));
    source_settle(scene->source);
    return 0;
}

static int scene_clear(void **state)
{
    struct scene *scene = *state;
    people_end(scene, SIGKILL);
    source_free(scene->source);
    unlink(scene->path);
    free(scene);
    return 0;
}

static struct scene *scene_of(void **state)
{
    struct scene *scene = *state;
    if (!scene->recorder)
        skip();
    return scene;
}

static struct sample *sample_take(struct scene *scene)
{
    struct error error = {0};
    struct sample *sample = source_sample(scene->source, true, &error);
    assert_non_null(sample);
    assert_int_equal(sample->sources, SAMPLE_SOURCE_PROC | SAMPLE_SOURCE_KERNEL);
    return sample;
}

/* The wait of one process for another (0: any), SIZE_MAX: none. */
static size_t wait_row(const struct sample *sample, pid_t waiter, pid_t holder)
{
    const struct table *table = &sample->tables[TABLE_WAIT];
    for (size_t row = 0; row < table->rows; row++)
        if (table_u64(table, row, WAIT_KIND, 99) == WAIT_LOCK &&
            table_u64(table, row, WAIT_PID, 0) == (uint64_t)waiter &&
            (holder == 0 || table_u64(table, row, WAIT_HOLDER_PID, 0) == (uint64_t)holder))
            return row;
    return SIZE_MAX;
}

static size_t waits_of(const struct sample *sample, pid_t waiter)
{
    const struct table *table = &sample->tables[TABLE_WAIT];
    size_t count = 0;
    for (size_t row = 0; row < table->rows; row++)
        count +=
            table_u64(table, row, WAIT_KIND, 99) == WAIT_LOCK && table_u64(table, row, WAIT_PID, 0) == (uint64_t)waiter;
    return count;
}

static double cell_s(const struct sample *sample, size_t row, size_t column)
{
    assert_true(table_known(&sample->tables[TABLE_WAIT], row, column));
    return (double)table_u64(&sample->tables[TABLE_WAIT], row, column, 0) / NS_PER_S;
}

static uint64_t cell(const struct sample *sample, size_t row, size_t column)
{
    return table_u64(&sample->tables[TABLE_WAIT], row, column, UINT64_MAX);
}

static double wait_s(const struct sample *sample, size_t row)
{
    return cell_s(sample, row, WAIT_UNTIL_NS) - cell_s(sample, row, WAIT_SINCE_NS);
}

/* A busy machine is late, never early. */
static void seconds_check(double seen_s, double expected_s)
{
    if (seen_s < expected_s - 0.03 || seen_s > expected_s + 3)
        fail_msg("%.3f s, expected %.3f s", seen_s, expected_s);
}

static uint64_t start_ticks(pid_t pid)
{
    char path[64], text[1024] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_true(length > 0);
    const char *at = strrchr(text, ')');
    for (int field = 2; field < 22; field++)
        at = strchr(at + 1, ' ');
    return strtoull(at, NULL, 10);
}

/* Both are gone when the sample is taken. */
static void episode_is_told(struct scene *scene, enum lock_way way)
{
    pid_t holder = person(scene, "keeper", way, 0, 500);
    pid_t waiter = person(scene, "wanting", way, 200, 0);
    uint64_t holder_start = start_ticks(holder), waiter_start = start_ticks(waiter);
    people_end(scene, 0);
    struct sample *sample = sample_take(scene);
    size_t row = wait_row(sample, waiter, holder);
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(waits_of(sample, waiter), 1);
    seconds_check(wait_s(sample, row), 0.3);
    seconds_check(cell_s(sample, row, WAIT_HELD_UNTIL_NS) - cell_s(sample, row, WAIT_HELD_SINCE_NS), 0.5);
    assert_int_equal(cell(sample, row, WAIT_START_TICKS), waiter_start);
    assert_int_equal(cell(sample, row, WAIT_HOLDER_START_TICKS), holder_start);
    assert_int_equal(cell(sample, row, WAIT_THREAD), waiter);
    assert_int_equal(cell(sample, row, WAIT_ONGOING), 0);
    assert_int_equal(cell(sample, row, WAIT_AT_LEAST), 0);
    assert_int_equal(cell(sample, row, WAIT_COUNT), 1);
    assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_NAME), "wanting");
    assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_HOLDER_NAME), "keeper");
    assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_PATH), scene->path);
    sample_release(sample);
    sample = sample_take(scene);
    assert_int_equal(waits_of(sample, waiter), 0);
    sample_release(sample);
}

static void waits_between_two_samples_are_told(void **state)
{
    struct scene *scene = scene_of(state);
    episode_is_told(scene, BY_FLOCK);
    episode_is_told(scene, BY_RECORD);
    episode_is_told(scene, BY_DESCRIPTION);
}

static void ongoing_wait_is_told_once_and_exactly(void **state)
{
    struct scene *scene = scene_of(state);
    static const enum lock_way ways[] = {BY_FLOCK, BY_RECORD, BY_DESCRIPTION};
    for (size_t i = 0; i < 3; i++) {
        pid_t holder = person(scene, "keeper", ways[i], 0, 60000);
        moment(100);
        pid_t waiter = person(scene, "wanting", ways[i], 0, 0);
        moment(300);
        struct sample *sample = sample_take(scene);
        assert_int_equal(waits_of(sample, waiter), 1);
        size_t row = wait_row(sample, waiter, holder);
        assert_int_not_equal(row, SIZE_MAX);
        seconds_check(wait_s(sample, row), 0.3);
        assert_int_equal(cell(sample, row, WAIT_ONGOING), 1);
        assert_int_equal(cell(sample, row, WAIT_AT_LEAST), 0);
        assert_false(table_known(&sample->tables[TABLE_WAIT], row, WAIT_HELD_UNTIL_NS));
        seconds_check((double)sample->boottime_ns / NS_PER_S - cell_s(sample, row, WAIT_HELD_SINCE_NS), 0.4);
        const struct table *locks = &sample->tables[TABLE_LOCK];
        size_t exact = 0;
        for (size_t lock = 0; lock < locks->rows; lock++)
            if (table_u64(locks, lock, LOCK_WAITING, 1) == 0 &&
                table_u64(locks, lock, LOCK_SINCE_NS, 0) == cell(sample, row, WAIT_HELD_SINCE_NS) &&
                table_u64(locks, lock, LOCK_AT_LEAST, 1) == 0)
                exact++;
        assert_int_equal(exact, 1);
        sample_release(sample);
        people_end(scene, SIGKILL);
    }
}

/* Who stands in the middle of a queue is not woken when the lock changes hands. */
static void wait_in_a_queue_is_told_for_each_holder(void **state)
{
    struct scene *scene = scene_of(state);
    pid_t first = person(scene, "first", BY_FLOCK, 0, 400);
    pid_t second = person(scene, "second", BY_FLOCK, 100, 500);
    pid_t third = person(scene, "third", BY_FLOCK, 200, 0);
    people_end(scene, 0);
    struct sample *sample = sample_take(scene);
    assert_int_equal(waits_of(sample, second), 1);
    assert_int_equal(waits_of(sample, third), 2);
    seconds_check(wait_s(sample, wait_row(sample, second, first)), 0.3);
    seconds_check(wait_s(sample, wait_row(sample, third, first)), 0.2);
    seconds_check(wait_s(sample, wait_row(sample, third, second)), 0.5);
    double changed_s = cell_s(sample, wait_row(sample, third, first), WAIT_UNTIL_NS);
    assert_true(fabs(cell_s(sample, wait_row(sample, third, second), WAIT_SINCE_NS) - changed_s) < 0.05);
    assert_true(fabs(cell_s(sample, wait_row(sample, second, first), WAIT_UNTIL_NS) - changed_s) < 0.05);
    sample_release(sample);
}

static void interruption_note(int number)
{
    (void)number;
}

static void interrupted_wait_ends_when_it_was_interrupted(void **state)
{
    struct scene *scene = scene_of(state);
    person(scene, "keeper", BY_FLOCK, 0, 60000);
    moment(100);
    pid_t waiter = fork();
    if (waiter == 0) {
        sigaction(SIGALRM, &(struct sigaction){.sa_handler = interruption_note}, NULL);
        alarm(1);
        bool interrupted = lock_take(scene->path, BY_FLOCK, true) < 0;
        moment(60000);
        _exit(!interrupted);
    }
    scene->people[scene->count++] = waiter;
    moment(2000);
    struct sample *sample = sample_take(scene);
    size_t row = wait_row(sample, waiter, scene->people[0]);
    assert_int_equal(waits_of(sample, waiter), 1);
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(cell(sample, row, WAIT_ONGOING), 0);
    seconds_check(wait_s(sample, row), 1.0);
    sample_release(sample);
    sample = sample_take(scene);
    assert_int_equal(waits_of(sample, waiter), 0);
    sample_release(sample);
}

static void killed_waiter_waits_no_longer(void **state)
{
    struct scene *scene = scene_of(state);
    pid_t holder = person(scene, "keeper", BY_RECORD, 0, 60000);
    moment(50);
    pid_t waiter = person(scene, "wanting", BY_RECORD, 0, 0);
    moment(200);
    kill(waiter, SIGKILL);
    moment(100);
    struct sample *sample = sample_take(scene);
    size_t row = wait_row(sample, waiter, holder);
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(cell(sample, row, WAIT_ONGOING), 0);
    seconds_check(wait_s(sample, row), 0.2);
    sample_release(sample);
}

static void many_waits_are_summed(void **state)
{
    struct scene *scene = scene_of(state);
    pid_t waiter = fork();
    if (waiter == 0) {
        int descriptor = open(scene->path, O_RDWR | O_CLOEXEC);
        for (int i = 0; i < 5; i++) {
            moment(20);
            flock(descriptor, LOCK_EX);
            flock(descriptor, LOCK_UN);
        }
        _exit(0);
    }
    scene->people[scene->count++] = waiter;
    int own = open(scene->path, O_RDWR | O_CLOEXEC);
    for (int i = 0; i < 200 && waitpid(waiter, NULL, WNOHANG) == 0; i++) {
        flock(own, LOCK_EX);
        moment(40);
        flock(own, LOCK_UN);
        moment(1);
    }
    close(own);
    scene->count = 0;
    struct sample *sample = sample_take(scene);
    size_t row = wait_row(sample, waiter, getpid());
    assert_int_not_equal(row, SIZE_MAX);
    assert_in_range(cell(sample, row, WAIT_COUNT), 3, 50); /* one more for each turn it was too late for */
    assert_true(cell_s(sample, row, WAIT_TOTAL_NS) > wait_s(sample, row));
    assert_true(cell_s(sample, row, WAIT_TOTAL_NS) < (double)cell(sample, row, WAIT_COUNT) * 2);
    sample_release(sample);
}

/* A lock that is older than the recorder: its holder comes from the lock table. */
static void older_lock_has_its_holder_from_the_lock_table(void **state)
{
    struct scene *scene = scene_of(state);
    struct error error = {0};
    source_free(scene->source);
    pid_t holder = person(scene, "keeper", BY_FLOCK, 0, 60000);
    moment(200);
    scene->source = source_new(&(struct collector_options){.no_sockets = true}, &error);
    assert_non_null(scene->source);
    sample_release(source_sample(scene->source, true, &error));
    source_settle(scene->source);
    pid_t waiter = person(scene, "wanting", BY_FLOCK, 0, 0);
    moment(300);
    struct sample *sample = sample_take(scene);
    assert_int_equal(waits_of(sample, waiter), 1);
    size_t row = wait_row(sample, waiter, holder);
    assert_int_not_equal(row, SIZE_MAX);
    seconds_check(wait_s(sample, row), 0.3);
    assert_false(table_known(&sample->tables[TABLE_WAIT], row, WAIT_HELD_SINCE_NS));
    sample_release(sample);
}

static void doctor_and_sample_agree_with_what_is_loaded(void **state)
{
    struct scene *scene = *state;
    struct doctor_row rows[64];
    size_t count = doctor_examine(rows, 64), at = 0;
    struct sample *sample = source_sample(scene->source, false, NULL);
    while (at < count && strcmp(rows[at].name, "kernel events (BPF)") != 0)
        at++;
    assert_true(at < count);
    assert_non_null(sample);
    bool loaded = (sample->sources & SAMPLE_SOURCE_KERNEL) != 0;
    const char *missing = sample_string(sample, TABLE_HOST, 0, HOST_RECORDER_MISSING);
    assert_int_equal(rows[at].available, loaded);
    assert_int_equal(missing == NULL, loaded);
    if (!loaded)
        assert_string_equal(rows[at].detail, missing);
    sample_release(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(doctor_and_sample_agree_with_what_is_loaded, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(waits_between_two_samples_are_told, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(ongoing_wait_is_told_once_and_exactly, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(wait_in_a_queue_is_told_for_each_holder, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(interrupted_wait_ends_when_it_was_interrupted, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(killed_waiter_waits_no_longer, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(many_waits_are_summed, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(older_lock_has_its_holder_from_the_lock_table, scene_set, scene_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
