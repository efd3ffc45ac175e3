/* Words that several exporters share. What comes out is clean. */
#ifndef EXPORT_PHRASE_H
#define EXPORT_PHRASE_H

#include "base/buffer.h"
#include "export/export.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What could not be read of one kind, all reasons together. */
struct unread {
    const char *kind; /* "descriptors": raw, borrowed from the sample */
    uint64_t count;
};
enum { UNREAD_KINDS_MAX = 16 };

/* Fills at most UNREAD_KINDS_MAX in the sample's order (further kinds are left out); returns how many. sample may be
 * NULL: none. */
size_t unread_kinds(const struct sample *sample, struct unread unread[UNREAD_KINDS_MAX]);

/* "12 descriptors", "1 process": kinds come as plurals, and one of them loses its ending. */
void phrase_unread_kind(struct buffer *out, const struct unread *unread);

/* "12 descriptors and 3 processes not readable"; nothing when all was. */
void phrase_unread(const struct sample *sample, struct buffer *out);

/* "9,120 descriptors", "1 process". */
void phrase_count(struct buffer *out, uint64_t count, const char *singular, const char *plural);

/* "5 s", "2 h 10 min": a chosen length, without the decimals of a measured one. */
char *phrase_window(char *dst, size_t dst_bytes, double seconds);

/* Appends clean text in at most `columns` columns, its middle replaced by an ellipsis when it is longer: the ends of
 * paths and addresses tell them apart. */
void phrase_shorten(struct buffer *out, const char *clean, size_t columns, bool ascii);

/* The host's name, raw; NULL when it is not known. */
const char *phrase_host(const struct graph *graph);

/* How many of the verdict's suspects are shown. */
size_t phrase_top(const struct export_input *input);

/* "lock", "pipe_read": what kind of wait an edge or step is; "wait" for a number beyond the table. */
const char *phrase_wait(enum wait_kind kind);

#endif
