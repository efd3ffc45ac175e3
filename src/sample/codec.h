/* The one codec: a sample as bytes, for the pipe between our processes, the recording's blobs and (later) ssh.
 *
 * The bytes describe themselves: each table and column stands with its name, type and unit, so that a reader maps what
 * it knows by name, ignores what it does not know, and masks what is missing. Layout in codec.c's first comment. */
#ifndef SAMPLE_CODEC_H
#define SAMPLE_CODEC_H

#include "sample/sample.h"

/* Version of the layout. A reader refuses another major version and reads any minor one: a minor version only adds. */
enum { CODEC_MAJOR = 1, CODEC_MINOR = 1, CODEC_HEADER_BYTES = 52, CODEC_STRING_BYTES_MAX = 4096 };
#define CODEC_TIME_MAX_NS (INT64_C(1) << 62)
/* How the mask of a column is written. */
enum { CODEC_MASK_NONE_KNOWN, CODEC_MASK_ALL_KNOWN, CODEC_MASK_BITMAP };

/* The total of a wait that goes on grows with its end, in every sample. So it is written as what is left of it when the
 * distance of until from since is taken away, modulo 2^64: that stands still. A column of this type is one of integers;
 * 1.0 wrote it as it is, which is read as well. */
enum { CODEC_TYPE_REST = 3 };
bool codec_is_rest(const struct table_schema *schema, size_t column);
/* That distance in a row of the table with such a column; 0 unless both ends are known. */
uint64_t codec_distance(const struct table *table, size_t row);

/* Appends the encoded sample. False (with a sentence): out of memory; what was appended is undefined. */
bool sample_encode(const struct sample *sample, struct buffer *out, struct error *error);

/* Decodes untrusted bytes into a new sample with one reference; NULL with a sentence when they are damaged (cut, a
 * count beyond the bytes that are there, a string number out of range, ...). Never reads outside; what it touches is a
 * small multiple of `length`.
 *
 * What it promises of a sample that it returns: every known string cell is a string of the sample, strings are
 * distinct, every known double is finite, masked cells are 0, both times lie between 0 and 2^62. What it does not
 * promise: that a coded column (enum wait_kind, ...) holds a value of its enum, that a key is unique, or that any
 * number is plausible. Whoever indexes an array with a cell checks it first. */
struct sample *sample_decode(const void *bytes, size_t length, struct error *error);

#endif
