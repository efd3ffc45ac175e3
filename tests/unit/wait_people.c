/* Pairs of processes of which one waits for the other. */
#include "tests/unit/wait_people.h"

#include "base/clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 65536, PATIENCE_MS = 60000, LOOKS = 10, LOOK_MS = 2 };

/* What both share beside the times. */
struct stage {
    struct wait_times times;
    pthread_mutex_t mutex;
};

/* One side's own descriptor and the other's, made before either is forked. */
struct ends {
    int waiter, holder;
};

struct way {
    const char *name;
    enum wait_kind kind;
    bool (*make)(struct wait_pair *pair, struct ends *ends);
    void (*hold)(struct stage *stage, int descriptor); /* before the waiter begins; NULL: nothing */
    void (*wait)(struct stage *stage, int descriptor); /* notes asked_ns just before it waits */
    void (*act)(struct stage *stage, int descriptor);
};

int64_t boottime_now(void)
{
    return clock_boottime_ns();
}

void pause_ms(int ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        continue;
}

static void asked(struct stage *stage)
{
    stage->times.asked_ns = boottime_now();
}

static void flag_await(const _Atomic bool *flag)
{
    while (!*flag)
        pause_ms(1);
}

static bool pipe_make_read(struct wait_pair *pair, struct ends *ends)
{
    (void)pair;
    int both[2];
    bool made = pipe(both) == 0;
    *ends = (struct ends){.waiter = both[0], .holder = both[1]};
    return made;
}

static bool pipe_make_write(struct wait_pair *pair, struct ends *ends)
{
    (void)pair;
    int both[2];
    bool made = pipe(both) == 0;
    *ends = (struct ends){.waiter = both[1], .holder = both[0]};
    return made;
}

static bool unix_make(struct wait_pair *pair, struct ends *ends)
{
    (void)pair;
    int both[2];
    bool made = socketpair(AF_UNIX, SOCK_STREAM, 0, both) == 0;
    *ends = (struct ends){.waiter = both[0], .holder = both[1]};
    return made;
}

static bool tcp_make(struct wait_pair *pair, struct ends *ends)
{
    (void)pair;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    ends->waiter = socket(AF_INET, SOCK_STREAM, 0);
    bool made = bind(listener, (struct sockaddr *)&address, length) == 0 && listen(listener, 1) == 0 &&
                getsockname(listener, (struct sockaddr *)&address, &length) == 0 &&
                connect(ends->waiter, (struct sockaddr *)&address, length) == 0;
    ends->holder = made ? accept(listener, NULL, NULL) : -1;
    close(listener);
    return ends->holder >= 0;
}

static void path_address(struct sockaddr_un *address, const char *path)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    strcpy(address->sun_path, path);
}

/* A listener for one, whom the waiter comes after. */
static bool listener_make(struct wait_pair *pair, struct ends *ends)
{
    struct sockaddr_un address;
    snprintf(pair->path, sizeof pair->path, "/tmp/culprit-waits.%d", (int)getpid());
    path_address(&address, pair->path);
    unlink(pair->path);
    ends->holder = socket(AF_UNIX, SOCK_STREAM, 0);
    ends->waiter = socket(AF_UNIX, SOCK_STREAM, 0);
    int first = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return bind(ends->holder, (struct sockaddr *)&address, sizeof address) == 0 && listen(ends->holder, 0) == 0 &&
           connect(first, (struct sockaddr *)&address, sizeof address) == 0;
}

static bool nothing_make(struct wait_pair *pair, struct ends *ends)
{
    (void)pair;
    *ends = (struct ends){-1, -1};
    return true;
}

static void read_wait(struct stage *stage, int descriptor)
{
    char byte;
    asked(stage);
    if (read(descriptor, &byte, 1) != 1)
        _exit(1);
}

static void write_act(struct stage *stage, int descriptor)
{
    (void)stage;
    if (write(descriptor, "x", 1) != 1)
        _exit(1);
}

static void write_wait(struct stage *stage, int descriptor)
{
    static char bytes[CHUNK];
    int64_t before_ns;
    /* The last of the writes is the one that waits; whoever watches sees it asleep in it for long. */
    do {
        before_ns = boottime_now();
        stage->times.asked_ns = before_ns;
        if (write(descriptor, bytes, sizeof bytes) < 0)
            _exit(1);
    } while (!stage->times.act);
}

static void read_act(struct stage *stage, int descriptor)
{
    static char bytes[CHUNK];
    while (stage->times.got_ns == 0)
        if (recv(descriptor, bytes, sizeof bytes, MSG_DONTWAIT) < 0 && errno == ENOTSOCK &&
            read(descriptor, bytes, sizeof bytes) < 0)
            _exit(1);
}

static void connect_wait(struct stage *stage, int descriptor)
{
    struct sockaddr_un address;
    char path[64];
    snprintf(path, sizeof path, "/tmp/culprit-waits.%d", (int)getppid());
    path_address(&address, path);
    asked(stage);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0)
        _exit(1);
}

static void accept_act(struct stage *stage, int descriptor)
{
    (void)stage;
    if (accept(descriptor, NULL, NULL) < 0)
        _exit(1);
}

static void mutex_hold(struct stage *stage, int descriptor)
{
    (void)descriptor;
    pthread_mutex_lock(&stage->mutex);
}

static void mutex_wait(struct stage *stage, int descriptor)
{
    (void)descriptor;
    asked(stage);
    pthread_mutex_lock(&stage->mutex);
    pthread_mutex_unlock(&stage->mutex);
}

static void mutex_act(struct stage *stage, int descriptor)
{
    (void)descriptor;
    pthread_mutex_unlock(&stage->mutex);
}

/* The child is a grandchild of the test, and its own the act. */
static void child_wait(struct stage *stage, int descriptor)
{
    (void)descriptor;
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, "holding");
        flag_await(&stage->times.act);
        stage->times.acted_ns = boottime_now();
        _exit(0);
    }
    stage->times.holder = child;
    asked(stage);
    waitpid(child, NULL, 0);
}

static const struct way ways[WAIT_WAYS] = {
    [BY_PIPE_READ] = {"pipe read", WAIT_PIPE_READ, pipe_make_read, NULL, read_wait, write_act},
    [BY_PIPE_WRITE] = {"pipe write", WAIT_PIPE_WRITE, pipe_make_write, NULL, write_wait, read_act},
    [BY_UNIX_RECEIVE] = {"unix receive", WAIT_SOCKET_RECEIVE, unix_make, NULL, read_wait, write_act},
    [BY_UNIX_SEND] = {"unix send", WAIT_SOCKET_SEND, unix_make, NULL, write_wait, read_act},
    [BY_UNIX_CONNECT] = {"unix connect", WAIT_CONNECT, listener_make, NULL, connect_wait, accept_act},
    [BY_TCP_RECEIVE] = {"tcp receive", WAIT_SOCKET_RECEIVE, tcp_make, NULL, read_wait, write_act},
    [BY_TCP_SEND] = {"tcp send", WAIT_SOCKET_SEND, tcp_make, NULL, write_wait, read_act},
    [BY_MUTEX] = {"mutex", WAIT_FUTEX, nothing_make, mutex_hold, mutex_wait, mutex_act},
    [BY_CHILD] = {"child", WAIT_CHILD, nothing_make, NULL, child_wait, NULL},
};

enum wait_kind wait_way_kind(enum wait_way way)
{
    return ways[way].kind;
}

const char *wait_way_name(enum wait_way way)
{
    return ways[way].name;
}

static struct stage *stage_make(void)
{
    pthread_mutexattr_t attributes;
    struct stage *stage = mmap(NULL, sizeof *stage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (stage == MAP_FAILED)
        return NULL;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&stage->mutex, &attributes);
    return stage;
}

static pid_t side_fork(const char *name)
{
    pid_t test = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, name);
        if (getppid() != test)
            _exit(1);
    }
    return pid;
}

static void descriptor_close(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

static pid_t holder_start(const struct way *way, struct stage *stage, const struct ends *ends)
{
    pid_t pid = side_fork("holding");
    if (pid != 0)
        return pid;
    descriptor_close(ends->waiter);
    if (way->hold != NULL)
        way->hold(stage, ends->holder);
    stage->times.ready = true;
    flag_await(&stage->times.act);
    stage->times.acted_ns = boottime_now();
    way->act(stage, ends->holder);
    flag_await(&stage->times.leave);
    _exit(0);
}

static pid_t waiter_start(const struct way *way, struct stage *stage, const struct ends *ends)
{
    pid_t pid = side_fork("waiting");
    if (pid != 0)
        return pid;
    descriptor_close(ends->holder);
    if (way->act != NULL)
        flag_await(&stage->times.ready);
    way->wait(stage, ends->waiter);
    stage->times.got_ns = boottime_now();
    flag_await(&stage->times.leave);
    _exit(0);
}

/* Asleep at ten looks in a row, in one and the same sleep: not only on the way into it. */
static bool is_asleep(pid_t pid)
{
    char path[64], text[1024] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    size_t length = file == NULL ? 0 : fread(text, 1, sizeof text - 1, file);
    if (file != NULL)
        fclose(file);
    const char *state = length == 0 ? NULL : strrchr(text, ')');
    return state != NULL && (state[2] == 'S' || state[2] == 'D');
}

static bool asleep_await(struct wait_pair *pair)
{
    for (int looks = 0, waited_ms = 0; looks < LOOKS; waited_ms += LOOK_MS) {
        int64_t asked_ns = pair->times->asked_ns;
        if (waited_ms > PATIENCE_MS)
            return false;
        pause_ms(LOOK_MS);
        looks = asked_ns != 0 && is_asleep(pair->waiter) && asked_ns == pair->times->asked_ns ? looks + 1 : 0;
    }
    pair->asleep_ns = boottime_now();
    return true;
}

bool wait_begin(struct wait_pair *pair, enum wait_way way)
{
    struct ends ends = {-1, -1};
    struct stage *stage = stage_make();
    *pair = (struct wait_pair){.times = stage == NULL ? NULL : &stage->times};
    if (stage == NULL || !ways[way].make(pair, &ends))
        return false;
    if (ways[way].act != NULL)
        pair->holder = holder_start(&ways[way], stage, &ends);
    pair->waiter = waiter_start(&ways[way], stage, &ends);
    descriptor_close(ends.waiter);
    descriptor_close(ends.holder);
    bool asleep = asleep_await(pair);
    if (pair->holder == 0)
        pair->holder = pair->times->holder;
    return asleep;
}

bool wait_end(struct wait_pair *pair)
{
    pair->times->act = true;
    for (int waited_ms = 0; pair->times->got_ns == 0 && waited_ms < PATIENCE_MS; waited_ms++)
        pause_ms(1);
    return pair->times->got_ns != 0;
}

void wait_leave(struct wait_pair *pair)
{
    if (pair->times == NULL)
        return;
    pair->times->leave = true;
    bool own = pair->times->holder == 0;
    if (pair->times->got_ns == 0 && pair->waiter > 0)
        kill(pair->waiter, SIGKILL);
    if (pair->times->got_ns == 0 && pair->holder > 0 && own)
        kill(pair->holder, SIGKILL);
    if (pair->waiter > 0)
        waitpid(pair->waiter, NULL, 0);
    if (pair->holder > 0 && own)
        waitpid(pair->holder, NULL, 0);
    if (pair->path[0] != '\0')
        unlink(pair->path);
    munmap(pair->times, sizeof(struct stage));
    *pair = (struct wait_pair){0};
}
