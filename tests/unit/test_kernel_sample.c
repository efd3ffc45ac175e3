/* collect: the kernel source tells the same as /proc, process by process and descriptor by descriptor.
 *
 * A look through /proc before the kernel's and one after it stand for what was true in between. Tolerances: what only
 * grows lies between the two looks (cpu time of several threads, which /proc rounds down to ticks twice: up to two
 * ticks above); resident memory lies between them within what the counters of each cpu may hold back; everything else
 * is equal where both looks agree, and what sleep and running change is compared where the process has not run in
 * between. */
#include "base/clock.h"
#include "collect/source_inside.h"
#include "differences.h"
#include "scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { ACTORS_MAX = 8, EARLIER_LOOKS = 3, ROUNDS = 5 };

static pid_t actors[ACTORS_MAX];
static size_t actor_count;
static struct scratch scratch;
static struct source *proc, *kernel;

static int scene_begin(void **state)
{
    (void)state;
    struct error error = {0};
    actor_count = 0;
    proc = source_new(&(struct collector_options){.no_sockets = true}, &error);
    kernel = source_new(&(struct collector_options){.no_sockets = true}, &error);
    return scratch_make(&scratch) && proc != NULL && kernel != NULL ? 0 : -1;
}

static int scene_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < actor_count; i++) {
        kill(actors[i], SIGKILL);
        waitpid(actors[i], NULL, 0);
    }
    source_free(proc);
    source_free(kernel);
    proc = kernel = NULL;
    scratch_remove(&scratch);
    return 0;
}

static struct sample *look(struct source *source, bool complete)
{
    struct error error = {0};
    struct sample *sample = source_sample(source, complete, &error);
    if (sample == NULL)
        fail_msg("%s", error.text);
    return sample;
}

/* Skips the test where the kernel source cannot be had. */
static void kernel_load(void)
{
    sample_release(look(kernel, true));
    assert_null(kernel->kernel);
    while (!source_settle(kernel))
        continue;
    if (kernel->kernel == NULL) {
        print_message("skipped: %s\n", kernel->kernel_missing.text);
        skip();
    }
}

static const char *path_in(const char *name)
{
    return scratch_path(&scratch, name);
}

static _Noreturn void *thread_run(void *unused)
{
    (void)unused;
    for (volatile unsigned i = 0; i < 20000000; i++)
        continue;
    for (;;)
        pause();
}

static void descriptors_open(void)
{
    static const struct {
        const char *name;
        int flags;
    } files[] = {{"read", O_RDONLY | O_CREAT}, {"write", O_WRONLY | O_CREAT},     {"both", O_RDWR | O_CREAT},
                 {"gone", O_RDWR | O_CREAT},   {"a (deleted)", O_RDWR | O_CREAT}, {"new\nline", O_RDWR | O_CREAT}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        int file = open(path_in(files[i].name), files[i].flags, 0600);
        if (file < 0 || ((files[i].flags & O_ACCMODE) != O_RDONLY && write(file, "text", 4) != 4))
            _exit(1);
    }
    unlink(path_in("gone"));
    mkfifo(path_in("fifo"), 0600);
    int pipes[2], sockets[2], epoll = epoll_create1(0), event = eventfd(0, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path_in("socket"));
    int named = socket(AF_UNIX, SOCK_STREAM, 0);
    bool done = open(path_in("fifo"), O_RDWR) >= 0 && open(scratch.directory, O_RDONLY | O_DIRECTORY) >= 0 &&
                open("/dev/null", O_RDWR) >= 0 && open("/proc/self/stat", O_RDONLY) >= 0 &&
                memfd_create("memory", 0) >= 0 && pipe(pipes) == 0 && epoll >= 0 && event >= 0 &&
                socketpair(AF_UNIX, SOCK_DGRAM, 0, sockets) == 0 && socket(AF_INET, SOCK_STREAM, 0) >= 0 &&
                bind(named, (struct sockaddr *)&address, sizeof address) == 0 && open(path_in("socket"), O_PATH) >= 0 &&
                open("/", O_RDONLY | O_TMPFILE, 0600) != -2;
    if (!done)
        _exit(1);
    dup2(event, 700);
}

static _Noreturn void actor_run(size_t number, int ready)
{
    pthread_t thread;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(60);
    prctl(PR_SET_NAME, number == 0 ? "a) R 1 (b\n" : "kernel-actor");
    if (number == 0)
        descriptors_open();
    for (size_t i = 0; number == 1 && i < 3; i++)
        pthread_create(&thread, NULL, thread_run, NULL);
    if (number == 2 && fork() == 0)
        _exit(3); /* stays a zombie */
    if (number == 3) {
        char *memory = mmap(NULL, 32 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memset(memory, 1, 32 << 20);
    }
    if (write(ready, "", 1) != 1)
        _exit(1);
    if (number == 4)
        raise(SIGSTOP);
    if (number == 5)
        execlp("sleep", "sleep", "60", (char *)NULL);
    for (;;)
        pause();
}

static void actors_start(size_t count)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    for (size_t i = 0; i < count; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            actor_run(i, ready[1]);
        actors[actor_count++] = pid;
        assert_int_equal(read(ready[0], &byte, 1), 1);
    }
    close(ready[0]);
    close(ready[1]);
    nanosleep(&(struct timespec){.tv_nsec = 400 * NS_PER_MS}, NULL);
}

struct looks {
    struct sample *before, *told, *after;
};

struct rows {
    size_t before, told, after;
};

static uint64_t number_of(const struct sample *sample, enum table_kind kind, size_t row, size_t column)
{
    return table_u64(&sample->tables[kind], row, column, UINT64_MAX);
}

/* Equal, or both not known. */
static bool cells_equal(const struct sample *a, size_t a_row, const struct sample *b, size_t b_row,
                        enum table_kind kind, size_t column)
{
    if (sample_schema[kind].columns[column].type != COLUMN_STRING)
        return number_of(a, kind, a_row, column) == number_of(b, kind, b_row, column) &&
               table_known(&a->tables[kind], a_row, column) == table_known(&b->tables[kind], b_row, column);
    const char *x = sample_string(a, kind, a_row, column), *y = sample_string(b, kind, b_row, column);
    return x == NULL || y == NULL ? x == y : strcmp(x, y) == 0;
}

static const char *cell_text(const struct sample *sample, enum table_kind kind, size_t row, size_t column, char *text,
                             size_t size)
{
    if (!table_known(&sample->tables[kind], row, column))
        snprintf(text, size, "unknown");
    else if (sample_schema[kind].columns[column].type == COLUMN_STRING)
        snprintf(text, size, "\"%s\"", sample_string(sample, kind, row, column));
    else
        snprintf(text, size, "%llu", (unsigned long long)number_of(sample, kind, row, column));
    return text;
}

static struct differences round_differences, lasting_differences;

static void difference_tell(const struct looks *looks, const struct rows *rows, enum table_kind kind, size_t column)
{
    char texts[3][512], name[512], number[64] = "";
    size_t pid = kind == TABLE_PROCESS ? (size_t)PROCESS_PID : (size_t)DESCRIPTOR_PID;
    size_t process = sample_process_row(looks->told, number_of(looks->told, kind, rows->told, pid), 0);
    if (kind == TABLE_DESCRIPTOR)
        snprintf(number, sizeof number, ", descriptor %llu",
                 (unsigned long long)number_of(looks->told, kind, rows->told, DESCRIPTOR_NUMBER));
    differences_add(&round_differences, number_of(looks->told, kind, rows->told, pid),
                    kind == TABLE_DESCRIPTOR ? number_of(looks->told, kind, rows->told, DESCRIPTOR_NUMBER) : 0, column);
    print_message("%s[%llu]%s: %s is %s by the kernel, %s before and %s after by /proc\n",
                  cell_text(looks->told, TABLE_PROCESS, process, PROCESS_NAME, name, sizeof name),
                  (unsigned long long)number_of(looks->told, kind, rows->told, pid), number,
                  sample_schema[kind].columns[column].name,
                  cell_text(looks->told, kind, rows->told, column, texts[0], sizeof texts[0]),
                  cell_text(looks->before, kind, rows->before, column, texts[1], sizeof texts[1]),
                  cell_text(looks->after, kind, rows->after, column, texts[2], sizeof texts[2]));
}

static void absence_tell(const char *what, uint64_t pid, uint64_t number)
{
    differences_add(&round_differences, pid, number, UINT8_MAX);
    print_message("descriptor %llu of %llu %s\n", (unsigned long long)number, (unsigned long long)pid, what);
}

enum manner { EQUAL, GROWS, GROWS_WHERE_TOLD, CPU, MEMORY, WHEN_ASLEEP, NAME, WHEN_ALIVE };

static const enum manner process_manners[PROCESS_COLUMN_COUNT] = {
    [PROCESS_NAME] = NAME,
    [PROCESS_EXECUTABLE] = WHEN_ALIVE, /* whoever saw a zombie before its end knows more */
    [PROCESS_COMMAND] = WHEN_ALIVE,
    [PROCESS_STATE] = WHEN_ASLEEP,
    [PROCESS_CPU_NS] = CPU,
    [PROCESS_RUN_DELAY_NS] = GROWS,
    [PROCESS_RUN_DELAY_ALL_NS] = GROWS_WHERE_TOLD, /* by /proc of a single thread only */
    [PROCESS_RSS_BYTES] = MEMORY,
    [PROCESS_MINOR_FAULTS] = GROWS,
    [PROCESS_MAJOR_FAULTS] = GROWS,
    [PROCESS_READ_BYTES] = GROWS,
    [PROCESS_WRITE_BYTES] = GROWS,
    [PROCESS_DESCRIPTORS] = WHEN_ASLEEP,
    [PROCESS_VOLUNTARY_SWITCHES] = GROWS,
    [PROCESS_INVOLUNTARY_SWITCHES] = GROWS,
    [PROCESS_WAIT_CHANNEL] = WHEN_ASLEEP,
    [PROCESS_SYSTEM_CALL] = WHEN_ASLEEP,
};

static bool has_run(const struct looks *looks, const struct rows *rows)
{
    static const int signs[] = {PROCESS_CPU_NS, PROCESS_RUN_DELAY_NS, PROCESS_VOLUNTARY_SWITCHES};
    /* What waits for a cpu has not run yet: /proc is not asked anew about it. */
    if (number_of(looks->told, TABLE_PROCESS, rows->told, PROCESS_STATE) == 'R')
        return true;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (!cells_equal(looks->before, rows->before, looks->after, rows->after, TABLE_PROCESS, (size_t)signs[i]))
            return true;
    return false;
}

/* A worker's name ends with what it works on just now. */
static bool worker_equal(const char *a, const char *b)
{
    size_t length = strcspn(a + strlen("kworker/"), "-+") + strlen("kworker/");
    return strncmp(a, "kworker/", strlen("kworker/")) == 0 && strncmp(a, b, length) == 0;
}

/* Without CAP_SYS_PTRACE the kernel source sees more than /proc. */
static bool is_kept_from_us(const struct looks *looks, size_t row, size_t column)
{
    return geteuid() != 0 && !table_known(&looks->before->tables[TABLE_PROCESS], row, column);
}

/* /proc tells the cpu time of a process that never had a second thread to the nanosecond. */
static bool cpu_is_exact(const struct looks *looks, const struct rows *rows)
{
    const struct kernel_process *told =
        kernel_sample_process(kernel->kernel, (uint32_t)number_of(looks->told, TABLE_PROCESS, rows->told, PROCESS_PID));
    return told != NULL && told->thread_count == 0 && told->process.dead_cpu_ns == 0;
}

static bool process_cell_agrees(const struct looks *looks, const struct rows *rows, size_t column)
{
    bool steady = cells_equal(looks->before, rows->before, looks->after, rows->after, TABLE_PROCESS, column);
    bool equal = cells_equal(looks->before, rows->before, looks->told, rows->told, TABLE_PROCESS, column) ||
                 cells_equal(looks->after, rows->after, looks->told, rows->told, TABLE_PROCESS, column);
    if (is_kept_from_us(looks, rows->before, column))
        return true;
    uint64_t before = number_of(looks->before, TABLE_PROCESS, rows->before, column);
    uint64_t told = number_of(looks->told, TABLE_PROCESS, rows->told, column);
    uint64_t after = number_of(looks->after, TABLE_PROCESS, rows->after, column), low, high;
    const uint64_t held_back = 3 * 32 * (uint64_t)sysconf(_SC_NPROCESSORS_CONF) * proc->page_bytes;
    switch (process_manners[column]) {
    case GROWS_WHERE_TOLD:
        if (!table_known(&looks->before->tables[TABLE_PROCESS], rows->before, column) ||
            !table_known(&looks->after->tables[TABLE_PROCESS], rows->after, column))
            return true;
        return equal || (before <= told && told <= after);
    case GROWS:
        return equal || (before <= told && told <= after);
    case CPU:
        return before <= told && told <= after + (cpu_is_exact(looks, rows) ? 0 : 2 * proc->ns_per_tick);
    case MEMORY:
        low = before < after ? before : after;
        high = before < after ? after : before;
        return told + held_back >= low && told <= high + held_back;
    case WHEN_ASLEEP:
        return equal || !steady || has_run(looks, rows);
    case NAME:
        return equal || !steady ||
               worker_equal(sample_string(looks->before, TABLE_PROCESS, rows->before, column),
                            sample_string(looks->told, TABLE_PROCESS, rows->told, column));
    case WHEN_ALIVE:
        return equal || !steady || number_of(looks->before, TABLE_PROCESS, rows->before, PROCESS_STATE) == 'Z';
    case EQUAL:
        break;
    }
    return equal || !steady;
}

/* The row of the same descriptor; SIZE_MAX: none. */
static size_t descriptor_row(const struct sample *sample, uint64_t pid, uint64_t number)
{
    const struct table *table = &sample->tables[TABLE_DESCRIPTOR];
    size_t low = 0, high = table->rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint64_t own = table->cells[DESCRIPTOR_PID][middle];
        if (own < pid || (own == pid && table->cells[DESCRIPTOR_NUMBER][middle] < number))
            low = middle + 1;
        else
            high = middle;
    }
    bool here =
        low < table->rows && table->cells[DESCRIPTOR_PID][low] == pid && table->cells[DESCRIPTOR_NUMBER][low] == number;
    return here ? low : SIZE_MAX;
}

static bool descriptor_steady(const struct looks *looks, const struct rows *rows)
{
    for (size_t column = 0; column < DESCRIPTOR_COLUMN_COUNT; column++)
        if (!cells_equal(looks->before, rows->before, looks->after, rows->after, TABLE_DESCRIPTOR, column))
            return false;
    return true;
}

/* Every descriptor that both looks through /proc show alike is told alike. Returns how many were compared. */
static size_t descriptors_compare(const struct looks *looks)
{
    size_t compared = 0;
    const struct table *table = &looks->before->tables[TABLE_DESCRIPTOR];
    for (size_t row = 0; row < table->rows; row++) {
        uint64_t pid = table->cells[DESCRIPTOR_PID][row], number = table->cells[DESCRIPTOR_NUMBER][row];
        struct rows rows = {row, descriptor_row(looks->told, pid, number), descriptor_row(looks->after, pid, number)};
        /* Our own looks open and close descriptors. */
        if (pid == (uint64_t)getpid() || rows.after == SIZE_MAX || !descriptor_steady(looks, &rows))
            continue;
        if (rows.told == SIZE_MAX) {
            absence_tell("is not told", pid, number);
            continue;
        }
        compared++;
        for (size_t column = 0; column < DESCRIPTOR_COLUMN_COUNT; column++)
            if (!cells_equal(looks->before, row, looks->told, rows.told, TABLE_DESCRIPTOR, column))
                difference_tell(looks, &rows, TABLE_DESCRIPTOR, column);
    }
    return compared;
}

/* None is told that neither look shows, of processes that have not run in between. */
static void surplus_compare(const struct looks *looks)
{
    const struct table *table = &looks->told->tables[TABLE_DESCRIPTOR];
    for (size_t row = 0; row < table->rows; row++) {
        uint64_t pid = table->cells[DESCRIPTOR_PID][row], number = table->cells[DESCRIPTOR_NUMBER][row];
        uint64_t start = table->cells[DESCRIPTOR_START_TICKS][row];
        struct rows rows = {.before = sample_process_row(looks->before, pid, start),
                            .told = sample_process_row(looks->told, pid, start),
                            .after = sample_process_row(looks->after, pid, start)};
        if (pid == (uint64_t)getpid() || rows.before == SIZE_MAX || rows.after == SIZE_MAX || has_run(looks, &rows) ||
            is_kept_from_us(looks, rows.before, PROCESS_DESCRIPTORS))
            continue;
        if (descriptor_row(looks->before, pid, number) == SIZE_MAX &&
            descriptor_row(looks->after, pid, number) == SIZE_MAX)
            absence_tell("is told, but is not there", pid, number);
    }
}

static size_t processes_compare(const struct looks *looks)
{
    size_t compared = 0;
    const struct table *table = &looks->before->tables[TABLE_PROCESS];
    for (size_t row = 0; row < table->rows; row++) {
        uint64_t pid = table->cells[PROCESS_PID][row], start = table->cells[PROCESS_START_TICKS][row];
        struct rows rows = {row, sample_process_row(looks->told, pid, start),
                            sample_process_row(looks->after, pid, start)};
        if (rows.after == SIZE_MAX)
            continue;
        if (rows.told == SIZE_MAX) {
            absence_tell("(the whole process) is not told", pid, 0);
            continue;
        }
        compared++;
        for (size_t column = 0; column < PROCESS_COLUMN_COUNT; column++)
            if (column != PROCESS_CHILDREN_CREATED && /* /proc does not count them */
                !process_cell_agrees(looks, &rows, column))
                difference_tell(looks, &rows, TABLE_PROCESS, column);
    }
    return compared;
}

static size_t file_row(const struct sample *sample, const struct sample *other, size_t other_row)
{
    for (size_t row = 0; row < sample->tables[TABLE_FILE].rows; row++) {
        bool equal = true;
        for (size_t column = 0; equal && column < FILE_COLUMN_COUNT; column++)
            equal = cells_equal(sample, row, other, other_row, TABLE_FILE, column);
        if (equal)
            return row;
    }
    return SIZE_MAX;
}

static size_t files_compare(const struct looks *looks)
{
    size_t compared = 0;
    for (size_t row = 0; row < looks->before->tables[TABLE_FILE].rows; row++) {
        if (file_row(looks->after, looks->before, row) == SIZE_MAX)
            continue;
        compared++;
        if (file_row(looks->told, looks->before, row) != SIZE_MAX)
            continue;
        differences_add(&round_differences, number_of(looks->before, TABLE_FILE, row, FILE_INODE), 0, UINT8_MAX);
        print_message("the file %s is not told as it is\n", sample_string(looks->before, TABLE_FILE, row, FILE_PATH));
    }
    return compared;
}

static void looks_take(struct looks *looks)
{
    looks->before = look(proc, true);
    looks->told = look(kernel, true);
    looks->after = look(proc, true);
}

static void looks_done(struct looks *looks)
{
    sample_release(looks->before);
    sample_release(looks->told);
    sample_release(looks->after);
}

static void looks_compare(int round)
{
    struct looks looks;
    looks_take(&looks);
    assert_true(kernel->kernel_read);
    assert_int_equal(looks.before->sources, SAMPLE_SOURCE_PROC);
    assert_int_equal(looks.told->sources, SAMPLE_SOURCE_PROC | SAMPLE_SOURCE_KERNEL);
    round_differences.count = 0;
    assert_true(processes_compare(&looks) > actor_count);
    assert_true(descriptors_compare(&looks) > 20);
    assert_true(files_compare(&looks) > 4);
    surplus_compare(&looks);
    differences_keep(&lasting_differences, &round_differences, round == 0);
    looks_done(&looks);
}

/* A busy host changes between looks, and back again: what differs once may be its doing, but not what differs in every
 * round. */
static void every_field_is_told_as_proc_tells_it(void **state)
{
    (void)state;
    actors_start(6);
    kernel_load();
    for (int i = 0; i < EARLIER_LOOKS; i++)
        sample_release(look(kernel, i % 2 == 0));
    looks_compare(0);
    for (int round = 1; lasting_differences.count > 0 && round < ROUNDS; round++)
        looks_compare(round);
    assert_int_equal(lasting_differences.count, 0);
}

static void what_sleeps_is_stopped_or_dead_is_told_apart(void **state)
{
    (void)state;
    actors_start(5);
    kernel_load();
    struct sample *sample = look(kernel, true);
    const struct table *table = &sample->tables[TABLE_PROCESS];
    size_t dead = 0;
    for (size_t row = 0; row < table->rows; row++)
        dead += table->cells[PROCESS_PARENT_PID][row] == (uint64_t)actors[2] && table->cells[PROCESS_STATE][row] == 'Z';
    assert_int_equal(dead, 1);
    size_t asleep = sample_process_row(sample, (uint64_t)actors[0], 0);
    size_t stopped = sample_process_row(sample, (uint64_t)actors[4], 0);
    assert_int_equal(number_of(sample, TABLE_PROCESS, asleep, PROCESS_STATE), 'S');
    assert_int_equal(number_of(sample, TABLE_PROCESS, stopped, PROCESS_STATE), 'T');
    sample_release(sample);
}

/* The row of the descriptor of this process, told by the kernel; its path. */
static const char *path_told(struct sample *sample, int number)
{
    size_t row = descriptor_row(sample, (uint64_t)getpid(), (uint64_t)number);
    assert_true(row != SIZE_MAX);
    return sample_string(sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH);
}

static uint64_t file_size(const struct sample *sample, const char *path)
{
    for (size_t row = 0; row < sample->tables[TABLE_FILE].rows; row++)
        if (strcmp(sample_string(sample, TABLE_FILE, row, FILE_PATH), path) == 0)
            return number_of(sample, TABLE_FILE, row, FILE_SIZE_BYTES);
    return UINT64_MAX;
}

static void a_file_that_is_renamed_grows_or_goes_is_told_anew(void **state)
{
    (void)state;
    char old_path[4096];
    int file = open(path_in("old"), O_RDWR | O_CREAT, 0600);
    assert_true(file >= 0);
    kernel_load();
    sample_release(look(kernel, true));
    struct sample *sample = look(kernel, true);
    assert_string_equal(path_told(sample, file), path_in("old"));
    assert_int_equal(file_size(sample, path_in("old")), 0);
    sample_release(sample);

    assert_int_equal(write(file, "12345", 5), 5);
    snprintf(old_path, sizeof old_path, "%s", path_in("old"));
    assert_int_equal(rename(old_path, path_in("new")), 0);
    sample = look(kernel, true);
    assert_string_equal(path_told(sample, file), path_in("new"));
    assert_int_equal(file_size(sample, path_in("new")), 5);
    sample_release(sample);

    sample = look(kernel, true);
    assert_int_equal(file_size(sample, path_in("new")), 5);
    sample_release(sample);

    unlink(path_in("new"));
    sample = look(kernel, false);
    assert_string_equal(path_told(sample, file), path_in("new"));
    size_t row = descriptor_row(sample, (uint64_t)getpid(), (uint64_t)file);
    assert_int_equal(number_of(sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_DELETED), 1);
    sample_release(sample);
    close(file);
}

static size_t own_programs(void)
{
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char target[256] = "";
        if (readlinkat(dirfd(directory), entry->d_name, target, sizeof target - 1) > 0)
            count += strstr(target, "bpf") != NULL;
    }
    closedir(directory);
    return count;
}

static void nothing_is_left_in_the_kernel(void **state)
{
    (void)state;
    kernel_load();
    assert_true(own_programs() > 0);
    source_free(kernel);
    kernel = NULL;
    assert_int_equal(own_programs(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_field_is_told_as_proc_tells_it, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(what_sleeps_is_stopped_or_dead_is_told_apart, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(a_file_that_is_renamed_grows_or_goes_is_told_anew, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(nothing_is_left_in_the_kernel, scene_begin, scene_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
