/* What the tests of recordings share; all of it fails the test when something goes wrong. */
#ifndef TESTS_RECORDING_CHECKS_H
#define TESTS_RECORDING_CHECKS_H

#include "record/recording.h"

extern const struct recording_options no_limits;

/* A scratch directory as *state, and its removal. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* Appends sample_make(processes, moment). */
void append(struct recording *recording, size_t processes, unsigned moment);

/* Records `count` moments from `first` on, and closes. */
void record(const char *path, const struct recording_options *options, size_t processes, unsigned first,
            unsigned count);

/* Records up to 60 moments from the first one on as format 1 did: every sample's frame in its row, no bundle. */
void record_in_format_1(const char *path, size_t processes, unsigned count);

/* Runs statements on the file as sqlite3 would. */
void changed(const char *path, const char *statements);
/* The number that a statement gives; -1: none. */
long asked(const char *path, const char *statement);

struct recording *opened(const char *path);

/* Every sample is either what sample_make gives for its moment or refused; returns how many are good. */
size_t samples_good(struct recording *recording, size_t processes);

/* It cannot be recorded to; the sentence holds these words. */
void refused(const char *path, const struct recording_options *options, const char *sentence);

#endif
