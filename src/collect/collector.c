/* The front's end of the collector. */
#include "collect/collector.h"

#include "base/clock.h"
#include "collect/collector_serve.h"
#include "base/isolate.h"
#include "sample/codec.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    FRAME_BYTES_MAX = 256 << 20,
    STEP_BYTES = 1 << 20,
    SAMPLE_DEADLINE_MS = 10000,
    END_WAIT_MS = 50,
    UNREAPED_MAX = 16,
};

struct collector {
    pid_t pid; /* 0: ended and reaped */
    int channel;
    int leash;
    enum collector_ask under_way;
    struct buffer arrived; /* of the frame that is coming in */
    struct error ended;    /* why there is no collector any more; empty while there is */
};

/* Collectors that were killed and had not ended yet: nobody waits for them, the next start or stop looks again. */
static pid_t unreaped[UNREAPED_MAX];
static size_t unreaped_count;

static void unreaped_look(void)
{
    size_t kept = 0;
    for (size_t i = 0; i < unreaped_count; i++)
        if (waitpid(unreaped[i], NULL, WNOHANG) == 0)
            unreaped[kept++] = unreaped[i];
    unreaped_count = kept;
}

static void pair_close(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

struct collector *collector_start(const struct collector_options *options, struct error *error)
{
    unreaped_look();
    struct collector *collector = calloc(1, sizeof *collector);
    int channel[2], leash[2];
    if (collector == NULL) {
        error_memory(error);
        return NULL;
    }
    if (!isolate_channel(channel)) {
        error_errno(error, errno, "cannot make a socket pair for the collector");
        goto failed;
    }
    if (!isolate_channel(leash)) {
        error_errno(error, errno, "cannot make a socket pair for the collector");
        pair_close(channel);
        goto failed;
    }
    pid_t front = getpid();
    pid_t pid = fork();
    if (pid == 0)
        collector_serve(options, channel[1], leash[1], front);
    if (pid < 0) {
        error_errno(error, errno, "cannot start the collector (raise the limit of processes, `ulimit -u`)");
        pair_close(channel);
        pair_close(leash);
        goto failed;
    }
    close(channel[1]);
    close(leash[1]);
    *collector = (struct collector){.pid = pid, .channel = channel[0], .leash = leash[0]};
    return collector;
failed:
    free(collector);
    return NULL;
}

int collector_descriptor(const struct collector *collector)
{
    return collector->channel;
}

int collector_pid(const struct collector *collector)
{
    return collector->pid;
}

bool collector_ended(const struct collector *collector)
{
    return collector->ended.text[0] != '\0';
}

/* How it ended, as far as that is known within END_WAIT_MS: the channel closes a moment before the process can be
 * reaped. */
static void end_describe(struct collector *collector)
{
    int status = 0;
    pid_t reaped = 0;
    for (int tries = 0; tries < END_WAIT_MS && reaped == 0; tries++) {
        reaped = waitpid(collector->pid, &status, WNOHANG);
        if (reaped == 0)
            clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){.tv_nsec = NS_PER_MS}, NULL);
    }
    if (reaped != 0)
        collector->pid = 0;
    if (reaped > 0 && WIFSIGNALED(status))
        error_set(&collector->ended,
                  "the collector was killed (signal %d, %s)%s; start culprit again to see the host live",
                  WTERMSIG(status), strsignal(WTERMSIG(status)),
                  WTERMSIG(status) == SIGKILL ? ", perhaps because the host ran out of memory" : "");
    else
        error_set(&collector->ended, "the collector ended unexpectedly; start culprit again to see the host live");
}

static bool end_take(struct collector *collector, const char *damage, struct error *error)
{
    if (!collector_ended(collector)) {
        if (damage == NULL)
            end_describe(collector);
        else
            error_set(&collector->ended, "what the collector sent is damaged (%s); start culprit again", damage);
    }
    return error_set(error, "%s", collector->ended.text);
}

bool collector_request(struct collector *collector, bool complete, struct error *error)
{
    enum collector_ask ask = complete ? ASK_COMPLETE : ASK_BASIC;
    if (collector_ended(collector))
        return end_take(collector, NULL, error);
    if (collector->under_way >= ask)
        return true;
    char byte = (char)ask;
    ssize_t sent;
    do
        sent = send(collector->channel, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && errno != EAGAIN)
        return end_take(collector, NULL, error);
    collector->under_way = ask;
    return true;
}

/* The frame that is coming in: how many bytes it has in all, as far as they are known. SIZE_MAX: damage. */
static size_t frame_bytes(const struct collector *collector, struct collector_frame *frame)
{
    if (collector->arrived.length < sizeof *frame)
        return sizeof *frame;
    memcpy(frame, collector->arrived.data, sizeof *frame);
    return frame->bytes > FRAME_BYTES_MAX ? SIZE_MAX : sizeof *frame + frame->bytes;
}

enum arrival { ARRIVED, NOT_YET, NO_MORE };

/* Takes in what is there, up to the end of one frame. */
static enum arrival frame_advance(struct collector *collector, struct collector_frame *frame, struct error *error)
{
    struct buffer *arrived = &collector->arrived;
    for (;;) {
        size_t whole = frame_bytes(collector, frame);
        if (whole == SIZE_MAX) {
            end_take(collector, "its length is beyond all bounds", error);
            return NO_MORE;
        }
        size_t step = whole - arrived->length;
        if (step == 0)
            return ARRIVED;
        step = step > STEP_BYTES ? STEP_BYTES : step;
        char *room = buffer_extend(arrived, step);
        if (room == NULL) {
            end_take(collector, "no memory for it", error);
            return NO_MORE;
        }
        ssize_t got = recv(collector->channel, room, step, MSG_DONTWAIT);
        arrived->length -= step - (got > 0 ? (size_t)got : 0);
        if (got > 0 || (got < 0 && errno == EINTR))
            continue;
        if (got < 0 && errno == EAGAIN)
            return NOT_YET;
        end_take(collector, NULL, error);
        return NO_MORE;
    }
}

static struct sample *frame_take(struct collector *collector, const struct collector_frame *frame, struct error *error)
{
    const char *bytes = collector->arrived.data + sizeof *frame;
    struct sample *sample = NULL;
    if (frame->ask >= (uint32_t)collector->under_way)
        collector->under_way = ASK_NOTHING;
    if (frame->kind == FRAME_SAMPLE)
        sample = sample_decode(bytes, frame->bytes, error);
    else if (frame->kind == FRAME_SENTENCE)
        error_set(error, "%.*s", (int)frame->bytes, bytes);
    else
        end_take(collector, "neither a sample nor a sentence", error);
    buffer_clear(&collector->arrived);
    return sample;
}

struct sample *collector_receive(struct collector *collector, int timeout_ms, struct error *error)
{
    int64_t deadline_ns = clock_boottime_ns() + timeout_ms * NS_PER_MS;
    struct collector_frame frame;
    if (error != NULL)
        error->text[0] = '\0';
    if (collector_ended(collector)) {
        end_take(collector, NULL, error);
        return NULL;
    }
    for (;;) {
        enum arrival arrival = frame_advance(collector, &frame, error);
        if (arrival == NO_MORE)
            return NULL;
        if (arrival == ARRIVED)
            return frame_take(collector, &frame, error);
        int64_t left_ns = deadline_ns - clock_boottime_ns();
        if (left_ns <= 0)
            return NULL;
        poll(&(struct pollfd){.fd = collector->channel, .events = POLLIN}, 1,
             (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS));
    }
}

struct sample *collector_sample(struct collector *collector, bool complete, struct error *error)
{
    int64_t deadline_ns = clock_boottime_ns() + SAMPLE_DEADLINE_MS * NS_PER_MS;
    struct error told = {0};
    if (!collector_request(collector, complete, error))
        return NULL;
    for (;;) {
        int64_t left_ms = (deadline_ns - clock_boottime_ns()) / NS_PER_MS;
        struct sample *sample = collector_receive(collector, left_ms > 0 ? (int)left_ms : 0, &told);
        bool enough = sample != NULL && (!complete || collector->under_way == ASK_NOTHING);
        if (enough)
            return sample;
        sample_release(sample);
        if (told.text[0] != '\0') {
            error_set(error, "%s", told.text);
            return NULL;
        }
        if (left_ms <= 0) {
            error_set(error, "the collector did not answer within %d s: the host hangs or is overloaded; try again",
                      SAMPLE_DEADLINE_MS / 1000);
            return NULL;
        }
    }
}

void collector_stop(struct collector *collector)
{
    if (collector == NULL)
        return;
    close(collector->leash);
    close(collector->channel);
    unreaped_look();
    if (collector->pid != 0) {
        kill(collector->pid, SIGKILL);
        if (waitpid(collector->pid, NULL, WNOHANG) == 0 && unreaped_count < UNREAPED_MAX)
            unreaped[unreaped_count++] = collector->pid;
    }
    buffer_done(&collector->arrived);
    free(collector);
}
