/* SipHash-2-4. */
#include "sample/siphash.h"

#include <endian.h>
#include <string.h>

static uint64_t rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static void rounds(uint64_t state[4], unsigned count)
{
    while (count-- > 0) {
        state[0] += state[1];
        state[1] = rotate(state[1], 13) ^ state[0];
        state[0] = rotate(state[0], 32);
        state[2] += state[3];
        state[3] = rotate(state[3], 16) ^ state[2];
        state[0] += state[3];
        state[3] = rotate(state[3], 21) ^ state[0];
        state[2] += state[1];
        state[1] = rotate(state[1], 17) ^ state[2];
        state[2] = rotate(state[2], 32);
    }
}

static void word_take(uint64_t state[4], uint64_t word)
{
    state[3] ^= word;
    rounds(state, 2);
    state[0] ^= word;
}

uint64_t siphash(const uint64_t secret[2], const void *bytes, size_t length)
{
    uint64_t state[4] = {secret[0] ^ UINT64_C(0x736f6d6570736575), secret[1] ^ UINT64_C(0x646f72616e646f6d),
                         secret[0] ^ UINT64_C(0x6c7967656e657261), secret[1] ^ UINT64_C(0x7465646279746573)};
    const unsigned char *at = bytes;
    size_t left = length;
    uint64_t word;
    for (; left >= sizeof word; left -= sizeof word, at += sizeof word) {
        memcpy(&word, at, sizeof word);
        word_take(state, le64toh(word));
    }
    word = (uint64_t)length << 56;
    for (size_t i = 0; i < left; i++)
        word |= (uint64_t)at[i] << (8 * i);
    word_take(state, word);
    state[2] ^= 0xff;
    rounds(state, 4);
    return state[0] ^ state[1] ^ state[2] ^ state[3];
}
