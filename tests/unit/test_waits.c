/* collect: what the kernel tells of waits other than those for file locks, with real processes. */
#include "base/clock.h"
#include "collect/collector.h"
#include "collect/source.h"
#include "collect/waits.h"
#include "tests/unit/wait_people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Of children that end sooner the kernel tells no number. */
enum { CHILD_TOLD_MS = 60 };

struct scene {
    struct source *source;
    bool recorder; /* false: this host does not let us load it */
    struct wait_pair pair;
};

static int scene_set(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct error error = {0};
    *state = scene;
    if (scene == NULL)
        return -1;
    struct wait_recorder *recorder = wait_recorder_new(&error);
    scene->recorder = recorder != NULL;
    if (recorder == NULL)
        print_message("no recorder: %s\n", error.text);
    wait_recorder_free(recorder);
    scene->source = source_new(&(struct collector_options){0}, &error);
    if (scene->source == NULL)
        return -1;
    sample_release(source_sample(scene->source, true, &error));
    source_settle(scene->source);
    return 0;
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

static void row_check(const struct scene *scene, const struct sample *sample, size_t row, enum wait_way way)
{
    const struct wait_pair *pair = &scene->pair;
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
            row_check(scene, sample, row, way);
        assert_int_equal(cell(sample, row, WAIT_ONGOING), 1);
        assert_int_equal(cell(sample, row, WAIT_INFERRED), way == BY_MUTEX);
        uint64_t since_ns = cell(sample, row, WAIT_SINCE_NS);
        sample_release(sample);
        pause_ms(CHILD_TOLD_MS);
        wait_end(&scene->pair);
        sample = sample_take(scene, complete);
        row = wait_row(scene, sample, way);
        row_check(scene, sample, row, way);
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
        wait_end(&scene->pair);
        struct wait_pair gone = scene->pair;
        struct wait_times times;
        memcpy(&times, gone.times, sizeof times);
        wait_leave(&scene->pair);
        scene->pair = gone;
        scene->pair.times = &times;
        struct sample *sample = sample_take(scene, way % 2 == 0);
        size_t row = wait_row(scene, sample, way);
        row_check(scene, sample, row, way);
        end_check(scene, sample, row, way);
        sample_release(sample);
        scene->pair = (struct wait_pair){0};
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(wait_that_goes_on_is_told_once_and_then_its_end, scene_set, scene_clear),
        cmocka_unit_test_setup_teardown(wait_between_two_samples_is_told, scene_set, scene_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
