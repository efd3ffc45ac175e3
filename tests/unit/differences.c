/* Differences that last. */
#include "differences.h"

void differences_add(struct differences *differences, uint64_t who, uint64_t thing, uint64_t column)
{
    if (differences->count < sizeof differences->keys / sizeof differences->keys[0])
        differences->keys[differences->count++] = who << 40 ^ thing << 8 ^ column;
}

static bool differences_have(const struct differences *differences, uint64_t key)
{
    for (size_t i = 0; i < differences->count; i++)
        if (differences->keys[i] == key)
            return true;
    return false;
}

void differences_keep(struct differences *lasting, const struct differences *newest, bool first)
{
    size_t kept = 0;
    if (first)
        *lasting = *newest;
    for (size_t i = 0; i < lasting->count; i++)
        if (differences_have(newest, lasting->keys[i]))
            lasting->keys[kept++] = lasting->keys[i];
    lasting->count = kept;
}
