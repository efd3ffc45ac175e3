/* collect: what the recorder in the kernel tells of waits for file locks, with real processes. */
#include "base/clock.h"
#include "collect/collector.h"
#include "collect/doctor.h"
#include "collect/recorder.h"
#include "collect/source.h"
#include "tests/unit/lock_people.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { LONG_ENOUGH_MS = 20 }; /* waits are told from a millisecond on */

static const enum lock_way ways[] = {BY_FLOCK, BY_RECORD, BY_DESCRIPTION};

struct scene {
    struct source *source;
    bool recorder; /* false: this host does not let us load it */
    struct people people;
};

static int scene_set(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct error error = {0};
    *state = scene;
    if (scene == NULL || !people_set(&scene->people))
        return -1;
    struct recorder *recorder = recorder_new(&error);
    scene->recorder = recorder != NULL;
    if (recorder == NULL)
        print_message("no recorder: %s\n", error.text);
    recorder_free(recorder);
    scene->source = source_new(&(struct collector_options){.no_sockets = true}, &error);
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
    people_clear(&scene->people);
    source_free(scene->source);
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

static uint64_t cell(const struct sample *sample, size_t row, size_t column)
{
    assert_true(table_known(&sample->tables[TABLE_WAIT], row, column));
    return table_u64(&sample->tables[TABLE_WAIT], row, column, UINT64_MAX);
}

/* A time that was told lies between two that were taken around it. */
static void time_check(const struct sample *sample, size_t row, size_t column, int64_t before_ns, int64_t after_ns)
{
    int64_t told_ns = (int64_t)cell(sample, row, column);
    if (told_ns < before_ns || told_ns > after_ns)
        fail_msg("column %zu: %.6f s after the earliest, %.6f s before the latest", column,
                 (double)(told_ns - before_ns) / NS_PER_S, (double)(after_ns - told_ns) / NS_PER_S);
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

/* One holds, one waits for it; returns when it is seen to wait. */
static int64_t pair_start(struct scene *scene, enum lock_way way, struct person **holder, struct person **waiter)
{
    *holder = people_start(&scene->people, "keeper", way);
    people_await_lock(*holder);
    *waiter = people_start(&scene->people, "wanting", way);
    people_await_waiters(&scene->people, 1);
    int64_t seen_ns = clock_boottime_ns();
    moment(LONG_ENOUGH_MS);
    return seen_ns;
}

static size_t only_wait(const struct sample *sample, const struct person *waiter, const struct person *holder)
{
    size_t row = wait_row(sample, waiter->pid, holder->pid);
    assert_int_equal(waits_of(sample, waiter->pid), 1);
    assert_int_not_equal(row, SIZE_MAX);
    return row;
}

/* Both are gone when the sample is taken. */
static void episode_is_told(struct scene *scene, enum lock_way way)
{
    struct person *holder, *waiter;
    int64_t seen_ns = pair_start(scene, way, &holder, &waiter);
    uint64_t holder_start = start_ticks(holder->pid), waiter_start = start_ticks(waiter->pid);
    people_leave(holder);
    people_leave(waiter);
    people_reap(holder);
    people_reap(waiter);
    struct sample *sample = sample_take(scene);
    size_t row = only_wait(sample, waiter, holder);
    time_check(sample, row, WAIT_SINCE_NS, waiter->asked_ns, seen_ns);
    time_check(sample, row, WAIT_UNTIL_NS, holder->left_ns, waiter->got_ns);
    time_check(sample, row, WAIT_HELD_SINCE_NS, holder->asked_ns, holder->got_ns);
    time_check(sample, row, WAIT_HELD_UNTIL_NS, holder->left_ns, waiter->got_ns);
    assert_int_equal(cell(sample, row, WAIT_TOTAL_NS),
                     cell(sample, row, WAIT_UNTIL_NS) - cell(sample, row, WAIT_SINCE_NS));
    assert_int_equal(cell(sample, row, WAIT_START_TICKS), waiter_start);
    assert_int_equal(cell(sample, row, WAIT_HOLDER_START_TICKS), holder_start);
    assert_int_equal(cell(sample, row, WAIT_THREAD), waiter->pid);
    assert_int_equal(cell(sample, row, WAIT_ONGOING), 0);
    assert_int_equal(cell(sample, row, WAIT_AT_LEAST), 0);
    assert_int_equal(cell(sample, row, WAIT_COUNT), 1);
    assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_NAME), "wanting");
    assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_HOLDER_NAME), "keeper");
    assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_PATH), scene->people.path);
    sample_release(sample);
    sample = sample_take(scene);
    assert_int_equal(waits_of(sample, waiter->pid), 0);
    sample_release(sample);
    people_forget(&scene->people);
}

static void waits_between_two_samples_are_told(void **state)
{
    struct scene *scene = scene_of(state);
    for (size_t i = 0; i < 3; i++)
        episode_is_told(scene, ways[i]);
}

/* Does the lock table's row tell the same? */
static size_t locks_held_since(const struct sample *sample, uint64_t since_ns)
{
    const struct table *locks = &sample->tables[TABLE_LOCK];
    size_t count = 0;
    for (size_t lock = 0; lock < locks->rows; lock++)
        count += table_u64(locks, lock, LOCK_WAITING, 1) == 0 && table_u64(locks, lock, LOCK_SINCE_NS, 0) == since_ns &&
                 table_u64(locks, lock, LOCK_AT_LEAST, 1) == 0;
    return count;
}

static void ongoing_wait_is_told_once_and_exactly(void **state)
{
    struct scene *scene = scene_of(state);
    for (size_t i = 0; i < 3; i++) {
        struct person *holder, *waiter;
        int64_t seen_ns = pair_start(scene, ways[i], &holder, &waiter);
        struct sample *sample = sample_take(scene);
        size_t row = only_wait(sample, waiter, holder);
        time_check(sample, row, WAIT_SINCE_NS, waiter->asked_ns, seen_ns);
        time_check(sample, row, WAIT_HELD_SINCE_NS, holder->asked_ns, holder->got_ns);
        assert_int_equal(cell(sample, row, WAIT_UNTIL_NS), sample->boottime_ns);
        assert_int_equal(cell(sample, row, WAIT_ONGOING), 1);
        assert_int_equal(cell(sample, row, WAIT_AT_LEAST), 0);
        assert_false(table_known(&sample->tables[TABLE_WAIT], row, WAIT_HELD_UNTIL_NS));
        assert_int_equal(locks_held_since(sample, cell(sample, row, WAIT_HELD_SINCE_NS)), 1);
        sample_release(sample);
        people_leave(holder);
        people_leave(waiter);
        people_reap(holder);
        people_reap(waiter);
        people_forget(&scene->people);
    }
}

/* Who stands in the middle of a queue is not woken when the lock changes hands. */
static void wait_in_a_queue_is_told_for_each_holder(void **state)
{
    struct scene *scene = scene_of(state);
    struct person *first, *second, *third;
    pair_start(scene, BY_FLOCK, &first, &second);
    third = people_start(&scene->people, "third", BY_FLOCK);
    people_await_waiters(&scene->people, 2);
    int64_t seen_ns = clock_boottime_ns();
    moment(LONG_ENOUGH_MS);
    people_leave(first);
    people_await_lock(second);
    moment(LONG_ENOUGH_MS);
    people_leave(second);
    people_leave(third);
    people_await_lock(third);
    people_reap(third);
    struct sample *sample = sample_take(scene);
    assert_int_equal(waits_of(sample, second->pid), 1);
    assert_int_equal(waits_of(sample, third->pid), 2);
    size_t before = wait_row(sample, third->pid, first->pid), after = wait_row(sample, third->pid, second->pid);
    time_check(sample, wait_row(sample, second->pid, first->pid), WAIT_UNTIL_NS, first->left_ns, second->got_ns);
    time_check(sample, before, WAIT_SINCE_NS, third->asked_ns, seen_ns);
    time_check(sample, before, WAIT_UNTIL_NS, first->left_ns, second->got_ns);
    time_check(sample, after, WAIT_SINCE_NS, first->left_ns, second->got_ns);
    time_check(sample, after, WAIT_UNTIL_NS, second->left_ns, third->got_ns);
    sample_release(sample);
}

static void interrupted_wait_ends_when_it_was_interrupted(void **state)
{
    struct scene *scene = scene_of(state);
    struct person *holder, *waiter;
    pair_start(scene, BY_FLOCK, &holder, &waiter);
    int64_t interrupted_ns = clock_boottime_ns();
    kill(waiter->pid, SIGALRM);
    people_await_lock(waiter);
    assert_false(waiter->got);
    moment(LONG_ENOUGH_MS); /* the call might begin again */
    struct sample *sample = sample_take(scene);
    size_t row = only_wait(sample, waiter, holder);
    assert_int_equal(cell(sample, row, WAIT_ONGOING), 0);
    time_check(sample, row, WAIT_UNTIL_NS, interrupted_ns, waiter->got_ns);
    sample_release(sample);
    sample = sample_take(scene);
    assert_int_equal(waits_of(sample, waiter->pid), 0);
    sample_release(sample);
}

static void killed_waiter_waits_no_longer(void **state)
{
    struct scene *scene = scene_of(state);
    struct person *holder, *waiter;
    pair_start(scene, BY_RECORD, &holder, &waiter);
    int64_t killed_ns = clock_boottime_ns();
    kill(waiter->pid, SIGKILL);
    people_reap(waiter);
    struct sample *sample = sample_take(scene);
    size_t row = only_wait(sample, waiter, holder);
    assert_int_equal(cell(sample, row, WAIT_ONGOING), 0);
    time_check(sample, row, WAIT_UNTIL_NS, killed_ns, waiter->reaped_ns);
    sample_release(sample);
}

/* A process that asks for the lock again and again, each time after a byte has come in, and answers each time. */
static struct person *repeater_start(struct scene *scene, const int asked[2], const int answered[2])
{
    struct person *person = &scene->people.persons[scene->people.count++];
    *person = (struct person){0};
    pid_t pid = fork();
    if (pid != 0) {
        person->pid = pid;
        return person;
    }
    char byte;
    close(asked[1]);
    while (read(asked[0], &byte, 1) == 1) {
        int descriptor = people_lock(scene->people.path, BY_FLOCK);
        close(descriptor);
        if (write(answered[1], &byte, 1) != 1)
            break;
    }
    _exit(0);
}

static void many_waits_are_summed(void **state)
{
    enum { TIMES = 5 };
    struct scene *scene = scene_of(state);
    int asked[2], answered[2];
    char byte = 0;
    int64_t least_ns = 0, most_ns = 0;
    assert_int_equal(pipe2(asked, O_CLOEXEC) + pipe2(answered, O_CLOEXEC), 0);
    const struct person *waiter = repeater_start(scene, asked, answered);
    for (int i = 0; i < TIMES; i++) {
        int own = people_lock(scene->people.path, BY_FLOCK);
        int64_t asked_ns = clock_boottime_ns();
        assert_int_equal(write(asked[1], &byte, 1), 1);
        people_await_waiters(&scene->people, 1);
        int64_t seen_ns = clock_boottime_ns();
        moment(LONG_ENOUGH_MS);
        least_ns += clock_boottime_ns() - seen_ns;
        close(own);
        assert_int_equal(read(answered[0], &byte, 1), 1);
        most_ns += clock_boottime_ns() - asked_ns;
    }
    close(asked[1]);
    struct sample *sample = sample_take(scene);
    size_t row = wait_row(sample, waiter->pid, getpid());
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(cell(sample, row, WAIT_COUNT), TIMES);
    assert_in_range(cell(sample, row, WAIT_TOTAL_NS), least_ns, most_ns);
    assert_true(cell(sample, row, WAIT_TOTAL_NS) > cell(sample, row, WAIT_UNTIL_NS) - cell(sample, row, WAIT_SINCE_NS));
    sample_release(sample);
    close(asked[0]);
    close(answered[0]);
    close(answered[1]);
}

/* A lock that is older than the recorder: its holder comes from the lock table. */
static void older_lock_has_its_holder_from_the_lock_table(void **state)
{
    struct scene *scene = scene_of(state);
    struct error error = {0};
    source_free(scene->source);
    struct person *holder = people_start(&scene->people, "keeper", BY_FLOCK);
    people_await_lock(holder);
    scene->source = source_new(&(struct collector_options){.no_sockets = true}, &error);
    assert_non_null(scene->source);
    sample_release(source_sample(scene->source, true, &error));
    while (!source_settle(scene->source))
        continue;
    struct person *waiter = people_start(&scene->people, "wanting", BY_FLOCK);
    people_await_waiters(&scene->people, 1);
    int64_t seen_ns = clock_boottime_ns();
    moment(LONG_ENOUGH_MS);
    struct sample *sample = sample_take(scene);
    size_t row = only_wait(sample, waiter, holder);
    time_check(sample, row, WAIT_SINCE_NS, waiter->asked_ns, seen_ns);
    assert_false(table_known(&sample->tables[TABLE_WAIT], row, WAIT_HELD_SINCE_NS));
    sample_release(sample);
}

static void doctor_and_sample_agree_with_what_is_loaded(void **state)
{
    struct scene *scene = *state;
    struct doctor_row rows[64];
    size_t count = doctor_examine(rows, 64), at = 0;
    struct sample *sample = source_sample(scene->source, false, NULL);
    while (at < count && strcmp(rows[at].name, "file lock waits recorded (BPF)") != 0)
        at++;
    assert_true(at < count);
    assert_non_null(sample);
    const char *missing = sample_string(sample, TABLE_HOST, 0, HOST_RECORDER_MISSING);
    bool late = strcmp(rows[at].detail, "not answered in time") == 0;
    if (!late) {
        assert_int_equal(rows[at].available, missing == NULL);
        assert_int_equal((sample->sources & SAMPLE_SOURCE_KERNEL) != 0, missing == NULL);
    }
    if (!late && missing != NULL)
        assert_memory_equal(rows[at].detail, missing, strlen(rows[at].detail));
    sample_release(sample);
    if (late) {
        print_message("skipped: this host is too slow for the doctor\n");
        skip();
    }
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
