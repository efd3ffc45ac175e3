/* A hash index: from the bytes of a key to the place (uint32_t) of an item in an array that the caller owns and may
 * grow with realloc, which is why no pointer-linked table serves. Open addressing, XXH3 with a seed drawn at start-up,
 * because keys are hostile (process names, paths). Keys are not stored: the caller's `equal` compares.
 * Zeroed = empty. */
#ifndef BASE_INDEX_H
#define BASE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INDEX_NONE UINT32_MAX

/* Is the key of item `place` of `items` the given one? */
typedef bool index_equal(const void *items, uint32_t place, const void *key, size_t key_bytes);

struct index {
    struct index_slot *slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t used;
    index_equal *equal;
};

void index_init(struct index *index, index_equal *equal);

/* The place stored for the key, or INDEX_NONE. */
uint32_t index_find(const struct index *index, const void *items, const void *key, size_t key_bytes);

/* Stores a place for a key that is not there yet. False: out of memory, nothing changed. */
bool index_add(struct index *index, const void *key, size_t key_bytes, uint32_t place);

/* Makes room for that many keys, so that it need not grow on the way. False: out of memory, nothing changed. */
bool index_reserve(struct index *index, size_t keys);

/* Makes an empty index hold what another one does: the items are the same, in an array of their own. False: out of
 * memory, nothing changed. */
bool index_copy(struct index *index, const struct index *other);

/* Forgets all keys and keeps the room. */
void index_clear(struct index *index);

void index_done(struct index *index);

/* The seeded hash that the index uses, for other tables with hostile keys. */
uint64_t index_hash(const void *key, size_t key_bytes);

#endif
