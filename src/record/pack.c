/* zstd frames, each against its keyframe. */
#include "record/pack.h"

#include <stdlib.h>
#include <zstd.h>

enum {
    PACK_BYTES_MAX = 256 << 20,
    /* What a frame may unpack to: as much as its keyframe, and so many times its own bytes. Samples pack 10 to 40 fold
     * (several together even more, which is why they are bounded); what promises more was made to fill somebody's
     * memory. */
    UNPACK_PART_MAX = 256,
    WINDOW_LOG_MAX = 29,
    /* Measured on 3,000 processes: 1 packs to a third more, 6 takes three times as long and gains nothing. On 100
     * processes 7 takes 0.1 ms and gains a tenth. */
    LEVEL_LARGE = 3,
    LEVEL_SMALL = 7,
    /* 60 samples of 100 processes: 0.05 ms a sample, a tenth less than with 3; 12 gains nothing. */
    LEVEL_TOGETHER = 9,
    SMALL_BYTES = 256 << 10,
};

struct packer {
    ZSTD_CCtx *compress;
    ZSTD_DCtx *decompress;
};

struct packer *packer_new(struct error *error)
{
    struct packer *packer = calloc(1, sizeof *packer);
    if (packer != NULL) {
        packer->compress = ZSTD_createCCtx();
        packer->decompress = ZSTD_createDCtx();
        if (packer->compress != NULL && packer->decompress != NULL)
            return packer;
    }
    packer_free(packer);
    error_memory(error);
    return NULL;
}

void packer_free(struct packer *packer)
{
    if (packer == NULL)
        return;
    ZSTD_freeCCtx(packer->compress);
    ZSTD_freeDCtx(packer->decompress);
    free(packer);
}

/* The window must span the prefix and the bytes themselves, or matches in the prefix's beginning are lost. */
static int window_log(size_t length, size_t prefix_length)
{
    int log = 10;
    while (log < WINDOW_LOG_MAX && ((size_t)1 << log) < length + prefix_length)
        log++;
    return log;
}

static bool compress_set(ZSTD_CCtx *context, int level, size_t length, const void *prefix, size_t prefix_length)
{
    const struct {
        ZSTD_cParameter parameter;
        int value;
    } settings[] = {
        {ZSTD_c_compressionLevel, level},
        {ZSTD_c_windowLog, window_log(length, prefix_length)},
        {ZSTD_c_checksumFlag, 1},
        {ZSTD_c_contentSizeFlag, 1},
    };
    if (ZSTD_isError(ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters)))
        return false;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (ZSTD_isError(ZSTD_CCtx_setParameter(context, settings[i].parameter, settings[i].value)))
            return false;
    return prefix == NULL || !ZSTD_isError(ZSTD_CCtx_refPrefix(context, prefix, prefix_length));
}

static bool frame_pack(struct packer *packer, int level, const void *bytes, size_t length, const void *prefix,
                       size_t prefix_length, struct buffer *out, struct error *error)
{
    if (length > PACK_BYTES_MAX || prefix_length > PACK_BYTES_MAX)
        return error_set(error, "the sample is too large to be kept: %zu bytes, at most %d are", length,
                         PACK_BYTES_MAX);
    size_t before = out->length, bound = ZSTD_compressBound(length);
    void *room = buffer_extend(out, bound);
    if (room == NULL || !compress_set(packer->compress, level, length, prefix, prefix_length))
        return error_memory(error);
    size_t packed = ZSTD_compress2(packer->compress, room, bound, bytes, length);
    out->length = before + (ZSTD_isError(packed) ? 0 : packed);
    out->data[out->length] = '\0';
    if (ZSTD_isError(packed))
        return error_set(error, "the sample cannot be compressed: %s", ZSTD_getErrorName(packed));
    return true;
}

bool packer_pack(struct packer *packer, const void *bytes, size_t length, const void *prefix, size_t prefix_length,
                 struct buffer *out, struct error *error)
{
    return frame_pack(packer, length < SMALL_BYTES ? LEVEL_SMALL : LEVEL_LARGE, bytes, length, prefix, prefix_length,
                      out, error);
}

bool packer_pack_together(struct packer *packer, const void *bytes, size_t length, const void *prefix,
                          size_t prefix_length, struct buffer *out, struct error *error)
{
    return frame_pack(packer, prefix_length < SMALL_BYTES ? LEVEL_TOGETHER : LEVEL_LARGE, bytes, length, prefix,
                      prefix_length, out, error);
}

bool packer_unpack(struct packer *packer, const void *packed, size_t length, const void *prefix, size_t prefix_length,
                   struct buffer *out, struct error *error)
{
    unsigned long long size = ZSTD_getFrameContentSize(packed, length);
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > PACK_BYTES_MAX)
        return error_set(error, "the sample is damaged: it does not begin as a compressed one does");
    if (size > prefix_length + (unsigned long long)length * UNPACK_PART_MAX + PACK_TOGETHER_BYTES_MAX)
        return error_set(error, "the sample is damaged: it promises more than a sample can hold");
    ZSTD_DCtx *context = packer->decompress;
    size_t before = out->length;
    void *room = buffer_extend(out, (size_t)size);
    if (room == NULL || ZSTD_isError(ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters)) ||
        ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)) ||
        (prefix != NULL && ZSTD_isError(ZSTD_DCtx_refPrefix(context, prefix, prefix_length))))
        return error_memory(error);
    size_t unpacked = ZSTD_decompressDCtx(context, room, (size_t)size, packed, length);
    if (!ZSTD_isError(unpacked) && unpacked == size)
        return true;
    out->length = before;
    out->data[before] = '\0';
    return error_set(error, "the sample is damaged: %s",
                     ZSTD_isError(unpacked) ? ZSTD_getErrorName(unpacked) : "it is cut");
}
