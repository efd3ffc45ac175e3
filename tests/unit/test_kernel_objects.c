/* collect: sockets and pipes as the kernel source tells them: every field of every socket the same as by sock_diag. */
#include "collect/socket_rest.h"
#include "collect/source_inside.h"
#include "differences.h"
#include "scratch.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum {
    ROUNDS = 6,
    KEPT_MAX = 64,
    ALL_EVERY_SAMPLES = 16,
    STRANGERS_EVERY_SAMPLES = 4,
    INSIDE_MAX = 8 /* two, and the probes */
};

static struct scratch scratch;
static struct source *diag, *kernel;
static int kept[KEPT_MAX]; /* what the test opened */
static size_t kept_count;

static int scene_begin(void **state)
{
    (void)state;
    struct error error = {0};
    diag = source_new(&(struct collector_options){0}, &error);
    kernel = source_new(&(struct collector_options){0}, &error);
    return scratch_make(&scratch) && diag != NULL && kernel != NULL ? 0 : -1;
}

static int scene_end(void **state)
{
    (void)state;
    while (kept_count > 0)
        close(kept[--kept_count]);
    source_free(diag);
    source_free(kernel);
    diag = kernel = NULL;
    scratch_remove(&scratch);
    return 0;
}

static int keep(int descriptor)
{
    assert_true(descriptor >= 0 && kept_count < KEPT_MAX);
    return kept[kept_count++] = descriptor;
}

static struct sample *look(struct source *source)
{
    struct error error = {0};
    struct sample *sample = source_sample(source, true, &error);
    if (sample == NULL)
        fail_msg("%s", error.text);
    return sample;
}

/* Skips the test where the kernel source cannot be had. */
static void kernel_load(void)
{
    const struct socket_record *const *records;
    size_t count;
    sample_release(look(kernel));
    while (!source_settle(kernel))
        continue;
    if (kernel->kernel == NULL) {
        print_message("skipped: %s\n", kernel->kernel_missing.text);
        skip();
    }
    sample_release(look(kernel));
    if (!kernel_sample_sockets(kernel->kernel, &records, &count)) {
        print_message("skipped: this kernel does not list unix sockets\n");
        skip();
    }
}

static uint64_t inode_of(int descriptor)
{
    struct stat status;
    assert_int_equal(fstat(descriptor, &status), 0);
    return status.st_ino;
}

/* A listener on the loopback device; a client that it accepts and one that waits. */
static void tcp_open(int family)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    void *address = family == AF_INET ? (void *)&four : (void *)&six;
    socklen_t bytes = family == AF_INET ? sizeof four : sizeof six;
    int listener = keep(socket(family, SOCK_STREAM, 0));
    if (bind(listener, address, bytes) != 0)
        return; /* a host without IPv6 */
    assert_int_equal(listen(listener, 7), 0);
    assert_int_equal(getsockname(listener, address, &bytes), 0);
    int client = keep(socket(family, SOCK_STREAM, 0));
    assert_int_equal(connect(client, address, bytes), 0);
    int server = keep(accept(listener, NULL, NULL));
    int waiting = keep(socket(family, SOCK_STREAM, 0));
    assert_int_equal(connect(waiting, address, bytes), 0);
    assert_int_equal(write(client, "unread", 6), 6);
    assert_int_equal(write(server, "too", 3), 3);
    keep(socket(family, SOCK_STREAM, 0)); /* of no address: sock_diag does not tell it */
}

static void udp_open(int family)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    void *address = family == AF_INET ? (void *)&four : (void *)&six;
    socklen_t bytes = family == AF_INET ? sizeof four : sizeof six;
    int server = keep(socket(family, SOCK_DGRAM, 0)), client = keep(socket(family, SOCK_DGRAM, 0));
    if (bind(server, address, bytes) != 0)
        return;
    assert_int_equal(getsockname(server, address, &bytes), 0);
    assert_int_equal(connect(client, address, bytes), 0);
    assert_int_equal(write(client, "message", 7), 7);
    keep(socket(family, SOCK_DGRAM, 0));
}

static void unix_open(void)
{
    static const int types[] = {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM};
    int ends[2];
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        assert_int_equal(socketpair(AF_UNIX, types[i], 0, ends), 0);
        keep(ends[0]);
        keep(ends[1]);
        assert_int_equal(write(ends[0], "first", 5), 5);
        assert_int_equal(write(ends[0], "second one", 10), 10);
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", scratch_path(&scratch, "socket"));
    int listener = keep(socket(AF_UNIX, SOCK_STREAM, 0));
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 3), 0);
    for (int i = 0; i < 2; i++) {
        int client = keep(socket(AF_UNIX, SOCK_STREAM, 0));
        assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
        if (i == 0)
            keep(accept(listener, NULL, NULL));
    }
    struct sockaddr_un abstract = {.sun_family = AF_UNIX};
    int name_bytes = snprintf(abstract.sun_path + 1, sizeof abstract.sun_path - 1, "culprit-%d", getpid());
    int message = keep(socket(AF_UNIX, SOCK_DGRAM, 0));
    assert_int_equal(bind(message, (struct sockaddr *)&abstract, sizeof(sa_family_t) + 1 + (socklen_t)name_bytes), 0);
}

/* Leaves a connection in time wait behind. */
static void connection_end(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    int listener = keep(socket(AF_INET, SOCK_STREAM, 0));
    assert_int_equal(bind(listener, (struct sockaddr *)&address, bytes), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &bytes), 0);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(client, (struct sockaddr *)&address, bytes), 0);
    int server = accept(listener, NULL, NULL);
    close(client);
    close(server);
}

static bool cells_equal(const struct sample *a, size_t a_row, const struct sample *b, size_t b_row, size_t column)
{
    const struct table *x = &a->tables[TABLE_SOCKET], *y = &b->tables[TABLE_SOCKET];
    if (table_known(x, a_row, column) != table_known(y, b_row, column))
        return false;
    if (sample_schema[TABLE_SOCKET].columns[column].type != COLUMN_STRING || !table_known(x, a_row, column))
        return x->cells[column][a_row] == y->cells[column][b_row];
    return strcmp(sample_string(a, TABLE_SOCKET, a_row, column), sample_string(b, TABLE_SOCKET, b_row, column)) == 0;
}

static size_t row_by(const struct sample *sample, size_t column, uint64_t value)
{
    const struct table *table = &sample->tables[TABLE_SOCKET];
    for (size_t row = 0; row < table->rows; row++)
        if (table_u64(table, row, column, 0) == value)
            return row;
    return SIZE_MAX;
}

/* Ours (and only ours does nobody change between the looks), or one that nobody holds. */
static bool is_ours(const struct sample *sample, size_t row)
{
    const struct table *table = &sample->tables[TABLE_SOCKET];
    uint64_t inode = table_u64(table, row, SOCKET_INODE, 0);
    for (size_t i = 0; i < kept_count; i++)
        if (inode_of(kept[i]) == inode)
            return true;
    return false;
}

/* Notes what differs between the two sources, for every socket that sock_diag tells alike before and after. */
static void sockets_compare(const struct sample *before, const struct sample *told, const struct sample *after,
                            struct differences *differences, size_t *compared, size_t *ours)
{
    const struct table *table = &before->tables[TABLE_SOCKET];
    *compared = *ours = 0;
    for (size_t row = 0; row < table->rows; row++) {
        uint64_t cookie = table->cells[SOCKET_COOKIE][row];
        size_t later = row_by(after, SOCKET_COOKIE, cookie), here = row_by(told, SOCKET_COOKIE, cookie);
        bool steady = cookie != 0 && later != SIZE_MAX;
        for (size_t column = 0; steady && column < SOCKET_COLUMN_COUNT; column++)
            steady = cells_equal(before, row, after, later, column);
        if (!steady)
            continue;
        ++*compared;
        *ours += is_ours(before, row);
        if (here == SIZE_MAX) {
            differences_add(differences, cookie, 0, UINT8_MAX);
            print_message("socket %llu is not told\n", (unsigned long long)table->cells[SOCKET_INODE][row]);
        }
        for (size_t column = 0; here != SIZE_MAX && column < SOCKET_COLUMN_COUNT; column++)
            if (!cells_equal(before, row, told, here, column)) {
                differences_add(differences, cookie, 0, column);
                print_message("socket %llu: %s is %llu by the kernel, %llu by sock_diag\n",
                              (unsigned long long)table->cells[SOCKET_INODE][row],
                              sample_schema[TABLE_SOCKET].columns[column].name,
                              (unsigned long long)told->tables[TABLE_SOCKET].cells[column][here],
                              (unsigned long long)table->cells[column][row]);
            }
    }
}

static void every_field_of_every_socket_is_told_as_sock_diag_tells_it(void **state)
{
    (void)state;
    size_t compared = 0, ours = 0;
    struct differences lasting = {.count = 1};
    tcp_open(AF_INET);
    tcp_open(AF_INET6);
    udp_open(AF_INET);
    udp_open(AF_INET6);
    unix_open();
    connection_end();
    kernel_load();
    for (int round = 0; lasting.count > 0 && round < ROUNDS; round++) {
        struct sample *before = look(diag), *told = look(kernel), *after = look(diag);
        struct differences differences = {0};
        sockets_compare(before, told, after, &differences, &compared, &ours);
        differences_keep(&lasting, &differences, round == 0);
        bool diag_works = before->tables[TABLE_SOCKET].rows > 0;
        sample_release(before);
        sample_release(told);
        sample_release(after);
        if (!diag_works)
            skip();
    }
    assert_int_equal(lasting.count, 0);
    assert_true(ours >= 20);
    assert_true(compared > ours); /* time wait, and what waits to be accepted */
}

/* What a /proc tells of the connections of the namespace that process 7 lives in. */
static void sockstat_write(const char *text)
{
    FILE *file = fopen(scratch_path(&scratch, "7/net/sockstat"), "we");
    assert_non_null(file);
    assert_true(fprintf(file, "sockets: used 9\nTCP: %s\nUDP: inuse 1 mem 2\n", text) > 0);
    assert_int_equal(fclose(file), 0);
}

static void sock_diag_is_asked_only_for_what_no_descriptor_holds(void **state)
{
    (void)state;
    struct socket_rest rest = {0};
    struct socket_record held = {.inode = 5, .state = 10}, ended = {.state = 6}, stranger = {.inode = 6, .state = 1};
    const struct socket_record *told[] = {&held}, *answer[] = {&held, &ended, &stranger};
    struct net_namespace namespace = {.inode = 1, .pid = 7};
    enum socket_share home;
    assert_int_equal(mkdir(scratch_path(&scratch, "7"), 0700), 0);
    assert_int_equal(mkdir(scratch_path(&scratch, "7/net"), 0700), 0);
    struct socket_listing listing = {.root = keep(open(scratch.directory, O_PATH)), .records = told, .count = 1};

    sockstat_write("inuse 5 orphan 0 tw 0 alloc 7 mem 1");
    assert_true(socket_rest_plan(&rest, &listing, &namespace, 1, 1, &home)); /* at first, for all */
    assert_int_equal(home, SOCKETS_ALL);
    assert_true(socket_rest_take(&rest, answer, 2) && socket_rest_settle(&rest, &listing));
    assert_int_equal(rest.count, 1); /* what the listing tells is told once */
    for (int i = 1; i < ALL_EVERY_SAMPLES; i++)
        assert_false(socket_rest_plan(&rest, &listing, &namespace, 1, 1, &home));
    assert_true(socket_rest_take(&rest, NULL, 0)); /* nothing ends any more */
    assert_int_equal(rest.count, 0);
    assert_true(socket_rest_plan(&rest, &listing, &namespace, 1, 1, &home));
    assert_true(socket_rest_take(&rest, NULL, 0));

    sockstat_write("inuse 5 orphan 0 tw 2 alloc 7 mem 1");
    assert_true(socket_rest_plan(&rest, &listing, &namespace, 1, 1, &home));
    assert_true(namespace.share == SOCKETS_ENDING && home == SOCKETS_ENDING);
    sockstat_write("inuse 5 orphan 1 tw 0 alloc 7 mem 1");
    assert_true(socket_rest_plan(&rest, &listing, &namespace, 1, 1, &home));
    sockstat_write("inuse 5 orphan 0 tw 0 alloc 7 mem 1");
    held.has = SOCKET_HAS_PENDING;
    assert_true(socket_rest_plan(&rest, &listing, &namespace, 1, 1, &home));
    assert_int_equal(namespace.share, SOCKETS_ALL);
    assert_true(socket_rest_take(&rest, answer, 3) && socket_rest_settle(&rest, &listing));
    held.has = 0;
    assert_true(socket_rest_plan(&rest, &listing, &namespace, 1, 1, &home)); /* who waited may have been accepted */
    assert_true(socket_rest_take(&rest, answer, 3) && socket_rest_settle(&rest, &listing));
    assert_true(rest.strangers);
    for (int i = 1; i < STRANGERS_EVERY_SAMPLES; i++)
        assert_false(socket_rest_plan(&rest, &listing, &namespace, 1, 1, &home));
    assert_true(socket_rest_plan(&rest, &listing, &namespace, 1, 1, &home));
    socket_rest_done(&rest);
}

/* The row of the pipe table; SIZE_MAX: none. */
static size_t pipe_row(const struct sample *sample, uint64_t inode)
{
    const struct table *table = &sample->tables[TABLE_PIPE];
    size_t found = SIZE_MAX;
    for (size_t row = 0; row < table->rows; row++)
        if (table_u64(table, row, PIPE_INODE, 0) == inode) {
            assert_int_equal(found, SIZE_MAX); /* once, however many have it open */
            found = row;
        }
    return found;
}

static void pipe_check(const struct sample *sample, int descriptor, uint64_t used, uint64_t readers, uint64_t writers)
{
    const struct table *table = &sample->tables[TABLE_PIPE];
    size_t row = pipe_row(sample, inode_of(descriptor));
    assert_int_not_equal(row, SIZE_MAX);
    assert_int_equal(table_u64(table, row, PIPE_BUFFERS_USED, 99), used);
    assert_int_equal(table_u64(table, row, PIPE_BUFFERS, 99), fcntl(descriptor, F_GETPIPE_SZ) / getpagesize());
    assert_int_equal(table_u64(table, row, PIPE_READERS, 99), readers);
    assert_int_equal(table_u64(table, row, PIPE_WRITERS, 99), writers);
}

static void pipes_tell_how_full_they_are_and_how_many_have_them_open(void **state)
{
    (void)state;
    static char much[1 << 20];
    int empty[2], full[2];
    assert_int_equal(pipe(empty), 0);
    assert_int_equal(pipe2(full, O_NONBLOCK), 0);
    keep(empty[0]), keep(empty[1]), keep(full[0]), keep(full[1]);
    keep(dup(full[1]));
    assert_true(write(full[1], much, sizeof much) > 0);
    assert_int_equal(mkfifo(scratch_path(&scratch, "fifo"), 0600), 0);
    int fifo = keep(open(scratch_path(&scratch, "fifo"), O_RDWR));
    assert_int_equal(write(fifo, "some", 4), 4);
    kernel_load();
    struct sample *sample = look(kernel);
    pipe_check(sample, empty[0], 0, 1, 1);
    pipe_check(sample, full[0], (uint64_t)fcntl(full[0], F_GETPIPE_SZ) / (uint64_t)getpagesize(), 1, 1);
    pipe_check(sample, fifo, 1, 1, 1);
    sample_release(sample);
}

static size_t own_descriptor_row(const struct sample *sample, int number)
{
    const struct table *table = &sample->tables[TABLE_DESCRIPTOR];
    for (size_t row = 0; row < table->rows; row++)
        if (table->cells[DESCRIPTOR_PID][row] == (uint64_t)getpid() &&
            table->cells[DESCRIPTOR_NUMBER][row] == (uint64_t)number)
            return row;
    return SIZE_MAX;
}

/* Does a line of fdinfo show the lock? */
static bool fdinfo_shows(int descriptor, const struct proc_lock *wanted)
{
    char path[64], line[256];
    bool shown = false;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", descriptor);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        struct proc_lock lock;
        shown = shown ||
                (strncmp(line, "lock:", 5) == 0 && proc_lock_parse(line + 5, &lock) && lock.class == wanted->class &&
                 lock.exclusive == wanted->exclusive && lock.inode == wanted->inode && lock.device == wanted->device);
    }
    fclose(file);
    return shown;
}

static void locks_open(void)
{
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10};
    int shared = keep(open(scratch_path(&scratch, "flock"), O_RDWR | O_CREAT, 0600));
    keep(open(scratch_path(&scratch, "flock"), O_RDWR)); /* the same file, without the lock */
    int process = keep(open(scratch_path(&scratch, "posix"), O_RDWR | O_CREAT, 0600));
    int description = keep(open(scratch_path(&scratch, "description"), O_RDWR | O_CREAT, 0600));
    keep(dup(description));
    assert_int_equal(flock(shared, LOCK_SH), 0);
    assert_int_equal(fcntl(process, F_SETLK, &range), 0);
    range.l_pid = 0;
    assert_int_equal(fcntl(description, F_OFD_SETLK, &range), 0);
}

static void descriptors_tell_the_locks_that_their_fdinfo_shows(void **state)
{
    (void)state;
    size_t held = 0;
    struct proc_lock lock;
    char line[256];
    locks_open();
    kernel_load();
    struct sample *sample = look(kernel);
    FILE *file = fopen("/proc/locks", "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (!proc_lock_parse(line, &lock) || lock.waiting)
            continue;
        for (size_t i = 0; i < kept_count; i++) {
            size_t row = own_descriptor_row(sample, kept[i]);
            assert_int_not_equal(row, SIZE_MAX);
            bool shown = fdinfo_shows(kept[i], &lock);
            assert_int_equal(kernel_lock_held(kernel, row, &lock), shown ? KERNEL_LOCK_HELD : KERNEL_LOCK_NOT_HELD);
            held += shown;
        }
    }
    fclose(file);
    assert_int_equal(held, 4); /* the lock of the description by both its descriptors */
    const struct table *locks = &sample->tables[TABLE_LOCK];
    size_t ours = 0;
    for (size_t row = 0; row < locks->rows; row++) {
        const char *path = sample_string(sample, TABLE_LOCK, row, LOCK_PATH);
        if (path != NULL && strncmp(path, scratch.directory, strlen(scratch.directory)) == 0) {
            assert_int_equal(table_u64(locks, row, LOCK_PID, 0), getpid());
            ours++;
        }
    }
    assert_true(ours >= 2); /* whoever holds a description's lock is looked for when somebody waits */
    sample_release(sample);
}

static void arguments_are_those_of_the_exec(void **state)
{
    (void)state;
    int ends[2];
    char byte, text[LIFECYCLE_COMMAND_BYTES + 1] = "";
    kernel_load();
    if (kernel->lifecycle == NULL)
        skip();
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("sleep", "sleep", "3600", (char *)NULL);
        _exit(1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 0); /* executed: its end is closed */
    close(ends[0]);
    struct sample *sample = look(kernel);
    size_t row = sample_process_row(sample, (uint64_t)child, 0);
    assert_int_not_equal(row, SIZE_MAX);
    assert_string_equal(sample_string(sample, TABLE_PROCESS, row, PROCESS_COMMAND), "sleep 3600");
    size_t length = lifecycle_command(kernel->lifecycle, (uint32_t)child, text);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    sample_release(sample);
    if (length > 0) /* 0 in a pid namespace */
        assert_string_equal(text, "sleep 3600");
}

/* Inside of a pid namespace with a /proc of its own: 0 when all was as it should be, else a line of this file; 77. */
static int inside_check(void)
{
    struct error error = {0};
    if (mount("proc", "/proc", "proc", 0, NULL) != 0)
        return 77;
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            pause();
    }
    struct source *source = source_new(&(struct collector_options){.no_sockets = true}, &error);
    if (source == NULL)
        return __LINE__;
    sample_release(source_sample(source, true, &error));
    while (!source_settle(source))
        continue;
    struct sample *sample = source->kernel == NULL ? NULL : source_sample(source, true, &error);
    int result = source->kernel == NULL ? 77 : 0;
    if (sample != NULL) {
        const struct table *table = &sample->tables[TABLE_PROCESS];
        size_t row = sample_process_row(sample, (uint64_t)child, 0);
        const struct kernel_process *told = kernel_sample_process(source->kernel, (uint32_t)child);
        if (table->rows > INSIDE_MAX || row == SIZE_MAX)
            result = __LINE__;
        else if (told == NULL || told->process.parent_pid != 1 || table->cells[PROCESS_PARENT_PID][row] != 1)
            result = __LINE__;
        else if (table->cells[PROCESS_DESCRIPTORS][row] < 3)
            result = __LINE__;
    }
    sample_release(sample);
    source_free(source);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return result;
}

static void inside_a_pid_namespace_the_numbers_are_its_own(void **state)
{
    (void)state;
    pid_t outer = fork();
    assert_true(outer >= 0);
    if (outer == 0) {
        alarm(120);
        if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
            _exit(77);
        pid_t first = fork();
        if (first == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            int result = inside_check();
            _exit(result == 0 || result == 77 ? result : 1 + result % 70);
        }
        int status = 0;
        waitpid(first, &status, 0);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 76);
    }
    int status = 0;
    waitpid(outer, &status, 0);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_field_of_every_socket_is_told_as_sock_diag_tells_it, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(sock_diag_is_asked_only_for_what_no_descriptor_holds, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(pipes_tell_how_full_they_are_and_how_many_have_them_open, scene_begin,
                                        scene_end),
        cmocka_unit_test_setup_teardown(descriptors_tell_the_locks_that_their_fdinfo_shows, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(arguments_are_those_of_the_exec, scene_begin, scene_end),
        cmocka_unit_test(inside_a_pid_namespace_the_numbers_are_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
