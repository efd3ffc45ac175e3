/* collect: clients that await an answer in poll or select, told from those that merely sleep there. */
#include "base/clock.h"
#include "collect/bpf/socket_shared.h"
#include "collect/source.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATIENCE_S = 20, STEP_MS = 50 };

enum client { ANSWERED, POLLS, POLLS_AGAIN_AND_AGAIN, SELECTS, LOOPS, POLLS_SOMETHING_ELSE, CLIENTS };

static const bool awaits[CLIENTS] = {[POLLS] = true, [POLLS_AGAIN_AND_AGAIN] = true, [SELECTS] = true, [LOOPS] = true};

static struct source *source;
static struct sample *sample;
static int listener;
static pid_t server, clients[CLIENTS];

static pid_t child_fork(void)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        alarm(60);
    }
    return pid;
}

/* Reads what each says, and answers only those who greet. */
static _Noreturn void server_run(void)
{
    for (int i = 0; i < CLIENTS; i++) {
        char word;
        int connection = accept(listener, NULL, NULL);
        if (read(connection, &word, 1) != 1 || (word == 'h' && write(connection, "h", 1) != 1))
            _exit(1);
    }
    for (;;)
        pause();
}

static _Noreturn void loop_sleep(int connection)
{
    int events = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    if (epoll_ctl(events, EPOLL_CTL_ADD, connection, &event) != 0)
        _exit(1);
    for (;;)
        epoll_wait(events, &event, 1, -1);
}

static _Noreturn void client_sleep(enum client client, int connection)
{
    if (client == LOOPS)
        loop_sleep(connection);
    int other[2];
    if (pipe(other) != 0)
        _exit(1);
    for (;;) {
        struct pollfd both[] = {{.fd = other[0], .events = POLLIN}, {.fd = connection, .events = POLLIN}};
        fd_set set;
        FD_ZERO(&set);
        FD_SET(connection, &set);
        if (client == SELECTS)
            select(connection + 1, &set, NULL, NULL, NULL);
        else if (client == POLLS_SOMETHING_ELSE)
            poll(both, 1, -1);
        else if (client == POLLS_AGAIN_AND_AGAIN)
            poll(both, 2, 150);
        else
            poll(both + 1, 1, -1);
    }
}

static _Noreturn void client_run(enum client client, const struct sockaddr_in *address)
{
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    char word = client == ANSWERED ? 'h' : 'q';
    if (connect(connection, (const struct sockaddr *)address, sizeof *address) != 0 || write(connection, &word, 1) != 1)
        _exit(1);
    if (client == ANSWERED && read(connection, &word, 1) != 1)
        _exit(1);
    client_sleep(client, connection);
}

static int scene_begin(void **state)
{
    (void)state;
    struct error error = {0};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, CLIENTS), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    server = child_fork();
    if (server == 0)
        server_run();
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = child_fork();
        if (clients[i] == 0)
            client_run((enum client)i, &address);
    }
    source = source_new(&(struct collector_options){0}, &error);
    return source == NULL ? -1 : 0;
}

static void child_end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static int scene_end(void **state)
{
    (void)state;
    sample_release(sample);
    sample = NULL;
    source_free(source);
    for (int i = 0; i < CLIENTS; i++)
        child_end(clients[i]);
    child_end(server);
    close(listener);
    return 0;
}

static uint64_t cell(size_t row, size_t column)
{
    return table_u64(&sample->tables[TABLE_WAIT], row, column, UINT64_MAX);
}

/* SIZE_MAX: that client waits for no bytes. */
static size_t wait_find(pid_t client)
{
    for (size_t row = 0; row < sample->tables[TABLE_WAIT].rows; row++)
        if (cell(row, WAIT_PID) == (uint64_t)client && cell(row, WAIT_KIND) == WAIT_SOCKET_RECEIVE &&
            cell(row, WAIT_ONGOING) == 1)
            return row;
    return SIZE_MAX;
}

static bool all_are_told(void)
{
    for (int i = 0; i < CLIENTS; i++)
        if (awaits[i] && wait_find(clients[i]) == SIZE_MAX)
            return false;
    return true;
}

static void look(void)
{
    struct error error = {0};
    sample_release(sample);
    sample = source_sample(source, true, &error);
    if (sample == NULL)
        fail_msg("%s", error.text);
}

static void clients_check(void)
{
    int64_t end_ns = clock_boottime_ns() + PATIENCE_S * NS_PER_S;
    for (look(); !all_are_told() && clock_boottime_ns() < end_ns;) {
        nanosleep(&(struct timespec){.tv_nsec = STEP_MS * NS_PER_MS}, NULL);
        look();
    }
    uint64_t since_ns[CLIENTS] = {0};
    for (int i = 0; i < CLIENTS; i++) {
        size_t row = wait_find(clients[i]);
        if (awaits[i] != (row != SIZE_MAX))
            fail_msg("client %d: %s", i, awaits[i] ? "not told" : "told, and it waits for no answer");
        if (!awaits[i])
            continue;
        assert_int_equal(cell(row, WAIT_HOLDER_PID), server);
        assert_int_equal(cell(row, WAIT_INFERRED), i == LOOPS);
        since_ns[i] = cell(row, WAIT_SINCE_NS);
        assert_true(sample->boottime_ns - (int64_t)since_ns[i] >= NS_PER_S);
    }
    look();
    for (int i = 0; i < CLIENTS; i++)
        if (awaits[i] && wait_find(clients[i]) != SIZE_MAX) /* the wait goes on, and began when it did */
            assert_true(cell(wait_find(clients[i]), WAIT_SINCE_NS) == since_ns[i]);
}

static void who_polls_for_an_answer_is_told_by_proc(void **state)
{
    (void)state;
    clients_check();
}

static void who_polls_for_an_answer_is_told_beside_the_kernel(void **state)
{
    (void)state;
    look();
    while (!source_settle(source))
        continue;
    clients_check();
}

static void turns_of_a_connection_tell_who_has_the_word(void **state)
{
    (void)state;
    static const struct {
        struct socket_turns turns;
        bool asked;
    } cases[] = {
        {{.segments_sent = 0}, false},                                                           /* just made */
        {{.segments_sent = 1}, true},                                                            /* at once */
        {{.segments_sent = 200, .sent_after_received = 9}, false},                               /* a log */
        {{.segments_sent = 200, .segments_received = 1, .sent_after_received = 9}, true},        /* asked */
        {{.segments_sent = 5, .segments_received = 5, .sent_after_received = -9}, false},        /* answered */
        {{.segments_sent = 5, .segments_received = 5}, false},                                   /* who knows */
        {{.segments_sent = 5, .segments_received = 5, .acknowledged_after_sent = 40}, true},     /* no answer */
        {{.segments_sent = 5, .segments_received = 5, .acknowledged_after_sent = 75000}, false}, /* kept alive */
        {{.segments_sent = 5, .segments_received = 5, .acknowledged_after_sent = -1}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if ((socket_has_asked(&cases[i].turns) != 0) != cases[i].asked)
            fail_msg("case %zu", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_of_a_connection_tell_who_has_the_word),
        cmocka_unit_test_setup_teardown(who_polls_for_an_answer_is_told_by_proc, scene_begin, scene_end),
        cmocka_unit_test_setup_teardown(who_polls_for_an_answer_is_told_beside_the_kernel, scene_begin, scene_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
