/* collect: the walk through tasks and descriptors tells what the kernel's iterators tell, also where its tables are too
 * small. */
#include "collect/kernel_inside.h"
#include "collect/source_inside.h"
#include "scratch.h"

#include "collect/bpf/sample.skel.h"

#include <assert.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static struct scratch scratch;
static struct source *source;

static struct sample *look(void)
{
    struct error error = {0};
    struct sample *sample = source_sample(source, true, &error);
    if (sample == NULL)
        fail_msg("%s", error.text);
    return sample;
}

static int scene_begin(void **state)
{
    (void)state;
    struct error error = {0};
    source = source_new(&(struct collector_options){.no_sockets = true}, &error);
    if (!scratch_make(&scratch) || source == NULL)
        return -1;
    sample_release(look());
    while (!source_settle(source))
        continue;
    return 0;
}

static int scene_end(void **state)
{
    (void)state;
    source_free(source);
    scratch_remove(&scratch);
    return 0;
}

/* Skips the test where there is no walk. */
static void walk_need(void)
{
    if (source->kernel == NULL)
        print_message("%s\n", source->kernel_missing.text);
    else if (source->kernel->links[KERNEL_WALK] == NULL)
        print_message("this kernel does not allow the walk (before 6.2)\n");
    if (source->kernel == NULL || source->kernel->links[KERNEL_WALK] == NULL)
        skip();
}

static int file_open(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", scratch.directory, name);
    int file = open(path, O_RDWR | O_CREAT, 0600);
    assert_true(file >= 0);
    return file;
}

/* The rows of a process, in order of number: the first of them, and how many. */
static size_t rows_of(const struct sample *sample, pid_t pid, size_t *count)
{
    const struct table *table = &sample->tables[TABLE_DESCRIPTOR];
    size_t first = 0;
    while (first < table->rows && table->cells[DESCRIPTOR_PID][first] != (uint64_t)pid)
        first++;
    for (*count = 0; first + *count < table->rows; ++*count)
        if (table->cells[DESCRIPTOR_PID][first + *count] != (uint64_t)pid)
            break;
    return first;
}

static size_t own_row(const struct sample *sample, int number)
{
    size_t count, first = rows_of(sample, getpid(), &count);
    for (size_t row = first; row < first + count; row++)
        if (sample->tables[TABLE_DESCRIPTOR].cells[DESCRIPTOR_NUMBER][row] == (uint64_t)number)
            return row;
    fail_msg("descriptor %d is not told", number);
    return SIZE_MAX;
}

static bool same_cell(const struct sample *a, size_t a_row, const struct sample *b, size_t b_row, size_t column)
{
    const struct table *x = &a->tables[TABLE_DESCRIPTOR], *y = &b->tables[TABLE_DESCRIPTOR];
    if (x->known[column][a_row] != y->known[column][b_row])
        return false;
    if (x->known[column][a_row] == 0 || x->schema->columns[column].type != COLUMN_STRING)
        return x->cells[column][a_row] == y->cells[column][b_row];
    return strcmp(sample_string(a, TABLE_DESCRIPTOR, a_row, column),
                  sample_string(b, TABLE_DESCRIPTOR, b_row, column)) == 0;
}

static void descriptor_compare(const struct sample *a, const struct sample *b, int number)
{
    size_t a_row = own_row(a, number), b_row = own_row(b, number);
    for (size_t column = 0; column < DESCRIPTOR_COLUMN_COUNT; column++)
        if (!same_cell(a, a_row, b, b_row, column))
            fail_msg("descriptor %d differs in %s", number, sample_schema[TABLE_DESCRIPTOR].columns[column].name);
}

static void the_iterators_and_the_walk_tell_the_same(void **state)
{
    (void)state;
    int opened[8] = {0};
    walk_need();
    opened[1] = file_open("file");
    opened[2] = eventfd(0, 0);
    assert_int_equal(pipe(opened + 3), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, opened + 5), 0);
    opened[7] = open("/dev/null", O_RDONLY);
    sample_release(look());
    struct sample *walked = look();
    source->kernel->walk_pause = 1;
    struct sample *iterated = look(), *again = look();
    for (size_t i = 0; i < sizeof opened / sizeof opened[0]; i++) {
        descriptor_compare(walked, iterated, opened[i]);
        descriptor_compare(iterated, again, opened[i]);
    }
    sample_release(walked);
    sample_release(iterated);
    sample_release(again);
    for (size_t i = 1; i < sizeof opened / sizeof opened[0]; i++)
        close(opened[i]);
}

static void where_paths_have_no_room_they_are_told_all_the_same(void **state)
{
    (void)state;
    walk_need();
    int file = file_open("before");
    sample_release(look());
    struct sample *before = look();
    struct sample_bpf__bss *shared = source->kernel->programs->bss;
    memset(shared->seen, 0x11, sizeof shared->seen);
    struct sample *after = look();
    descriptor_compare(before, after, file);
    sample_release(before);
    sample_release(after);
    close(file);
}

/* A timer's descriptor may lie where one of eventfd was, with as long a name. */
static void what_has_no_name_of_its_own_is_told_apart(void **state)
{
    (void)state;
    walk_need();
    int event = eventfd(0, 0);
    sample_release(look());
    close(event);
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    assert_int_equal(timer, event);
    struct sample *sample = look();
    assert_string_equal(sample_string(sample, TABLE_DESCRIPTOR, own_row(sample, timer), DESCRIPTOR_PATH),
                        "anon_inode:[timerfd]");
    sample_release(sample);
    close(timer);
}

static pid_t heirs[32];

static void heirs_stop(void)
{
    for (size_t i = 0; i < sizeof heirs / sizeof heirs[0]; i++)
        if (heirs[i] > 0) {
            kill(heirs[i], SIGKILL);
            waitpid(heirs[i], NULL, 0);
        }
}

static void all_is_told_where_descriptors_do_not_fit_at_once(void **state)
{
    (void)state;
    enum { MANY = 1000, HEIRS = SAMPLE_DESCRIPTORS_ROOM / sizeof(struct sample_descriptor) / MANY + 2 };
    static_assert(HEIRS <= sizeof heirs / sizeof heirs[0], "room for their pids");
    walk_need();
    int first = file_open("many");
    for (int last = first; last < MANY;)
        assert_true((last = dup(first)) > 0);
    for (size_t i = 0; i < HEIRS; i++)
        if ((heirs[i] = fork()) == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;)
                pause();
        }
    struct sample *sample = look();
    heirs_stop();
    for (size_t i = 0; i < HEIRS; i++) {
        size_t count, row = rows_of(sample, heirs[i], &count), expected = (size_t)first;
        const uint64_t *numbers = sample->tables[TABLE_DESCRIPTOR].cells[DESCRIPTOR_NUMBER];
        for (size_t end = row + count; row < end; row++)
            if (numbers[row] >= (uint64_t)first)
                assert_int_equal(numbers[row], expected++);
        assert_int_equal(expected, MANY + 1);
    }
    sample_release(sample);
    for (int number = first; number <= MANY; number++)
        close(number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_iterators_and_the_walk_tell_the_same, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(where_paths_have_no_room_they_are_told_all_the_same, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(what_has_no_name_of_its_own_is_told_apart, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(all_is_told_where_descriptors_do_not_fit_at_once, scene_begin, scene_end),
    };
    return cmocka_run_group_tests_name("kernel_walk", tests, NULL, NULL);
}
