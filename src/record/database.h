/* What writing and reading a recording share: the handle, SQLite's statements, its failures as sentences. */
#ifndef RECORD_DATABASE_H
#define RECORD_DATABASE_H

#include "base/buffer.h"
#include "record/pack.h"
#include "record/recording.h"

#include <sqlite3.h>

enum {
    RECORDING_APPLICATION_ID = 0x43554c50, /* "CULP" */
    RECORDING_MAJOR = 2,
    RECORDING_MINOR = 0,
    RECORDING_MAJOR_OLDEST = 1,    /* that is read, and continued */
    RECORDING_VERSION_STEP = 1000, /* user_version = major * 1000 + minor */
    RECORDING_VERSION = RECORDING_MAJOR * RECORDING_VERSION_STEP + RECORDING_MINOR
};

struct position {
    int64_t id;
    int64_t time_ns;
};

/* Samples that share a keyframe: they go together. */
struct group {
    int64_t keyframe; /* id of its first sample */
    int64_t time_ns;  /* of its first sample */
    size_t count;
};

/* Samples whose ids follow each other, one after the other in one frame (bundle.h). */
enum { BUNDLE_SAMPLES_MAX = 256 };
struct bundle {
    struct buffer raw;
    int64_t first, last; /* ids; first 0: there is none */
    size_t begin[BUNDLE_SAMPLES_MAX + 1];
};

struct recording {
    char *path;
    sqlite3 *database;
    struct packer *packer;
    struct buffer raw, packed; /* of the sample at hand */
    struct buffer keyframe;    /* the unpacked keyframe that the next sample is likely to need */
    int64_t keyframe_id;       /* 0: none */
    struct bundle bundle;      /* reading: the one that was read last; writing: what is to be bundled next */

    /* reading */
    struct position *positions;
    size_t count, capacity;
    bool immutable;     /* opened without regard to a writer: none was there, or it cannot be regarded */
    int64_t changed_ns; /* the file's time of change when it was opened so */
    bool anonymised;
    bool has_timeline, has_bundles;
    char note[256];
    sqlite3_stmt *select, *select_frame, *select_sizes;

    /* writing */
    struct recording_options options;
    struct anonymise_key secret;
    int lock; /* a descriptor with an advisory lock on the file: one writer; -1: none */
    struct group *groups;
    size_t group_count, group_capacity;
    int64_t newest_id;
    size_t keyframe_packed_bytes, group_packed_bytes;
    size_t bundle_packed_bytes; /* of the frames that the bundle is to replace */
    int64_t checkpoint_ns;      /* boot time of the last checkpoint */
    sqlite3_stmt *insert, *insert_frame, *remove, *remove_frames, *forget, *judge;
    int64_t judge_id; /* of who judges what is written; 0: not yet known */
};

struct recording *recording_new(const char *path, struct error *error);
/* Closes the database and frees all; NULL is allowed. */
void recording_free(struct recording *recording);
/* All of its prepared statements: none is there any more. */
void statements_free(struct recording *recording);

/* Opens the database; a path never is one of SQLite's special names. */
bool database_open(struct recording *recording, int flags, bool immutable, struct error *error);

/* Runs statements that return nothing of interest. */
bool database_run(struct recording *recording, const char *statements, struct error *error);

/* The number that the statement's first row and column holds; fallback when there is no row. */
bool database_number(struct recording *recording, const char *statement, int64_t fallback, int64_t *number,
                     struct error *error);

sqlite3_stmt *database_prepare(struct recording *recording, const char *statement, struct error *error);

/* The sentence for what SQLite has just refused. Returns false. */
bool database_failed(struct recording *recording, struct error *error);

/* Whether application_id, user_version and the tables are those of a recording that this program reads. */
bool database_ours(struct recording *recording, struct error *error);

/* read_sample.c: the statements that recording_sample needs. */
bool sample_statements_prepare(struct recording *recording, struct error *error);

/* timeline.c: the tables and the view of verdicts, as statements whose words are part of the format. */
enum { TIMELINE_STATEMENTS = 3 };
extern const char *const timeline_schema[TIMELINE_STATEMENTS];
bool timeline_create(struct recording *recording, struct error *error);
/* Whether they are there, exactly as ours. Refused when something else has their names. */
bool timeline_check(struct recording *recording, bool *there, struct error *error);

/* Whether PATH with that suffix (-wal, -journal) is there. */
bool companion_exists(const char *path, const char *suffix);

#endif
