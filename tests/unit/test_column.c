/* export: the column table, its cells for people, and its order. */
#include "base/text.h"
#include "export/column.h"
#include "export/users.h"
#include "tests/unit/export_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void cell_is(const struct export_fixture *fixture, uint32_t node, const char *name, const char *expected)
{
    const struct column *column = column_find(name);
    assert_non_null(column);
    struct column_input input = {fixture->graph, &fixture->verdict, node};
    char cell[128];
    assert_string_equal(column_format(column, &input, cell, sizeof cell), expected);
}

static void cells_are_written_for_people(void **state)
{
    (void)state;
    struct export_fixture *fixture = fixture_new(NULL);
    cell_is(fixture, fixture->holder, "rank", "1");
    cell_is(fixture, fixture->holder, "score", "0.92");
    cell_is(fixture, fixture->holder, "who", "log-rotate[8472]");
    cell_is(fixture, fixture->holder, "why", "holds a lock 41 s, 3 wait");
    cell_is(fixture, fixture->holder, "pid", "8472");
    cell_is(fixture, fixture->holder, "state", "S");
    cell_is(fixture, fixture->holder, "cpu", "2.0%");
    cell_is(fixture, fixture->holder, "memory", "33 MB");
    cell_is(fixture, fixture->holder, "lock_held", "41 s");
    cell_is(fixture, fixture->holder, "age", "2 d");
    cell_is(fixture, fixture->holder, "user", "root"); /* on every host; the other users of another one are not ours */
    cell_is(fixture, fixture->file, "size", "4.7 GB");
    cell_is(fixture, fixture->file, "deleted", "yes");
    cell_is(fixture, fixture->socket, "protocol", "tcp");
    cell_is(fixture, fixture->socket, "socket_state", "established");
    cell_is(fixture, fixture->socket, "local", "10.0.0.5:443");
    cell_is(fixture, fixture->socket, "remote", "10.0.0.9:51514");
    cell_is(fixture, fixture->socket, "owner", "payment[812]");
    cell_is(fixture, fixture->socket, "receive_queue", "212 KB");
    cell_is(fixture, fixture->socket, "rtt", "0.2 ms");
    fixture_free(fixture);
}

static void unknown_cells_say_so(void **state)
{
    (void)state;
    struct export_fixture *fixture = fixture_new(NULL);
    cell_is(fixture, fixture->holder, "memory_growth", "-");
    cell_is(fixture, fixture->waiters[2], "rank", "");
    cell_is(fixture, fixture->waiters[2], "why", "");
    cell_is(fixture, fixture->listener, "protocol", "-"); /* not in the newest sample */
    cell_is(fixture, fixture->listener, "local", "10.0.0.5:443");
    cell_is(fixture, fixture->listener, "owner", "-");
    sample_release(fixture->graph->sample);
    fixture->graph->sample = NULL;
    cell_is(fixture, fixture->socket, "protocol", "-");
    struct column_input input = {fixture->graph, NULL, fixture->holder};
    assert_true(isnan(column_find("score")->number(&input)));
    assert_null(column_find("why")->text(&input));
    fixture_free(fixture);
}

/* Every column on every node, whether it has it or not. */
static void all_cells_are_clean(const struct export_fixture *fixture)
{
    for (uint32_t node = 0; node < fixture->graph->node_count; node++) {
        struct column_input input = {fixture->graph, &fixture->verdict, node};
        for (size_t i = 0; i < column_count; i++) {
            char cell[97];
            column_format(&columns[i], &input, cell, sizeof cell);
            struct buffer clean = {0};
            text_clean(&clean, cell, strlen(cell));
            assert_string_equal(buffer_text(&clean), cell);
            buffer_done(&clean);
        }
    }
}

static void hostile_names_are_defused_in_cells(void **state)
{
    (void)state;
    static const char *const names[] = {"\x1b[31mred\x07", "two\nlines", "\xff\xfe", "a\xe2\x80\xaetxt.exe", ""};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct export_fixture *fixture = fixture_new(names[i]);
        all_cells_are_clean(fixture);
        fixture_free(fixture);
    }
    char *giant = malloc(30001);
    for (size_t i = 0; i < 30000; i++)
        giant[i] = "\xe6\xbc\xa2"[i % 3];
    giant[30000] = '\0';
    struct export_fixture *fixture = fixture_new(giant);
    all_cells_are_clean(fixture);
    struct column_input input = {fixture->graph, &fixture->verdict, fixture->holder};
    char cell[97];
    column_format(column_find("name"), &input, cell, sizeof cell);
    assert_int_equal(strlen(cell), 96);
    fixture_free(fixture);
    free(giant);
}

static void every_column_has_a_name_of_its_own_and_a_title_that_fits(void **state)
{
    (void)state;
    for (size_t i = 0; i < column_count; i++) {
        const struct column *column = &columns[i];
        assert_ptr_equal(column_find(column->name), column);
        assert_true(column->width == 0 || strlen(column->title) <= column->width);
        assert_true(column->help[0] != '\0');
        assert_non_null(column->unit);
        assert_true((column->kind == COLUMN_IS_TEXT) == (column->text != NULL));
        assert_true((column->kind == COLUMN_IS_NUMBER) == (column->number != NULL));
        assert_int_equal(column->shown & ~column->node_kinds, 0);
    }
    assert_null(column_find("no such column"));
}

static void default_lists_fit_80_columns(void **state)
{
    (void)state;
    for (enum node_kind kind = 0; kind < NODE_KIND_COUNT; kind++) {
        size_t used = 0, open = 0;
        for (size_t i = 0; i < column_count; i++) {
            if (!column_shown(&columns[i], kind))
                continue;
            used += columns[i].width + (used > 0);
            open += columns[i].width == 0;
        }
        assert_int_equal(open, 1); /* exactly one column takes what is left */
        assert_true(used + 10 <= COLUMN_LIST_COLUMNS);
    }
}

static void unknown_values_come_last_in_both_directions(void **state)
{
    (void)state;
    struct export_fixture *fixture = fixture_new(NULL);
    struct column_input known = {fixture->graph, &fixture->verdict, fixture->holder};
    struct column_input other = {fixture->graph, &fixture->verdict, fixture->waiters[0]};
    struct column_input unknown = {fixture->graph, &fixture->verdict, fixture->pipe};
    static const char *const names[] = {"score", "why", "cpu", "unit"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct column *column = column_find(names[i]);
        for (int descending = 0; descending < 2; descending++) {
            assert_int_equal(column_compare(column, &known, &unknown, descending), -1);
            assert_int_equal(column_compare(column, &unknown, &known, descending), 1);
            assert_int_equal(column_compare(column, &unknown, &unknown, descending), 0);
        }
        int up = column_compare(column, &known, &other, false);
        assert_int_not_equal(up, 0);
        assert_int_equal(column_compare(column, &known, &other, true), -up);
    }
    assert_int_equal(column_compare(column_find("score"), &known, &other, true), -1);
    fixture_free(fixture);
}

static void users_have_names_on_their_own_host_only(void **state)
{
    (void)state;
    assert_string_equal(users_name(0, true), "root");
    assert_string_equal(users_name(0, false), "0");
    assert_string_equal(users_name(3999999999u, true), "3999999999");
    assert_ptr_equal(users_name(3999999999u, true), users_name(3999999999u, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_written_for_people),
        cmocka_unit_test(unknown_cells_say_so),
        cmocka_unit_test(hostile_names_are_defused_in_cells),
        cmocka_unit_test(every_column_has_a_name_of_its_own_and_a_title_that_fits),
        cmocka_unit_test(default_lists_fit_80_columns),
        cmocka_unit_test(unknown_values_come_last_in_both_directions),
        cmocka_unit_test(users_have_names_on_their_own_host_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
