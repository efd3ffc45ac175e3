/* recording: what is recorded is read; rings, full disks, anonymised ones, and what is refused. */
#include "make_sample.h"
#include "recording_checks.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { SKIPPED = 77 };

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
    assert_true(recording_refresh(recording, NULL, NULL));
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
    assert_true(recording_refresh(reader, NULL, &error));
    assert_int_equal(recording_count(reader), 2);
    for (unsigned moment = 2; moment < 300; moment++)
        append(writer, 3, moment);
    assert_true(recording_refresh(reader, NULL, &error));
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

/* In a mount namespace of its own, on a file system of 300 KB: fills it, sees the sentence, makes room, goes on. */
static int small_disk_run(const char *directory)
{
    struct error error = {0};
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", directory, "tmpfs", 0, "size=300k") != 0)
        return SKIPPED;
    char path[128], ballast[128];
    snprintf(path, sizeof path, "%s/a.culprit", directory);
    snprintf(ballast, sizeof ballast, "%s/ballast", directory);
    if (!file_copy("/proc/self/exe", ballast, 150 << 10))
        return 1;
    struct recording *recording = recording_create(path, &no_limits, &error);
    bool good = recording != NULL;
    for (unsigned moment = 0; good && moment < 5000; moment++) {
        struct sample *sample = sample_make(20 + moment, moment);
        good = recording_append(recording, sample, &error);
        sample_release(sample);
    }
    char told[64];
    snprintf(told, sizeof told, "the disk is full; %zu samples", recording == NULL ? 0 : recording_count(recording));
    if (good || recording == NULL || strstr(error.text, told) == NULL || recording_count(recording) < 2)
        return 2;
    size_t before = recording_count(recording);
    struct sample *sample = sample_make(10, 6000);
    if (unlink(ballast) != 0 || !recording_append(recording, sample, &error) || !recording_close(recording, &error))
        return 3;
    sample_release(sample);
    recording = recording_open(path, &error);
    if (recording == NULL || recording_count(recording) != before + 1)
        return 4;
    for (size_t position = 0; position <= before; position++) {
        sample = recording_sample(recording, position, &error);
        if (sample == NULL)
            return 5;
        sample_release(sample);
    }
    recording_close(recording, NULL);
    return 0;
}

static void a_small_disk_fills_and_is_survived(void **state)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(small_disk_run(((struct scratch *)*state)->directory));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED) {
        print_message("a tmpfs cannot be mounted here: needs CAP_SYS_ADMIN\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
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
        RECORDING_TEST(a_small_disk_fills_and_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
