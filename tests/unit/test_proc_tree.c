/* collect: a frozen /proc tree with hostile names, read as a host. */
#include "collect/source.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static struct scratch scratch;
static struct source *source;
static struct sample *sample;

static int tree_make(void **state)
{
    (void)state;
    char script[4096], flock_number[16];
    const char *sources = getenv("srcdir");
    snprintf(script, sizeof script, "%s/tests/fixtures/make_proc_tree", sources != NULL ? sources : ".");
    snprintf(flock_number, sizeof flock_number, "%d", SYS_flock);
    if (!scratch_make(&scratch))
        return -1;
    const char *tree = scratch_path(&scratch, "proc");
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", script, tree, flock_number, (char *)NULL);
        _exit(127);
    }
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        return -1;
    struct error error = {0};
    source = source_new(&(struct collector_options){.proc_path = tree}, &error);
    sample = source == NULL ? NULL : source_sample(source, true, &error);
    return sample == NULL ? -1 : 0;
}

static int tree_remove(void **state)
{
    (void)state;
    sample_release(sample);
    source_free(source);
    scratch_remove(&scratch);
    return 0;
}

static size_t process_row(uint64_t pid)
{
    size_t row = sample_process_row(sample, pid, 0);
    assert_int_not_equal(row, SIZE_MAX);
    return row;
}

static uint64_t process_number(uint64_t pid, size_t column)
{
    size_t row = process_row(pid);
    assert_true(table_known(&sample->tables[TABLE_PROCESS], row, column));
    return table_u64(&sample->tables[TABLE_PROCESS], row, column, 0);
}

static const char *process_text(uint64_t pid, size_t column)
{
    return sample_string(sample, TABLE_PROCESS, process_row(pid), column);
}

static void processes_are_read(void **state)
{
    (void)state;
    assert_int_equal(sample->tables[TABLE_PROCESS].rows, 8);
    assert_string_equal(process_text(101, PROCESS_NAME), "e) S 1 (\n");
    assert_string_equal(process_text(101, PROCESS_COMMAND), "/usr/sbin/rotate \x1b[31mred back\\slash \xff\xfe");
    assert_string_equal(process_text(101, PROCESS_EXECUTABLE), "/usr/sbin/rotate");
    assert_string_equal(process_text(101, PROCESS_UNIT), "app.service");
    assert_string_equal(process_text(105, PROCESS_UNIT), "container:0123456789ab");
    assert_string_equal(process_text(102, PROCESS_WAIT_CHANNEL), "locks_lock_inode_wait");
    assert_int_equal(process_number(101, PROCESS_STATE), 'S');
    assert_int_equal(process_number(101, PROCESS_START_TICKS), 1000);
    assert_int_equal(process_number(101, PROCESS_CPU_NS), 1500000000);
    assert_int_equal(process_number(101, PROCESS_RUN_DELAY_NS), 20000000);
    assert_int_equal(process_number(101, PROCESS_READ_BYTES), 4096);
    assert_int_equal(process_number(101, PROCESS_VOLUNTARY_SWITCHES), 41);
    assert_int_equal(process_number(101, PROCESS_INVOLUNTARY_SWITCHES), 2);
    assert_int_equal(process_number(101, PROCESS_MOUNT_NAMESPACE), 4026531841);
    assert_int_equal(process_number(102, PROCESS_SYSTEM_CALL), SYS_flock);
    assert_int_equal(process_number(2, PROCESS_KERNEL_THREAD), 1);
    assert_int_equal(process_number(106, PROCESS_STATE), 'Z');
    assert_int_equal(process_number(105, PROCESS_DESCRIPTORS), 7);
}

static void a_process_that_vanishes_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(sample_process_row(sample, 104, 0), SIZE_MAX);
    assert_int_equal(sample_process_row(sample, 107, 0), SIZE_MAX);
    assert_int_equal(sample_unread_count(sample, "processes"), 1); /* the damaged one, not the vanished one */
}

static size_t descriptor_row(uint64_t pid, uint64_t number)
{
    const struct table *table = &sample->tables[TABLE_DESCRIPTOR];
    for (size_t row = 0; row < table->rows; row++)
        if (table->cells[DESCRIPTOR_PID][row] == pid && table->cells[DESCRIPTOR_NUMBER][row] == number)
            return row;
    fail_msg("descriptor %ju of %ju is not there", (uintmax_t)number, (uintmax_t)pid);
    return SIZE_MAX;
}

static void descriptors_are_read(void **state)
{
    (void)state;
    const struct table *table = &sample->tables[TABLE_DESCRIPTOR];
    size_t row = descriptor_row(105, 0);
    assert_string_equal(sample_string(sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH), "/tmp/a\nb \\ \xff");
    assert_int_equal(table_u64(table, row, DESCRIPTOR_DELETED, 0), 1);
    assert_int_equal(table_u64(table, row, DESCRIPTOR_TYPE, 9), DESCRIPTOR_FILE);
    row = descriptor_row(105, 1);
    assert_int_equal(table_u64(table, row, DESCRIPTOR_TYPE, 9), DESCRIPTOR_PIPE);
    assert_int_equal(table_u64(table, row, DESCRIPTOR_INODE, 0), 901);
    row = descriptor_row(105, 10);
    assert_string_equal(sample_string(sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH), "/srv/back\\slash");
    /* What the paths of another host lead to here is nobody's business. */
    assert_int_equal(sample->tables[TABLE_FILE].rows, 0);
    assert_false(table_known(table, row, DESCRIPTOR_ACCESS));
}

static void both_who_wait_for_a_lock_know_the_holder(void **state)
{
    (void)state;
    const struct table *table = &sample->tables[TABLE_WAIT];
    assert_int_equal(table->rows, 3);
    for (size_t row = 0; row < 2; row++) {
        assert_int_equal(table_u64(table, row, WAIT_KIND, 99), WAIT_LOCK);
        assert_int_equal(table_u64(table, row, WAIT_PID, 0), 102 + row);
        assert_int_equal(table_u64(table, row, WAIT_HOLDER_PID, 0), 101);
        assert_int_equal(table_u64(table, row, WAIT_HOLDER_START_TICKS, 0), 1000);
        assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_HOLDER_NAME), "e) S 1 (\n");
        assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_PATH), "/var/log/app.log");
        assert_int_equal(table_u64(table, row, WAIT_INODE, 0), 4711);
        assert_int_equal(table_u64(table, row, WAIT_SINCE_NS, 0), 5000250000000);
        assert_int_equal(table_u64(table, row, WAIT_AT_LEAST, 0), 1);
    }
}

static void a_lock_whose_takers_number_is_anothers_belongs_to_who_shows_it(void **state)
{
    (void)state;
    const struct table *table = &sample->tables[TABLE_WAIT];
    assert_int_equal(table_u64(table, 2, WAIT_PID, 0), 109);
    assert_int_equal(table_u64(table, 2, WAIT_HOLDER_PID, 0), 108);
    assert_string_equal(sample_string(sample, TABLE_WAIT, 2, WAIT_PATH), "/run/heirloom");
}

static void locks_are_read(void **state)
{
    (void)state;
    const struct table *table = &sample->tables[TABLE_LOCK];
    assert_int_equal(table->rows, 7);
    assert_string_equal(sample_string(sample, TABLE_LOCK, 0, LOCK_PATH), "/var/log/app.log");
    assert_int_equal(table_u64(table, 0, LOCK_WAITING, 9), 0);
    assert_int_equal(table_u64(table, 1, LOCK_WAITING, 9), 1);
    assert_int_equal(table_u64(table, 3, LOCK_CLASS, 9), LOCK_POSIX);
    assert_int_equal(table_u64(table, 3, LOCK_EXCLUSIVE, 9), 0);
    assert_false(table_known(table, 3, LOCK_PATH));
    assert_int_equal(table_u64(table, 6, LOCK_CLASS, 9), LOCK_OFD);
    assert_false(table_known(table, 6, LOCK_PID));
}

static void the_host_is_read(void **state)
{
    (void)state;
    const struct table *table = &sample->tables[TABLE_HOST];
    uint64_t tick_ns = 1000000000u / table_u64(table, 0, HOST_TICKS_PER_S, 0);
    assert_string_equal(sample_string(sample, TABLE_HOST, 0, HOST_NAME), "web3");
    assert_string_equal(sample_string(sample, TABLE_HOST, 0, HOST_KERNEL), "6.1.0-test");
    assert_int_equal(table_u64(table, 0, HOST_CPUS, 0), 2);
    assert_int_equal(table_u64(table, 0, HOST_CPU_BUSY_NS, 0), 163 * tick_ns);
    assert_int_equal(table_u64(table, 0, HOST_CPU_IDLE_NS, 0), 1020 * tick_ns);
    assert_int_equal(table_u64(table, 0, HOST_MEMORY_AVAILABLE_BYTES, 0), 400 * 1024);
    assert_int_equal(table_u64(table, 0, HOST_OOM_KILLS, 0), 3);
    assert_true(table_f64(table, 0, HOST_PSI_IO_SOME, 0) > 0.0149 && table_f64(table, 0, HOST_PSI_IO_SOME, 0) < 0.0151);
    assert_int_equal(table_u64(table, 0, HOST_PSI_IO_SOME_NS, 0), 12000);
    assert_false(table_known(table, 0, HOST_PSI_CPU_SOME));
    assert_int_equal(sample->tables[TABLE_DISK].rows, 1);
    assert_int_equal(table_u64(&sample->tables[TABLE_DISK], 0, DISK_WRITE_BYTES, 0), 300 * 512);
    assert_int_equal(sample->boottime_ns, 5000250000000);
}

static void each_file_system_stands_once(void **state)
{
    (void)state;
    const struct table *table = &sample->tables[TABLE_FILESYSTEM];
    assert_int_equal(table->rows, 2);
    assert_string_equal(sample_string(sample, TABLE_FILESYSTEM, 0, FILESYSTEM_MOUNT), "/");
    assert_int_equal(table_u64(table, 0, FILESYSTEM_DEVICE, 0), makedev(254, 1));
    assert_string_equal(sample_string(sample, TABLE_FILESYSTEM, 1, FILESYSTEM_MOUNT), "/mnt/a b");
    assert_int_equal(table_u64(table, 1, FILESYSTEM_READ_ONLY, 0), 1);
    assert_false(table_known(table, 1, FILESYSTEM_TOTAL_BYTES));
}

/* The second look at an unchanged tree copies what it can: nothing may differ. */
static void a_second_look_tells_the_same(void **state)
{
    (void)state;
    struct error error = {0};
    struct sample *again = source_sample(source, true, &error);
    assert_non_null(again);
    for (size_t kind = 0; kind < TABLE_COUNT; kind++) {
        const struct table *first = &sample->tables[kind], *second = &again->tables[kind];
        assert_int_equal(first->rows, second->rows);
        for (size_t row = 0; row < first->rows; row++)
            for (size_t column = 0; column < first->schema->column_count; column++) {
                if (first->known[column][row] != second->known[column][row])
                    fail_msg("%s.%s", first->schema->name, first->schema->columns[column].name);
                if (first->schema->columns[column].type != COLUMN_STRING)
                    assert_int_equal(first->cells[column][row], second->cells[column][row]);
                else if (first->known[column][row])
                    assert_string_equal(sample_string(sample, kind, row, column),
                                        sample_string(again, kind, row, column));
            }
    }
    sample_release(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processes_are_read),
        cmocka_unit_test(a_process_that_vanishes_leaves_nothing),
        cmocka_unit_test(descriptors_are_read),
        cmocka_unit_test(both_who_wait_for_a_lock_know_the_holder),
        cmocka_unit_test(a_lock_whose_takers_number_is_anothers_belongs_to_who_shows_it),
        cmocka_unit_test(locks_are_read),
        cmocka_unit_test(the_host_is_read),
        cmocka_unit_test(each_file_system_stands_once),
        cmocka_unit_test(a_second_look_tells_the_same),
    };
    return cmocka_run_group_tests(tests, tree_make, tree_remove);
}
