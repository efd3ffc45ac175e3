/* The front's end of a writing process. */
#include "record/writer.h"

#include "base/clock.h"
#include "base/isolate.h"
#include "record/writer_serve.h"
#include "sample/codec.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { QUEUE_BYTES_MAX = 32 << 20, OFFERED_MAX = 4096, SOCKET_BYTES = 4 << 20 };

struct writer {
    char *path;
    pid_t pid;
    int channel; /* -1: ended */
    bool opened, closed;
    bool closed_well;
    struct buffer queue; /* frames; the first `sent` bytes have gone */
    size_t sent;
    char reply[sizeof(struct writer_reply)];
    size_t reply_bytes;
    uint32_t newest, answered;       /* numbers of samples: offered last, answered last */
    int64_t offered_ns[OFFERED_MAX]; /* boot time, by number modulo OFFERED_MAX */
    size_t written, dropped, failed, before;
    uint64_t size_bytes;
    struct error trouble;
};

struct writer *writer_start(const char *path, const struct recording_options *options, struct error *error)
{
    struct writer *writer = calloc(1, sizeof *writer);
    char *copy = strdup(path);
    int channel[2];
    if (writer == NULL || copy == NULL) {
        free(writer);
        free(copy);
        error_memory(error);
        return NULL;
    }
    *writer = (struct writer){.path = copy, .channel = -1};
    if (!isolate_channel(channel)) {
        error_errno(error, errno, "cannot make a socket pair for the recording");
        writer_finish(writer, 0, NULL, NULL);
        return NULL;
    }
    setsockopt(channel[0], SOL_SOCKET, SO_SNDBUF, &(int){SOCKET_BYTES}, sizeof(int));
    writer->pid = fork();
    if (writer->pid == 0)
        writer_serve(path, options, channel[1]);
    close(channel[1]);
    writer->channel = channel[0];
    if (writer->pid > 0)
        return writer;
    error_errno(error, errno, "cannot start the process that writes the recording");
    writer_finish(writer, 0, NULL, NULL);
    return NULL;
}

static size_t waiting(const struct writer *writer)
{
    return writer->newest - writer->answered;
}

/* ---- what comes back ---- */

static void reply_take(struct writer *writer, const struct writer_reply *reply)
{
    writer->trouble = reply->error;
    writer->trouble.text[sizeof writer->trouble.text - 1] = '\0';
    if (reply->done)
        writer->trouble.text[0] = '\0';
    switch ((enum writer_answer)reply->answer) {
    case ANSWER_OPENED:
        writer->opened = reply->done;
        writer->before = reply->count;
        break;
    case ANSWER_WRITTEN:
        writer->answered = reply->number;
        writer->written += reply->done;
        writer->failed += !reply->done;
        break;
    case ANSWER_CLOSED:
        writer->closed = true;
        writer->closed_well = reply->done;
        return;
    }
    writer->size_bytes = reply->size_bytes;
}

static void writer_ended(struct writer *writer)
{
    close(writer->channel);
    writer->channel = -1;
    if (!writer->closed && writer->trouble.text[0] == '\0')
        error_set(&writer->trouble, "the process that writes %s has ended unexpectedly", writer->path);
}

static void replies_take(struct writer *writer)
{
    while (writer->channel >= 0) {
        ssize_t got = recv(writer->channel, writer->reply + writer->reply_bytes,
                           sizeof writer->reply - writer->reply_bytes, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got <= 0) {
            writer_ended(writer);
            return;
        }
        writer->reply_bytes += (size_t)got;
        if (writer->reply_bytes < sizeof writer->reply)
            continue;
        struct writer_reply reply;
        memcpy(&reply, writer->reply, sizeof reply);
        writer->reply_bytes = 0;
        reply_take(writer, &reply);
    }
}

/* ---- what goes ---- */

static void queue_send(struct writer *writer)
{
    while (writer->channel >= 0 && writer->sent < writer->queue.length) {
        ssize_t step = send(writer->channel, writer->queue.data + writer->sent, writer->queue.length - writer->sent,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (step < 0 && errno == EINTR)
            continue;
        if (step < 0)
            return; /* no room, or it has ended, which the replies tell */
        writer->sent += (size_t)step;
    }
    if (writer->sent == writer->queue.length)
        writer->sent = writer->queue.length = 0;
}

/* What has gone makes room. */
static void queue_compact(struct writer *writer)
{
    if (writer->sent == 0)
        return;
    memmove(writer->queue.data, writer->queue.data + writer->sent, writer->queue.length - writer->sent);
    writer->queue.length -= writer->sent;
    writer->sent = 0;
}

void writer_work(struct writer *writer)
{
    queue_send(writer);
    replies_take(writer);
}

bool writer_offer(struct writer *writer, const struct sample *sample)
{
    struct writer_frame frame = {.kind = WRITER_SAMPLE,
                                 .number = writer->newest + 1,
                                 .time_ns = sample->time_ns,
                                 .boottime_ns = sample->boottime_ns};
    writer_work(writer);
    queue_compact(writer);
    size_t before = writer->queue.length;
    buffer_append(&writer->queue, &frame, sizeof frame);
    bool fits = writer->channel >= 0 && before <= QUEUE_BYTES_MAX && waiting(writer) < OFFERED_MAX &&
                sample_encode(sample, &writer->queue, NULL) && !writer->queue.failed;
    if (!fits || (before > 0 && writer->queue.length > QUEUE_BYTES_MAX)) {
        writer->queue.length = before;
        writer->queue.failed = false;
        writer->dropped++;
        return false;
    }
    frame.bytes = writer->queue.length - before - sizeof frame;
    memcpy(writer->queue.data + before, &frame, sizeof frame);
    writer->newest++;
    writer->offered_ns[writer->newest % OFFERED_MAX] = clock_boottime_ns();
    writer_work(writer);
    return true;
}

void writer_judge(struct writer *writer, const struct recorded_judge *judge, const struct recorded_verdict *recorded)
{
    struct writer_verdict verdict = {.window_ns = judge->window_ns,
                                     .score = recorded->score,
                                     .suspect_score = recorded->suspect_score,
                                     .anomalous = recorded->anomalous,
                                     .has_suspect = recorded->suspect != NULL};
    snprintf(verdict.judge, sizeof verdict.judge, "%s", judge->name);
    snprintf(verdict.sentence, sizeof verdict.sentence, "%s", recorded->sentence);
    snprintf(verdict.suspect, sizeof verdict.suspect, "%s", recorded->suspect == NULL ? "" : recorded->suspect);
    struct writer_frame frame = {.bytes = sizeof verdict, .kind = WRITER_VERDICT, .number = writer->newest};
    if (writer->channel < 0 || writer->queue.length - writer->sent > QUEUE_BYTES_MAX)
        return;
    size_t before = writer->queue.length;
    buffer_append(&writer->queue, &frame, sizeof frame);
    buffer_append(&writer->queue, &verdict, sizeof verdict);
    if (writer->queue.failed) {
        writer->queue.length = before;
        writer->queue.failed = false;
    }
    writer_work(writer);
}

int writer_descriptor(const struct writer *writer)
{
    return writer->channel;
}

short writer_events(const struct writer *writer)
{
    return (short)(writer->sent < writer->queue.length ? POLLIN | POLLOUT : POLLIN);
}

struct writer_state writer_state(const struct writer *writer)
{
    size_t count = waiting(writer);
    int64_t oldest_ns = count == 0 ? 0 : writer->offered_ns[(writer->answered + 1) % OFFERED_MAX];
    return (struct writer_state){
        .opened = writer->opened,
        .ended = writer->channel < 0,
        .written = writer->written,
        .dropped = writer->dropped,
        .failed = writer->failed,
        .waiting = count,
        .before = writer->before,
        .stalled_s = count == 0 ? 0 : (double)(clock_boottime_ns() - oldest_ns) / (double)NS_PER_S,
        .size_bytes = writer->size_bytes,
        .trouble = writer->trouble.text[0] == '\0' ? NULL : writer->trouble.text,
    };
}

/* Works and waits until the deadline (boot time). False: it has passed, or the process has ended. */
static bool wait_until(struct writer *writer, int64_t deadline_ns)
{
    int64_t left_ns = deadline_ns - clock_boottime_ns();
    writer_work(writer);
    if (left_ns <= 0 || writer->channel < 0)
        return false;
    poll(&(struct pollfd){.fd = writer->channel, .events = writer_events(writer)}, 1, (int)(left_ns / NS_PER_MS) + 1);
    writer_work(writer);
    return true;
}

bool writer_await(struct writer *writer, int timeout_ms, struct error *error)
{
    int64_t deadline_ns = clock_boottime_ns() + timeout_ms * NS_PER_MS;
    while (!writer->opened && wait_until(writer, deadline_ns))
        continue;
    if (writer->opened)
        return true;
    return writer->trouble.text[0] != '\0'
               ? error_set(error, "%s", writer->trouble.text)
               : error_set(error, "cannot create %s: the disk does not answer", writer->path);
}

bool writer_finish(struct writer *writer, int timeout_ms, struct writer_state *last, struct error *error)
{
    if (last != NULL)
        *last = (struct writer_state){0};
    if (writer == NULL)
        return true;
    int64_t deadline_ns = clock_boottime_ns() + timeout_ms * NS_PER_MS;
    while (writer->sent < writer->queue.length && wait_until(writer, deadline_ns))
        continue;
    size_t lost = writer->sent < writer->queue.length ? waiting(writer) : 0;
    if (writer->channel >= 0)
        shutdown(writer->channel, SHUT_WR);
    while (!writer->closed && wait_until(writer, deadline_ns))
        continue;
    bool done = writer->closed && writer->closed_well;
    if (last != NULL) {
        *last = writer_state(writer);
        last->trouble = NULL;
    }
    if (!done && writer->trouble.text[0] != '\0')
        error_set(error, "%s", writer->trouble.text);
    else if (!done)
        error_set(error,
                  "the disk under %s does not answer: process %ld writes what it has when it does; up to %zu samples "
                  "are lost",
                  writer->path, (long)writer->pid, lost);
    if (writer->channel >= 0)
        close(writer->channel);
    /* One that still writes is left to the init process. */
    for (int tries = 0; writer->pid > 0 && done && tries < 50 && waitpid(writer->pid, NULL, WNOHANG) == 0; tries++)
        poll(NULL, 0, 1);
    buffer_done(&writer->queue);
    free(writer->path);
    free(writer);
    return done;
}
