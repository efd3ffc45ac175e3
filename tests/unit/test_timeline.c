/* Verdicts beside the samples: kept with them, read back, and never a way in for somebody else's SQL. */
#include "record/timeline.h"

#include "recording_checks.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct recorded_judge judge = {"bundled 1", INT64_C(5000000000)};

static struct recorded_verdict verdict_make(uint64_t serial, double suspect)
{
    return (struct recorded_verdict){.serial = serial,
                                     .score = suspect / 2,
                                     .suspect_score = suspect,
                                     .anomalous = suspect > 0.5,
                                     .sentence = "a\033[2J held the lock",
                                     .suspect = "a[1]"};
}

/* Records `count` moments with a verdict for every second one. */
static void record_judged(const char *path, const struct recording_options *options, unsigned count)
{
    struct error error = {0};
    struct recording *recording = recording_create(path, options, &error);
    assert_non_null(recording);
    for (unsigned moment = 0; moment < count; moment++) {
        append(recording, 3, moment);
        struct recorded_verdict verdict = verdict_make(0, moment / 1000.0);
        if (moment % 2 == 1 && !recording_judge(recording, &judge, &verdict, &error))
            fail_msg("%s", error.text);
    }
    assert_true(recording_close(recording, &error));
}

static size_t known_count(const char *path, const struct recorded_judge *of, struct recorded_score *scores)
{
    struct recording *recording = opened(path);
    size_t known = 0, count = recording_count(recording);
    recording_scores(recording, of, scores);
    for (size_t i = 0; i < count; i++)
        known += scores[i].known;
    recording_close(recording, NULL);
    return known;
}

static void verdicts_are_read_back_and_sqlite_shows_them(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    struct recorded_score scores[10];
    record_judged(path, &no_limits, 10);
    assert_int_equal(known_count(path, &judge, scores), 5);
    assert_false(scores[0].known);
    assert_true(scores[9].known && scores[9].suspect_score == 0.009 && !scores[9].anomalous);
    const struct recorded_judge other = {"bundled 2", judge.window_ns}, wider = {judge.name, 1};
    assert_int_equal(known_count(path, &other, scores), 0);
    assert_int_equal(known_count(path, &wider, scores), 0);
    assert_int_equal(asked(path, "SELECT count(*) FROM timeline WHERE first_suspect = 'a[1]' AND window_s = 5"), 5);
    assert_int_equal(asked(path, "SELECT count(*) FROM timeline WHERE time LIKE '2025-11-20 %'"), 5);
    assert_int_equal(asked(path, "SELECT instr(verdict, char(27)) FROM timeline"), 0);
}

static void verdicts_go_with_their_samples(void **state)
{
    const struct recording_options ring = {.retain_ns = INT64_C(90) * 1000000000};
    const char *path = scratch_path(*state, "a.culprit");
    record_judged(path, &ring, 400);
    assert_true(asked(path, "SELECT count(*) FROM sample") < 200);
    assert_int_equal(asked(path, "SELECT count(*) FROM verdict WHERE sample NOT IN (SELECT id FROM sample)"), 0);
    assert_true(asked(path, "SELECT count(*) FROM verdict") >= 45);
}

static void a_closed_recording_learns(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    struct recorded_score scores[10];
    struct error error = {0};
    record_judged(path, &no_limits, 10);
    const struct recorded_verdict learnt[] = {verdict_make(1, 0.9), verdict_make(2, 0.8)};
    if (!recording_remember(path, &judge, learnt, 2, &error))
        fail_msg("%s", error.text);
    assert_int_equal(known_count(path, &judge, scores), 6);
    assert_true(scores[0].anomalous && scores[1].suspect_score == 0.8);
    struct recording *writer = recording_create(path, &no_limits, NULL);
    assert_non_null(writer);
    assert_false(recording_remember(path, &judge, learnt, 2, &error));
    assert_true(recording_close(writer, NULL));
}

static void a_recording_of_the_first_version_gets_its_timeline_when_it_is_continued(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    struct recorded_score scores[10];
    struct error error = {0};
    record_in_format_1(path, 3, 2);
    changed(path, "DROP VIEW timeline; DROP TABLE verdict; DROP TABLE judge; PRAGMA user_version=1000");
    const struct recorded_verdict learnt = verdict_make(1, 0.9);
    assert_false(recording_remember(path, &judge, &learnt, 1, &error));
    assert_int_equal(known_count(path, &judge, scores), 0);
    record_judged(path, &no_limits, 2);
    assert_int_equal(asked(path, "PRAGMA user_version"), 2000);
    assert_int_equal(known_count(path, &judge, scores), 1);
}

static void a_timeline_that_is_not_ours_is_met(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    struct recorded_score scores[10];
    struct error error = {0};
    const struct recorded_verdict learnt = verdict_make(1, 0.9);
    record_judged(path, &no_limits, 4);
    changed(path, "CREATE TRIGGER t AFTER INSERT ON verdict BEGIN DELETE FROM sample; END");
    assert_false(recording_remember(path, &judge, &learnt, 1, &error));
    changed(path, "DROP TRIGGER t; CREATE INDEX i ON verdict(abs(score))");
    assert_false(recording_remember(path, &judge, &learnt, 1, &error));
    changed(path, "DROP INDEX i; DROP VIEW timeline; CREATE VIEW timeline AS SELECT randomblob(1000000000) AS time");
    assert_null(recording_open(path, &error));
    assert_non_null(strstr(error.text, "timeline"));
    refused(path, &no_limits, "timeline");
    changed(path, "PRAGMA user_version=2007");
    assert_int_equal(known_count(path, &judge, scores), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(verdicts_are_read_back_and_sqlite_shows_them, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(verdicts_go_with_their_samples, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(a_closed_recording_learns, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(a_recording_of_the_first_version_gets_its_timeline_when_it_is_continued,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(a_timeline_that_is_not_ours_is_met, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
