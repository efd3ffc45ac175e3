/* Probes. Both sides are the same program, forked: the frames on the socket pair are plain structs.
 *
 *     request: struct request_frame, then `bytes` bytes
 *     answer:  struct answer_frame, then `bytes` bytes (the answer, or the sentence when it is not `answered`) */
#include "collect/probe.h"

#include "base/channel.h"
#include "base/clock.h"
#include "base/isolate.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_BYTES_MAX = 256 << 20, REST_DOUBLINGS_MAX = 6, FREE_WAIT_MS = 50 };

struct request_frame {
    uint64_t bytes;
};

struct answer_frame {
    uint64_t bytes;
    int64_t cpu_ns;
    uint64_t answered;
};

struct probe {
    struct probe_options options;
    pid_t pid; /* 0: none */
    int channel;
    pid_t left[PROBE_LEFT_MAX + 1]; /* one more while it is being freed */
    size_t left_count;
    pid_t left_last;
    unsigned misses; /* in a row */
    int64_t rest_until_ns;
    int64_t cpu_ns;
};

struct probe *probe_new(const struct probe_options *options)
{
    struct probe *probe = calloc(1, sizeof *probe);
    if (probe != NULL)
        *probe = (struct probe){.options = *options, .channel = -1};
    return probe;
}

static bool request_answer(const struct probe_options *options, int channel, struct buffer *request,
                           struct buffer *answer)
{
    struct request_frame asked;
    if (!channel_receive(channel, &asked, sizeof asked))
        return false;
    buffer_clear(request);
    buffer_clear(answer);
    char *room = buffer_extend(request, asked.bytes);
    if (room == NULL || !channel_receive(channel, room, asked.bytes))
        return false;
    int64_t cpu_before_ns = clock_cpu_ns();
    bool answered = options->work(options->context, room, asked.bytes, answer);
    if (answer->failed)
        return false;
    struct answer_frame frame = {
        .bytes = answer->length, .cpu_ns = clock_cpu_ns() - cpu_before_ns, .answered = answered};
    return channel_send(channel, &frame, sizeof frame) && channel_send(channel, answer->data, answer->length);
}

static _Noreturn void probe_main(const struct probe_options *options, int channel, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(0);
    isolate_process(options->name, (int[]){channel, options->descriptor}, 2);
    struct buffer request = {0}, answer = {0};
    while (request_answer(options, channel, &request, &answer))
        continue;
    _exit(0);
}

static bool probe_fork(struct probe *probe, struct error *error)
{
    int ends[2];
    if (!isolate_channel(ends))
        return error_errno(error, errno, "cannot make a socket pair for the probe %s", probe->options.name);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        probe_main(&probe->options, ends[1], parent);
    int number = errno;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return error_errno(error, number, "cannot start the probe %s (raise the limit of processes, `ulimit -u`)",
                           probe->options.name);
    }
    probe->pid = pid;
    probe->channel = ends[0];
    return true;
}

static void left_reap(struct probe *probe)
{
    size_t kept = 0;
    for (size_t i = 0; i < probe->left_count; i++)
        if (waitpid(probe->left[i], NULL, WNOHANG) == 0)
            probe->left[kept++] = probe->left[i];
    probe->left_count = kept;
}

static void probe_leave(struct probe *probe)
{
    if (probe->pid == 0)
        return;
    close(probe->channel);
    probe->channel = -1;
    kill(probe->pid, SIGKILL);
    probe->left[probe->left_count++] = probe->left_last = probe->pid;
    probe->pid = 0;
    left_reap(probe);
}

static void probe_rest(struct probe *probe)
{
    probe->misses++;
    if (probe->misses < 2)
        return;
    unsigned doublings = probe->misses - 2;
    doublings = doublings > REST_DOUBLINGS_MAX ? REST_DOUBLINGS_MAX : doublings;
    probe->rest_until_ns = clock_boottime_ns() + (NS_PER_S << doublings);
}

/* Moves count bytes in either direction before the deadline. */
static enum probe_result channel_move(int channel, short direction, char *bytes, size_t count, int64_t deadline_ns)
{
    for (size_t moved = 0; moved < count;) {
        ssize_t step = direction == POLLIN ? recv(channel, bytes + moved, count - moved, MSG_DONTWAIT)
                                           : send(channel, bytes + moved, count - moved, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (step > 0) {
            moved += (size_t)step;
            continue;
        }
        if (step == 0 || (errno != EAGAIN && errno != EINTR))
            return PROBE_FAILED;
        int64_t left_ns = deadline_ns - clock_boottime_ns();
        if (left_ns <= 0)
            return PROBE_MISSED;
        poll(&(struct pollfd){.fd = channel, .events = direction}, 1, (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS));
    }
    return PROBE_ANSWERED;
}

static enum probe_result probe_exchange(struct probe *probe, const void *request, size_t request_bytes,
                                        int64_t deadline_ns, struct buffer *answer, bool *answered)
{
    struct request_frame asked = {.bytes = request_bytes};
    struct answer_frame frame = {0};
    enum probe_result result = channel_move(probe->channel, POLLOUT, (char *)&asked, sizeof asked, deadline_ns);
    if (result == PROBE_ANSWERED)
        result = channel_move(probe->channel, POLLOUT, (char *)(uintptr_t)request, request_bytes, deadline_ns);
    if (result == PROBE_ANSWERED)
        result = channel_move(probe->channel, POLLIN, (char *)&frame, sizeof frame, deadline_ns);
    if (result != PROBE_ANSWERED)
        return result;
    char *room = frame.bytes > FRAME_BYTES_MAX ? NULL : buffer_extend(answer, frame.bytes);
    if (room == NULL)
        return PROBE_FAILED;
    probe->cpu_ns += frame.cpu_ns;
    *answered = frame.answered != 0;
    return channel_move(probe->channel, POLLIN, room, frame.bytes, deadline_ns);
}

enum probe_result probe_ask(struct probe *probe, const void *request, size_t request_bytes, int deadline_ms,
                            struct buffer *answer, struct error *error)
{
    int64_t deadline_ns = clock_boottime_ns() + deadline_ms * NS_PER_MS;
    buffer_clear(answer);
    left_reap(probe);
    if (probe->left_count == PROBE_LEFT_MAX || clock_boottime_ns() < probe->rest_until_ns) {
        error_set(error, "the probe %s rests: it missed its deadline %u times in a row", probe->options.name,
                  probe->misses);
        return PROBE_RESTING;
    }
    if (probe->pid == 0 && !probe_fork(probe, error)) {
        probe_rest(probe);
        return PROBE_FAILED;
    }
    bool answered = false;
    enum probe_result result = probe_exchange(probe, request, request_bytes, deadline_ns, answer, &answered);
    if (result == PROBE_ANSWERED && answered) {
        probe->misses = 0;
        return PROBE_ANSWERED;
    }
    if (result == PROBE_ANSWERED) {
        probe->misses = 0;
        error_set(error, "%s", buffer_text(answer));
        buffer_clear(answer);
        return PROBE_FAILED;
    }
    if (result == PROBE_MISSED)
        error_set(error, "the probe %s did not answer within %d ms", probe->options.name, deadline_ms);
    else
        error_set(error, "the probe %s ended before it had answered", probe->options.name);
    buffer_clear(answer);
    probe_leave(probe);
    probe_rest(probe);
    return result;
}

int64_t probe_cpu_ns(const struct probe *probe)
{
    return probe->cpu_ns;
}

int probe_pid(const struct probe *probe)
{
    return probe->pid;
}

size_t probe_left(struct probe *probe)
{
    left_reap(probe);
    return probe->left_count;
}

int probe_left_last(const struct probe *probe)
{
    return probe->left_last;
}

bool probe_is_left(struct probe *probe, int pid)
{
    left_reap(probe);
    for (size_t i = 0; i < probe->left_count; i++)
        if (probe->left[i] == pid)
            return true;
    return false;
}

void probe_excuse(struct probe *probe)
{
    probe->misses = 0;
    probe->rest_until_ns = 0;
}

void probe_free(struct probe *probe)
{
    if (probe == NULL)
        return;
    probe_leave(probe);
    for (int tries = 0; tries < FREE_WAIT_MS && probe_left(probe) > 0; tries++)
        clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){.tv_nsec = NS_PER_MS}, NULL);
    free(probe);
}
