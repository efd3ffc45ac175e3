/* Recordings: samples in an SQLite file, each compressed with zstd against its keyframe. The file format is documented
 * in doc/recording-format.md. Reading trusts nothing in the file. */
#ifndef RECORD_RECORDING_H
#define RECORD_RECORDING_H

#include "base/error.h"
#include "sample/anonymise.h"
#include "sample/sample.h"

struct recording;

/* ---- writing ---- */

struct recording_options {
    uint64_t size_max_bytes; /* 0 = no limit; else the oldest samples go when the file reaches it */
    int64_t retain_ns;       /* 0 = for ever; else samples older than this go */
    bool anonymise;          /* names, paths and addresses by keyed hash */
    bool anonymised;         /* the samples come anonymised already, under whatever secret: that is only noted */
    bool sync;               /* every sample survives a power loss, at the cost of one fsync each */
    bool fresh;              /* a file that is there already is refused in any case */
};

/* Creates FILE with mode 0600. An existing file is refused unless it is a recording of ours that nobody else is
 * writing, which is then continued (an anonymised one cannot be: its secret was not kept); an empty one is taken. A
 * symbolic link is refused. NULL with a sentence on failure, and nothing new is left behind.
 *
 * While it is written, the newest samples stand in FILE-wal; they move into FILE at least every 10 seconds, so that a
 * copy of FILE alone misses at most those. They are synced to the disk then: a power loss takes at most the last 10
 * seconds, unless options->sync asked for every sample. */
struct recording *recording_create(const char *path, const struct recording_options *options, struct error *error);

/* Removes the file of a recording that nobody has open, and what SQLite may have left beside it. */
void recording_remove(const char *path);

/* Adds one sample in one transaction. On failure (disk full) the recording stays open and consistent: a later append
 * may succeed. The oldest samples that the options do not permit any more go in the same transaction. */
bool recording_append(struct recording *recording, const struct sample *sample, struct error *error);

/* The same for a sample that was encoded already (sample/codec.h), with its two times; it is not anonymised. */
bool recording_append_encoded(struct recording *recording, int64_t time_ns, int64_t boottime_ns, const void *bytes,
                              size_t length, struct error *error);

/* ---- reading ---- */

/* Opens read-only. Works without write permission on the file or its directory, also when a -wal is missing. A foreign,
 * truncated or newer file: NULL with a sentence. A recording without samples opens, with a count of 0. */
struct recording *recording_open(const char *path, struct error *error);

/* What a reader should be told about the recording: that the newest samples may be missing, that a part is damaged.
 * NULL: nothing. Borrowed until the next refresh or close. */
const char *recording_note(const struct recording *recording);

/* Samples in it; of a recording that is being written as well (then the only accessor here, with path and size). */
size_t recording_count(const struct recording *recording);
/* Positions run in the order of recording from 0 to count - 1. The wall clock may have jumped between two of them. */
int64_t recording_time_ns(const struct recording *recording, size_t position);
/* The number that the sample keeps for as long as it is in the recording, while positions move when old ones go. */
uint64_t recording_serial(const struct recording *recording, size_t position);
/* Decodes one sample: a reference of the caller's. NULL with a sentence when that sample is damaged. */
struct sample *recording_sample(struct recording *recording, size_t position, struct error *error);

/* One sample as it is kept: packed, by itself or against the unpacked bytes of its keyframe (pack.h). */
struct packed_sample {
    uint64_t serial, keyframe; /* the serial of the one that it is packed against; its own: it stands by itself */
    int64_t time_ns, boottime_ns;
    const void *packed;
    size_t packed_bytes;
};

/* The sample at a position without unpacking it; nothing of it has been checked. Borrowed until the next call that
 * reads a sample. */
bool recording_packed(struct recording *recording, size_t position, struct packed_sample *packed, struct error *error);

/* Looks for samples that were added since it was opened (a recording that is still being written), and forgets those
 * that went: positions may move, and *changed is set (unless it is NULL). On failure it stays as it was. */
bool recording_refresh(struct recording *recording, bool *changed, struct error *error);

/* Whether somebody records to that file now. To be asked before this process opens it: closing any descriptor of a file
 * gives up the locks that SQLite has on it. */
bool recording_is_written(const char *path);

/* Whether names, paths and addresses in it were replaced by hashes. */
bool recording_anonymised(const struct recording *recording);

const char *recording_path(const struct recording *recording);
uint64_t recording_size_bytes(const struct recording *recording);

/* Closes; a written recording is checkpointed, so that the main file alone is whole. NULL is allowed. False with a
 * sentence when the last checkpoint failed (the samples then are in the -wal file beside it). */
bool recording_close(struct recording *recording, struct error *error);

#endif
