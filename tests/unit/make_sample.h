/* Samples for tests: a host of any size that changes from second to second, the same for the same arguments. */
#ifndef TESTS_MAKE_SAMPLE_H
#define TESTS_MAKE_SAMPLE_H

#include "sample/sample.h"

/* A host with that many processes, eleven descriptors and three sockets each, `moment` seconds after it was first
 * looked at; a tenth of the processes has changed since the moment before. One reference; NULL: out of memory. */
struct sample *sample_make(size_t processes, unsigned moment);

/* Whether both hold the same times, tables, masks, cells and strings; strings are compared as text. */
bool sample_equal(const struct sample *left, const struct sample *right);

#endif
