/* A take: a stretch of a stage's life that is recorded, and labelled with the fault that begins in it. */
#ifndef TESTS_FAULTS_TAKE_H
#define TESTS_FAULTS_TAKE_H

#include "tests/faults/fault.h"

enum { TAKE_LEAST_S = 12 };

struct take {
    const char *culprit, *split; /* the program that records; "design" or "test" */
    const char *model;           /* a model for the label to name; NULL = none */
    unsigned long recorded_s;
    bool anonymised;
    char recording[512], label[512];
};

/* DIRECTORY/NAME-MIX-SEED.culprit and .label.json; what is there by these names is removed. */
void take_name(struct take *take, const char *directory, const char *name, unsigned long mix, unsigned long seed);

/* Process 1 of the world collects whoever ends, from here on. */
void take_prepare(void);

/* Starts the recorder; waits until it is done, which is false when it failed. */
void take_begin(const struct take *take);
bool take_end(void);

/* Switches the set's fault on 4.6 s after the recorder was started, proves it, writes the label. NULL = done, else what
 * is amiss; files that are there by then are the caller's to remove. */
const char *take_fault(const struct take *take, const struct fault *fault, const struct stage_set *set);
void take_remove(const struct take *take);

extern const char *const intensities[3];

#endif
