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

enum { PATIENCE_MS = 60000, LOOK_MS = 30, SETTLED_LOOKS = 10 };

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

/* Is the process of that path below /proc asleep where nothing but somebody's request wakes it? */
static bool is_idle(const char *path)
{
    char name[64], text[512] = "";
    snprintf(name, sizeof name, "%.*s/stat", (int)(strchr(path + sizeof "/proc", '/') - path), path);
    FILE *file = fopen(name, "re");
    size_t length = file == NULL ? 0 : fread(text, 1, sizeof text - 1, file);
    if (file != NULL)
        fclose(file);
    const char *state = length == 0 ? NULL : strrchr(text, ')');
    return state != NULL && state[2] == 'S';
}

/* How many programs in the kernel those keep attached who are idle: this test has a pid namespace of its own. 0 while
 * one of them is at work. */
static int programs_count(void)
{
    glob_t found;
    char target[64];
    int count = 0;
    bool idle = true;
    if (glob("/proc/[0-9]*/fd/*", 0, NULL, &found) != 0)
        return 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        ssize_t length = readlink(found.gl_pathv[i], target, sizeof target - 1);
        target[length > 0 ? length : 0] = '\0';
        bool program = strcmp(target, "anon_inode:bpf_link") == 0;
        count += program;
        idle = idle && (!program || is_idle(found.gl_pathv[i]));
    }
    globfree(&found);
    return idle ? count : 0;
}

void recorder_await(int programs)
{
    int now = 0;
    for (int looks = 0, waited = 0; looks < SETTLED_LOOKS; waited += LOOK_MS) {
        int before = now;
        assert_true(waited < PATIENCE_MS);
        usleep(1000 * LOOK_MS);
        now = programs_count();
        looks = now >= programs && now == before ? looks + 1 : 0;
    }
}

void multiple_await(int seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME,
                    &(struct timespec){.tv_sec = (now.tv_sec / seconds + 1) * seconds, .tv_nsec = 50000000}, NULL);
}
