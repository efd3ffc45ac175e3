/* Names that need no anonymising. */
#ifndef SAMPLE_WELLKNOWN_H
#define SAMPLE_WELLKNOWN_H

#include <stdbool.h>
#include <stddef.h>

/* A program, directory, file or unit that any host of Debian's family may have. */
bool name_is_well_known(const char *text, size_t length);

/* What may stand behind the last dot of a file's name, without the dot. */
bool extension_is_well_known(const char *text, size_t length);

/* The tables themselves, for the test of their order; NULL behind the last. */
const char *well_known_name(size_t number);
const char *well_known_extension(size_t number);

#endif
