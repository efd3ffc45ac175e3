/* The one codec: a sample as bytes, for the pipe between our processes, the recording's blobs and (later) ssh.
 *
 * The bytes describe themselves: each table and column stands with its name, type and unit, so that a reader maps what
 * it knows by name, ignores what it does not know, and masks what is missing. Layout in codec.c's first comment. */
#ifndef SAMPLE_CODEC_H
#define SAMPLE_CODEC_H

#include "sample/sample.h"

/* Appends the encoded sample. False (with a sentence): out of memory; what was appended is undefined. */
bool sample_encode(const struct sample *sample, struct buffer *out, struct error *error);

/* Decodes untrusted bytes into a new sample with one reference; NULL with a sentence when they are damaged (cut, a
 * count beyond the bytes that are there, a string number out of range, ...). Never reads outside, never allocates more
 * than a small multiple of `length`. */
struct sample *sample_decode(const void *bytes, size_t length, struct error *error);

#endif
