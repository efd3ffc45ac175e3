/* base: the sanitiser, units, the index, the arena and the buffer. */
#include "base/buffer.h"
#include "base/clock.h"
#include "base/index.h"
#include "base/memory.h"
#include "base/quantity.h"
#include "base/text.h"
#include "base/units.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void clean_is(const char *text, size_t length, const char *expected)
{
    struct buffer out = {0};
    text_clean(&out, text, length);
    assert_string_equal(buffer_text(&out), expected);
    buffer_done(&out);
}

static void text_clean_defuses_hostile_names(void **state)
{
    (void)state;
    clean_is("plain \xc3\xa9\xe6\xbc\xa2", 11, "plain \xc3\xa9\xe6\xbc\xa2");
    clean_is("\x1b[2J\n\x7f", 6, "\\x1b[2J\\x0a\\x7f");
    clean_is("\xc2\x9b\x31m", 4, "\\x9b1m");
    clean_is("a\xff\xc0\xaf", 4, "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    clean_is("\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    clean_is("\xe2\x80\xae"
             "gpj",
             6, "\\u{202e}gpj");
    clean_is("cut \xe6\xbc", 6, "cut \xef\xbf\xbd\xef\xbf\xbd");
    clean_is("back\\slash", 10, "back\\slash");
}

static void text_clean_into_cuts_at_a_character(void **state)
{
    (void)state;
    char small[5];
    assert_string_equal(text_clean_into(small, sizeof small, "abc\xc3\xa9"), "abc");
    assert_string_equal(text_clean_into(small, sizeof small, "abcdefgh"), "abcd");
}

static void text_is_measured_in_columns(void **state)
{
    (void)state;
    assert_int_equal(text_columns("abc"), 3);
    assert_int_equal(text_columns("\xe6\xbc\xa2\xe5\xad\x97"), 4);
    assert_int_equal(text_columns("e\xcc\x81"), 1);
    assert_int_equal(text_fit("\xe6\xbc\xa2\xe5\xad\x97", 3), 3);
    assert_int_equal(text_fit("abc", 10), 3);
}

static void durations_are_read(void **state)
{
    (void)state;
    int64_t ns;
    assert_true(duration_parse("500ms", "--window", &ns, NULL));
    assert_int_equal(ns, 500 * NS_PER_MS);
    assert_true(duration_parse("1.5h", "--window", &ns, NULL));
    assert_int_equal(ns, 5400 * NS_PER_S);
    static const char *const bad[] = {"0s", "0", "abc", "", "5", "-5s", "5x", "nan", "1e99s", "5 s", "infs", "99999d"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error error = {0};
        assert_false(duration_parse(bad[i], "--window", &ns, &error));
        assert_non_null(strstr(error.text, "--window"));
    }
}

static void sizes_are_read(void **state)
{
    (void)state;
    uint64_t bytes;
    assert_true(size_parse("1G", "--max-size", &bytes, NULL));
    assert_int_equal(bytes, 1u << 30);
    assert_true(size_parse("512k", "--max-size", &bytes, NULL));
    assert_int_equal(bytes, 512 * 1024);
    assert_true(size_parse("4096", "--max-size", &bytes, NULL));
    assert_int_equal(bytes, 4096);
    assert_true(size_parse("20MB", "--max-size", &bytes, NULL));
    assert_int_equal(bytes, 20 << 20);
    static const char *const bad[] = {"", "G", "-1", "1X", "1GG", "0", "1e30G"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(size_parse(bad[i], "--max-size", &bytes, NULL));
}

static void lines_break_at_blanks_and_always_get_on(void **state)
{
    (void)state;
    assert_int_equal(text_line("one two three", 80), 13);
    assert_int_equal(text_line("one two three", 8), 7);
    assert_int_equal(text_line("onetwothree", 4), 4);
    assert_int_equal(text_line("\xe6\x95\xb0", 1), 3);
    assert_int_equal(text_line("\xe6\x95\xb0x", 0), 3);
    assert_int_equal(text_line("x", 0), 1);
    assert_int_equal(text_line("", 5), 0);
}

static void long_texts_lose_their_middle(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns, head;
        const char *shown;
    } rows[] = {{"abcdefgh", 8, 3, "abcdefgh"},
                {"abcdefgh", 7, 3, "abc~fgh"},
                {"abcdefgh", 1, 0, "a"},
                {"abcdefgh", 4, 3, "abc~"},
                {"ab\xe6\x95\xb0\xe6\x95\xb0yz", 6, 3, "ab~yz"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buffer out = {0};
        text_shorten(&out, rows[i].text, rows[i].columns, rows[i].head, "~");
        assert_string_equal(buffer_text(&out), rows[i].shown);
        buffer_done(&out);
    }
}

static void units_stand_behind_numbers(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *unit, *words, *cell;
    } rows[] = {{98.4, "%", "98 %", "98%"},          {1.25, "%", "1.2 %", "1.2%"},
                {200, "s", "3 min 20 s", "3 min"},   {250, "ms", "250 ms", "250 ms"},
                {1536, "bytes", "1.5 KB", "1.5 KB"}, {1536, "bytes/s", "1.5 KB/s", "1.5 KB/s"},
                {1.5, "1/s", "1.5/s", "1.5/s"},      {0.5, "s/s", "0.5 s/s", "0.50 s/s"},
                {12345, "", "12,345", "12345"},      {NAN, "s", "?", "-"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[32];
        assert_string_equal(quantity_words(text, sizeof text, rows[i].value, rows[i].unit), rows[i].words);
        assert_string_equal(quantity_cell(text, sizeof text, rows[i].value, rows[i].unit), rows[i].cell);
    }
    assert_float_equal(quantity_beside(4, 1.04, ""), 1, 0); /* a count */
    assert_float_equal(quantity_beside(1, 0.02, ""), 0.02, 0);
    assert_float_equal(quantity_beside(4, 1.04, "s"), 1.04, 0);
    assert_true(isnan(quantity_beside(4, NAN, "")));
}

static void moments_are_read(void **state)
{
    (void)state;
    int64_t last = INT64_C(1763676151) * NS_PER_S; /* 2025-11-20 22:02:31 UTC */
    int64_t time;
    char text[32];
    assert_true(moment_parse("14:02", last, 0, &time, NULL));
    assert_string_equal(iso_format(text, sizeof text, time), "2025-11-20T14:02:00Z");
    assert_true(moment_parse("23:00:01", last, 0, &time, NULL));
    assert_string_equal(iso_format(text, sizeof text, time), "2025-11-19T23:00:01Z");
    assert_true(moment_parse("23:00:01", last, 3600, &time, NULL));
    assert_string_equal(iso_format(text, sizeof text, time), "2025-11-20T22:00:01Z");
    assert_true(moment_parse("2025-11-20 14:02:31", last, -3600, &time, NULL));
    assert_string_equal(iso_format(text, sizeof text, time), "2025-11-20T15:02:31Z");
    assert_true(moment_parse("10m ago", last, 0, &time, NULL));
    assert_int_equal(time, last - 600 * NS_PER_S);
    assert_true(moment_parse("@1763676151", last, 0, &time, NULL));
    assert_int_equal(time, last);
    static const char *const bad[] = {"",    "yesterday", "25:00",     "@x",
                                      "ago", "5 ago",     "14:02:61x", "9999-01-01 00:00:00"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(moment_parse(bad[i], last, 0, &time, NULL));
}

static void quantities_are_written(void **state)
{
    (void)state;
    char text[32];
    assert_string_equal(duration_format(text, sizeof text, 0.0004), "0.4 ms");
    assert_string_equal(duration_format(text, sizeof text, 0.12), "120 ms");
    assert_string_equal(duration_format(text, sizeof text, 4.2), "4.2 s");
    assert_string_equal(duration_format(text, sizeof text, 9.96), "10 s");
    assert_string_equal(duration_format(text, sizeof text, 41), "41 s");
    assert_string_equal(duration_format(text, sizeof text, 185), "3 min 5 s");
    assert_string_equal(duration_format(text, sizeof text, 7800), "2 h 10 min");
    assert_string_equal(bytes_format(text, sizeof text, 212 * 1024), "212 KB");
    assert_string_equal(bytes_format(text, sizeof text, 1.5 * (1 << 30)), "1.5 GB");
    assert_string_equal(bytes_format(text, sizeof text, 12), "12 B");
    assert_string_equal(count_format(text, sizeof text, 9120), "9,120");
    assert_string_equal(count_format(text, sizeof text, 1234567), "1,234,567");
    assert_string_equal(count_format(text, sizeof text, 318), "318");
}

static bool number_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    return memcmp((const uint64_t *)items + place, key, key_bytes) == 0;
}

static void index_finds_what_was_added(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    static uint64_t numbers[COUNT];
    struct index index;
    index_init(&index, number_equal);
    for (uint32_t i = 0; i < COUNT; i++) {
        numbers[i] = i * UINT64_C(2654435761);
        assert_int_equal(index_find(&index, numbers, &numbers[i], sizeof numbers[i]), INDEX_NONE);
        assert_true(index_add(&index, &numbers[i], sizeof numbers[i], i));
    }
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(index_find(&index, numbers, &numbers[i], sizeof numbers[i]), i);
    index_clear(&index);
    assert_int_equal(index_find(&index, numbers, &numbers[7], sizeof numbers[7]), INDEX_NONE);
    index_done(&index);
}

static void arena_and_buffer_hold_what_they_were_given(void **state)
{
    (void)state;
    struct arena arena = {0};
    char *first = arena_printf(&arena, "%s-%d", "first", 1);
    for (int i = 0; i < 3000; i++)
        assert_non_null(arena_take(&arena, 100));
    assert_non_null(arena_take(&arena, 1 << 20));
    assert_string_equal(first, "first-1");
    arena_done(&arena);

    struct buffer buffer = {0};
    assert_string_equal(buffer_text(&buffer), "");
    buffer_integer(&buffer, 0x0102, 2);
    buffer_printf(&buffer, "%d", 42);
    assert_int_equal(buffer.length, 4);
    assert_memory_equal(buffer.data,
                        "\x02\x01"
                        "42",
                        5);
    buffer_done(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_clean_defuses_hostile_names),
        cmocka_unit_test(text_clean_into_cuts_at_a_character),
        cmocka_unit_test(text_is_measured_in_columns),
        cmocka_unit_test(durations_are_read),
        cmocka_unit_test(sizes_are_read),
        cmocka_unit_test(lines_break_at_blanks_and_always_get_on),
        cmocka_unit_test(long_texts_lose_their_middle),
        cmocka_unit_test(units_stand_behind_numbers),
        cmocka_unit_test(moments_are_read),
        cmocka_unit_test(quantities_are_written),
        cmocka_unit_test(index_finds_what_was_added),
        cmocka_unit_test(arena_and_buffer_hold_what_they_were_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
