/* Recordings to share: names, paths, addresses, users and hosts replaced by keyed hashes. Structure, numbers and
 * baseline keys (program names that are Debian's own, see anonymise.c's table) stay, so that the verdict is the same.
 */
#ifndef SAMPLE_ANONYMISE_H
#define SAMPLE_ANONYMISE_H

#include "sample/sample.h"

/* A secret per recording: equal names stay equal within it, and nobody can try names against the hashes. */
struct anonymise_key {
    uint64_t secret[2];
};

/* Draws a key from the kernel's random numbers. */
bool anonymise_key_draw(struct anonymise_key *key, struct error *error);

/* A new sample with one reference; NULL: out of memory. */
struct sample *sample_anonymise(const struct sample *sample, const struct anonymise_key *key, struct error *error);

#endif
