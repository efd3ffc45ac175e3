/* Bundles: what was written singly comes back from them, to every reader at every moment; damage costs its group. */
#include "make_sample.h"
#include "recording_checks.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { GROUP = 60 };

static const char bundles[] = "SELECT count(*) FROM bundle WHERE first < last";

static void position_is_good(struct recording *recording, size_t position, size_t processes, unsigned moment)
{
    struct error error = {0};
    struct sample *sample = recording_sample(recording, position, &error);
    if (sample == NULL)
        fail_msg("%s", error.text);
    struct sample *expected = sample_make(processes, moment);
    assert_true(sample_equal(sample, expected));
    sample_release(expected);
    sample_release(sample);
}

static void what_follows_a_keyframe_is_kept_together_and_read_in_any_order(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    record(path, &no_limits, 5, 0, 3 * GROUP + 7);
    assert_int_equal(asked(path, bundles), 4);
    assert_int_equal(asked(path, "SELECT count(*) FROM bundle"), 8);
    assert_int_equal(asked(path, "SELECT sum(last - first + 1) FROM bundle"), 3 * GROUP + 7);
    struct recording *recording = opened(path);
    for (unsigned step = 0; step < 3 * GROUP + 7; step++) {
        unsigned moment = step * 101 % (3 * GROUP + 7);
        position_is_good(recording, moment, 5, moment);
    }
    recording_close(recording, NULL);
}

/* A reader that opened the file before, and one that follows it, while singles become bundles under them. */
static void readers_see_every_sample_at_every_moment(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    struct recording *writer = recording_create(path, &no_limits, NULL);
    assert_non_null(writer);
    for (unsigned moment = 0; moment < GROUP - 1; moment++)
        append(writer, 5, moment);
    struct recording *early = opened(path), *follower = opened(path);
    assert_int_equal(samples_good(early, 5), GROUP - 1);
    position_is_good(follower, 20, 5, 20);
    for (unsigned moment = GROUP - 1; moment < 2 * GROUP + 2; moment++) {
        append(writer, 5, moment);
        assert_true(recording_refresh(follower, NULL, NULL));
        assert_int_equal(recording_count(follower), moment + 1);
        position_is_good(follower, moment, 5, moment);
        position_is_good(follower, moment - 30, 5, moment - 30);
        position_is_good(early, moment % (GROUP - 1), 5, moment % (GROUP - 1));
    }
    assert_int_equal(asked(path, bundles), 2);
    assert_int_equal(samples_good(early, 5), GROUP - 1);
    assert_int_equal(samples_good(follower, 5), 2 * GROUP + 2);
    recording_close(early, NULL);
    recording_close(follower, NULL);
    assert_true(recording_close(writer, NULL));
}

static void a_recording_in_format_1_opens_and_is_continued(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    record_in_format_1(path, 5, 40);
    struct recording *recording = opened(path);
    assert_int_equal(samples_good(recording, 5), 40);
    recording_close(recording, NULL);
    record(path, &no_limits, 5, 40, 100);
    assert_int_equal(asked(path, "PRAGMA user_version"), 2000);
    assert_int_equal(asked(path, "SELECT count(*) FROM sample WHERE length(data) > 0"), 40);
    recording = opened(path);
    assert_int_equal(samples_good(recording, 5), 140);
    for (size_t step = 0; step < 140; step++)
        position_is_good(recording, step * 61 % 140, 5, (unsigned)(step * 61 % 140));
    recording_close(recording, NULL);
}

static void old_bundles_go_with_their_samples(void **state)
{
    const struct recording_options ring = {.retain_ns = INT64_C(150) * 1000000000};
    const char *path = scratch_path(*state, "a.culprit");
    record(path, &ring, 5, 0, 10 * GROUP);
    assert_true(asked(path, "SELECT count(*) FROM sample") <= 4 * GROUP);
    assert_int_equal(asked(path, "SELECT count(*) FROM bundle WHERE last < (SELECT min(id) FROM sample)"), 0);
    assert_int_equal(asked(path, "SELECT sum(last - first + 1) = (SELECT count(*) FROM sample) FROM bundle"), 1);
}

static void samples_too_large_to_share_a_frame_stay_single(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    record(path, &no_limits, 16500, 0, 4);
    assert_true(asked(path, "SELECT min(raw_bytes) FROM sample") > 4 << 20);
    assert_int_equal(asked(path, bundles), 0);
    struct recording *recording = opened(path);
    assert_int_equal(samples_good(recording, 16500), 4);
    recording_close(recording, NULL);
}

/* Changes a recording of three groups, and counts what is still good; the rest is refused, with sentences. */
static size_t good_after(const char *path, const char *change)
{
    remove(path);
    record(path, &no_limits, 5, 0, 3 * GROUP);
    changed(path, change);
    struct recording *recording = opened(path);
    assert_int_equal(recording_count(recording), 3 * GROUP);
    size_t good = samples_good(recording, 5);
    recording_close(recording, NULL);
    return good;
}

/* The second group's samples have the ids 61 to 120. */
static void damage_costs_no_more_than_its_group(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    enum { FOLLOWERS = GROUP - 1, REST = 3 * GROUP - FOLLOWERS };
    assert_int_equal(good_after(path, ""), 3 * GROUP);
    assert_int_equal(good_after(path, "UPDATE bundle SET data = substr(data, 1, 500) WHERE first = 62"), REST);
    assert_int_equal(good_after(path, "UPDATE bundle SET data = x'' WHERE first = 62"), REST);
    assert_int_equal(good_after(path, "UPDATE bundle SET data = 'text' WHERE first = 62"), REST);
    assert_int_equal(good_after(path, "DELETE FROM bundle WHERE first = 62"), REST);
    assert_int_equal(good_after(path, "DELETE FROM bundle WHERE first = 61"), REST - 1);
    assert_int_equal(good_after(path, "UPDATE bundle SET last = 119 WHERE first = 62"), REST);
    assert_int_equal(good_after(path, "UPDATE bundle SET last = 9223372036854775807 WHERE first = 62"), REST);
    assert_int_equal(good_after(path, "UPDATE bundle SET first = -9223372036854775807 WHERE first = 62"), REST);
    assert_int_equal(good_after(path, "UPDATE bundle SET last = 62 WHERE first = 61"), REST - 1);
    assert_int_equal(good_after(path, "UPDATE sample SET raw_bytes = raw_bytes - 1 WHERE id = 70"), REST);
    assert_int_equal(good_after(path, "UPDATE sample SET raw_bytes = -1 WHERE id = 70"), REST);
    assert_int_equal(good_after(path, "UPDATE sample SET raw_bytes = 9223372036854775807 WHERE id = 120"), REST);
    assert_int_equal(good_after(path, "UPDATE sample SET keyframe = id WHERE id = 70"), 3 * GROUP - 1);
    assert_int_equal(good_after(path, "UPDATE sample SET keyframe = 62 WHERE id = 70"), 3 * GROUP - 1);
    assert_true(good_after(path, "UPDATE sample SET keyframe = 1 WHERE id BETWEEN 61 AND 120") >= 2 * GROUP);
    assert_int_equal(good_after(path, "UPDATE bundle SET data = (SELECT data FROM bundle WHERE first = 2) "
                                      "WHERE first = 62"),
                     REST);
}

static void a_table_that_is_none_is_refused(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    struct error error = {0};
    record(path, &no_limits, 5, 0, 3);
    changed(path, "ALTER TABLE bundle RENAME TO hidden; CREATE VIEW bundle AS SELECT first, last, data FROM hidden");
    assert_null(recording_open(path, &error));
    assert_non_null(strstr(error.text, "not those of a recording"));
    changed(path, "DROP VIEW bundle; CREATE TABLE bundle(first INTEGER PRIMARY KEY, last, data AS (zeroblob(1e9)))");
    assert_null(recording_open(path, &error));
    refused(path, &no_limits, "not those of a recording");
}

#define BUNDLE_TEST(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUNDLE_TEST(what_follows_a_keyframe_is_kept_together_and_read_in_any_order),
        BUNDLE_TEST(readers_see_every_sample_at_every_moment),
        BUNDLE_TEST(a_recording_in_format_1_opens_and_is_continued),
        BUNDLE_TEST(old_bundles_go_with_their_samples),
        BUNDLE_TEST(samples_too_large_to_share_a_frame_stay_single),
        BUNDLE_TEST(damage_costs_no_more_than_its_group),
        BUNDLE_TEST(a_table_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
