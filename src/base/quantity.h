/* Numbers with their unit for people. Units: "s", "ms", "bytes", "bytes/s", "%", "1/s", "s/s", "" and any other word.
 * Both write at most size bytes, always terminated, and return dst. */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stddef.h>

/* A number to be told beside an observed one of the same unit: beside a count (no unit, whole, above 1, so that it is
 * no share) it is whole as well. "threads 4, normally 1", not "normally 1.04". */
double quantity_beside(double observed, double value, const char *unit);

/* In a sentence: "98 %", "12 GB", "35 MB/s", "41 s", "3 min 5 s", "61"; "?" when it is not finite. */
char *quantity_words(char *dst, size_t size, double value, const char *unit);

/* In a narrow cell: "98%", "12 GB", "1.2/s", "41 s", "3 min", "61"; "-" when it is not finite. */
char *quantity_cell(char *dst, size_t size, double value, const char *unit);

#endif
