/* SipHash-2-4: a keyed hash whose values tell nothing about the key, even to someone who knows which names were hashed
 * (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012). XXH3, which the index uses, promises no such
 * thing: whoever knows a few names of a shared recording could work out its secret and then try all others. */
#ifndef SAMPLE_SIPHASH_H
#define SAMPLE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t siphash(const uint64_t secret[2], const void *bytes, size_t length);

#endif
