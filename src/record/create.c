/* Creating a recording, or continuing one. */
#include "record/bundle.h"

#include "base/clock.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/* Part of the format: doc/recording-format.md. The index holds all that opening needs, so that the samples themselves
 * are not read then. */
#define BUNDLE_SCHEMA "CREATE TABLE bundle(first INTEGER PRIMARY KEY, last INTEGER NOT NULL, data BLOB NOT NULL);"
static const char schema[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE sample(id INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, boottime_ns INTEGER NOT NULL,"
    " keyframe INTEGER NOT NULL, raw_bytes INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE INDEX sample_position ON sample(id, time_ns, keyframe);" BUNDLE_SCHEMA;

/* Whether the file begins as a recording does, without SQLite, which might change what it opens. */
static bool header_is_ours(int descriptor)
{
    unsigned char header[100];
    static const unsigned char application_id[4] = "CULP"; /* at 68, big-endian */
    return pread(descriptor, header, sizeof header, 0) == (ssize_t)sizeof header &&
           memcmp(header, "SQLite format 3", 16) == 0 && memcmp(header + 68, application_id, 4) == 0;
}

static bool file_take(struct recording *recording, bool *fresh, struct error *error)
{
    const char *path = recording->path;
    struct stat status;
    int descriptor = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return errno == ELOOP
                   ? error_set(error, "cannot record to %s: it is a symbolic link; name the file itself", path)
                   : error_errno(error, errno, "cannot record to %s", path);
    recording->lock = descriptor;
    if (fstat(descriptor, &status) != 0)
        return error_errno(error, errno, "cannot record to %s", path);
    if (!S_ISREG(status.st_mode))
        return error_set(error, "cannot record to %s: it is not a regular file", path);
    *fresh = status.st_size == 0;
    if (!*fresh && !header_is_ours(descriptor))
        return error_set(error, "%s exists and is not a recording of culprit: it stays as it is; choose another name",
                         path);
    if (*fresh && fchmod(descriptor, 0600) != 0)
        return error_errno(error, errno, "cannot make %s private", path);
    return true;
}

/* The process that wrote it for a recorder which was killed may still be closing it. False: somebody writes it. */
static bool lock_take(int descriptor)
{
    enum { TRIES = 20, PAUSE_MS = 50 };
    for (int tries = 0; tries < TRIES; tries++) {
        if (flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
            return true;
        poll(NULL, 0, PAUSE_MS);
    }
    return false;
}

/* Opens or creates the file, with mode 0600. fresh: there is nothing in it; created: it was not there. */
static bool file_open(struct recording *recording, bool *fresh, bool *created, struct error *error)
{
    int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    recording->lock = open(recording->path, flags, 0600);
    *fresh = *created = recording->lock >= 0;
    if (!*created && (errno != EEXIST || recording->options.fresh))
        return error_errno(error, errno, "cannot create %s", recording->path);
    if (!*created && !file_take(recording, fresh, error))
        return false;
    /* One writer. Over NFS and CIFS flock is a record lock, and would shut SQLite out as well. */
    struct statfs system;
    if (fstatfs(recording->lock, &system) != 0 || system.f_type == NFS_SUPER_MAGIC ||
        (unsigned)system.f_type == CIFS_SUPER_MAGIC || (unsigned)system.f_type == SMB2_SUPER_MAGIC)
        return true;
    if (!lock_take(recording->lock))
        return error_set(error, "%s is being recorded to already: choose another name", recording->path);
    return true;
}

/* All in one transaction, auto_vacuum as well, which by itself would write a file without our mark. */
static bool schema_create(struct recording *recording, struct error *error)
{
    struct buffer statements = {0};
    buffer_printf(&statements,
                  "BEGIN; PRAGMA auto_vacuum=INCREMENTAL;"
                  "PRAGMA application_id=%d; PRAGMA user_version=%d; %s"
                  "%s; %s; %s;"
                  "INSERT INTO meta VALUES('program', 'culprit " PACKAGE_VERSION "'), ('anonymised', '%d'); COMMIT;",
                  RECORDING_APPLICATION_ID, RECORDING_VERSION, schema, timeline_schema[0], timeline_schema[1],
                  timeline_schema[2], recording->options.anonymise || recording->options.anonymised);
    bool good = statements.failed ? error_memory(error) : database_run(recording, statements.data, error);
    buffer_done(&statements);
    return good;
}

static bool groups_load(struct recording *recording, struct error *error)
{
    sqlite3_stmt *rows = database_prepare(
        recording, "SELECT id, time_ns, keyframe FROM sample INDEXED BY sample_position ORDER BY id", error);
    if (rows == NULL)
        return false;
    int result;
    bool good = true;
    while (good && (result = sqlite3_step(rows)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(rows, 0), keyframe = sqlite3_column_int64(rows, 2);
        if (id <= recording->newest_id || id == INT64_MAX) {
            good = error_set(error, "%s is damaged and cannot be continued: choose another name", recording->path);
            break;
        }
        struct group *last = recording->group_count > 0 ? &recording->groups[recording->group_count - 1] : NULL;
        recording->newest_id = id;
        recording->count++;
        if (last != NULL && last->keyframe == keyframe) {
            last->count++;
        } else if (memory_grow(&recording->groups, &recording->group_capacity, recording->group_count + 1,
                               sizeof *recording->groups)) {
            recording->groups[recording->group_count++] = (struct group){id, sqlite3_column_int64(rows, 1), 1};
        } else {
            good = error_memory(error);
        }
    }
    if (good && result != SQLITE_DONE)
        good = database_failed(recording, error);
    sqlite3_finalize(rows);
    return good;
}

/* A recording of format 1 gets what it lacks: its timeline (1.0), the bundles. What it holds stays as it is. */
static bool format_renew(struct recording *recording, struct error *error)
{
    bool there;
    if (!timeline_check(recording, &there, error))
        return false;
    if (recording->has_bundles)
        return there || error_set(error, "%s is damaged: it has no timeline", recording->path);
    struct buffer version = {0};
    buffer_printf(&version, "PRAGMA user_version=%d; COMMIT", RECORDING_VERSION);
    bool good = !version.failed && database_run(recording, "BEGIN IMMEDIATE; " BUNDLE_SCHEMA, error) &&
                (there || timeline_create(recording, error)) && database_run(recording, version.data, error);
    buffer_done(&version);
    recording->has_bundles = good;
    return good;
}

static bool recording_continue(struct recording *recording, struct error *error)
{
    int64_t version, anonymised;
    if (!database_ours(recording, error) || !database_number(recording, "PRAGMA user_version", 0, &version, error) ||
        !database_number(recording, "SELECT value FROM meta WHERE key='anonymised'", 0, &anonymised, error))
        return false;
    if (version > RECORDING_VERSION)
        return error_set(error, "%s was recorded by a newer culprit: choose another name", recording->path);
    if (anonymised != 0)
        return error_set(error,
                         "%s is anonymised and cannot be continued, because its secret was not kept: choose another "
                         "name",
                         recording->path);
    if (recording->options.anonymise || recording->options.anonymised)
        return error_set(error, "%s holds samples that are not anonymised: choose another name", recording->path);
    return format_renew(recording, error) && groups_load(recording, error);
}

/* A recorder that was killed while it created the file leaves one that begins as ours and that SQLite, taking the
 * journal back, makes empty. */
static bool creation_was_cut_short(struct recording *recording, bool *empty, struct error *error)
{
    int64_t application, things;
    if (!database_number(recording, "SELECT count(*) FROM sqlite_master", 0, &things, error) ||
        !database_number(recording, "PRAGMA application_id", 0, &application, error))
        return false;
    *empty = things == 0 && application == 0;
    return true;
}

static bool recording_prepare(struct recording *recording, bool fresh, struct error *error)
{
    /* secure_delete is Debian's default and would write every page once more when it is given up. */
    if (!database_open(recording, SQLITE_OPEN_READWRITE, false, error) ||
        !database_run(recording, "PRAGMA secure_delete=OFF;", error) ||
        (!fresh && !creation_was_cut_short(recording, &fresh, error)) ||
        !(fresh ? schema_create(recording, error) : recording_continue(recording, error)) ||
        !database_run(recording,
                      "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=4194304;",
                      error) ||
        (recording->options.sync && !database_run(recording, "PRAGMA synchronous=FULL", error)))
        return false;
    recording->insert = database_prepare(recording,
                                         "INSERT INTO sample(id, time_ns, boottime_ns, keyframe, raw_bytes, data) "
                                         "VALUES(?1, ?2, ?3, ?4, ?5, x'')",
                                         error);
    if (recording->insert != NULL)
        recording->insert_frame =
            database_prepare(recording, "INSERT INTO bundle(first, last, data) VALUES(?1, ?2, ?3)", error);
    if (recording->insert_frame != NULL)
        recording->remove = database_prepare(recording, "DELETE FROM sample WHERE id < ?1", error);
    if (recording->remove != NULL)
        recording->remove_frames = database_prepare(recording, "DELETE FROM bundle WHERE first < ?1", error);
    if (recording->remove_frames != NULL)
        recording->forget = database_prepare(recording, "DELETE FROM verdict WHERE sample < ?1", error);
    recording->checkpoint_ns = clock_boottime_ns();
    return recording->forget != NULL;
}

void recording_remove(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        struct buffer name = {0};
        buffer_printf(&name, "%s%s", path, suffixes[i]);
        if (!name.failed)
            unlink(name.data);
        buffer_done(&name);
    }
}

struct recording *recording_create(const char *path, const struct recording_options *options, struct error *error)
{
    bool fresh = false, created = false;
    struct recording *recording = recording_new(path, error);
    if (recording == NULL)
        return NULL;
    recording->options = *options;
    bool good = (!options->anonymise || anonymise_key_draw(&recording->secret, error)) &&
                file_open(recording, &fresh, &created, error) && recording_prepare(recording, fresh, error);
    if (good)
        return recording;
    recording_free(recording);
    if (created)
        recording_remove(path);
    return NULL;
}
