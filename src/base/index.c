/* The hash index. */
#include "base/index.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

enum { SLOTS_LEAST = 64 };

struct index_slot {
    uint64_t hash;
    uint32_t place; /* INDEX_NONE: free */
};

static uint64_t hash_seed(void)
{
    static uint64_t seed;
    if (seed == 0) {
        if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
            seed = (uint64_t)(uintptr_t)&seed;
        seed |= 1;
    }
    return seed;
}

uint64_t index_hash(const void *key, size_t key_bytes)
{
    return XXH3_64bits_withSeed(key, key_bytes, hash_seed());
}

void index_init(struct index *index, index_equal *equal)
{
    *index = (struct index){.equal = equal};
}

uint32_t index_find(const struct index *index, const void *items, const void *key, size_t key_bytes)
{
    if (index->slot_count == 0)
        return INDEX_NONE;
    uint64_t hash = index_hash(key, key_bytes);
    size_t mask = index->slot_count - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        const struct index_slot *slot = &index->slots[at];
        if (slot->place == INDEX_NONE)
            return INDEX_NONE;
        if (slot->hash == hash && index->equal(items, slot->place, key, key_bytes))
            return slot->place;
    }
}

static void slot_put(struct index_slot *slots, size_t slot_count, uint64_t hash, uint32_t place)
{
    size_t mask = slot_count - 1;
    size_t at = hash & mask;
    while (slots[at].place != INDEX_NONE)
        at = (at + 1) & mask;
    slots[at] = (struct index_slot){.hash = hash, .place = place};
}

static bool index_resize(struct index *index, size_t count)
{
    if (count > SIZE_MAX / sizeof *index->slots)
        return false;
    struct index_slot *slots = malloc(count * sizeof *slots);
    if (slots == NULL)
        return false;
    memset(slots, 0xff, count * sizeof *slots);
    for (size_t i = 0; i < index->slot_count; i++)
        if (index->slots[i].place != INDEX_NONE)
            slot_put(slots, count, index->slots[i].hash, index->slots[i].place);
    free(index->slots);
    index->slots = slots;
    index->slot_count = count;
    return true;
}

bool index_reserve(struct index *index, size_t keys)
{
    size_t count = index->slot_count == 0 ? SLOTS_LEAST : index->slot_count;
    while (keys >= count / 3 * 2) {
        if (count > SIZE_MAX / 2)
            return false;
        count *= 2;
    }
    return count == index->slot_count || index_resize(index, count);
}

bool index_add(struct index *index, const void *key, size_t key_bytes, uint32_t place)
{
    if ((index->used + 1) * 3 > index->slot_count * 2 &&
        !index_resize(index, index->slot_count == 0 ? SLOTS_LEAST : index->slot_count * 2))
        return false;
    slot_put(index->slots, index->slot_count, index_hash(key, key_bytes), place);
    index->used++;
    return true;
}

bool index_copy(struct index *index, const struct index *other)
{
    size_t bytes = other->slot_count * sizeof *other->slots;
    struct index_slot *slots = malloc(bytes + 1);
    if (slots == NULL)
        return false;
    if (bytes > 0)
        memcpy(slots, other->slots, bytes);
    free(index->slots);
    *index = (struct index){slots, other->slot_count, other->used, index->equal};
    return true;
}

void index_clear(struct index *index)
{
    if (index->slots != NULL)
        memset(index->slots, 0xff, index->slot_count * sizeof *index->slots);
    index->used = 0;
}

void index_done(struct index *index)
{
    free(index->slots);
    index_init(index, index->equal);
}
