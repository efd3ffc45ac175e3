/* A directory of a test's own, removed with all that is in it. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

struct scratch {
    char directory[64];
};

bool scratch_make(struct scratch *scratch);
void scratch_remove(struct scratch *scratch);

/* The path of a name inside, good until the eighth call after. */
const char *scratch_path(const struct scratch *scratch, const char *name);

/* Copies a file, at most `bytes` of it. */
bool file_copy(const char *from, const char *to, size_t bytes);
/* The size of a file; SIZE_MAX when there is none. */
size_t file_bytes(const char *path);
/* Turns the bits of `flip` in one byte of a file. */
bool file_flip(const char *path, size_t at, unsigned char flip);

#endif
