/* recording: what is recorded is read, through kill -9, a full disk, old rings and hostile files. */
#include "make_sample.h"
#include "record/recording.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static const struct recording_options no_limits;

static int scratch_setup(void **state)
{
    static struct scratch scratch;
    *state = &scratch;
    return scratch_make(&scratch) ? 0 : -1;
}

static int scratch_teardown(void **state)
{
    scratch_remove(*state);
    return 0;
}

static void append(struct recording *recording, size_t processes, unsigned moment)
{
    struct error error = {0};
    struct sample *sample = sample_make(processes, moment);
    if (!recording_append(recording, sample, &error))
        fail_msg("%s", error.text);
    sample_release(sample);
}

static void record(const char *path, const struct recording_options *options, size_t processes, unsigned first,
                   unsigned count)
{
    struct error error = {0};
    struct recording *recording = recording_create(path, options, &error);
    if (recording == NULL)
        fail_msg("%s", error.text);
    for (unsigned moment = first; moment < first + count; moment++)
        append(recording, processes, moment);
    if (!recording_close(recording, &error))
        fail_msg("%s", error.text);
}

static struct recording *opened(const char *path)
{
    struct error error = {0};
    struct recording *recording = recording_open(path, &error);
    if (recording == NULL)
        fail_msg("%s", error.text);
    return recording;
}

/* Every sample is either what sample_make gives for its moment or refused; returns how many are good. */
static size_t samples_good(struct recording *recording, size_t processes)
{
    size_t good = 0;
    for (size_t position = 0; position < recording_count(recording); position++) {
        struct error error = {0};
        struct sample *sample = recording_sample(recording, position, &error);
        if (sample == NULL) {
            assert_true(error.text[0] != '\0');
            continue;
        }
        unsigned moment = (unsigned)((sample->time_ns - INT64_C(1763676151000000000)) / 1000000000);
        struct sample *expected = sample_make(processes, moment);
        assert_true(sample_equal(sample, expected));
        assert_true(sample->time_ns == recording_time_ns(recording, position));
        sample_release(expected);
        sample_release(sample);
        good++;
    }
    return good;
}

static void what_was_recorded_is_read(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    record(path, &no_limits, 20, 0, 130);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(file_bytes(scratch_path(*state, "a.culprit-wal")), SIZE_MAX);
    struct recording *recording = opened(path);
    assert_int_equal(recording_count(recording), 130);
    assert_null(recording_note(recording));
    assert_int_equal(samples_good(recording, 20), 130);
    struct error error;
    for (size_t position = 130; position-- > 0;) { /* backwards, and across keyframes */
        struct sample *sample = recording_sample(recording, position, &error);
        assert_non_null(sample);
        sample_release(sample);
    }
    assert_true(recording_close(recording, &error));
    assert_int_equal(file_bytes(scratch_path(*state, "a.culprit-shm")), SIZE_MAX);
    assert_int_equal(file_bytes(scratch_path(*state, "a.culprit-wal")), SIZE_MAX);
}

static void a_recording_without_samples_opens(void **state)
{
    const char *path = scratch_path(*state, "empty.culprit");
    record(path, &no_limits, 1, 0, 0);
    struct recording *recording = opened(path);
    assert_int_equal(recording_count(recording), 0);
    assert_true(recording_refresh(recording, NULL));
    recording_close(recording, NULL);
}

static void strange_names_are_just_names(void **state)
{
    static const char *const names[] = {"a?immutable=1#x", "100%41.culprit", "file:x?mode=memory", ":memory:", "a b\n"};
    char here[512];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(((struct scratch *)*state)->directory), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        record(names[i], &no_limits, 2, 0, 2);
        assert_true(file_bytes(names[i]) != SIZE_MAX);
        struct recording *recording = opened(names[i]);
        assert_int_equal(samples_good(recording, 2), 2);
        recording_close(recording, NULL);
    }
    assert_int_equal(chdir(here), 0);
}

static void a_recording_is_continued(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    int descriptor = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644); /* an empty file is taken */
    assert_true(descriptor >= 0);
    close(descriptor);
    record(path, &no_limits, 5, 0, 3);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    record(path, &no_limits, 5, 3, 4);
    struct recording *recording = opened(path);
    assert_int_equal(recording_count(recording), 7);
    assert_int_equal(samples_good(recording, 5), 7);
    for (size_t position = 1; position < 7; position++)
        assert_true(recording_serial(recording, position) > recording_serial(recording, position - 1));
    recording_close(recording, NULL);
}

static void refused(const char *path, const struct recording_options *options, const char *sentence)
{
    struct error error = {0};
    struct recording *recording = recording_create(path, options, &error);
    assert_null(recording);
    if (strstr(error.text, sentence) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.text, sentence);
}

static void what_is_not_ours_is_refused_and_left_alone(void **state)
{
    const char *path = scratch_path(*state, "notes.txt");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 100; i++)
        fprintf(file, "shopping list %d\n", i);
    fclose(file);
    size_t bytes = file_bytes(path);
    refused(path, &no_limits, "is not a recording of culprit");
    assert_int_equal(file_bytes(path), bytes);
    assert_null(recording_open(path, NULL));

    sqlite3 *foreign;
    const char *other = scratch_path(*state, "other.db");
    assert_int_equal(sqlite3_open(other, &foreign), SQLITE_OK);
    assert_int_equal(sqlite3_exec(foreign, "CREATE TABLE sample(id)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(foreign);
    refused(other, &no_limits, "is not a recording of culprit");
    struct error error = {0};
    assert_null(recording_open(other, &error));
    assert_non_null(strstr(error.text, "is not a recording of culprit"));
    assert_null(recording_open(scratch_path(*state, "absent"), &error));
    assert_non_null(strstr(error.text, "No such file"));
    assert_null(recording_open("/dev/null", &error));
    assert_null(recording_open(((struct scratch *)*state)->directory, &error));
}

static void nothing_is_left_behind_where_nothing_can_be_created(void **state)
{
    const char *link = scratch_path(*state, "link");
    assert_int_equal(symlink("target", link), 0);
    refused(link, &no_limits, "symbolic link");
    assert_int_equal(file_bytes(scratch_path(*state, "target")), SIZE_MAX);
    refused(scratch_path(*state, "no/such/directory"), &no_limits, "No such file");
    refused(((struct scratch *)*state)->directory, &no_limits, "cannot record");
    refused("/dev/null", &no_limits, "not a regular file");

    struct rlimit before, small = {.rlim_cur = 2048};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const char *path = scratch_path(*state, "a.culprit");
    struct recording *recording = recording_create(path, &no_limits, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_null(recording);
    assert_int_equal(file_bytes(path), SIZE_MAX);
    assert_int_equal(file_bytes(scratch_path(*state, "a.culprit-journal")), SIZE_MAX);
}

static void only_one_writes(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    struct recording *recording = recording_create(path, &no_limits, NULL);
    assert_non_null(recording);
    append(recording, 2, 0);
    refused(path, &no_limits, "is being recorded to already");
    append(recording, 2, 1);
    assert_true(recording_close(recording, NULL));
}

static void anonymised_and_plain_samples_are_not_mixed(void **state)
{
    const struct recording_options anonymise = {.anonymise = true};
    const char *plain = scratch_path(*state, "plain"), *anonymous = scratch_path(*state, "anonymous");
    record(plain, &no_limits, 2, 0, 1);
    record(anonymous, &anonymise, 2, 0, 2);
    refused(plain, &anonymise, "not anonymised");
    refused(anonymous, &no_limits, "its secret was not kept");
    struct recording *recording = opened(anonymous);
    struct sample *first = recording_sample(recording, 0, NULL), *second = recording_sample(recording, 1, NULL);
    assert_non_null(first);
    assert_non_null(second);
    const char *host = sample_string(first, TABLE_HOST, 0, HOST_NAME);
    assert_string_not_equal(host, "web3");
    assert_string_equal(host, sample_string(second, TABLE_HOST, 0, HOST_NAME));
    sample_release(first);
    sample_release(second);
    recording_close(recording, NULL);
}

static void a_reader_follows_a_writer(void **state)
{
    const struct recording_options ring = {.retain_ns = INT64_C(90) * 1000000000};
    const char *path = scratch_path(*state, "a.culprit");
    struct error error = {0};
    record(path, &ring, 3, 0, 1);
    struct recording *reader = opened(path);
    struct recording *writer = recording_create(path, &ring, &error);
    assert_non_null(writer);
    append(writer, 3, 1);
    assert_true(recording_refresh(reader, &error));
    assert_int_equal(recording_count(reader), 2);
    for (unsigned moment = 2; moment < 300; moment++)
        append(writer, 3, moment);
    assert_true(recording_refresh(reader, &error));
    assert_int_equal(recording_count(reader), recording_count(writer));
    assert_true(recording_count(reader) >= 90 && recording_count(reader) < 160);
    assert_int_equal(samples_good(reader, 3), recording_count(reader));
    recording_close(reader, NULL);
    assert_true(recording_close(writer, &error));
}

static void the_file_stays_within_its_size(void **state)
{
    const struct recording_options ring = {.size_max_bytes = 400 << 10};
    const char *path = scratch_path(*state, "a.culprit");
    record(path, &ring, 200, 0, 700);
    assert_true(file_bytes(path) <= 400 << 10);
    struct recording *recording = opened(path);
    size_t count = recording_count(recording);
    assert_true(count > 60 && count < 700);
    assert_true(recording_time_ns(recording, count - 1) == INT64_C(1763676151000000000) + 699 * INT64_C(1000000000));
    assert_int_equal(samples_good(recording, 200), count);
    recording_close(recording, NULL);
    const struct recording_options smaller = {.size_max_bytes = 200 << 10};
    record(path, &smaller, 200, 700, 2);
    assert_true(file_bytes(path) <= 200 << 10);
    const struct recording_options tiny = {.size_max_bytes = 20 << 10};
    struct error error = {0};
    recording = recording_create(path, &tiny, &error);
    assert_non_null(recording);
    struct sample *sample = sample_make(200, 1000);
    assert_false(recording_append(recording, sample, &error));
    assert_non_null(strstr(error.text, "allow a larger size"));
    sample_release(sample);
    recording_close(recording, NULL);
}

static void a_full_disk_is_told_and_survived(void **state)
{
    const char *path = scratch_path(*state, "a.culprit");
    struct error error = {0};
    struct recording *recording = recording_create(path, &no_limits, &error);
    assert_non_null(recording);
    append(recording, 200, 0);
    append(recording, 200, 1);
    struct rlimit before, small = {.rlim_cur = file_bytes(scratch_path(*state, "a.culprit-wal")) + 5000};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    unsigned moment = 2, failures = 0;
    for (; moment < 10; moment++) {
        struct sample *sample = sample_make(400, moment); /* large: another host, as it were */
        failures += !recording_append(recording, sample, &error);
        sample_release(sample);
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(failures, 8);
    if (strstr(error.text, "2 samples recorded so far stay readable") == NULL)
        fail_msg("%s", error.text);
    assert_non_null(strstr(error.text, path));
    struct recording *reader = opened(path);
    assert_int_equal(recording_count(reader), 2);
    recording_close(reader, NULL);
    append(recording, 200, 10);
    assert_true(recording_close(recording, &error));
    reader = opened(path);
    assert_int_equal(recording_count(reader), 3);
    assert_int_equal(samples_good(reader, 200), 3);
    recording_close(reader, NULL);
}

/* Records for ever, writing to the pipe how many samples have been committed. */
static void writer_run(const char *path, int pipe)
{
    struct recording *recording = recording_create(path, &no_limits, NULL);
    for (unsigned moment = 0; recording != NULL && moment < 100000; moment++) {
        struct sample *sample = sample_make(10, moment);
        if (!recording_append(recording, sample, NULL) || write(pipe, "x", 1) != 1)
            break;
        sample_release(sample);
    }
    _exit(1);
}

static void what_was_committed_survives_kill_9(void **state)
{
    unsigned seed = 4711;
    for (int round = 0; round < 20; round++) {
        char name[32];
        snprintf(name, sizeof name, "%d.culprit", round);
        const char *path = scratch_path(*state, name);
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(ends[0]);
            writer_run(path, ends[1]);
        }
        close(ends[1]);
        usleep((useconds_t)(rand_r(&seed) % 40000));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        size_t committed = 0;
        char bytes[4096];
        for (ssize_t got; (got = read(ends[0], bytes, sizeof bytes)) > 0;)
            committed += (size_t)got;
        close(ends[0]);
        if (committed == 0) /* killed while creating: the file may be absent or empty, and can be recorded to */
            continue;
        char copy[300];
        snprintf(copy, sizeof copy, "%s-copy", path);
        assert_true(file_copy(path, copy, SIZE_MAX)); /* the lone main file */
        struct recording *lone = opened(copy);
        assert_int_equal(samples_good(lone, 10), recording_count(lone));
        recording_close(lone, NULL);
        struct recording *recording = opened(path);
        assert_true(recording_count(recording) >= committed);
        assert_int_equal(samples_good(recording, 10), recording_count(recording));
        recording_close(recording, NULL);
        record(path, &no_limits, 10, 100001, 1);
    }
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
    size_t bytes = file_bytes(path), opens = 0, readable = 0;
    unsigned seed = 815;
    for (int round = 0; round < 600; round++) {
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
    assert_true(opens > 300);
    assert_true(readable > opens * 35);
}

static void changed(const char *path, const char *statements)
{
    sqlite3 *database;
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    char *message = NULL;
    if (sqlite3_exec(database, statements, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s", message);
    sqlite3_close(database);
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
    changed(path, "PRAGMA user_version=1007; ALTER TABLE sample ADD COLUMN later TEXT;");
    struct recording *recording = opened(path);
    assert_int_equal(samples_good(recording, 2), 3);
    recording_close(recording, NULL);
    refused(path, &no_limits, "newer culprit");
    changed(path, "PRAGMA user_version=2000");
    open_says(path, "use a newer culprit");
    changed(path, "PRAGMA user_version=1000; PRAGMA application_id=5");
    open_says(path, "is not a recording");

    const char *view = scratch_path(*state, "view");
    record(view, &no_limits, 2, 0, 1);
    changed(view, "ALTER TABLE sample RENAME TO hidden; CREATE VIEW sample AS SELECT id, time_ns, keyframe,"
                  " randomblob(1000000000) AS data FROM hidden");
    open_says(view, "cannot use");
    const char *generated = scratch_path(*state, "generated");
    changed(generated, "PRAGMA application_id=0x43554c50; PRAGMA user_version=1000; CREATE TABLE sample(id INTEGER "
                       "PRIMARY KEY, time_ns, keyframe, data AS (zeroblob(1000000000)));"
                       "INSERT INTO sample(id, time_ns, keyframe) VALUES(1, 1, 1)");
    recording = recording_open(generated, NULL);
    if (recording != NULL)
        assert_null(recording_sample(recording, 0, NULL));
    recording_close(recording, NULL);
}

#define RECORDING_TEST(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECORDING_TEST(what_was_recorded_is_read),
        RECORDING_TEST(a_recording_without_samples_opens),
        RECORDING_TEST(strange_names_are_just_names),
        RECORDING_TEST(a_recording_is_continued),
        RECORDING_TEST(what_is_not_ours_is_refused_and_left_alone),
        RECORDING_TEST(nothing_is_left_behind_where_nothing_can_be_created),
        RECORDING_TEST(only_one_writes),
        RECORDING_TEST(anonymised_and_plain_samples_are_not_mixed),
        RECORDING_TEST(a_reader_follows_a_writer),
        RECORDING_TEST(the_file_stays_within_its_size),
        RECORDING_TEST(a_full_disk_is_told_and_survived),
        RECORDING_TEST(what_was_committed_survives_kill_9),
        RECORDING_TEST(a_directory_that_cannot_be_written_does_not_matter),
        RECORDING_TEST(a_cut_file_gives_what_is_left_or_a_sentence),
        RECORDING_TEST(flipped_bits_never_give_a_wrong_sample),
        RECORDING_TEST(newer_formats_and_hostile_schemas_are_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
