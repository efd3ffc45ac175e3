/* sample: tables, masks, strings, look-ups. */
#include "sample/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void every_name_in_the_schema_is_there_once(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < TABLE_COUNT; kind++) {
        const struct table_schema *table = &sample_schema[kind];
        for (size_t i = 0; i < table->column_count; i++) {
            assert_true(table->columns[i].name[0] != '\0' && table->columns[i].help[0] != '\0');
            for (size_t j = 0; j < i; j++)
                assert_string_not_equal(table->columns[i].name, table->columns[j].name);
        }
        for (size_t other = 0; other < kind; other++)
            assert_string_not_equal(table->name, sample_schema[other].name);
    }
}

static void a_row_begins_masked(void **state)
{
    (void)state;
    struct sample *sample = sample_new();
    struct table *table = &sample->tables[TABLE_PROCESS];
    size_t row = table_append(table);
    for (size_t column = 0; column < PROCESS_COLUMN_COUNT; column++)
        assert_false(table_known(table, row, column));
    assert_int_equal(table_u64(table, row, PROCESS_UID, 77), 77);
    table_set_u64(table, row, PROCESS_UID, 0);
    assert_int_equal(table_u64(table, row, PROCESS_UID, 77), 0);
    table_mask(table, row, PROCESS_UID);
    assert_int_equal(table_u64(table, row, PROCESS_UID, 77), 77);
    assert_null(sample_string(sample, TABLE_PROCESS, row, PROCESS_NAME));
    sample_release(sample);
}

static void extended_rows_are_masked_and_the_old_ones_stay(void **state)
{
    (void)state;
    struct sample *sample = sample_new();
    struct table *table = &sample->tables[TABLE_DISK];
    assert_true(table_extend(table, 3));
    table_set_u64(table, 2, DISK_DEVICE, 5);
    table_append(table);
    table_set_u64(table, 3, DISK_DEVICE, 6);
    table_drop_last(table);
    assert_true(table_extend(table, 100));
    assert_int_equal(table->rows, 103);
    assert_int_equal(table_u64(table, 2, DISK_DEVICE, 0), 5);
    assert_false(table_known(table, 3, DISK_DEVICE));
    assert_int_equal(table->cells[DISK_DEVICE][3], 0);
    assert_false(table_extend(table, SIZE_MAX / 2));
    assert_int_equal(table->rows, 103);
    sample_release(sample);
}

static void strings_are_kept_once_up_to_4096_bytes(void **state)
{
    (void)state;
    struct sample *sample = sample_new();
    uint32_t number = sample_intern(sample, "nginx: worker", 5);
    assert_int_equal(sample_intern(sample, "nginx", 5), number);
    assert_int_equal(sample_intern(sample, "nginx\0more", 10), number);
    assert_int_equal(sample_intern(sample, "", 0), 0);
    char text[5000];
    memset(text, 'x', sizeof text);
    uint32_t cut = sample_intern(sample, text, sizeof text);
    assert_int_equal(strlen(sample->string_bytes.data + sample->string_offsets[cut]), 4096);
    assert_int_equal(sample_intern(sample, text, 4096), cut);
    sample_release(sample);
}

static void copied_strings_keep_their_numbers_and_more_come_behind_them(void **state)
{
    (void)state;
    enum { MANY = 1000 };
    char text[16];
    struct sample *first = sample_new(), *second = sample_new();
    for (int i = 1; i < MANY; i++)
        assert_int_equal(sample_intern(first, text, (size_t)snprintf(text, sizeof text, "text%d", i)), i);
    assert_true(sample_copy_strings(second, first));
    sample_release(first);
    for (int i = 2 * MANY; i > 0; i--)
        sample_intern(second, text, (size_t)snprintf(text, sizeof text, "text%d", i));
    assert_int_equal(second->string_count, 2 * MANY + 1);
    assert_int_equal(sample_intern(second, "", 0), 0);
    assert_int_equal(sample_intern(second, "text7", 5), 7);
    assert_int_equal(sample_intern(second, "text2000", 8), MANY);
    assert_string_equal(second->string_bytes.data + second->string_offsets[7], "text7");
    sample_release(second);
}

static void a_process_is_found_by_pid_and_start(void **state)
{
    (void)state;
    struct sample *sample = sample_new();
    struct table *table = &sample->tables[TABLE_PROCESS];
    assert_int_equal(sample_process_row(sample, 1, 0), SIZE_MAX);
    for (uint64_t pid = 1; pid < 100; pid += 2) {
        size_t row = table_append(table);
        table_set_u64(table, row, PROCESS_PID, pid);
        table_set_u64(table, row, PROCESS_START_TICKS, pid * 10);
    }
    assert_int_equal(sample_process_row(sample, 7, 70), 3);
    assert_int_equal(sample_process_row(sample, 7, 0), 3);
    assert_int_equal(sample_process_row(sample, 7, 71), SIZE_MAX);
    assert_int_equal(sample_process_row(sample, 8, 0), SIZE_MAX);
    sample_release(sample);
}

static void unread_counts_add_up(void **state)
{
    (void)state;
    struct sample *sample = sample_new();
    sample_unread_add(sample, "files", "not permitted", 3);
    sample_unread_add(sample, "files", "not permitted", 4);
    sample_unread_add(sample, "files", "missed the deadline", 1);
    sample_unread_add(sample, "sockets", "not permitted", 2);
    assert_int_equal(sample->tables[TABLE_UNREAD].rows, 3);
    assert_int_equal(sample_unread_count(sample, "files"), 8);
    assert_int_equal(sample_unread_count(sample, NULL), 10);
    sample_release(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_in_the_schema_is_there_once),
        cmocka_unit_test(a_row_begins_masked),
        cmocka_unit_test(extended_rows_are_masked_and_the_old_ones_stay),
        cmocka_unit_test(strings_are_kept_once_up_to_4096_bytes),
        cmocka_unit_test(copied_strings_keep_their_numbers_and_more_come_behind_them),
        cmocka_unit_test(a_process_is_found_by_pid_and_start),
        cmocka_unit_test(unread_counts_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
