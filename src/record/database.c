/* What writing and reading a recording share. */
#include "record/database.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/stat.h>
#include <unistd.h>

struct recording *recording_new(const char *path, struct error *error)
{
    struct recording *recording = calloc(1, sizeof *recording);
    if (recording == NULL) {
        error_memory(error);
        return NULL;
    }
    recording->lock = -1;
    recording->path = strdup(path);
    if (recording->path == NULL)
        error_memory(error);
    else
        recording->packer = packer_new(error);
    if (recording->packer != NULL)
        return recording;
    recording_free(recording);
    return NULL;
}

void statements_free(struct recording *recording)
{
    sqlite3_stmt **const statements[] = {
        &recording->select,        &recording->select_frame, &recording->select_sizes,
        &recording->insert,        &recording->insert_frame, &recording->remove,
        &recording->remove_frames, &recording->forget,       &recording->judge,
    };
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        sqlite3_finalize(*statements[i]);
        *statements[i] = NULL;
    }
}

void recording_free(struct recording *recording)
{
    if (recording == NULL)
        return;
    statements_free(recording);
    sqlite3_close(recording->database);
    /* After SQLite's own: closing any descriptor of a file gives up all record locks that the process has on it. */
    if (recording->lock >= 0)
        close(recording->lock);
    packer_free(recording->packer);
    buffer_done(&recording->raw);
    buffer_done(&recording->packed);
    buffer_done(&recording->keyframe);
    buffer_done(&recording->bundle.raw);
    free(recording->positions);
    free(recording->groups);
    free(recording->path);
    free(recording);
}

/* "file:" with every byte that means something in a URI written as %NN, and immutable=1 when asked for. SQLite takes
 * ":memory:" and names with a leading "file:" for something else than files: as URIs of a path they are not. */
static void uri_make(struct buffer *uri, const char *path, bool immutable)
{
    buffer_string(uri, path[0] == '/' ? "file:" : "file:./");
    for (; *path != '\0'; path++)
        if (strchr("?#%", *path) != NULL)
            buffer_printf(uri, "%%%02X", (unsigned)(unsigned char)*path);
        else
            buffer_append(uri, path, 1);
    if (immutable)
        buffer_string(uri, "?immutable=1");
}

bool database_open(struct recording *recording, int flags, bool immutable, struct error *error)
{
    enum { LENGTH_MAX = 260 << 20, STATEMENT_MAX = 4096, WAIT_MS = 2000 };
    struct buffer uri = {0};
    uri_make(&uri, recording->path, immutable);
    if (uri.failed) {
        buffer_done(&uri);
        return error_memory(error);
    }
    int result = sqlite3_open_v2(uri.data, &recording->database, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    buffer_done(&uri);
    if (recording->database == NULL)
        return error_memory(error);
    sqlite3_extended_result_codes(recording->database, 1);
    if (result != SQLITE_OK)
        return database_failed(recording, error);
    static const int settings[][2] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        sqlite3_db_config(recording->database, settings[i][0], settings[i][1], NULL);
    sqlite3_limit(recording->database, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
    sqlite3_limit(recording->database, SQLITE_LIMIT_SQL_LENGTH, STATEMENT_MAX);
    sqlite3_limit(recording->database, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_busy_timeout(recording->database, WAIT_MS);
    return database_run(recording, "PRAGMA mmap_size=0; PRAGMA cell_size_check=ON;", error);
}

bool database_run(struct recording *recording, const char *statements, struct error *error)
{
    if (sqlite3_exec(recording->database, statements, NULL, NULL, NULL) != SQLITE_OK)
        return database_failed(recording, error);
    return true;
}

sqlite3_stmt *database_prepare(struct recording *recording, const char *statement, struct error *error)
{
    sqlite3_stmt *prepared = NULL;
    if (sqlite3_prepare_v2(recording->database, statement, -1, &prepared, NULL) != SQLITE_OK)
        database_failed(recording, error);
    return prepared;
}

bool database_number(struct recording *recording, const char *statement, int64_t fallback, int64_t *number,
                     struct error *error)
{
    sqlite3_stmt *prepared = database_prepare(recording, statement, error);
    if (prepared == NULL)
        return false;
    int result = sqlite3_step(prepared);
    *number = result == SQLITE_ROW ? sqlite3_column_int64(prepared, 0) : fallback;
    bool good = result == SQLITE_ROW || result == SQLITE_DONE || database_failed(recording, error);
    sqlite3_finalize(prepared);
    return good;
}

/* Why a write failed, for the sentence. SQLite tells a full disk apart, though not where its shared memory has no room,
 * and neither a quota nor a limit (its system_errno is 0 by the time that it can be asked). */
static const char *write_reason(int number, const char *path)
{
    enum { SHARED_MEMORY_BYTES = 32 << 10 };
    struct rlimit limit;
    struct statvfs disk;
    if (number == SQLITE_FULL ||
        (statvfs(path, &disk) == 0 && disk.f_bavail < SHARED_MEMORY_BYTES / (disk.f_frsize == 0 ? 1 : disk.f_frsize)))
        return "the disk is full";
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        return "the limit on the size of files (ulimit -f) is reached";
    return "the disk fails, or the quota is used up";
}

static bool is_write_failure(int extended)
{
    return (extended & 0xff) == SQLITE_FULL || extended == SQLITE_IOERR_WRITE || extended == SQLITE_IOERR_FSYNC ||
           extended == SQLITE_IOERR_TRUNCATE || extended == SQLITE_IOERR_SHMSIZE;
}

bool database_failed(struct recording *recording, struct error *error)
{
    sqlite3 *database = recording->database;
    const char *path = recording->path;
    int number = sqlite3_errcode(database) & 0xff;
    int system = sqlite3_system_errno(database);
    if (is_write_failure(sqlite3_extended_errcode(database)))
        return error_set(error, "cannot write %s: %s; %zu samples recorded so far stay readable", path,
                         write_reason(number, path), recording->count);
    switch (number) {
    case SQLITE_CORRUPT:
        return error_set(error, "%s is damaged: %s", path, sqlite3_errmsg(database));
    case SQLITE_NOTADB:
        return error_set(error, "%s is not a recording of culprit", path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(error, "%s is in use by another program: try again when that has ended", path);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return error_errno(error, system != 0 ? system : EACCES, "cannot open %s", path);
    case SQLITE_NOMEM:
        return error_memory(error);
    default:
        return error_set(error, "cannot use %s: %s", path, sqlite3_errmsg(database));
    }
}

/* Plain tables of plain columns: a generated column computes, when it is read, what its author liked, and the
 * authoriser is not asked. */
static bool schema_check(struct recording *recording, struct error *error)
{
    static const char *const counts[] = {
        "SELECT count(*) = 2 FROM sqlite_master WHERE type='table' AND rootpage > 0 AND name IN ('sample', 'meta')",
        "SELECT count(*) = 3 FROM sqlite_master WHERE type='table' AND rootpage > 0"
        " AND name IN ('sample', 'meta', 'bundle')",
    };
    int64_t there, computed;
    if (!database_number(recording, counts[recording->has_bundles], 0, &there, error) ||
        !database_number(recording,
                         "SELECT 1 FROM (SELECT hidden FROM pragma_table_xinfo('sample')"
                         " UNION ALL SELECT hidden FROM pragma_table_xinfo('meta')"
                         " UNION ALL SELECT hidden FROM pragma_table_xinfo('bundle')) WHERE hidden <> 0",
                         0, &computed, error))
        return false;
    if (there == 0 || computed != 0)
        return error_set(error, "%s is damaged: its tables are not those of a recording", recording->path);
    return true;
}

bool database_ours(struct recording *recording, struct error *error)
{
    int64_t application, version;
    if (!database_number(recording, "PRAGMA application_id", 0, &application, error) ||
        !database_number(recording, "PRAGMA user_version", 0, &version, error))
        return false;
    if (application != RECORDING_APPLICATION_ID || version < RECORDING_VERSION_STEP)
        return error_set(error, "%s is not a recording of culprit", recording->path);
    if (version / RECORDING_VERSION_STEP > RECORDING_MAJOR)
        return error_set(error,
                         "%s is a recording in format %lld and this culprit reads format %d: use a newer culprit",
                         recording->path, (long long)(version / RECORDING_VERSION_STEP), RECORDING_MAJOR);
    recording->has_bundles = version / RECORDING_VERSION_STEP > RECORDING_MAJOR_OLDEST;
    return schema_check(recording, error);
}

bool companion_exists(const char *path, const char *suffix)
{
    struct buffer name = {0};
    buffer_printf(&name, "%s%s", path, suffix);
    struct stat status;
    bool exists = !name.failed && lstat(name.data, &status) == 0;
    buffer_done(&name);
    return exists;
}

const char *recording_path(const struct recording *recording)
{
    return recording->path;
}

const char *recording_note(const struct recording *recording)
{
    return recording->note[0] != '\0' ? recording->note : NULL;
}

bool recording_anonymised(const struct recording *recording)
{
    return recording->anonymised;
}

size_t recording_count(const struct recording *recording)
{
    return recording->count;
}

uint64_t recording_size_bytes(const struct recording *recording)
{
    static const char *const suffixes[] = {"", "-wal"};
    uint64_t bytes = 0;
    for (size_t i = 0; i < 2; i++) {
        struct buffer name = {0};
        buffer_printf(&name, "%s%s", recording->path, suffixes[i]);
        struct stat status;
        if (!name.failed && stat(name.data, &status) == 0)
            bytes += (uint64_t)status.st_size;
        buffer_done(&name);
    }
    return bytes;
}
