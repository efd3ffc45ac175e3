/* Errors are values: a sentence for the user that says what failed, on what, and what to do. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

struct error {
    char text[512]; /* empty: nothing failed. Sanitised where it is printed, not here. */
};

/* Writes the sentence and returns false, so that a function can `return error_set(error, "...")`.
 * error may be NULL: the caller does not want the sentence. */
bool error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, followed by ": " and the system's words for the errno value number. */
bool error_errno(struct error *error, int number, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The sentence for memory that could not be had. */
bool error_memory(struct error *error);

#endif
