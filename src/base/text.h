/* The sanitiser: process names, paths, command lines and recordings are hostile input. Everything that leaves the
 * program (terminal, text, JSON, DOT, Markdown, CSV) passes here first. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buffer.h"

#include <stddef.h>
#include <stdint.h>

/* Appends text with every control character (C0, DEL, C1), line and paragraph separator and bidirectional control
 * written as "\xNN" or "\u{NNNN}", and every invalid UTF-8 sequence as U+FFFD. What is appended is valid UTF-8
 * without anything that a terminal would obey. A backslash stays as it is (DOT and JSON escape their own). */
void text_clean(struct buffer *out, const char *text, size_t length);

/* The same into a fixed array, cut at a character's end; always terminated. Returns dst. */
char *text_clean_into(char *dst, size_t dst_bytes, const char *text);

/* Decodes one UTF-8 character at text (length > 0 bytes left): returns how many bytes it takes and stores the code
 * point, or returns 0 for an invalid sequence (overlong, surrogate, above U+10FFFF, cut). */
size_t text_decode(const char *text, size_t length, uint32_t *code_point);

/* How many terminal columns a clean UTF-8 string takes: combining marks 0, wide characters 2. Does not depend on the
 * locale. */
size_t text_columns(const char *text);

/* The number of bytes of the longest prefix of a clean string that fits into `columns`. */
size_t text_fit(const char *text, size_t columns);

/* The number of bytes of a clean string that go into a line of so many columns: up to a blank where there is one, else
 * cut. At least one character of a string that is not empty, so that whoever breaks lines always gets on. */
size_t text_line(const char *text, size_t columns);

/* Appends a clean string in at most `columns` columns. Of a longer one the first `head` columns and as much of its end
 * as there is room for, with the ellipsis (one column a character) between them. head < columns. */
void text_shorten(struct buffer *out, const char *clean, size_t columns, size_t head, const char *ellipsis);

#endif
