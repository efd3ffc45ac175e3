/* What the tests of recordings share. */
#include "recording_checks.h"

#include "make_sample.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>

const struct recording_options no_limits;

int scratch_setup(void **state)
{
    static struct scratch scratch;
    *state = &scratch;
    return scratch_make(&scratch) ? 0 : -1;
}

int scratch_teardown(void **state)
{
    scratch_remove(*state);
    return 0;
}

void append(struct recording *recording, size_t processes, unsigned moment)
{
    struct error error = {0};
    struct sample *sample = sample_make(processes, moment);
    if (!recording_append(recording, sample, &error))
        fail_msg("%s", error.text);
    sample_release(sample);
}

void record(const char *path, const struct recording_options *options, size_t processes, unsigned first, unsigned count)
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

void changed(const char *path, const char *statements)
{
    sqlite3 *database;
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    char *message = NULL;
    if (sqlite3_exec(database, statements, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s", message);
    sqlite3_close(database);
}

long asked(const char *path, const char *statement)
{
    sqlite3 *database;
    sqlite3_stmt *rows;
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, statement, -1, &rows, NULL), SQLITE_OK);
    long number = sqlite3_step(rows) == SQLITE_ROW ? (long)sqlite3_column_int64(rows, 0) : -1;
    sqlite3_finalize(rows);
    sqlite3_close(database);
    return number;
}

/* A recorder that does not close its file leaves every sample as it was written: single. */
void record_in_format_1(const char *path, size_t processes, unsigned count)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct recording *recording = recording_create(path, &no_limits, NULL);
        for (unsigned moment = 0; recording != NULL && moment < count; moment++) {
            struct sample *sample = sample_make(processes, moment);
            if (!recording_append(recording, sample, NULL))
                _exit(1);
            sample_release(sample);
        }
        _exit(recording == NULL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    changed(path, "PRAGMA journal_mode=DELETE; UPDATE sample SET data = (SELECT data FROM bundle WHERE first = id);"
                  "DROP TABLE bundle; PRAGMA user_version=1001");
}

struct recording *opened(const char *path)
{
    struct error error = {0};
    struct recording *recording = recording_open(path, &error);
    if (recording == NULL)
        fail_msg("%s", error.text);
    return recording;
}

size_t samples_good(struct recording *recording, size_t processes)
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

void refused(const char *path, const struct recording_options *options, const char *sentence)
{
    struct error error = {0};
    struct recording *recording = recording_create(path, options, &error);
    assert_null(recording);
    if (strstr(error.text, sentence) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.text, sentence);
}
