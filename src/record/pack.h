/* Compression of encoded samples: zstd, each against its keyframe (ZSTD_CCtx_refPrefix), with a window as large as the
 * keyframe. Used by recordings and by the live history. */
#ifndef RECORD_PACK_H
#define RECORD_PACK_H

#include "base/buffer.h"
#include "base/error.h"

struct packer; /* holds the zstd contexts: reuse it */

struct packer *packer_new(struct error *error);
void packer_free(struct packer *packer);

/* Appends the packed bytes to out. prefix NULL: a keyframe of its own. The frame carries its size and a checksum. */
bool packer_pack(struct packer *packer, const void *bytes, size_t length, const void *prefix, size_t prefix_length,
                 struct buffer *out, struct error *error);

/* The same for several samples one after the other, at most PACK_TOGETHER_BYTES_MAX: more time, fewer bytes. */
enum { PACK_TOGETHER_BYTES_MAX = 8 << 20 };
bool packer_pack_together(struct packer *packer, const void *bytes, size_t length, const void *prefix,
                          size_t prefix_length, struct buffer *out, struct error *error);

/* Appends the original bytes to out. Untrusted input: refuses more than 256 MiB, more than samples of that packed size
 * can be (256 times that, the keyframe, and PACK_TOGETHER_BYTES_MAX), a wrong checksum, a cut frame. */
bool packer_unpack(struct packer *packer, const void *packed, size_t length, const void *prefix, size_t prefix_length,
                   struct buffer *out, struct error *error);

#endif
