/* The parts of the kernel source that a sample was taken without. */
#ifndef UI_SOURCES_H
#define UI_SOURCES_H

#include "sample/sample.h"

#include <stddef.h>

enum { SOURCES_MAX = 5, SOURCES_WORDS_BYTES = 48 };

/* Fills in the sentences (collect/kernel_reason.h tells their form), raw and borrowed; returns how many. sample may be
 * NULL: none. */
size_t sources_missing(const struct sample *sample, const char *sentences[SOURCES_MAX]);

/* "proc only: no CAP_BPF", or "kernel in part: ...", raw; NULL: nothing is missing. Returns words. */
const char *sources_words(const struct sample *sample, char words[SOURCES_WORDS_BYTES]);

#endif
