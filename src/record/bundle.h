/* Bundles: the samples that follow a keyframe, compressed together.
 *
 * A sample is written as a frame of its own and committed at once. Compressed singly, each repeats what the one before
 * it differs in from their keyframe as well. So when its keyframe's group is complete, or PACK_TOGETHER_BYTES_MAX
 * of samples have come together, their single frames are replaced by one, in one transaction: a third to a half of the
 * bytes. On a large host, of which two samples do not fit, they stay single. */
#ifndef RECORD_BUNDLE_H
#define RECORD_BUNDLE_H

#include "record/database.h"

/* ---- writing ---- */

/* Adds the frame of the samples first to last. */
bool bundle_insert(struct recording *recording, int64_t first, int64_t last, const struct buffer *packed,
                   struct error *error);

/* Whether a sample of that size may join those that wait to be bundled. */
bool bundle_has_room(const struct recording *recording, size_t bytes);

/* Notes the sample in recording->raw, which was committed under that id as a frame of packed_bytes of its own, and
 * which follows the one noted before. */
void bundle_note(struct recording *recording, int64_t id, size_t packed_bytes);

/* Replaces the frames of the noted samples by one, against the keyframe at hand. Where that fails, or gains nothing,
 * they stay as they are: nothing is lost by it, and nothing is said. None is noted afterwards. */
void bundle_replace(struct recording *recording);

/* ---- reading ---- */

/* Whether the sample of that id stands unpacked in recording->bundle. */
bool bundle_holds(const struct recording *recording, int64_t id);

/* Unpacks recording->packed, the frame of the samples first to last, against the keyframe at hand. On failure no bundle
 * is at hand. */
bool bundle_unpack(struct recording *recording, int64_t first, int64_t last, struct error *error);

/* The encoded sample of an id that it holds. Borrowed until another bundle is unpacked. */
const void *bundle_sample(const struct recording *recording, int64_t id, size_t *length);

#endif
