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

/* Appends the original bytes to out. Untrusted input: refuses more than 256 MiB, more than a sample of that
 * packed size can be (256 times that, the keyframe, and 1 MiB), a wrong checksum, a cut frame. */
bool packer_unpack(struct packer *packer, const void *packed, size_t length, const void *prefix, size_t prefix_length,
                   struct buffer *out, struct error *error);

#endif
