/* recording: kill -9, directories that cannot be written, cut files, flipped bits, hostile schemas. */
#include "make_sample.h"
#include "record/timeline.h"
#include "recording_checks.h"
#include "scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* Records for ever with a verdict for every sample, writing to the pipe how many samples have been committed. Every
 * second round keeps a ring, so that old groups go meanwhile. */
static void writer_run(const char *path, int pipe, bool ring)
{
    const struct recording_options options = {.retain_ns = ring ? INT64_C(70) * 1000000000 : 0};
    const struct recorded_judge judge = {"test", 1};
    const struct recorded_verdict verdict = {.sentence = "Nothing stands out."};
    struct recording *recording = recording_create(path, &options, NULL);
    for (unsigned moment = 0; recording != NULL && moment < 100000; moment++) {
        struct sample *sample = sample_make(10, moment);
        if (!recording_append(recording, sample, NULL) || write(pipe, "x", 1) != 1 ||
            !recording_judge(recording, &judge, &verdict, NULL))
            break;
        sample_release(sample);
    }
    _exit(1);
}

/* Starts a writer and kills it after so many microseconds; returns how many samples it had committed. */
static size_t writer_kill(const char *path, bool ring, unsigned after_us)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        writer_run(path, ends[1], ring);
    }
    close(ends[1]);
    usleep(after_us);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    size_t committed = 0;
    char bytes[4096];
    for (ssize_t got; (got = read(ends[0], bytes, sizeof bytes)) > 0;)
        committed += (size_t)got;
    close(ends[0]);
    return committed;
}

/* All that was committed opens, the newest among it; and a copy of the main file alone opens, or is refused, where the
 * recorder was killed while samples moved into it (counted in torn): it then needs its -wal. */
static void killed_check(const char *path, bool ring, size_t committed, int *torn)
{
    struct error error = {0};
    char copy[300];
    snprintf(copy, sizeof copy, "%s-copy", path);
    assert_true(file_copy(path, copy, SIZE_MAX)); /* the lone main file */
    struct recording *lone = recording_open(copy, &error);
    if (lone == NULL)
        assert_non_null(strstr(error.text, "is damaged"));
    *torn += lone == NULL || samples_good(lone, 10) != recording_count(lone);
    recording_close(lone, NULL);
    unlink(copy);
    struct recording *recording = opened(path);
    size_t count = recording_count(recording);
    assert_int_equal(samples_good(recording, 10), count);
    assert_true(ring || count >= committed);
    assert_true(count > 0 && recording_serial(recording, count - 1) >= committed);
    recording_close(recording, NULL);
}

/* 20 times; `make check-kill` asks for 300 by CULPRIT_KILL_ROUNDS. */
static void what_was_committed_survives_kill_9(void **state)
{
    enum { LONGEST_US = 60000, LONGEST_ASKED_US = 150000 };
    const char *asked = getenv("CULPRIT_KILL_ROUNDS");
    int rounds = asked == NULL ? 20 : atoi(asked), begun = 0, torn = 0;
    size_t samples = 0;
    unsigned seed = 4711;
    for (int round = 0; round < rounds; round++) {
        char name[32];
        bool ring = round % 2 == 1;
        snprintf(name, sizeof name, "%d.culprit", round);
        const char *path = scratch_path(*state, name);
        size_t committed =
            writer_kill(path, ring, (unsigned)rand_r(&seed) % (asked == NULL ? LONGEST_US : LONGEST_ASKED_US));
        samples += committed;
        begun += committed > 0;
        if (committed > 0) /* else killed while creating: the file may be absent or empty, and can be recorded to */
            killed_check(path, ring, committed, &torn);
        record(path, &no_limits, 10, 100001, 1);
        unlink(path);
    }
    print_message("killed %d recorders, %d of them after their first sample: all %zu committed samples opened; %d main "
                  "files were torn\n",
                  rounds, begun, samples, torn);
    assert_true(torn <= 2 + rounds / 50);
}

/* Runs the check as nobody, for whom modes mean something. */
static void as_nobody(void (*check)(const char *), const char *path)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(2);
        check(path);
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void check_opens_with_a_note(const char *path)
{
    struct recording *recording = recording_open(path, NULL);
    if (recording == NULL || recording_note(recording) == NULL ||
        strstr(recording_note(recording), "newest samples may be missing") == NULL)
        _exit(1);
    for (size_t i = 0; i < recording_count(recording); i++) {
        struct sample *sample = recording_sample(recording, i, NULL);
        if (sample == NULL)
            _exit(1);
        sample_release(sample);
    }
    recording_close(recording, NULL);
    _exit(0);
}

static void check_opens_without_a_note(const char *path)
{
    struct recording *recording = recording_open(path, NULL);
    _exit(recording != NULL && recording_note(recording) == NULL && recording_count(recording) == 3 ? 0 : 1);
}

static void a_directory_that_cannot_be_written_does_not_matter(void **state)
{
    struct scratch *scratch = *state;
    const char *path = scratch_path(scratch, "a.culprit");
    record(path, &no_limits, 3, 0, 3);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(scratch->directory, 0555), 0);
    as_nobody(check_opens_without_a_note, path);
    assert_int_equal(chmod(scratch->directory, 0755), 0);
    assert_int_equal(chmod(path, 0644), 0);

    struct recording *writer = recording_create(path, &no_limits, NULL);
    assert_non_null(writer);
    append(writer, 3, 3);
    char copy[300], copy_wal[300];
    snprintf(copy, sizeof copy, "%s", scratch_path(scratch, "copy"));
    snprintf(copy_wal, sizeof copy_wal, "%s", scratch_path(scratch, "copy-wal"));
    assert_true(file_copy(path, copy, SIZE_MAX));
    assert_true(file_copy(scratch_path(scratch, "a.culprit-wal"), copy_wal, SIZE_MAX));
    assert_true(recording_close(writer, NULL));
    assert_int_equal(chmod(copy, 0444), 0);
    assert_int_equal(chmod(copy_wal, 0444), 0);
    assert_int_equal(chmod(scratch->directory, 0555), 0);
    as_nobody(check_opens_with_a_note, copy);
}

static void a_cut_file_gives_what_is_left_or_a_sentence(void **state)
{
    const char *whole = scratch_path(*state, "whole"), *cut = scratch_path(*state, "cut");
    record(whole, &no_limits, 40, 0, 40);
    size_t bytes = file_bytes(whole);
    size_t opens = 0;
    for (size_t length = 0; length < bytes; length += 1531) {
        struct error error = {0};
        assert_true(file_copy(whole, cut, length));
        struct recording *recording = recording_open(cut, &error);
        assert_true(recording != NULL || error.text[0] != '\0');
        if (recording != NULL)
            opens += samples_good(recording, 40) > 0;
        recording_close(recording, NULL);
    }
    assert_true(opens > 0);
}

static void flipped_bits_never_give_a_wrong_sample(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    record(path, &no_limits, 10, 0, 70);
    size_t bytes = file_bytes(path), opens = 0, readable = 0, rounds = 0;
    unsigned seed = 815;
    int step = getenv("CULPRIT_SLOW") != NULL ? 7 : 1; /* under valgrind */
    for (int round = 0; round < 600; round += step, rounds++) {
        /* every byte of the header and the first pages' heads, then anywhere */
        size_t at = round < 100   ? (size_t)round
                    : round < 300 ? 4096 * ((size_t)round % 6) + (size_t)round % 30
                                  : (size_t)rand_r(&seed) % bytes;
        unsigned char flip = (unsigned char)(1u << (rand_r(&seed) % 8));
        struct error error = {0};
        assert_true(file_flip(path, at, flip));
        struct recording *recording = recording_open(path, &error);
        assert_true(recording != NULL || error.text[0] != '\0');
        if (recording != NULL) {
            opens++;
            readable += samples_good(recording, 10);
        }
        recording_close(recording, NULL);
        assert_true(file_flip(path, at, flip));
    }
    assert_true(opens * 2 > rounds);
    assert_true(readable > opens * 35);
}

static void open_says(const char *path, const char *sentence)
{
    struct error error = {0};
    struct recording *recording = recording_open(path, &error);
    assert_null(recording);
    if (strstr(error.text, sentence) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.text, sentence);
}

static void newer_formats_and_hostile_schemas_are_met(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    record(path, &no_limits, 2, 0, 3);
    changed(path, "PRAGMA user_version=2007; ALTER TABLE sample ADD COLUMN later TEXT;");
    struct recording *recording = opened(path);
    assert_int_equal(samples_good(recording, 2), 3);
    recording_close(recording, NULL);
    refused(path, &no_limits, "newer culprit");
    changed(path, "PRAGMA user_version=3000");
    open_says(path, "use a newer culprit");
    changed(path, "PRAGMA user_version=1000; PRAGMA application_id=5");
    open_says(path, "is not a recording");

    const char *view = scratch_path(*state, "view");
    record(view, &no_limits, 2, 0, 1);
    changed(view, "ALTER TABLE sample RENAME TO hidden; CREATE VIEW sample AS SELECT id, time_ns, keyframe,"
                  " randomblob(1000000000) AS data FROM hidden");
    open_says(view, "not those of a recording");
    const char *generated = scratch_path(*state, "generated");
    changed(generated, "PRAGMA application_id=0x43554c50; PRAGMA user_version=1000; CREATE TABLE sample(id INTEGER "
                       "PRIMARY KEY, time_ns, keyframe, data AS (zeroblob(1000000000)));"
                       "INSERT INTO sample(id, time_ns, keyframe) VALUES(1, 1, 1)");
    open_says(generated, "not those of a recording");
    refused(generated, &no_limits, "not those of a recording");
}

static void impossible_times_and_numbers_are_not_believed(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    record(path, &no_limits, 2, 0, 3);
    changed(path, "UPDATE sample SET time_ns = -9223372036854775807 WHERE id = 3");
    struct recording *recording = opened(path);
    assert_int_equal(recording_count(recording), 2);
    assert_non_null(recording_note(recording));
    recording_close(recording, NULL);
    changed(path, "UPDATE sample SET id = 9223372036854775807 WHERE id = 3");
    refused(path, &no_limits, "cannot be continued");
}

static uint32_t big_endian(const unsigned char *at, size_t bytes)
{
    uint32_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

/* Makes the second child of the index's root the first one: its first ids come twice (file format: sqlite.org). */
static void index_bend(const char *path)
{
    enum { PAGE_BYTES = 4096, INTERIOR_INDEX = 2, CELL_POINTERS = 12 };
    sqlite3 *database;
    sqlite3_stmt *root;
    unsigned char page[PAGE_BYTES];
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, "SELECT rootpage FROM sqlite_master WHERE name='sample_position'", -1,
                                        &root, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(root), SQLITE_ROW);
    long offset = (sqlite3_column_int(root, 0) - 1) * (long)PAGE_BYTES;
    sqlite3_finalize(root);
    sqlite3_close(database);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_equal(fread(page, 1, PAGE_BYTES, file), PAGE_BYTES);
    assert_int_equal(page[0], INTERIOR_INDEX);
    assert_true(big_endian(page + 3, 2) >= 3);
    size_t first = big_endian(page + CELL_POINTERS, 2), second = big_endian(page + CELL_POINTERS + 2, 2);
    assert_int_equal(fseek(file, offset + (long)second, SEEK_SET), 0);
    assert_int_equal(fwrite(page + first, 1, 4, file), 4);
    assert_int_equal(fclose(file), 0);
}

static void an_index_that_goes_in_circles_is_not_believed(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    record(path, &no_limits, 0, 0, 1500);
    index_bend(path);
    struct recording *recording = opened(path);
    assert_int_equal(recording_count(recording), 1500);
    assert_int_equal(samples_good(recording, 0), 1500);
    recording_close(recording, NULL);
    refused(path, &no_limits, "cannot be continued");
}

#define RECORDING_TEST(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECORDING_TEST(what_was_committed_survives_kill_9),
        RECORDING_TEST(a_directory_that_cannot_be_written_does_not_matter),
        RECORDING_TEST(a_cut_file_gives_what_is_left_or_a_sentence),
        RECORDING_TEST(flipped_bits_never_give_a_wrong_sample),
        RECORDING_TEST(newer_formats_and_hostile_schemas_are_met),
        RECORDING_TEST(impossible_times_and_numbers_are_not_believed),
        RECORDING_TEST(an_index_that_goes_in_circles_is_not_believed),
    };
    if (getenv("CULPRIT_KILL_ROUNDS") != NULL)
        cmocka_set_test_filter("*kill_9");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
