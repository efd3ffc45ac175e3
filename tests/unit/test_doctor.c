/* collect: the doctor finds what is there, and says what is not. */
#include "base/clock.h"
#include "collect/collector.h"
#include "collect/doctor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { ROWS_MAX = 64 };

static const struct doctor_row *row_named(const struct doctor_row *rows, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

/* As doctor_examine, again where a busy host did not answer in time. */
static size_t rows_examine(struct doctor_row *rows, size_t capacity)
{
    size_t count = 0;
    for (int tries = 0; tries < 6; tries++) {
        size_t late = 0;
        int64_t began_ns = clock_boottime_ns();
        count = doctor_examine(rows, capacity);
        assert_true(clock_boottime_ns() - began_ns < 60 * NS_PER_S);
        for (size_t i = 0; i < count; i++)
            late += strcmp(rows[i].detail, "not answered in time") == 0;
        if (late == 0)
            break;
    }
    return count;
}

static void rows_say_what_is_missing_and_what_would_bring_it(void **state)
{
    (void)state;
    struct doctor_row rows[ROWS_MAX];
    size_t count = rows_examine(rows, ROWS_MAX);
    assert_true(count > 12);
    for (size_t i = 0; i < count; i++) {
        if (getenv("CULPRIT_TEST_VERBOSE") != NULL)
            print_message("%c%c %-38s %s | %s\n", rows[i].available ? '+' : '-', rows[i].needed ? '!' : ' ',
                          rows[i].name, rows[i].detail, rows[i].remedy);
        assert_true(rows[i].name[0] != '\0' && rows[i].detail[0] != '\0');
        assert_int_equal(rows[i].available, rows[i].remedy[0] == '\0');
    }
    assert_true(row_named(rows, count, "file locks")->available);
    assert_true(row_named(rows, count, "processes of all users")->available);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void fewer_rows_fit_into_less_room(void **state)
{
    (void)state;
    struct doctor_row rows[3];
    assert_int_equal(doctor_examine(rows, 3), 3);
    assert_string_equal(rows[0].name, "processes of all users");
    assert_int_equal(doctor_examine(rows, 0), 0);
}

/* In a child that gave its privileges up, under another user's name: root's descriptors are closed to it. */
static void without_privileges_descriptors_of_others_are_missed(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        print_message("skipped: becoming another user takes root\n");
        skip();
    }
    pid_t child = fork();
    if (child == 0) {
        struct doctor_row rows[ROWS_MAX];
        setenv("SUDO_UID", "54321", 1);
        setenv("SUDO_GID", "54321", 1);
        if (!collector_drop_privileges(NULL))
            _exit(1);
        size_t count = rows_examine(rows, ROWS_MAX);
        for (size_t i = 0; i < count && getenv("CULPRIT_TEST_VERBOSE") != NULL; i++)
            print_message("%c%c %-38s %s | %s\n", rows[i].available ? '+' : '-', rows[i].needed ? '!' : ' ',
                          rows[i].name, rows[i].detail, rows[i].remedy);
        const struct doctor_row *row = row_named(rows, count, "descriptors of all users");
        if (row == NULL || row->available || strstr(row->remedy, "sudo") == NULL)
            _exit(2);
        row = row_named(rows, count, "other network namespaces");
        _exit(row == NULL || row->available || !row_named(rows, count, "tcp sockets")->available ? 3 : 0);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_say_what_is_missing_and_what_would_bring_it),
        cmocka_unit_test(fewer_rows_fit_into_less_room),
        cmocka_unit_test(without_privileges_descriptors_of_others_are_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
