/* Verdicts beside the samples. */
#include "record/timeline.h"

#include "base/text.h"
#include "record/database.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Part of the format: doc/recording-format.md. SQLite keeps the words of each statement, and they are compared. */
const char *const timeline_schema[TIMELINE_STATEMENTS] = {
    "CREATE TABLE judge(id INTEGER PRIMARY KEY, name TEXT NOT NULL, window_ns INTEGER NOT NULL)",
    "CREATE TABLE verdict(sample INTEGER NOT NULL, judge INTEGER NOT NULL, score REAL, anomalous INTEGER NOT NULL,"
    " suspect_score REAL NOT NULL, sentence TEXT NOT NULL, suspect TEXT, PRIMARY KEY(sample, judge)) WITHOUT ROWID",
    "CREATE VIEW timeline AS SELECT datetime(sample.time_ns / 1000000000, 'unixepoch') AS time,"
    " round(verdict.score, 4) AS score, verdict.anomalous AS anomalous, verdict.sentence AS verdict,"
    " verdict.suspect AS first_suspect, judge.window_ns / 1e9 AS window_s, judge.name AS judge, sample.id AS sample"
    " FROM verdict JOIN sample ON sample.id = verdict.sample JOIN judge ON judge.id = verdict.judge"
    " ORDER BY verdict.sample, verdict.judge",
};

bool timeline_create(struct recording *recording, struct error *error)
{
    for (size_t i = 0; i < TIMELINE_STATEMENTS; i++)
        if (!database_run(recording, timeline_schema[i], error))
            return false;
    return true;
}

static bool statement_count(struct recording *recording, const char *statement, const char *text, int64_t *count,
                            struct error *error)
{
    sqlite3_stmt *prepared = database_prepare(recording, statement, error);
    if (prepared == NULL)
        return false;
    if (text != NULL)
        sqlite3_bind_text(prepared, 1, text, -1, SQLITE_STATIC);
    bool good = sqlite3_step(prepared) == SQLITE_ROW || database_failed(recording, error);
    *count = good ? sqlite3_column_int64(prepared, 0) : 0;
    sqlite3_finalize(prepared);
    return good;
}

bool timeline_check(struct recording *recording, bool *there, struct error *error)
{
    int64_t named, ours = 0;
    if (!statement_count(recording, "SELECT count(*) FROM sqlite_master WHERE name IN ('judge', 'verdict', 'timeline')",
                         NULL, &named, error))
        return false;
    for (size_t i = 0; i < TIMELINE_STATEMENTS; i++) {
        int64_t found;
        if (!statement_count(recording, "SELECT count(*) FROM sqlite_master WHERE sql = ?1", timeline_schema[i], &found,
                             error))
            return false;
        ours += found;
    }
    *there = named == TIMELINE_STATEMENTS && ours == TIMELINE_STATEMENTS;
    if (!*there && named != 0)
        return error_set(error, "%s is damaged: its timeline is not that of a recording", recording->path);
    return true;
}

/* Nothing that runs when rows are written: no trigger, no index but ours. */
static bool schema_is_only_ours(struct recording *recording, struct error *error)
{
    bool there;
    int64_t others;
    if (!timeline_check(recording, &there, error) ||
        !statement_count(recording,
                         "SELECT count(*) FROM sqlite_master WHERE name NOT IN ('meta', 'sample', 'sample_position',"
                         " 'bundle', 'judge', 'verdict', 'timeline') OR type = 'trigger'",
                         NULL, &others, error))
        return false;
    return (there && others == 0) || error_set(error, "%s keeps no timeline", recording->path);
}

/* ---- writing ---- */

static bool judge_step(struct recording *recording, const char *statement, const struct recorded_judge *judge,
                       int64_t *id, struct error *error)
{
    sqlite3_stmt *prepared = database_prepare(recording, statement, error);
    if (prepared == NULL)
        return false;
    sqlite3_bind_text(prepared, 1, judge->name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(prepared, 2, judge->window_ns);
    int result = sqlite3_step(prepared);
    *id = result == SQLITE_ROW ? sqlite3_column_int64(prepared, 0) : 0;
    bool good = result == SQLITE_ROW || result == SQLITE_DONE || database_failed(recording, error);
    sqlite3_finalize(prepared);
    return good;
}

static const char judge_select[] = "SELECT id FROM judge WHERE name = ?1 AND window_ns = ?2";

/* The judge's number, which it gets when it is new. */
static bool judge_id(struct recording *recording, const struct recorded_judge *judge, int64_t *id, struct error *error)
{
    if (!judge_step(recording, judge_select, judge, id, error))
        return false;
    if (*id != 0)
        return true;
    if (!judge_step(recording, "INSERT INTO judge(name, window_ns) VALUES(?1, ?2)", judge, id, error))
        return false;
    *id = sqlite3_last_insert_rowid(recording->database);
    return true;
}

static sqlite3_stmt *verdict_prepare(struct recording *recording, struct error *error)
{
    return database_prepare(recording,
                            "INSERT OR REPLACE INTO verdict(sample, judge, score, anomalous, suspect_score, sentence,"
                            " suspect) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                            error);
}

static bool verdict_insert(struct recording *recording, sqlite3_stmt *insert, int64_t judge,
                           const struct recorded_verdict *verdict, struct error *error)
{
    char sentence[400], suspect[200];
    sqlite3_bind_int64(insert, 1, (int64_t)verdict->serial);
    sqlite3_bind_int64(insert, 2, judge);
    sqlite3_bind_double(insert, 3, verdict->score);
    sqlite3_bind_int(insert, 4, verdict->anomalous);
    sqlite3_bind_double(insert, 5, verdict->suspect_score);
    sqlite3_bind_text(insert, 6, text_clean_into(sentence, sizeof sentence, verdict->sentence), -1, SQLITE_STATIC);
    if (verdict->suspect != NULL)
        sqlite3_bind_text(insert, 7, text_clean_into(suspect, sizeof suspect, verdict->suspect), -1, SQLITE_STATIC);
    bool good = sqlite3_step(insert) == SQLITE_DONE || database_failed(recording, error);
    sqlite3_reset(insert);
    sqlite3_clear_bindings(insert);
    return good;
}

bool recording_judge(struct recording *recording, const struct recorded_judge *judge,
                     const struct recorded_verdict *verdict, struct error *error)
{
    if (recording->newest_id == 0 ||
        (recording->judge_id == 0 && !judge_id(recording, judge, &recording->judge_id, error)))
        return recording->newest_id == 0;
    if (recording->judge == NULL)
        recording->judge = verdict_prepare(recording, error);
    struct recorded_verdict newest = *verdict;
    newest.serial = (uint64_t)recording->newest_id;
    return recording->judge != NULL && verdict_insert(recording, recording->judge, recording->judge_id, &newest, error);
}

/* Nobody else may be writing: a recorder holds the same lock. */
static bool file_lock(struct recording *recording, struct error *error)
{
    recording->lock = open(recording->path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat status;
    if (recording->lock < 0 || fstat(recording->lock, &status) != 0)
        return error_errno(error, errno, "cannot write %s", recording->path);
    if (!S_ISREG(status.st_mode) || flock(recording->lock, LOCK_EX | LOCK_NB) != 0)
        return error_set(error, "%s is being recorded to", recording->path);
    return true;
}

static bool verdicts_add(struct recording *recording, const struct recorded_judge *judge,
                         const struct recorded_verdict *verdicts, size_t count, struct error *error)
{
    int64_t id, version;
    if (!file_lock(recording, error) || companion_exists(recording->path, "-wal") ||
        companion_exists(recording->path, "-journal") ||
        !database_open(recording, SQLITE_OPEN_READWRITE, false, error) || !database_ours(recording, error) ||
        !database_number(recording, "PRAGMA user_version", 0, &version, error) || version > RECORDING_VERSION ||
        !schema_is_only_ours(recording, error) || !database_run(recording, "BEGIN IMMEDIATE", error))
        return false;
    recording->judge = verdict_prepare(recording, error);
    bool good = recording->judge != NULL && judge_id(recording, judge, &id, error);
    for (size_t i = 0; good && i < count; i++)
        good = verdict_insert(recording, recording->judge, id, &verdicts[i], error);
    good = good && database_run(recording, "COMMIT", error);
    if (!good)
        sqlite3_exec(recording->database, "ROLLBACK", NULL, NULL, NULL);
    return good;
}

bool recording_remember(const char *path, const struct recorded_judge *judge, const struct recorded_verdict *verdicts,
                        size_t count, struct error *error)
{
    struct recording *recording = recording_new(path, error);
    bool good = recording != NULL && verdicts_add(recording, judge, verdicts, count, error);
    recording_free(recording);
    return good;
}

/* ---- reading ---- */

static void scores_take(struct recording *recording, sqlite3_stmt *rows, struct recorded_score *scores)
{
    size_t position = 0;
    while (position < recording->count && sqlite3_step(rows) == SQLITE_ROW) {
        int64_t sample = sqlite3_column_int64(rows, 0);
        while (position < recording->count && recording->positions[position].id < sample)
            position++;
        if (position < recording->count && recording->positions[position].id == sample)
            scores[position] = (struct recorded_score){true, sqlite3_column_int(rows, 1) != 0,
                                                       sqlite3_column_double(rows, 2), sqlite3_column_double(rows, 3)};
    }
}

void recording_scores(struct recording *recording, const struct recorded_judge *judge, struct recorded_score *scores)
{
    int64_t id = 0, newest = recording->count > 0 ? recording->positions[recording->count - 1].id : 0;
    memset(scores, 0, recording->count * sizeof *scores);
    if (!recording->has_timeline || !judge_step(recording, judge_select, judge, &id, NULL) || id == 0)
        return;
    sqlite3_stmt *rows = database_prepare(recording,
                                          "SELECT sample, anomalous, score, suspect_score FROM verdict"
                                          " WHERE judge = ?1 AND sample <= ?2 ORDER BY sample",
                                          NULL);
    if (rows == NULL)
        return;
    sqlite3_bind_int64(rows, 1, id);
    sqlite3_bind_int64(rows, 2, newest);
    scores_take(recording, rows, scores);
    sqlite3_finalize(rows);
}
