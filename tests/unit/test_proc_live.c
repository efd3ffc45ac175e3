/* collect: real processes that hold, wait and change, seen by the source. */
#include "base/clock.h"
#include "collect/source.h"
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { ACTORS_MAX = 8, PATIENCE_LOOKS = 250, PATIENCE_STEP_MS = 20 };

/* The children of a test and its source: ended whatever happens. */
static pid_t actors[ACTORS_MAX];
static size_t actor_count;
static struct scratch scratch;
static struct source *source;
static struct sample *sample;

static int scene_begin(void **state)
{
    (void)state;
    struct error error = {0};
    actor_count = 0;
    source = source_new(&(struct collector_options){0}, &error);
    return scratch_make(&scratch) && source != NULL ? 0 : -1;
}

static void actor_end(size_t number)
{
    kill(actors[number], SIGKILL);
    waitpid(actors[number], NULL, 0);
    actors[number] = 0;
}

static int scene_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < actor_count; i++)
        if (actors[i] != 0)
            actor_end(i);
    sample_release(sample);
    sample = NULL;
    source_free(source);
    scratch_remove(&scratch);
    return 0;
}

static pid_t actor_fork(void)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        alarm(60);
    } else {
        actors[actor_count++] = pid;
    }
    return pid;
}

static _Noreturn void actor_sleep(void)
{
    for (;;)
        pause();
}

static void step_sleep(void)
{
    nanosleep(&(struct timespec){.tv_nsec = PATIENCE_STEP_MS * NS_PER_MS}, NULL);
}

static void look(bool complete)
{
    struct error error = {0};
    sample_release(sample);
    sample = source_sample(source, complete, &error);
    if (sample == NULL)
        fail_msg("%s", error.text);
}

static uint64_t wait_number(size_t row, size_t column)
{
    return table_u64(&sample->tables[TABLE_WAIT], row, column, UINT64_MAX);
}

/* The row of a wait of that process (for that holder, 0 = any), SIZE_MAX: none. */
static size_t wait_find(enum wait_kind kind, pid_t pid, pid_t holder, bool ongoing)
{
    for (size_t row = 0; row < sample->tables[TABLE_WAIT].rows; row++)
        if (wait_number(row, WAIT_KIND) == kind && wait_number(row, WAIT_PID) == (uint64_t)pid &&
            wait_number(row, WAIT_ONGOING) == ongoing &&
            (holder == 0 || wait_number(row, WAIT_HOLDER_PID) == (uint64_t)holder))
            return row;
    return SIZE_MAX;
}

static size_t wait_await(bool complete, enum wait_kind kind, pid_t pid, pid_t holder)
{
    for (int looks = 0; looks < PATIENCE_LOOKS; looks++) {
        look(complete);
        size_t row = wait_find(kind, pid, holder, true);
        if (row != SIZE_MAX)
            return row;
        step_sleep();
    }
    fail_msg("no wait of %d for %d was seen", (int)pid, (int)holder);
    return SIZE_MAX;
}

static const char *own_name(void)
{
    static char name[32];
    assert_int_equal(prctl(PR_GET_NAME, name), 0);
    return name;
}

static int64_t seconds_ms(size_t row)
{
    return (int64_t)(wait_number(row, WAIT_UNTIL_NS) - wait_number(row, WAIT_SINCE_NS)) / NS_PER_MS;
}

static pid_t locker_fork(const char *path, int ready)
{
    pid_t pid = actor_fork();
    if (pid == 0) {
        int file = open(path, O_RDWR | O_CREAT, 0600);
        flock(file, LOCK_EX);
        ssize_t written = write(ready, "", 1);
        (void)written;
        actor_sleep();
    }
    return pid;
}

static void ready_await(int ready[2])
{
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
}

static void two_wait_for_a_lock_and_one_holds_it(void **state)
{
    (void)state;
    const char *path = scratch_path(&scratch, "app.log");
    int ready[2];
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    look(false);
    pid_t holder = locker_fork(path, ready[1]);
    ready_await(ready);
    pid_t waiters[2] = {locker_fork(path, ready[1]), locker_fork(path, ready[1])};
    for (size_t i = 0; i < 2; i++)
        wait_await(false, WAIT_LOCK, waiters[i], holder);
    int64_t begin_ms = clock_boottime_ns() / NS_PER_MS;
    for (int i = 0; i < 15; i++)
        step_sleep();
    look(false);
    int64_t passed_ms = clock_boottime_ns() / NS_PER_MS - begin_ms;
    for (size_t i = 0; i < 2; i++) {
        size_t row = wait_find(WAIT_LOCK, waiters[i], holder, true);
        assert_int_not_equal(row, SIZE_MAX);
        assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_PATH), path);
        assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_HOLDER_NAME), own_name());
        assert_in_range(seconds_ms(row), 280, passed_ms + 5000);
        assert_int_equal(wait_number(row, WAIT_AT_LEAST), 0); /* it began between two looks */
        assert_int_equal(wait_number(row, WAIT_THREAD), waiters[i]);
    }
    const struct table *locks = &sample->tables[TABLE_LOCK];
    size_t held = 0, wanted = 0;
    for (size_t row = 0; row < locks->rows; row++) {
        const char *own = sample_string(sample, TABLE_LOCK, row, LOCK_PATH);
        if (own == NULL || strcmp(own, path) != 0)
            continue;
        bool waiting = table_u64(locks, row, LOCK_WAITING, 0) == 1;
        held += !waiting && table_u64(locks, row, LOCK_PID, 0) == (uint64_t)holder;
        wanted += waiting;
    }
    assert_int_equal(held, 1);
    assert_int_equal(wanted, 2);
    close(ready[0]);
    close(ready[1]);
}

static void a_wait_that_ends_gets_a_last_row(void **state)
{
    (void)state;
    const char *path = scratch_path(&scratch, "app.log");
    int ready[2];
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid_t holder = locker_fork(path, ready[1]);
    ready_await(ready);
    pid_t waiter = locker_fork(path, ready[1]);
    wait_await(true, WAIT_LOCK, waiter, holder);
    look(true);
    uint64_t last_look_ns = (uint64_t)sample->boottime_ns;
    actor_end(0);
    ready_await(ready);
    look(true);
    assert_int_equal(wait_find(WAIT_LOCK, waiter, holder, true), SIZE_MAX);
    size_t row = wait_find(WAIT_LOCK, waiter, holder, false);
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(wait_number(row, WAIT_UNTIL_NS), last_look_ns);
    assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_HOLDER_NAME), own_name());
    look(true);
    assert_int_equal(wait_find(WAIT_LOCK, waiter, holder, false), SIZE_MAX);
    close(ready[0]);
    close(ready[1]);
}

static void an_inherited_lock_belongs_to_the_heir(void **state)
{
    (void)state;
    const char *path = scratch_path(&scratch, "inherited");
    int ready[2];
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid_t heir = actor_fork();
    if (heir == 0) {
        int file = open(path, O_RDWR | O_CREAT, 0600);
        pid_t taker = fork();
        if (taker == 0)
            _exit(flock(file, LOCK_EX));
        waitpid(taker, NULL, 0);
        ssize_t written = write(ready[1], "", 1);
        (void)written;
        actor_sleep();
    }
    ready_await(ready);
    pid_t waiter = locker_fork(path, ready[1]);
    size_t row = wait_await(false, WAIT_LOCK, waiter, heir);
    assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_PATH), path);
    close(ready[0]);
    close(ready[1]);
}

static void description_lock(const char *path, int ready)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int file = open(path, O_RDWR | O_CREAT, 0600);
    if (fcntl(file, F_OFD_SETLKW, &lock) != 0 || write(ready, "", 1) != 1)
        _exit(1);
    actor_sleep();
}

static void a_description_lock_has_holder_and_waiter(void **state)
{
    (void)state;
    const char *path = scratch_path(&scratch, "ofd");
    int ready[2];
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid_t holder = actor_fork();
    if (holder == 0)
        description_lock(path, ready[1]);
    ready_await(ready);
    pid_t waiter = actor_fork();
    if (waiter == 0)
        description_lock(path, ready[1]);
    size_t row = wait_await(true, WAIT_LOCK, waiter, holder);
    assert_string_equal(sample_string(sample, TABLE_WAIT, row, WAIT_PATH), path);
    wait_await(false, WAIT_LOCK, waiter, holder);
    close(ready[0]);
    close(ready[1]);
}

static void pipes_name_who_has_the_other_end(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t writer = actor_fork();
    if (writer == 0) {
        close(ends[0]);
        actor_sleep();
    }
    pid_t reader = actor_fork();
    if (reader == 0) {
        char byte;
        close(ends[1]);
        _exit((int)read(ends[0], &byte, 1));
    }
    close(ends[0]);
    close(ends[1]);
    size_t row = wait_await(true, WAIT_PIPE_READ, reader, writer);
    uint64_t since_ns = wait_number(row, WAIT_SINCE_NS);
    assert_int_equal(wait_find(WAIT_PIPE_READ, reader, reader, true), SIZE_MAX);
    look(false); /* the basic tier reads no system calls, yet it has not run */
    row = wait_find(WAIT_PIPE_READ, reader, writer, true);
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(wait_number(row, WAIT_SINCE_NS), since_ns);
    assert_int_equal(wait_number(row, WAIT_UNTIL_NS), sample->boottime_ns);
}

static void a_full_pipe_blames_who_does_not_read(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t reader = actor_fork();
    if (reader == 0) {
        close(ends[1]);
        actor_sleep();
    }
    pid_t writer = actor_fork();
    if (writer == 0) {
        static char much[1 << 20];
        close(ends[0]);
        _exit((int)write(ends[1], much, sizeof much));
    }
    close(ends[0]);
    close(ends[1]);
    wait_await(true, WAIT_PIPE_WRITE, writer, reader);
}

static void a_socket_names_the_process_at_the_other_end(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    pid_t server = actor_fork();
    if (server == 0) {
        close(ends[0]);
        actor_sleep();
    }
    pid_t client = actor_fork();
    if (client == 0) {
        char byte;
        close(ends[1]);
        _exit((int)recv(ends[0], &byte, 1, 0));
    }
    close(ends[0]);
    close(ends[1]);
    size_t row = wait_await(true, WAIT_SOCKET_RECEIVE, client, 0);
    if (sample->tables[TABLE_SOCKET].rows == 0)
        skip(); /* sock_diag is not to be had */
    assert_int_equal(wait_number(row, WAIT_HOLDER_PID), server);
}

static void a_parent_waits_for_its_child(void **state)
{
    (void)state;
    int told[2];
    assert_int_equal(pipe2(told, O_CLOEXEC), 0);
    pid_t parent = actor_fork();
    if (parent == 0) {
        pid_t child = fork();
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            actor_sleep();
        }
        if (write(told[1], &child, sizeof child) != sizeof child)
            _exit(1);
        waitpid(-1, NULL, 0);
        _exit(0);
    }
    pid_t child;
    assert_int_equal(read(told[0], &child, sizeof child), sizeof child);
    wait_await(true, WAIT_CHILD, parent, child);
    close(told[0]);
    close(told[1]);
}

static void who_merely_sleeps_waits_for_nobody(void **state)
{
    (void)state;
    pid_t idle = actor_fork();
    if (idle == 0)
        actor_sleep();
    for (int i = 0; i < 3; i++) {
        step_sleep();
        look(true);
    }
    for (size_t row = 0; row < sample->tables[TABLE_WAIT].rows; row++)
        assert_int_not_equal(wait_number(row, WAIT_PID), idle);
}

static size_t descriptor_find(pid_t pid, const char *path)
{
    const struct table *table = &sample->tables[TABLE_DESCRIPTOR];
    for (size_t row = 0; row < table->rows; row++) {
        const char *own = sample_string(sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH);
        if (table->cells[DESCRIPTOR_PID][row] == (uint64_t)pid && own != NULL && strcmp(own, path) == 0)
            return row;
    }
    return SIZE_MAX;
}

static void descriptors_follow_what_a_process_opens(void **state)
{
    (void)state;
    const char *path = scratch_path(&scratch, "opened");
    int wake[2], done[2];
    assert_int_equal(pipe(wake), 0);
    assert_int_equal(pipe(done), 0);
    pid_t opener = actor_fork();
    if (opener == 0) {
        char byte;
        close(wake[1]);
        if (read(wake[0], &byte, 1) != 1)
            _exit(1);
        int file = open(path, O_WRONLY | O_CREAT, 0600);
        if (write(file, "12345", 5) != 5 || write(done[1], "", 1) != 1)
            _exit(1);
        actor_sleep();
    }
    for (int i = 0; i < 3; i++)
        look(false);
    assert_int_equal(descriptor_find(opener, path), SIZE_MAX);
    char byte;
    assert_int_equal(write(wake[1], "", 1), 1);
    assert_int_equal(read(done[0], &byte, 1), 1);
    look(false);
    assert_int_not_equal(descriptor_find(opener, path), SIZE_MAX);
    look(true);
    size_t row = descriptor_find(opener, path);
    const struct table *table = &sample->tables[TABLE_DESCRIPTOR], *files = &sample->tables[TABLE_FILE];
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(table_u64(table, row, DESCRIPTOR_TYPE, 9), DESCRIPTOR_FILE);
    assert_int_equal(table_u64(table, row, DESCRIPTOR_ACCESS, 9), 2);
    assert_int_equal(table_u64(table, row, DESCRIPTOR_INODE, 0), status.st_ino);
    assert_int_equal(table_u64(table, row, DESCRIPTOR_DEVICE, 0), status.st_dev);
    size_t found = 0;
    for (size_t file = 0; file < files->rows; file++)
        if (table_u64(files, file, FILE_INODE, 0) == status.st_ino &&
            table_u64(files, file, FILE_DEVICE, 0) == status.st_dev) {
            assert_string_equal(sample_string(sample, TABLE_FILE, file, FILE_PATH), path);
            assert_int_equal(table_u64(files, file, FILE_SIZE_BYTES, 0), 5);
            assert_int_equal(table_u64(files, file, FILE_LINKS, 0), 1);
            found++;
        }
    assert_int_equal(found, 1);
    for (int i = 0; i < 2; i++) {
        close(wake[i]);
        close(done[i]);
    }
}

static void our_own_descriptors_are_those_of_proc(void **state)
{
    (void)state;
    int directory = open(scratch.directory, O_RDONLY | O_DIRECTORY);
    look(true);
    const struct table *table = &sample->tables[TABLE_DESCRIPTOR];
    size_t compared = 0;
    for (size_t row = 0; row < table->rows; row++) {
        if (table->cells[DESCRIPTOR_PID][row] != (uint64_t)getpid())
            continue;
        char name[64], target[4096];
        snprintf(name, sizeof name, "/proc/self/fd/%ju", (uintmax_t)table->cells[DESCRIPTOR_NUMBER][row]);
        ssize_t length = readlink(name, target, sizeof target - 1);
        const char *path = sample_string(sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH);
        if (length < 0 || (path != NULL && strncmp(path, "/proc", 5) == 0))
            continue; /* what the sample itself had open */
        target[length] = '\0';
        if (path != NULL)
            assert_int_equal(strncmp(target, path, strlen(path)), 0);
        else
            assert_non_null(strstr(target, ":["));
        compared++;
    }
    assert_true(compared >= 3);
    size_t row = descriptor_find(getpid(), scratch.directory);
    assert_int_equal(table_u64(table, row, DESCRIPTOR_TYPE, 9), DESCRIPTOR_DIRECTORY);
    close(directory);
}

static void names_of_what_is_long_gone_are_left_out(void **state)
{
    (void)state;
    enum { FILES = 400, ROUNDS = 60 };
    static const char first_name[] = "long-gone-0-0";
    bool gone = false;
    for (int round = 0; !gone && round < ROUNDS; round++) {
        int files[FILES];
        for (int i = 0; i < FILES; i++) {
            char name[32];
            snprintf(name, sizeof name, "long-gone-%d-%d", round, i);
            files[i] = open(scratch_path(&scratch, name), O_RDWR | O_CREAT, 0600);
            assert_true(files[i] >= 0);
        }
        look(false);
        const struct buffer *strings = &sample->string_bytes;
        gone = memmem(strings->data, strings->length, first_name, sizeof first_name) == NULL;
        assert_true(round > 0 || !gone);
        for (int i = 0; i < FILES; i++)
            close(files[i]);
    }
    assert_true(gone);
}

static void we_know_ourselves(void **state)
{
    (void)state;
    pid_t actor = actor_fork();
    if (actor == 0)
        actor_sleep();
    look(true);
    size_t row = sample_process_row(sample, (uint64_t)getpid(), 0);
    const struct table *table = &sample->tables[TABLE_PROCESS];
    char executable[4096] = {0};
    assert_true(readlink("/proc/self/exe", executable, sizeof executable - 1) > 0);
    assert_int_equal(table_u64(table, row, PROCESS_SELF, 9), 1);
    assert_int_equal(table_u64(table, row, PROCESS_PARENT_PID, 0), getppid());
    assert_int_equal(table_u64(table, row, PROCESS_UID, 99), geteuid());
    assert_string_equal(sample_string(sample, TABLE_PROCESS, row, PROCESS_EXECUTABLE), executable);
    assert_non_null(strstr(sample_string(sample, TABLE_PROCESS, row, PROCESS_COMMAND), "test_proc_live"));
    row = sample_process_row(sample, (uint64_t)actor, 0);
    assert_int_equal(table_u64(table, row, PROCESS_SELF, 9), 1); /* a child with our executable */
    row = sample_process_row(sample, 1, 0);
    if (row != SIZE_MAX && getppid() != 1)
        assert_int_equal(table_u64(table, row, PROCESS_SELF, 9), 0);
    assert_true(sample->tables[TABLE_FILESYSTEM].rows > 0);
}

int main(void)
{
#define SCENE(test) cmocka_unit_test_setup_teardown(test, scene_begin, scene_end)
    const struct CMUnitTest tests[] = {
        SCENE(two_wait_for_a_lock_and_one_holds_it),
        SCENE(a_wait_that_ends_gets_a_last_row),
        SCENE(an_inherited_lock_belongs_to_the_heir),
        SCENE(a_description_lock_has_holder_and_waiter),
        SCENE(pipes_name_who_has_the_other_end),
        SCENE(a_full_pipe_blames_who_does_not_read),
        SCENE(a_socket_names_the_process_at_the_other_end),
        SCENE(a_parent_waits_for_its_child),
        SCENE(who_merely_sleeps_waits_for_nobody),
        SCENE(descriptors_follow_what_a_process_opens),
        SCENE(our_own_descriptors_are_those_of_proc),
        SCENE(names_of_what_is_long_gone_are_left_out),
        SCENE(we_know_ourselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
