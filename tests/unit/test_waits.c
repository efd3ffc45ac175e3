/* collect: what the kernel tells of waits other than those for file locks, with real processes. */
#include "base/clock.h"
#include "collect/collector.h"
#include "collect/source.h"
#include "collect/waits.h"
#include "tests/unit/alone.h"
#include "tests/unit/wait_people.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* Of children that end sooner the kernel tells no number. */
enum { CHILD_TOLD_MS = 60, LONG_MS = 600000 };

struct scene {
    struct source *source;
    bool recorder; /* false: this host does not let us load it */
    struct wait_pair pair;
};

static int scene_make(void **state, size_t places)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct error error = {0};
    *state = scene;
    if (scene == NULL)
        return -1;
    struct wait_recorder *recorder = wait_recorder_new(0, &error);
    scene->recorder = recorder != NULL;
    if (recorder == NULL)
        print_message("no recorder: %s\n", error.text);
    wait_recorder_free(recorder);
    scene->source = source_new(&(struct collector_options){.wait_places = places}, &error);
    if (scene->source == NULL)
        return -1;
    sample_release(source_sample(scene->source, true, &error));
    while (!source_settle(scene->source))
        continue;
    return 0;
}

static int scene_set(void **state)
{
    return scene_make(state, 0);
}

/* All threads that sleep share one place. */
static int crowded_scene_set(void **state)
{
    return scene_make(state, 1);
}

static int scene_clear(void **state)
{
    struct scene *scene = *state;
    wait_leave(&scene->pair);
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

static struct sample *sample_take(struct scene *scene, bool complete)
{
    struct error error = {0};
    struct sample *sample = source_sample(scene->source, complete, &error);
    assert_non_null(sample);
    return sample;
}

static uint64_t cell(const struct sample *sample, size_t row, size_t column)
{
    return table_u64(&sample->tables[TABLE_WAIT], row, column, UINT64_MAX);
}

/* The row of the pair's wait among those of its waiter of at least 1 ms. Fails when there is another. */
static size_t wait_row(const struct scene *scene, const struct sample *sample, enum wait_way way)
{
    const struct table *table = &sample->tables[TABLE_WAIT];
    size_t found = SIZE_MAX;
    for (size_t row = 0; row < table->rows; row++) {
        if (cell(sample, row, WAIT_PID) != (uint64_t)scene->pair.waiter ||
            cell(sample, row, WAIT_KIND) != wait_way_kind(way) ||
            cell(sample, row, WAIT_UNTIL_NS) < (uint64_t)scene->pair.asleep_ns)
            continue;
        if (found != SIZE_MAX)
            fail_msg("%s: told twice", wait_way_name(way));
        found = row;
    }
    if (found == SIZE_MAX)
        fail_msg("%s: not told", wait_way_name(way));
    return found;
}

static void between(const char *what, const char *name, int64_t before_ns, uint64_t seen_ns, int64_t after_ns)
{
    if ((int64_t)seen_ns < before_ns || (int64_t)seen_ns > after_ns)
        fail_msg("%s: %s at %.6f s, not from %.6f to %.6f", name, what, (double)seen_ns / NS_PER_S,
                 (double)before_ns / NS_PER_S, (double)after_ns / NS_PER_S);
}

static void row_check(const struct scene *scene, const struct sample *sample, size_t row, enum wait_way way, bool gone)
{
    const struct wait_pair *pair = &scene->pair;
    bool network = way == BY_TCP_RECEIVE || way == BY_TCP_SEND;
    if (network && gone && !table_known(&sample->tables[TABLE_WAIT], row, WAIT_HOLDER_PID))
        return; /* on a busy machine a thread of the kernel's own delivers what was sent */
    if (cell(sample, row, WAIT_HOLDER_PID) != (uint64_t)pair->holder)
        fail_msg("%s: held by %d, not by %d", wait_way_name(way), (int)cell(sample, row, WAIT_HOLDER_PID),
                 (int)pair->holder);
    assert_int_equal(cell(sample, row, WAIT_THREAD), pair->waiter);
    assert_int_equal(cell(sample, row, WAIT_AT_LEAST), 0);
    assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_HOLDER_NAME), "holding");
    between("begins", wait_way_name(way), pair->times->asked_ns, cell(sample, row, WAIT_SINCE_NS), pair->asleep_ns);
}

/* Only of the wait that was asked for last, where several writes fill what has no room. */
static void end_check(const struct scene *scene, const struct sample *sample, size_t row, enum wait_way way)
{
    const struct wait_pair *pair = &scene->pair;
    assert_int_equal(cell(sample, row, WAIT_ONGOING), 0);
    assert_int_equal(cell(sample, row, WAIT_INFERRED), 0);
    assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_NAME), "waiting");
    between("ends", wait_way_name(way), pair->times->acted_ns, cell(sample, row, WAIT_UNTIL_NS), pair->times->got_ns);
    assert_true(cell(sample, row, WAIT_TOTAL_NS) >=
                cell(sample, row, WAIT_UNTIL_NS) - cell(sample, row, WAIT_SINCE_NS));
    assert_true(cell(sample, row, WAIT_COUNT) >= 1);
}

static void wait_that_goes_on_is_told_once_and_then_its_end(void **state)
{
    struct scene *scene = scene_of(state);
    for (enum wait_way way = 0; way < WAIT_WAYS; way++) {
        bool complete = way % 2 == 0; /* in a basic sample as well */
        assert_true(wait_begin(&scene->pair, way));
        struct sample *sample = sample_take(scene, true);
        size_t row = wait_row(scene, sample, way);
        if (way != BY_UNIX_CONNECT) /* whose holder nothing tells until it accepts */
            row_check(scene, sample, row, way, false);
        assert_int_equal(cell(sample, row, WAIT_ONGOING), 1);
        assert_int_equal(cell(sample, row, WAIT_INFERRED), way == BY_MUTEX);
        uint64_t since_ns = cell(sample, row, WAIT_SINCE_NS);
        sample_release(sample);
        pause_ms(CHILD_TOLD_MS);
        assert_true(wait_end(&scene->pair));
        sample = sample_take(scene, complete);
        row = wait_row(scene, sample, way);
        row_check(scene, sample, row, way, false);
        end_check(scene, sample, row, way);
        assert_int_equal(cell(sample, row, WAIT_SINCE_NS), since_ns);
        sample_release(sample);
        wait_leave(&scene->pair);
    }
}

static void wait_between_two_samples_is_told(void **state)
{
    struct scene *scene = scene_of(state);
    for (enum wait_way way = 0; way < WAIT_WAYS; way++) {
        assert_true(wait_begin(&scene->pair, way));
        pause_ms(CHILD_TOLD_MS);
        assert_true(wait_end(&scene->pair));
        struct wait_pair gone = scene->pair;
        struct wait_times times;
        memcpy(&times, gone.times, sizeof times);
        wait_leave(&scene->pair);
        scene->pair = gone;
        scene->pair.times = &times;
        struct sample *sample = sample_take(scene, way % 2 == 0);
        size_t row = wait_row(scene, sample, way);
        row_check(scene, sample, row, way, true);
        end_check(scene, sample, row, way);
        sample_release(sample);
        scene->pair = (struct wait_pair){0};
    }
}

static void wait_of_a_thread_whose_place_is_taken_is_told(void **state)
{
    wait_that_goes_on_is_told_once_and_then_its_end(state);
    wait_between_two_samples_is_told(state);
}

/* A wait of that process among the rows, SIZE_MAX: none; fails when there are several. */
static size_t only_row(const struct sample *sample, pid_t pid, enum wait_kind kind)
{
    size_t found = SIZE_MAX;
    for (size_t row = 0; row < sample->tables[TABLE_WAIT].rows; row++)
        if (cell(sample, row, WAIT_PID) == (uint64_t)pid && cell(sample, row, WAIT_KIND) == kind) {
            assert_int_equal(found, SIZE_MAX);
            found = row;
        }
    return found;
}

/* What is older than the programs is /proc's to tell: once, as long as it lasts and when it has ended. */
static void wait_that_is_older_is_left_to_proc(void **state)
{
    struct scene *scene = scene_of(state);
    struct error error = {0};
    source_free(scene->source);
    scene->source = source_new(&(struct collector_options){0}, &error);
    assert_non_null(scene->source);
    assert_true(wait_begin(&scene->pair, BY_PIPE_READ));
    sample_release(sample_take(scene, true));
    while (!source_settle(scene->source))
        continue;
    struct sample *sample = sample_take(scene, true);
    size_t row = only_row(sample, scene->pair.waiter, WAIT_PIPE_READ);
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(cell(sample, row, WAIT_ONGOING), 1);
    assert_int_equal(cell(sample, row, WAIT_AT_LEAST), 1);
    uint64_t since_ns = cell(sample, row, WAIT_SINCE_NS);
    sample_release(sample);
    assert_true(wait_end(&scene->pair));
    sample = sample_take(scene, true);
    row = only_row(sample, scene->pair.waiter, WAIT_PIPE_READ);
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(cell(sample, row, WAIT_ONGOING), 0);
    assert_int_equal(cell(sample, row, WAIT_SINCE_NS), since_ns);
    sample_release(sample);
}

static void wait_that_began_before_all_was_loaded_is_left_to_proc(void **state)
{
    struct scene *scene = scene_of(state);
    struct error error = {0};
    source_free(scene->source);
    scene->source = source_new(&(struct collector_options){0}, &error);
    assert_non_null(scene->source);
    sample_release(sample_take(scene, true));
    assert_true(wait_begin(&scene->pair, BY_UNIX_RECEIVE));
    while (!source_settle(scene->source))
        continue;
    for (int sample_number = 0; sample_number < 2; sample_number++) {
        struct sample *sample = sample_take(scene, true);
        size_t row = only_row(sample, scene->pair.waiter, WAIT_SOCKET_RECEIVE);
        assert_int_not_equal(row, SIZE_MAX);
        assert_int_equal(cell(sample, row, WAIT_HOLDER_PID), scene->pair.holder);
        assert_int_equal(cell(sample, row, WAIT_ONGOING), 1);
        sample_release(sample);
    }
}

static void who_wakes_by_a_signal_was_not_waited_for(void **state)
{
    struct scene *scene = scene_of(state);
    assert_true(wait_begin(&scene->pair, BY_PIPE_READ));
    pause_ms(CHILD_TOLD_MS);
    kill(scene->pair.waiter, SIGTERM);
    siginfo_t info;
    waitid(P_PID, (id_t)scene->pair.waiter, &info, WEXITED | WNOWAIT);
    struct sample *sample = sample_take(scene, true);
    size_t row = wait_row(scene, sample, BY_PIPE_READ);
    assert_int_equal(cell(sample, row, WAIT_ONGOING), 0);
    assert_false(table_known(&sample->tables[TABLE_WAIT], row, WAIT_HOLDER_PID));
    sample_release(sample);
}

struct threads {
    pthread_mutex_t mutex;
    _Atomic pid_t holding, waiting;
};

static void *thread_hold(void *context)
{
    struct threads *threads = context;
    pthread_mutex_lock(&threads->mutex);
    threads->holding = gettid();
    pause_ms(LONG_MS);
    return NULL;
}

static void *thread_want(void *context)
{
    struct threads *threads = context;
    threads->waiting = gettid();
    pthread_mutex_lock(&threads->mutex);
    return NULL;
}

static _Noreturn void threads_run(struct threads *threads)
{
    pthread_t first, second;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pthread_create(&first, NULL, thread_hold, threads);
    while (threads->holding == 0)
        pause_ms(1);
    pthread_create(&second, NULL, thread_want, threads);
    pause_ms(LONG_MS);
    _exit(0);
}

static void wait_inside_a_process_names_its_threads(void **state)
{
    struct scene *scene = scene_of(state);
    struct threads *threads = mmap(NULL, sizeof *threads, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(threads != MAP_FAILED);
    pid_t pid = fork();
    if (pid == 0)
        threads_run(threads);
    struct sample *sample = NULL;
    size_t row = SIZE_MAX;
    for (int tries = 0; row == SIZE_MAX && tries < 100; tries++) {
        pause_ms(20);
        sample_release(sample);
        sample = sample_take(scene, false);
        row = only_row(sample, pid, WAIT_FUTEX);
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(cell(sample, row, WAIT_THREAD), threads->waiting);
    assert_int_equal(cell(sample, row, WAIT_HOLDER_PID), pid);
    assert_int_equal(cell(sample, row, WAIT_HOLDER_THREAD), threads->holding);
    assert_int_equal(cell(sample, row, WAIT_INFERRED), 1);
    sample_release(sample);
    munmap(threads, sizeof *threads);
}

int main(void)
{
    alone_begin();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(wait_that_goes_on_is_told_once_and_then_its_end, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(wait_between_two_samples_is_told, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(wait_of_a_thread_whose_place_is_taken_is_told, crowded_scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(wait_that_is_older_is_left_to_proc, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(wait_that_began_before_all_was_loaded_is_left_to_proc, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(who_wakes_by_a_signal_was_not_waited_for, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(wait_inside_a_process_names_its_threads, scene_set, scene_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
