/* Pseudo-random numbers that are the same everywhere for the same seed: xoshiro256** by Blackman and Vigna, "Scrambled
 * linear pseudorandom number generators" (2018), its state filled by splitmix64. Not for secrets. */
#ifndef MODEL_RANDOM_H
#define MODEL_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state[4];
};

void random_init(struct random *random, uint64_t seed);

uint64_t random_next(struct random *random);

/* 0 <= number < 1, all 53 bits drawn. */
double random_unit(struct random *random);

/* 0 <= number < limit (limit > 0). The bias is below limit / 2^64. */
uint64_t random_below(struct random *random, uint64_t limit);

#endif
