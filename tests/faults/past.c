/* Tests of faults that are over before anybody looks. */
#include "tests/faults/past.h"

#include "tests/faults/program.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATIENCE_MS = 60000, SETTLED_MS = 300 };

char *output_read(FILE *output)
{
    int status;
    char *text = program_end(output, &status);
    assert_int_equal(status, 0);
    return text;
}

void recorder_need(const char *name)
{
    char *told = output_read(program_start("doctor"));
    char *row = strstr(told, name);
    assert_non_null(row);
    bool there = row - told >= 5 && strncmp(row - 5, "yes  ", 5) == 0;
    if (!there)
        print_message("skipped: %.*s\n", (int)strcspn(row, "\n"), row);
    free(told);
    if (!there)
        skip();
}

/* How many programs in the kernel somebody here keeps attached: this test has a pid namespace of its own. */
static int programs_count(void)
{
    glob_t found;
    char target[64];
    int count = 0;
    if (glob("/proc/[0-9]*/fd/*", 0, NULL, &found) != 0)
        return 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        ssize_t length = readlink(found.gl_pathv[i], target, sizeof target - 1);
        target[length > 0 ? length : 0] = '\0';
        count += strcmp(target, "anon_inode:bpf_link") == 0;
    }
    globfree(&found);
    return count;
}

void recorder_await(void)
{
    int before = 0, now = 0;
    for (int waited = 0; now == 0 || now != before; waited += SETTLED_MS) {
        assert_true(waited < PATIENCE_MS);
        before = now;
        usleep(1000 * SETTLED_MS);
        now = programs_count();
    }
}

void multiple_await(int seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME,
                    &(struct timespec){.tv_sec = (now.tv_sec / seconds + 1) * seconds, .tv_nsec = 50000000}, NULL);
}
