/* pack: compression against a keyframe, and refusal of what is damaged. */
#include "make_sample.h"
#include "record/pack.h"
#include "sample/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct fixture {
    struct packer *packer;
    struct buffer keyframe, next, packed, unpacked;
    struct error error;
};

static int fixture_make(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct sample *first = sample_make(300, 1), *second = sample_make(300, 2);
    fixture->packer = packer_new(&fixture->error);
    bool good = fixture->packer != NULL && sample_encode(first, &fixture->keyframe, NULL) &&
                sample_encode(second, &fixture->next, NULL);
    sample_release(first);
    sample_release(second);
    *state = fixture;
    return good ? 0 : -1;
}

static int fixture_free(void **state)
{
    struct fixture *fixture = *state;
    packer_free(fixture->packer);
    buffer_done(&fixture->keyframe);
    buffer_done(&fixture->next);
    buffer_done(&fixture->packed);
    buffer_done(&fixture->unpacked);
    free(fixture);
    return 0;
}

static bool pack_next(struct fixture *fixture)
{
    return packer_pack(fixture->packer, fixture->next.data, fixture->next.length, fixture->keyframe.data,
                       fixture->keyframe.length, &fixture->packed, &fixture->error);
}

static bool unpack(struct fixture *fixture, const void *packed, size_t length, const struct buffer *prefix)
{
    buffer_clear(&fixture->unpacked);
    return packer_unpack(fixture->packer, packed, length, prefix == NULL ? NULL : prefix->data,
                         prefix == NULL ? 0 : prefix->length, &fixture->unpacked, &fixture->error);
}

static void a_keyframe_and_its_followers_come_back(void **state)
{
    struct fixture *fixture = *state;
    assert_true(packer_pack(fixture->packer, fixture->keyframe.data, fixture->keyframe.length, NULL, 0,
                            &fixture->packed, &fixture->error));
    size_t whole = fixture->packed.length;
    assert_true(unpack(fixture, fixture->packed.data, whole, NULL));
    assert_int_equal(fixture->unpacked.length, fixture->keyframe.length);
    assert_memory_equal(fixture->unpacked.data, fixture->keyframe.data, fixture->keyframe.length);

    assert_true(pack_next(fixture)); /* appended behind the keyframe */
    size_t follower = fixture->packed.length - whole;
    assert_true(follower * 5 < whole);
    assert_true(unpack(fixture, fixture->packed.data + whole, follower, &fixture->keyframe));
    assert_int_equal(fixture->unpacked.length, fixture->next.length);
    assert_memory_equal(fixture->unpacked.data, fixture->next.data, fixture->next.length);
}

static void the_wrong_keyframe_is_noticed(void **state)
{
    struct fixture *fixture = *state;
    assert_true(pack_next(fixture));
    fixture->keyframe.data[fixture->keyframe.length / 2] ^= 1;
    fixture->keyframe.data[fixture->keyframe.length / 3] ^= 1;
    bool good = unpack(fixture, fixture->packed.data, fixture->packed.length, &fixture->keyframe);
    assert_true(!good || memcmp(fixture->unpacked.data, fixture->next.data, fixture->next.length) == 0);
    assert_false(unpack(fixture, fixture->packed.data, fixture->packed.length, NULL));
    assert_non_null(strstr(fixture->error.text, "damaged"));
}

static void a_flipped_bit_never_changes_what_comes_back(void **state)
{
    struct fixture *fixture = *state;
    assert_true(pack_next(fixture));
    for (size_t at = 0; at < fixture->packed.length; at++) {
        fixture->packed.data[at] ^= 0x10;
        bool good = unpack(fixture, fixture->packed.data, fixture->packed.length, &fixture->keyframe);
        fixture->packed.data[at] ^= 0x10;
        if (!good)
            continue;
        assert_int_equal(fixture->unpacked.length, fixture->next.length);
        assert_memory_equal(fixture->unpacked.data, fixture->next.data, fixture->next.length);
    }
}

static void a_cut_frame_is_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_true(pack_next(fixture));
    for (size_t length = 0; length < fixture->packed.length; length += 7)
        assert_false(unpack(fixture, fixture->packed.data, length, &fixture->keyframe));
}

static void a_frame_that_promises_too_much_is_refused(void **state)
{
    struct fixture *fixture = *state;
    /* A frame header with an 8-byte content size of 2^60, and one of 200 MB with nothing behind it. */
    static const unsigned char huge[] = {0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x10, 1, 0, 0};
    static const unsigned char empty[] = {0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x0c, 1, 0, 0};
    assert_false(unpack(fixture, huge, sizeof huge, NULL));
    assert_false(unpack(fixture, empty, sizeof empty, NULL));
    assert_true(fixture->unpacked.capacity < 1 << 20);
}

/* A few kilobytes that are what zstd makes of many megabytes of nothing. */
static void a_bomb_is_refused(void **state)
{
    struct fixture *fixture = *state;
    enum { BOMB_BYTES = 64 << 20, HARMLESS_BYTES = 1 << 20 };
    char *nothing = calloc(1, BOMB_BYTES);
    assert_non_null(nothing);
    assert_true(packer_pack(fixture->packer, nothing, BOMB_BYTES, NULL, 0, &fixture->packed, &fixture->error));
    assert_true(fixture->packed.length < 8192);
    assert_false(unpack(fixture, fixture->packed.data, fixture->packed.length, NULL));
    assert_non_null(strstr(fixture->error.text, "promises more"));
    assert_false(unpack(fixture, fixture->packed.data, fixture->packed.length, &fixture->keyframe));
    assert_true(fixture->unpacked.capacity < 1 << 20);
    buffer_clear(&fixture->packed);
    assert_true(packer_pack(fixture->packer, nothing, HARMLESS_BYTES, NULL, 0, &fixture->packed, &fixture->error));
    assert_true(unpack(fixture, fixture->packed.data, fixture->packed.length, NULL));
    free(nothing);
}

#define PACK_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_make, fixture_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(a_keyframe_and_its_followers_come_back),      PACK_TEST(the_wrong_keyframe_is_noticed),
        PACK_TEST(a_flipped_bit_never_changes_what_comes_back), PACK_TEST(a_cut_frame_is_refused),
        PACK_TEST(a_frame_that_promises_too_much_is_refused),   PACK_TEST(a_bomb_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
