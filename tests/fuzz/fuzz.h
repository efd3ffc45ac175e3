/* A fuzz target: one function that libFuzzer or driver.c feeds, and the seeds that both begin with. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* libFuzzer's entry. Aborts when a promise is broken; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Fills in seed `number`, counted from 0; false behind the last. */
bool fuzz_seed(unsigned number, struct buffer *seed);

#endif
