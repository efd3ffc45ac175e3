/* cursor: live history and recording look the same; windows; what is kept in memory. */
#include "cursor/cursor.h"
#include "make_sample.h"
#include "rounds.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const int64_t second_ns = INT64_C(1000000000);
static const int64_t first_ns = INT64_C(1763676151000000000);
enum { MEMORY_BYTES = 64 << 20 };

static struct cursor *live_of(size_t processes, unsigned count)
{
    struct error error = {0};
    struct cursor *cursor = cursor_live_new(MEMORY_BYTES, &error);
    assert_non_null(cursor);
    for (unsigned moment = 0; moment < count; moment++) {
        struct sample *sample = sample_make(processes, moment);
        assert_true(cursor_append(cursor, sample, &error));
        sample_release(sample);
    }
    return cursor;
}

static void position_holds(struct cursor *cursor, size_t position, size_t processes, unsigned moment)
{
    struct error error = {0};
    struct sample *sample = cursor_sample(cursor, position, &error), *expected = sample_make(processes, moment);
    assert_non_null(sample);
    assert_true(sample_equal(sample, expected));
    sample_release(sample);
    sample_release(expected);
}

static void the_last_ten_minutes_are_kept(void **state)
{
    (void)state;
    struct cursor *cursor = live_of(5, 1500);
    size_t count = cursor_count(cursor);
    assert_in_range(count, 600, 660);
    assert_true(cursor_is_live(cursor));
    assert_int_equal(cursor_serial(cursor, count - 1), 1500);
    assert_int_equal(cursor_position(cursor, 1500), count - 1);
    assert_int_equal(cursor_position(cursor, 1), SIZE_MAX);
    assert_int_equal(cursor_position(cursor, 1501), SIZE_MAX);
    for (size_t position = 0; position < count; position++)
        position_holds(cursor, position, 5, (unsigned)(1500 - count + position));
    for (size_t position = count; position-- > 0;)
        position_holds(cursor, position, 5, (unsigned)(1500 - count + position));
    cursor_free(cursor);
}

/* What a recorder kept comes in packed, a keyframe first; the live samples go on behind it. */
static void a_recorders_past_is_taken_over_as_it_is_packed(void **state)
{
    (void)state;
    struct scratch scratch;
    struct error error = {0};
    assert_true(scratch_make(&scratch));
    const char *path = scratch_path(&scratch, "past");
    struct recording *recording = recording_create(path, &(struct recording_options){0}, &error);
    assert_non_null(recording);
    for (unsigned moment = 0; moment < 130; moment++) {
        struct sample *sample = sample_make(5, moment);
        assert_true(recording_append(recording, sample, &error));
        sample_release(sample);
    }
    assert_true(recording_close(recording, &error));
    recording = recording_open(path, &error);
    assert_non_null(recording);
    struct cursor *cursor = cursor_live_new(MEMORY_BYTES, &error);
    struct packed_sample packed;
    assert_true(recording_packed(recording, 1, &packed, &error));
    assert_false(cursor_adopt(cursor, &packed, &error)); /* its keyframe has not come */
    for (size_t position = 0; position < 130; position++) {
        assert_true(recording_packed(recording, position, &packed, &error));
        assert_true(cursor_adopt(cursor, &packed, &error));
    }
    assert_false(cursor_adopt(cursor, &packed, &error)); /* twice */
    recording_close(recording, NULL);
    for (unsigned moment = 130; moment < 135; moment++) {
        struct sample *sample = sample_make(5, moment);
        assert_true(cursor_append(cursor, sample, &error));
        sample_release(sample);
    }
    assert_int_equal(cursor_count(cursor), 135);
    for (size_t position = 135; position-- > 0;)
        position_holds(cursor, position, 5, (unsigned)position);
    cursor_free(cursor);
    scratch_remove(&scratch);
}

static void memory_stays_bounded(void **state)
{
    (void)state;
    struct error error = {0};
    struct cursor *cursor = cursor_live_new(100 << 10, &error);
    const unsigned moments = rounds_step() == 1 ? 400 : 200;
    for (unsigned moment = 0; moment < moments; moment++) {
        struct sample *sample = sample_make(moment % 50 == 0 ? 150 : 100, moment);
        assert_true(cursor_append(cursor, sample, &error));
        sample_release(sample);
        position_holds(cursor, cursor_count(cursor) - 1, moment % 50 == 0 ? 150 : 100, moment);
        position_holds(cursor, 0,
                       cursor_time_ns(cursor, 0) % (50 * second_ns) == first_ns % (50 * second_ns) ? 150 : 100,
                       (unsigned)((cursor_time_ns(cursor, 0) - first_ns) / second_ns));
    }
    assert_in_range(cursor_count(cursor), 10, moments - 10);
    /* The packed samples, four buffers of a sample's size, and sixteen decoded ones. */
    assert_true(cursor_memory_bytes(cursor) < 8 << 20);
    cursor_free(cursor);
}

static void a_moment_is_found_though_the_clock_jumped(void **state)
{
    (void)state;
    struct error error = {0};
    struct cursor *cursor = cursor_live_new(MEMORY_BYTES, &error);
    static const unsigned moments[] = {10, 20, 30, 15, 25, 40};
    for (size_t i = 0; i < 6; i++) {
        struct sample *sample = sample_make(1, moments[i]);
        sample->boottime_ns = (int64_t)i * second_ns;
        assert_true(cursor_append(cursor, sample, &error));
        sample_release(sample);
    }
    assert_int_equal(cursor_seek(cursor, first_ns + 26 * second_ns), 4);
    assert_int_equal(cursor_seek(cursor, first_ns + 40 * second_ns), 5);
    assert_int_equal(cursor_seek(cursor, first_ns + 20 * second_ns), 3);
    assert_int_equal(cursor_seek(cursor, first_ns), 0);
    cursor_free(cursor);
}

static void window_holds(struct cursor *cursor, size_t position, int64_t window_ns, size_t count)
{
    struct window window;
    struct error error = {0};
    assert_true(cursor_window(cursor, position, window_ns, &window, &error));
    assert_int_equal(window.count, count);
    for (size_t i = 1; i < count; i++)
        assert_true(window.samples[i - 1]->boottime_ns < window.samples[i]->boottime_ns);
    assert_true(window.samples[count - 1]->time_ns == cursor_time_ns(cursor, position));
    window_done(&window);
    assert_int_equal(window.count, 0);
}

static void a_window_reaches_back_as_far_as_asked(void **state)
{
    (void)state;
    struct cursor *cursor = live_of(2, 30);
    window_holds(cursor, 29, 5 * second_ns, 6);
    window_holds(cursor, 29, 0, 2);
    window_holds(cursor, 29, second_ns / 2, 2);
    window_holds(cursor, 3, 100 * second_ns, 4);
    window_holds(cursor, 1, second_ns, 2);
    window_holds(cursor, 0, second_ns, 1);
    cursor_free(cursor);
}

static void a_long_window_leaves_samples_out(void **state)
{
    (void)state;
    struct cursor *cursor = live_of(1, 500);
    window_holds(cursor, 499, 60 * second_ns, 68);
    struct window window;
    struct error error = {0};
    assert_true(cursor_window(cursor, 499, 400 * second_ns, &window, &error));
    assert_in_range(window.count, 50, 75);
    assert_true(window.samples[window.count - 1]->boottime_ns - window.samples[0]->boottime_ns >= 400 * second_ns);
    window_done(&window);
    cursor_free(cursor);
}

/* Moments 0 to 4 of one boot, 5 to 9 of another. */
static struct sample *sample_of_boots(unsigned moment, bool clock_restarts)
{
    struct sample *sample = sample_make(1, moment);
    if (moment >= 5 && clock_restarts)
        sample->boottime_ns = moment * second_ns;
    else if (moment >= 5)
        sample_set_string(sample, TABLE_HOST, 0, HOST_BOOT_ID, "another", 7);
    return sample;
}

static void a_window_never_spans_a_reboot(void **state)
{
    (void)state;
    for (int clock_restarts = 0; clock_restarts < 2; clock_restarts++) {
        struct error error = {0};
        struct cursor *cursor = cursor_live_new(MEMORY_BYTES, &error);
        for (unsigned moment = 0; moment < 10; moment++) {
            struct sample *sample = sample_of_boots(moment, clock_restarts);
            assert_true(cursor_append(cursor, sample, &error));
            sample_release(sample);
        }
        window_holds(cursor, 8, 60 * second_ns, 4);
        window_holds(cursor, 5, 60 * second_ns, 1);
        window_holds(cursor, 4, 60 * second_ns, 5);
        cursor_free(cursor);
    }
}

static void consecutive_windows_share_their_samples(void **state)
{
    (void)state;
    struct cursor *cursor = live_of(3, 20);
    struct window first, second;
    assert_true(cursor_window(cursor, 10, 5 * second_ns, &first, NULL));
    assert_true(cursor_window(cursor, 11, 5 * second_ns, &second, NULL));
    for (size_t i = 1; i < first.count; i++)
        assert_ptr_equal(first.samples[i], second.samples[i - 1]);
    cursor_free(cursor); /* a window outlives its cursor */
    assert_int_equal(first.samples[0]->tables[TABLE_PROCESS].rows, 3);
    window_done(&first);
    window_done(&second);
}

static void a_recording_gives_what_live_gave(void **state)
{
    (void)state;
    struct scratch scratch;
    struct error error = {0};
    assert_true(scratch_make(&scratch));
    const char *path = scratch_path(&scratch, "a.culprit");
    const struct recording_options options = {0};
    struct recording *recording = recording_create(path, &options, &error);
    assert_non_null(recording);
    for (unsigned moment = 0; moment < 100; moment++) {
        struct sample *sample = sample_make(4, moment);
        assert_true(recording_append(recording, sample, &error));
        sample_release(sample);
    }
    assert_true(recording_close(recording, &error));
    recording = recording_open(path, &error);
    struct cursor *recorded = cursor_recording_new(recording, &error), *live = live_of(4, 100);
    assert_non_null(recorded);
    assert_false(cursor_is_live(recorded));
    assert_int_equal(cursor_count(recorded), 100);
    for (size_t position = 0; position < 100; position += 9) {
        struct window left, right;
        assert_true(cursor_window(recorded, position, 7 * second_ns, &left, &error));
        assert_true(cursor_window(live, position, 7 * second_ns, &right, &error));
        assert_int_equal(left.count, right.count);
        for (size_t i = 0; i < left.count; i++)
            assert_true(sample_equal(left.samples[i], right.samples[i]));
        window_done(&left);
        window_done(&right);
        assert_int_equal(cursor_position(recorded, cursor_serial(recorded, position)), position);
    }
    struct sample *sample = sample_make(1, 1);
    assert_false(cursor_append(recorded, sample, &error));
    sample_release(sample);
    cursor_free(recorded);
    cursor_free(live);
    recording_close(recording, NULL);
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_ten_minutes_are_kept),
        cmocka_unit_test(a_recorders_past_is_taken_over_as_it_is_packed),
        cmocka_unit_test(memory_stays_bounded),
        cmocka_unit_test(a_moment_is_found_though_the_clock_jumped),
        cmocka_unit_test(a_window_reaches_back_as_far_as_asked),
        cmocka_unit_test(a_long_window_leaves_samples_out),
        cmocka_unit_test(a_window_never_spans_a_reboot),
        cmocka_unit_test(consecutive_windows_share_their_samples),
        cmocka_unit_test(a_recording_gives_what_live_gave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
