/* A host that lives on: the honest programs of a mix and the casts of several faults in one world, from the beginning.
 * First it is recorded while all are healthy, for a model of its own; then one fault after the other comes, and its
 * cast goes. Casts whose honest part takes much cpu (NEEDS_CPU) come two minutes before the end of the healthy stretch,
 * or half of it, and their faults come first. */
#ifndef TESTS_FAULTS_HOST_H
#define TESTS_FAULTS_HOST_H

#include "tests/faults/take.h"

enum { HOST_FAULTS_MAX = 64, HOST_GAP_MS = 5000 };

struct host {
    const struct fault *faults[HOST_FAULTS_MAX];
    int count;
    unsigned long seed, mix, baseline_s;
    const char *culprit, *split, *directory;
    char folder[64], disk[64];
};

/* In the world. Writes DIRECTORY/healthy-baseline-MIX-SEED.culprit without a label, and a take for each fault, whose
 * label names the model that is to be made of it, healthy-baseline-MIX-SEED.model. The intensity differs by fault and
 * seed. A fault that is not in effect leaves no files and is told. Returns a status for exit: 0 with at least one. */
int host_play(const struct host *host);

/* How long that takes at most. */
unsigned host_seconds(const struct host *host);

#endif
