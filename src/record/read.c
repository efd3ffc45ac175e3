/* Reading a recording that may come from a stranger, may be damaged, and may still be written. */
#include "record/database.h"

#include "base/clock.h"
#include "base/memory.h"
#include "sample/codec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char select_positions[] =
    "SELECT id, time_ns FROM sample INDEXED BY sample_position WHERE id > ?1 ORDER BY id";

/* Nothing but plain reads of our tables: no function, no view's inside, no virtual table that a schema brings along. */
static int authorise(void *unused, int action, const char *first, const char *second, const char *database,
                     const char *trigger)
{
    (void)unused;
    (void)database;
    (void)trigger;
    static const char *const pragmas[] = {"application_id", "user_version"};
    static const char *const tables[] = {"sample", "meta", "bundle", "judge", "verdict", "sqlite_master"};
    if (action == SQLITE_SELECT)
        return SQLITE_OK;
    for (size_t i = 0; action == SQLITE_PRAGMA && second == NULL && i < sizeof pragmas / sizeof pragmas[0]; i++)
        if (strcmp(first, pragmas[i]) == 0)
            return SQLITE_OK;
    for (size_t i = 0; action == SQLITE_READ && i < sizeof tables / sizeof tables[0]; i++)
        if (strcmp(first, tables[i]) == 0)
            return SQLITE_OK;
    return SQLITE_DENY;
}

/* Adds the rows that the statement yields. Ids must rise: a tree whose pages refer to each other in circles would yield
 * rows for ever. False: it broke off; what came before it stays. */
static bool positions_take(struct recording *recording, const char *statement, int64_t after, struct error *error)
{
    sqlite3_stmt *rows = database_prepare(recording, statement, error);
    if (rows == NULL)
        return false;
    sqlite3_bind_int64(rows, 1, after);
    int result;
    bool good = true;
    while (good && (result = sqlite3_step(rows)) == SQLITE_ROW) {
        struct position position = {sqlite3_column_int64(rows, 0), sqlite3_column_int64(rows, 1)};
        if (position.id <= after || position.time_ns < 0 || position.time_ns > CODEC_TIME_MAX_NS)
            good = error_set(error, "%s is damaged: its samples are out of order", recording->path);
        else if (!memory_grow(&recording->positions, &recording->capacity, recording->count + 1,
                              sizeof *recording->positions))
            good = error_memory(error);
        else
            recording->positions[recording->count++] = position;
        after = position.id;
    }
    if (good && result != SQLITE_DONE)
        good = database_failed(recording, error);
    sqlite3_finalize(rows);
    return good;
}

static bool positions_load(struct recording *recording, struct error *error)
{
    struct error ignored;
    if (positions_take(recording, select_positions, 0, &ignored))
        return true;
    recording->count = 0;
    if (positions_take(recording, "SELECT id, time_ns FROM sample NOT INDEXED WHERE id > ?1 ORDER BY id", 0, error))
        return true;
    if (recording->count == 0)
        return false;
    snprintf(recording->note, sizeof recording->note, "it is damaged: what follows its first %zu samples is lost",
             recording->count);
    return true;
}

/* What cannot be read is not worth losing the samples for. */
static bool anonymised_read(struct recording *recording)
{
    int64_t anonymised;
    struct error ignored;
    return database_number(recording, "SELECT value FROM meta WHERE key='anonymised'", 0, &anonymised, &ignored) &&
           anonymised != 0;
}

/* The view is nothing to us, but to whoever asks sqlite3: it must be ours. What a newer minor version made of it is not
 * ours to know, and not read. */
static bool timeline_find(struct recording *recording, struct error *error)
{
    int64_t version;
    if (!database_number(recording, "PRAGMA user_version", 0, &version, error))
        return false;
    bool newer = version > RECORDING_VERSION;
    return timeline_check(recording, &recording->has_timeline, newer ? NULL : error) || newer;
}

static bool database_attach(struct recording *recording, bool immutable, struct error *error)
{
    statements_free(recording);
    sqlite3_close(recording->database);
    recording->database = NULL;
    recording->immutable = immutable;
    recording->note[0] = '\0';
    if (!database_open(recording, SQLITE_OPEN_READONLY, immutable, error) || !database_ours(recording, error) ||
        !timeline_find(recording, error))
        return false;
    sqlite3_set_authorizer(recording->database, authorise, NULL);
    recording->anonymised = anonymised_read(recording);
    return sample_statements_prepare(recording, error);
}

/* With a -wal or a journal beside it somebody writes, or was killed: SQLite must look at those. Without, the file is
 * opened as one that does not change: that writes no file beside it, and needs no permission to. */
static bool database_connect(struct recording *recording, struct error *error)
{
    bool companions = companion_exists(recording->path, "-wal") || companion_exists(recording->path, "-journal");
    if (!companions)
        return database_attach(recording, true, error);
    struct error first = {0};
    if (database_attach(recording, false, &first))
        return true;
    int number = recording->database == NULL ? 0 : sqlite3_errcode(recording->database) & 0xff;
    if (number != SQLITE_CANTOPEN && number != SQLITE_READONLY && number != SQLITE_PERM)
        return error_set(error, "%s", first.text);
    if (!database_attach(recording, true, error))
        return false;
    snprintf(recording->note, sizeof recording->note,
             "its newest samples may be missing: the -wal file beside it cannot be used without write permission in "
             "its directory");
    return true;
}

static bool file_check(const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return error_errno(error, errno, "cannot open the recording %s", path);
    if (!S_ISREG(status.st_mode))
        return error_set(error, "%s is not a recording of culprit: it is not a regular file", path);
    return true;
}

static int64_t file_changed_ns(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? status.st_mtim.tv_sec * NS_PER_S + status.st_mtim.tv_nsec : 0;
}

struct recording *recording_open(const char *path, struct error *error)
{
    struct recording *recording = file_check(path, error) ? recording_new(path, error) : NULL;
    if (recording == NULL)
        return NULL;
    recording->changed_ns = file_changed_ns(path);
    if (database_connect(recording, error) && positions_load(recording, error))
        return recording;
    recording_free(recording);
    return NULL;
}

/* Forgets the positions before the oldest sample that is still there. */
static bool positions_trim(struct recording *recording, struct error *error)
{
    int64_t oldest;
    if (!database_number(recording, "SELECT id FROM sample INDEXED BY sample_position ORDER BY id LIMIT 1", INT64_MAX,
                         &oldest, error))
        return false;
    size_t gone = 0;
    while (gone < recording->count && recording->positions[gone].id < oldest)
        gone++;
    recording->count -= gone;
    if (gone > 0)
        memmove(recording->positions, recording->positions + gone, recording->count * sizeof *recording->positions);
    return true;
}

/* Opens it again: a connection that takes the file for one that does not change notices nothing. */
static bool connection_renew(struct recording *recording, bool *changed, struct error *error)
{
    if (!companion_exists(recording->path, "-wal") || file_changed_ns(recording->path) == recording->changed_ns)
        return true;
    struct recording *again = recording_open(recording->path, error);
    if (again == NULL)
        return false;
    *changed = true;
    struct recording old = *recording;
    *recording = *again;
    *again = old;
    recording_free(again);
    return true;
}

bool recording_refresh(struct recording *recording, bool *changed, struct error *error)
{
    bool ignored;
    changed = changed == NULL ? &ignored : changed;
    *changed = false;
    if (recording->immutable)
        return connection_renew(recording, changed, error);
    size_t count = recording->count;
    int64_t newest = count > 0 ? recording->positions[count - 1].id : 0;
    if (!positions_take(recording, select_positions, newest, error)) {
        recording->count = count;
        return false;
    }
    size_t all = recording->count;
    if (!positions_trim(recording, error)) {
        recording->count = count;
        return false;
    }
    *changed = all != count || recording->count != all;
    return true;
}

bool recording_is_written(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    bool written = flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(descriptor);
    return written;
}

int64_t recording_time_ns(const struct recording *recording, size_t position)
{
    return recording->positions[position].time_ns;
}

uint64_t recording_serial(const struct recording *recording, size_t position)
{
    return (uint64_t)recording->positions[position].id;
}
