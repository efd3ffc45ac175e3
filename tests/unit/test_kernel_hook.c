/* collect: on a kernel that lacks a trace point, the programs that hang on the others are loaded and tell what they
 * see. What a kernel offers is read from its type information: the test writes some that lacks names. */
#include "collect/doctor.h"
#include "collect/kernel_hook.h"
#include "collect/lifecycle.h"
#include "collect/source.h"
#include "collect/waits.h"
#include "scratch.h"

#include <bpf/btf.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static struct scratch scratch;

static int begin(void **state)
{
    (void)state;
    return scratch_make(&scratch) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    kernel_hooks_read_from(NULL);
    scratch_remove(&scratch);
    return 0;
}

/* Skips where the programs cannot be loaded at all. */
static void programs_need(void)
{
    struct error error = {0};
    kernel_hooks_read_from(NULL);
    struct lifecycle *lifecycle = lifecycle_new(0, &error);
    bool loaded = lifecycle != NULL;
    lifecycle_free(lifecycle);
    if (!loaded) {
        print_message("%s\n", error.text);
        skip();
    }
    assert_string_equal(error.text, "");
}

/* A kernel that offers what is listed, up to a NULL. */
static void kernel_offers(const char *const *names)
{
    struct btf *information = btf__new_empty();
    int number = btf__add_int(information, "int", 4, BTF_INT_SIGNED);
    for (; *names != NULL; names++) {
        char name[64];
        snprintf(name, sizeof name, "btf_trace_%s", *names);
        assert_true(btf__add_typedef(information, name, number) > 0);
    }
    uint32_t bytes;
    const void *data = btf__raw_data(information, &bytes);
    const char *path = scratch_path(&scratch, "information");
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
    btf__free(information);
    static char kept[128];
    snprintf(kept, sizeof kept, "%s", path);
    kernel_hooks_read_from(kept);
}

static size_t events_of(const struct sample *sample, enum event_kind kind, pid_t pid)
{
    const struct table *table = &sample->tables[TABLE_EVENT];
    size_t count = 0;
    for (size_t row = 0; row < table->rows; row++)
        count += table_u64(table, row, EVENT_KIND, UINT64_MAX) == kind &&
                 table_u64(table, row, EVENT_PID, 0) == (uint64_t)pid;
    return count;
}

static void what_hangs_on_other_trace_points_is_recorded_all_the_same(void **state)
{
    (void)state;
    static const char *const offered[] = {"sched_process_fork", "sched_process_exec", "sched_process_exit",
                                          "sched_switch",       "flock_lock_inode",   NULL};
    struct error error = {0};
    programs_need();
    kernel_offers(offered);
    struct source *source = source_new(&(struct collector_options){.no_sockets = true}, &error);
    assert_non_null(source);
    sample_release(source_sample(source, true, &error));
    while (!source_settle(source))
        continue;
    sample_release(source_sample(source, true, &error));
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    struct sample *sample = source_sample(source, true, &error);
    assert_non_null(sample);
    assert_true((sample->sources & SAMPLE_SOURCE_KERNEL) != 0);
    assert_int_equal(events_of(sample, EVENT_EXIT, child), 1);
    assert_int_equal(events_of(sample, EVENT_SIGNAL, child), 0);
    assert_string_equal(sample_string(sample, TABLE_HOST, 0, HOST_LIFECYCLE_MISSING),
                        "no signal_generate, mark_victim: signals are not recorded, who is killed for memory is not "
                        "recorded; it takes a kernel with these trace points");
    assert_string_equal(sample_string(sample, TABLE_HOST, 0, HOST_WAITS_MISSING),
                        "no sched_waking: waits between two looks are not recorded; it takes a kernel with this trace "
                        "point");
    assert_non_null(
        strstr(sample_string(sample, TABLE_HOST, 0, HOST_RECORDER_MISSING), "waits for fcntl locks are not recorded"));
    sample_release(sample);
    source_free(source);
}

static void part_without_what_it_needs_is_not_loaded(void **state)
{
    (void)state;
    static const char *const offered[] = {"sched_switch", "sched_process_exec", NULL};
    struct error waits = {0}, lifecycle = {0};
    programs_need();
    kernel_offers(offered);
    assert_null(wait_recorder_new(0, &waits));
    assert_string_equal(waits.text, "no sched_waking: waits between two looks are not recorded; it takes a kernel with "
                                    "this trace point");
    assert_null(lifecycle_new(0, &lifecycle));
    assert_non_null(strstr(lifecycle.text, "ends are not recorded"));
}

/* As long as the kernel's type information cannot be read, nothing is loaded: a pipe that nobody writes. */
static void programs_that_are_slow_to_load_hold_up_no_sample(void **state)
{
    (void)state;
    struct error error = {0};
    programs_need();
    const char *path = scratch_path(&scratch, "slow");
    assert_int_equal(mkfifo(path, 0600), 0);
    static char kept[128];
    snprintf(kept, sizeof kept, "%s", path);
    kernel_hooks_read_from(kept);
    struct source *source = source_new(&(struct collector_options){.no_sockets = true}, &error);
    assert_non_null(source);
    const char *missing = NULL;
    struct sample *sample = NULL;
    for (int tries = 0; missing == NULL && tries < 30; tries++) {
        sample_release(sample);
        sample = source_sample(source, true, &error);
        assert_non_null(sample);
        assert_int_equal(sample->sources & SAMPLE_SOURCE_KERNEL, 0);
        assert_false(source_settle(source));
        missing = sample_string(sample, TABLE_HOST, 0, HOST_RECORDER_MISSING);
    }
    assert_true(source_is_loading(source));
    assert_string_equal(missing, "loading: waits for file locks are not recorded; on this host it takes long until the "
                                 "kernel has taken the programs in");
    sample_release(sample);
    pid_t writer = fork();
    while (writer == 0)
        close(open(kept, O_WRONLY | O_CLOEXEC));
    while (!source_settle(source))
        continue;
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
    sample = source_sample(source, true, &error);
    assert_non_null(sample);
    assert_true((sample->sources & SAMPLE_SOURCE_KERNEL) != 0);
    assert_null(sample_string(sample, TABLE_HOST, 0, HOST_RECORDER_MISSING));
    sample_release(sample);
    source_free(source);
}

static void doctor_names_what_is_lost_without_a_trace_point(void **state)
{
    (void)state;
    static const char *const offered[] = {"sched_process_fork", "sched_process_exec", "sched_process_exit",
                                          "mark_victim", NULL};
    enum { ROWS = 64 };
    struct doctor_row rows[ROWS];
    programs_need();
    kernel_offers(offered);
    size_t count = doctor_examine(rows, ROWS), found = 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].name, "starts and ends recorded (BPF)") == 0 &&
            strcmp(rows[i].detail, "not answered in time") != 0) {
            assert_false(rows[i].available);
            assert_string_equal(rows[i].detail, "in part: no signal_generate: signals are not recorded");
            assert_string_equal(rows[i].remedy, "it takes a kernel with this trace point");
            found++;
        }
    if (found == 0)
        print_message("the host was too busy for the doctor\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_hangs_on_other_trace_points_is_recorded_all_the_same, begin, end),
        cmocka_unit_test_setup_teardown(part_without_what_it_needs_is_not_loaded, begin, end),
        cmocka_unit_test_setup_teardown(programs_that_are_slow_to_load_hold_up_no_sample, begin, end),
        cmocka_unit_test_setup_teardown(doctor_names_what_is_lost_without_a_trace_point, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
