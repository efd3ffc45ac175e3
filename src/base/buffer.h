/* A growing byte buffer that is also a string: what has been appended always has a NUL behind it.
 * Failure sticks: after memory ran out every append does nothing and `failed` is set, so that a writer of
 * many small pieces checks once, at its end. Zeroed = empty. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *data; /* NULL while nothing was appended: use buffer_text for a string */
    size_t length;
    size_t capacity;
    bool failed;
};

void buffer_append(struct buffer *buffer, const void *bytes, size_t length);
void buffer_string(struct buffer *buffer, const char *text);
void buffer_printf(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Little-endian integers of `width` bytes (1 to 8). */
void buffer_integer(struct buffer *buffer, uint64_t value, unsigned width);

/* Room for `length` more bytes, appended uninitialised; NULL when there is none. */
void *buffer_extend(struct buffer *buffer, size_t length);

/* What was appended, as a string that is never NULL. Borrowed until the next append. */
const char *buffer_text(const struct buffer *buffer);

/* Empties it and keeps the room (and forgets a failure). */
void buffer_clear(struct buffer *buffer);

void buffer_done(struct buffer *buffer);

#endif
