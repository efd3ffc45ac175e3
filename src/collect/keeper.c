/* The keeper of the collector. */
#include "collect/keeper.h"

#include "base/clock.h"
#include "base/isolate.h"
#include "collect/collector_serve.h"
#include "collect/kernel_reason.h"
#include "collect/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEATHS_MAX = 5, DEATHS_WITHIN_S = 60, RESTART_MS = 1000 };

struct keeper {
    const struct collector_options *options;
    int control;
    sigset_t awake; /* the mask while it waits: a child's end wakes it */
    int64_t deaths_ns[DEATHS_MAX];
    size_t deaths; /* within the last minute, oldest first */
};

bool keeper_news_take(int control, struct keeper_news *news, int ends[2])
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } rights;
    struct iovec part = {news, sizeof *news};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = rights.room, .msg_controllen = sizeof rights.room};
    ssize_t got;
    do
        got = recvmsg(control, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    ends[0] = ends[1] = -1;
    const struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header != NULL && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(2 * sizeof(int)))
        memcpy(ends, CMSG_DATA(header), 2 * sizeof(int));
    if (got == (ssize_t)sizeof *news)
        return true;
    if (got >= 0)
        errno = EPIPE;
    return false;
}

/* A front that does not take it in has other troubles: the keeper waits for it or ends with it. */
static void news_send(const struct keeper *keeper, const struct keeper_news *news, const int *ends)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } rights = {0};
    struct iovec part = {(void *)(uintptr_t)news, sizeof *news};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (ends != NULL) {
        message.msg_control = rights.room;
        message.msg_controllen = sizeof rights.room;
        rights.header =
            (struct cmsghdr){.cmsg_len = CMSG_LEN(2 * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&rights.header), ends, 2 * sizeof(int));
    }
    while (sendmsg(keeper->control, &message, MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            _exit(0);
}

static void child_note(int number)
{
    (void)number;
}

/* Waits until the front is gone (and then ends), a child has ended or the time is over. -1 = as long as it takes. */
static void front_watch(const struct keeper *keeper, int64_t wait_ns)
{
    struct pollfd control = {.fd = keeper->control, .events = POLLIN};
    struct timespec wait = {.tv_sec = wait_ns / NS_PER_S, .tv_nsec = wait_ns % NS_PER_S};
    if (ppoll(&control, 1, wait_ns < 0 ? NULL : &wait, &keeper->awake) > 0)
        _exit(0);
}

static void end_close(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

/* Until it is on its leash: the child closes its end of the pipe with all others after that. */
static void leash_await(const int ready[2])
{
    enum { LEASH_WAIT_MS = 2000 };
    if (ready[0] < 0)
        return;
    close(ready[1]);
    poll(&(struct pollfd){.fd = ready[0], .events = POLLIN}, 1, LEASH_WAIT_MS);
    close(ready[0]);
}

/* Starts a collector and hands its ends to the front. Its pid; negative: errno. */
static pid_t collector_begin(const struct keeper *keeper)
{
    int channel[2], leash[2], ready[2];
    if (!isolate_channel(channel))
        return -errno;
    if (!isolate_channel(leash)) {
        int number = errno;
        end_close(channel);
        return -number;
    }
    if (pipe2(ready, O_CLOEXEC) != 0)
        ready[0] = ready[1] = -1; /* it is on its leash a moment later then */
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        collector_serve(keeper->options, channel[1], leash[1], parent);
    int number = errno;
    leash_await(ready);
    if (pid > 0)
        news_send(keeper, &(struct keeper_news){.event = KEEPER_STARTED, .pid = pid}, (int[]){channel[0], leash[0]});
    end_close(channel);
    end_close(leash);
    return pid > 0 ? pid : -number;
}

/* Its probes end before it is reaped: as long as it is not, the number of its group is nobody else's. */
static int end_await(const struct keeper *keeper, pid_t pid)
{
    siginfo_t ended = {0};
    int status = 0;
    while (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0)
        front_watch(keeper, -1);
    kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

/* Notes a death; how long to wait until the next start, 0 = there have been too many. */
static uint32_t death_note(struct keeper *keeper)
{
    int64_t now_ns = clock_boottime_ns();
    size_t old = 0;
    while (old < keeper->deaths && keeper->deaths_ns[old] < now_ns - DEATHS_WITHIN_S * NS_PER_S)
        old++;
    keeper->deaths -= old;
    memmove(keeper->deaths_ns, keeper->deaths_ns + old, keeper->deaths * sizeof *keeper->deaths_ns);
    keeper->deaths_ns[keeper->deaths++] = now_ns;
    uint32_t rest_ms = keeper->options->restart_ms == 0 ? RESTART_MS : keeper->options->restart_ms;
    return keeper->deaths == DEATHS_MAX ? 0 : rest_ms << (keeper->deaths - 1);
}

static void keeper_settle(struct keeper *keeper, int leash)
{
    setsid();
    collector_leave_signals();
    isolate_process("culprit-keeper", (int[]){keeper->control, leash}, 2);
    collector_take_leash(leash);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    kernel_memory_raise();
    collector_spare_from_oom();
    privilege_keep();
    sigset_t blocked;
    sigemptyset(&keeper->awake);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = child_note}, NULL);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
}

void keeper_run(const struct collector_options *options, int control, int leash)
{
    struct keeper keeper = {.options = options, .control = control};
    keeper_settle(&keeper, leash);
    for (bool first = true;; first = false) {
        struct keeper_news news = {.event = KEEPER_LOST};
        pid_t pid = collector_begin(&keeper);
        if (pid > 0) {
            news.status = end_await(&keeper, pid);
            news.after_ms = death_note(&keeper);
            news.event = news.after_ms > 0 ? KEEPER_LOST : KEEPER_GAVE_UP;
        } else {
            news = (struct keeper_news){.event = KEEPER_CANNOT, .status = -pid};
            news.after_ms = first ? 0 : death_note(&keeper);
        }
        news_send(&keeper, &news, NULL);
        if (news.after_ms == 0)
            _exit(0);
        int64_t due_ns = clock_boottime_ns() + news.after_ms * NS_PER_MS;
        for (int64_t left_ns; (left_ns = due_ns - clock_boottime_ns()) > 0;)
            front_watch(&keeper, left_ns);
    }
}
