/* codec: what is written is read; what is damaged is refused; what is foreign is masked. */
#include "make_sample.h"
#include "sample/codec.h"
#include "tests/unit/rounds.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct buffer encoded(const struct sample *sample)
{
    struct buffer bytes = {0};
    struct error error = {0};
    assert_true(sample_encode(sample, &bytes, &error));
    return bytes;
}

static void a_sample_survives_the_way(void **state)
{
    (void)state;
    struct error error = {0};
    for (unsigned processes = 0; processes < 40; processes += 13) {
        struct sample *sample = sample_make(processes, 5);
        struct buffer bytes = encoded(sample);
        struct sample *read = sample_decode(bytes.data, bytes.length, &error);
        assert_non_null(read);
        assert_true(sample_equal(sample, read));
        assert_int_equal(sample_intern(read, "web3", 4), 1);
        struct buffer again = encoded(read);
        assert_int_equal(again.length, bytes.length);
        assert_memory_equal(again.data, bytes.data, bytes.length);
        buffer_done(&again);
        buffer_done(&bytes);
        sample_release(read);
        sample_release(sample);
    }
}

static void extremes_survive_the_way(void **state)
{
    (void)state;
    static const uint64_t values[] = {0, 255, 256, 65535, 65536, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct sample *sample = sample_new();
        struct table *table = &sample->tables[TABLE_DISK];
        for (size_t row = 0; row < 20; row++)
            table_append(table);
        table_set_u64(table, 9, DISK_DEVICE, values[i]);
        table_set_u64(table, 10, DISK_DEVICE, 1);
        sample->tables[TABLE_HOST].rows = 0;
        table_append(&sample->tables[TABLE_HOST]);
        table_set_f64(&sample->tables[TABLE_HOST], 0, HOST_LOAD_1, -0.1);
        sample_set_string(sample, TABLE_DISK, 3, DISK_NAME, "\x1b[2J\xff\n", 7);
        struct buffer bytes = encoded(sample);
        struct sample *read = sample_decode(bytes.data, bytes.length, NULL);
        assert_non_null(read);
        assert_true(sample_equal(sample, read));
        buffer_done(&bytes);
        sample_release(read);
        sample_release(sample);
    }
}

static void rows_without_a_known_cell_survive(void **state)
{
    (void)state;
    struct sample *sample = sample_new();
    assert_true(table_extend(&sample->tables[TABLE_UNREAD], 5000));
    struct buffer bytes = encoded(sample);
    sample->tables[TABLE_UNREAD].cells[UNREAD_KIND][7] = 1; /* left over in a masked cell: it is not written */
    struct buffer again = encoded(sample);
    assert_int_equal(bytes.length, again.length);
    assert_memory_equal(bytes.data, again.data, again.length);
    buffer_done(&again);
    struct sample *read = sample_decode(bytes.data, bytes.length, NULL);
    assert_non_null(read);
    assert_true(sample_equal(sample, read));
    buffer_done(&bytes);
    sample_release(read);
    sample_release(sample);
}

/* Each damaged copy lies in memory of exactly its length, so that the address sanitiser sees a read behind it. */
static struct sample *decode_copy(const void *bytes, size_t length, struct error *error)
{
    char *copy = malloc(length == 0 ? 1 : length);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    *error = (struct error){0};
    struct sample *sample = sample_decode(copy, length, error);
    assert_true(sample != NULL || error->text[0] != '\0');
    free(copy);
    return sample;
}

static void a_cut_sample_is_refused_wherever_it_is_cut(void **state)
{
    (void)state;
    struct sample *sample = sample_make(2, 1);
    struct buffer bytes = encoded(sample);
    struct error error;
    for (size_t length = 0; length < bytes.length; length++)
        assert_null(decode_copy(bytes.data, length, &error));
    buffer_append(&bytes, "x", 1);
    assert_null(decode_copy(bytes.data, bytes.length, &error));
    buffer_done(&bytes);
    sample_release(sample);
}

static void flipped_bytes_never_break_a_promise(void **state)
{
    (void)state;
    struct sample *sample = sample_make(2, 1);
    struct buffer bytes = encoded(sample);
    struct error error;
    for (size_t at = 0; at < bytes.length; at += rounds_step())
        for (unsigned flip = 1; flip < 256; flip = flip * 2 + 1) {
            bytes.data[at] = (char)(bytes.data[at] ^ (char)flip);
            struct sample *read = decode_copy(bytes.data, bytes.length, &error);
            bytes.data[at] = (char)(bytes.data[at] ^ (char)flip);
            if (read == NULL)
                continue;
            struct buffer again = encoded(read);
            struct sample *twice = sample_decode(again.data, again.length, &error);
            assert_non_null(twice);
            assert_true(sample_equal(read, twice));
            buffer_done(&again);
            sample_release(twice);
            sample_release(read);
        }
    buffer_done(&bytes);
    sample_release(sample);
}

static size_t place_of(const struct buffer *bytes, const char *text)
{
    const char *at = memmem(bytes->data, bytes->length, text, strlen(text));
    assert_non_null(at);
    return (size_t)(at - bytes->data);
}

static void foreign_names_are_ignored_and_changed_units_masked(void **state)
{
    (void)state;
    struct sample *sample = sample_make(3, 1);
    struct buffer bytes = encoded(sample);
    bytes.data[place_of(&bytes, "\x03rss\x05"
                                "bytes") +
               5] = 'B'; /* "Bytes" */
    bytes.data[place_of(&bytes, "\x06socket") + 1] = 'z';
    bytes.data[place_of(&bytes, "\x05state") + 1] = 'z';
    struct sample *read = sample_decode(bytes.data, bytes.length, NULL);
    assert_non_null(read);
    assert_int_equal(read->tables[TABLE_SOCKET].rows, 0);
    const struct table *table = &read->tables[TABLE_PROCESS];
    assert_int_equal(table->rows, 3);
    assert_false(table_known(table, 1, PROCESS_RSS_BYTES));
    assert_false(table_known(table, 1, PROCESS_STATE));
    assert_int_equal(table_u64(table, 1, PROCESS_PID, 0), 101);
    assert_string_equal(sample_string(read, TABLE_PROCESS, 1, PROCESS_NAME), "postgres");
    buffer_done(&bytes);
    sample_release(read);
    sample_release(sample);
}

static void a_newer_minor_version_is_read_and_a_newer_major_refused(void **state)
{
    (void)state;
    struct sample *sample = sample_make(3, 1);
    struct buffer bytes = encoded(sample), newer = {0};
    struct error error = {0};
    buffer_append(&newer, bytes.data, CODEC_HEADER_BYTES);
    buffer_append(&newer, "a new field", 11);
    buffer_append(&newer, bytes.data + CODEC_HEADER_BYTES, bytes.length - CODEC_HEADER_BYTES);
    buffer_append(&newer, "a new part", 10);
    newer.data[6] = CODEC_MINOR + 1;
    newer.data[8] = CODEC_HEADER_BYTES + 11;
    struct sample *read = sample_decode(newer.data, newer.length, &error);
    assert_non_null(read);
    assert_true(sample_equal(sample, read));
    newer.data[4] = CODEC_MAJOR + 1;
    assert_null(sample_decode(newer.data, newer.length, &error));
    assert_non_null(strstr(error.text, "use a newer culprit"));
    buffer_done(&bytes);
    buffer_done(&newer);
    sample_release(read);
    sample_release(sample);
}

static void wait_add(struct sample *sample, const uint64_t *cells, unsigned known)
{
    static const size_t columns[] = {WAIT_SINCE_NS, WAIT_UNTIL_NS, WAIT_TOTAL_NS};
    struct table *waits = &sample->tables[TABLE_WAIT];
    size_t row = table_append(waits);
    for (size_t i = 0; i < 3; i++)
        if (known >> i & 1)
            table_set_u64(waits, row, columns[i], cells[i]);
}

/* Where the type of the waits' total stands. */
static char *total_type(const struct buffer *bytes)
{
    static const char head[] = "\5total\2ns";
    char *found = memmem(bytes->data, bytes->length, head, sizeof head - 1);
    assert_non_null(found);
    return found + sizeof head - 1;
}

static void the_total_of_a_wait_is_written_as_what_does_not_grow(void **state)
{
    (void)state;
    static const uint64_t rows[][3] = {{100, 900, 800}, {100, 900, 5},      {100, 900, UINT64_MAX},
                                       {900, 100, 7},   {0, UINT64_MAX, 3}, {100, 900, 800}};
    static const unsigned known[] = {7, 7, 7, 7, 7, 3};
    struct sample *sample = sample_new();
    for (size_t i = 0; i < 6; i++)
        wait_add(sample, rows[i], known[i]);
    wait_add(sample, rows[0], 5);
    wait_add(sample, rows[0], 6);
    struct buffer bytes = encoded(sample);
    struct sample *read = sample_decode(bytes.data, bytes.length, NULL);
    assert_non_null(read);
    assert_true(sample_equal(sample, read));
    buffer_done(&bytes);
    sample_release(read);
    sample_release(sample);

    sample = sample_new();
    wait_add(sample, rows[0], 7);
    bytes = encoded(sample);
    assert_memory_equal(total_type(&bytes), "\3\1\1\0", 4); /* all known, one byte, which is 0 */
    *total_type(&bytes) = COLUMN_U64;                       /* as 1.0 wrote it */
    read = sample_decode(bytes.data, bytes.length, NULL);
    assert_non_null(read);
    assert_int_equal(table_u64(&read->tables[TABLE_WAIT], 0, WAIT_TOTAL_NS, 9), 0);
    buffer_done(&bytes);
    sample_release(read);
    sample_release(sample);
}

static void doubles_that_are_no_numbers_are_masked(void **state)
{
    (void)state;
    struct sample *sample = sample_make(0, 1);
    struct table *host = &sample->tables[TABLE_HOST];
    table_set_f64(host, 0, HOST_LOAD_1, NAN);
    table_set_f64(host, 0, HOST_PSI_CPU_SOME, INFINITY);
    table_set_f64(host, 0, HOST_PSI_IO_SOME, 0.5);
    struct buffer bytes = encoded(sample);
    struct sample *read = sample_decode(bytes.data, bytes.length, NULL);
    assert_non_null(read);
    assert_false(table_known(&read->tables[TABLE_HOST], 0, HOST_LOAD_1));
    assert_false(table_known(&read->tables[TABLE_HOST], 0, HOST_PSI_CPU_SOME));
    assert_true(table_f64(&read->tables[TABLE_HOST], 0, HOST_PSI_IO_SOME, 0) == 0.5);
    buffer_done(&bytes);
    sample_release(read);
    sample_release(sample);
}

static void a_row_count_beyond_the_bytes_is_refused(void **state)
{
    (void)state;
    struct sample *sample = sample_make(1, 1);
    struct buffer bytes = encoded(sample);
    struct error error = {0};
    memcpy(bytes.data + place_of(&bytes, "\x06unread") + 7, "\xff\xff\xff\x7f", 4);
    assert_null(sample_decode(bytes.data, bytes.length, &error));
    assert_non_null(strstr(error.text, "damaged"));
    buffer_done(&bytes);
    sample_release(sample);
}

static void rows_that_no_byte_stands_for_are_refused(void **state)
{
    (void)state;
    struct sample *sample = sample_make(0, 1);
    struct buffer bytes = encoded(sample);
    struct error error = {0};
    bytes.length = place_of(&bytes, "\x04host") - 2;
    buffer_integer(&bytes, 1, 2);
    buffer_string(&bytes, "\x06unread");
    buffer_integer(&bytes, 1000000, 4);
    buffer_integer(&bytes, 0, 2);
    assert_null(sample_decode(bytes.data, bytes.length, &error));
    assert_non_null(strstr(error.text, "damaged"));
    buffer_done(&bytes);
    sample_release(sample);
}

/* A byte a row, in a table of many columns: the rows would take hundreds of times their bytes. */
static void rows_that_take_far_more_memory_than_bytes_are_refused(void **state)
{
    (void)state;
    enum { ROWS = 100000 };
    struct error error = {0};
    struct sample *sample = sample_new();
    assert_true(table_extend(&sample->tables[TABLE_PROCESS], ROWS));
    struct buffer bytes = encoded(sample);
    assert_null(sample_decode(bytes.data, bytes.length, &error));
    assert_non_null(strstr(error.text, "more rows than it can hold"));
    buffer_done(&bytes);
    sample_release(sample);
}

static void a_string_that_comes_twice_is_refused(void **state)
{
    (void)state;
    struct sample *sample = sample_make(0, 1);
    sample_set_string(sample, TABLE_HOST, 0, HOST_NAME, "web4", 4);
    struct buffer bytes = encoded(sample);
    struct error error = {0};
    bytes.data[place_of(&bytes, "web4") + 3] = '3';
    assert_null(sample_decode(bytes.data, bytes.length, &error));
    assert_non_null(strstr(error.text, "comes twice"));
    buffer_done(&bytes);
    sample_release(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_survives_the_way),
        cmocka_unit_test(extremes_survive_the_way),
        cmocka_unit_test(rows_without_a_known_cell_survive),
        cmocka_unit_test(a_cut_sample_is_refused_wherever_it_is_cut),
        cmocka_unit_test(flipped_bytes_never_break_a_promise),
        cmocka_unit_test(foreign_names_are_ignored_and_changed_units_masked),
        cmocka_unit_test(a_newer_minor_version_is_read_and_a_newer_major_refused),
        cmocka_unit_test(the_total_of_a_wait_is_written_as_what_does_not_grow),
        cmocka_unit_test(doubles_that_are_no_numbers_are_masked),
        cmocka_unit_test(a_row_count_beyond_the_bytes_is_refused),
        cmocka_unit_test(rows_that_no_byte_stands_for_are_refused),
        cmocka_unit_test(rows_that_take_far_more_memory_than_bytes_are_refused),
        cmocka_unit_test(a_string_that_comes_twice_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
