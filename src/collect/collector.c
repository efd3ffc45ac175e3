/* The front's end of the collector. */
#include "collect/collector.h"

#include "base/clock.h"
#include "collect/collector_serve.h"
#include "collect/keeper.h"
#include "base/isolate.h"
#include "sample/codec.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    FRAME_BYTES_MAX = 256 << 20,
    STEP_BYTES = 1 << 20,
    SAMPLE_DEADLINE_MS = 10000,
    START_WAIT_MS = 5000,
    END_WAIT_MS = 200,
    UNREAPED_MAX = 16,
};

struct collector {
    pid_t keeper;
    int control;      /* to the keeper */
    int keeper_leash; /* of the keeper */
    pid_t pid;        /* 0: there is none */
    int channel;      /* to the collector; -1: there is none */
    int leash;
    enum collector_ask under_way; /* asked, or to be asked as soon as there is a collector */
    struct buffer arrived;        /* of the frame that is coming in */
    struct error ended;           /* why there is no collector any more; empty while there is or may be one */
};

/* Keepers that had not ended yet when nobody needed them any more: nobody waits for them, the next start or stop looks
 * again. */
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

static void end_close(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

/* ---- the keeper's news ---- */

/* How it ended, for people, and what then; short, for it stands in one line of 80 columns. */
static void end_describe(int status, const char *then, struct error *error)
{
    if (WIFSIGNALED(status))
        error_set(error, "the collector was killed (signal %d%s); %s", WTERMSIG(status),
                  WTERMSIG(status) == SIGKILL ? ": no memory?" : "", then);
    else
        error_set(error, "the collector ended unexpectedly; %s", then);
}

static bool ask_send(struct collector *collector)
{
    char byte = (char)collector->under_way;
    ssize_t sent;
    do
        sent = send(collector->channel, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent >= 0 || errno == EAGAIN;
}

static void news_apply(struct collector *collector, const struct keeper_news *news, const int ends[2],
                       struct error *error)
{
    char again[64];
    snprintf(again, sizeof again, "it is started again in %g s", news->after_ms / 1000.0);
    switch (news->event) {
    case KEEPER_STARTED:
        if (ends[0] < 0)
            break;
        collector->pid = news->pid;
        collector->channel = ends[0];
        collector->leash = ends[1];
        if (collector->under_way != ASK_NOTHING)
            ask_send(collector); /* failed: its end is the next thing to be read */
        break;
    case KEEPER_LOST:
        end_describe(news->status, again, error);
        break;
    case KEEPER_GAVE_UP:
        end_describe(news->status, "it died too often to be started again; start culprit again to see the host live",
                     &collector->ended);
        break;
    case KEEPER_CANNOT:
        error_errno(error, news->status, "cannot start the collector (raise the limit of processes, `ulimit -u`)");
        if (news->after_ms == 0)
            collector->ended = *error;
        break;
    }
}

/* Takes in what the keeper tells, waiting at most that long for it. False with a sentence when that is bad news. */
static bool news_take(struct collector *collector, int timeout_ms, struct error *error)
{
    struct keeper_news news;
    struct error told = {0};
    int ends[2];
    poll(&(struct pollfd){.fd = collector->control, .events = POLLIN}, 1, timeout_ms);
    if (keeper_news_take(collector->control, &news, ends))
        news_apply(collector, &news, ends, &told);
    else if (errno != EAGAIN)
        error_set(&collector->ended, "the collector and its keeper are gone; start culprit again to see the host live");
    if (collector_ended(collector))
        told = collector->ended;
    return told.text[0] == '\0' || error_set(error, "%s", told.text);
}

/* The collector is gone, or of no use: its leash ends it then. The keeper tells the rest. */
static bool collector_lose(struct collector *collector, const char *damage, struct error *error)
{
    struct error told = {0};
    end_close(&collector->channel);
    end_close(&collector->leash);
    buffer_clear(&collector->arrived);
    collector->pid = 0;
    collector->under_way = ASK_NOTHING;
    if (news_take(collector, END_WAIT_MS, &told))
        error_set(&told, "the collector ended unexpectedly; it is started again");
    if (damage != NULL && !collector_ended(collector))
        error_set(&told, "what the collector sent is damaged (%s); it is started again", damage);
    return error_set(error, "%s", told.text);
}

struct collector *collector_start(const struct collector_options *options, struct error *error)
{
    unreaped_look();
    struct collector *collector = calloc(1, sizeof *collector);
    int control[2], leash[2];
    if (collector == NULL) {
        error_memory(error);
        return NULL;
    }
    if (!isolate_channel(control)) {
        error_errno(error, errno, "cannot make a socket pair for the collector");
        goto failed;
    }
    if (!isolate_channel(leash)) {
        error_errno(error, errno, "cannot make a socket pair for the collector");
        pair_close(control);
        goto failed;
    }
    pid_t pid = fork();
    if (pid == 0)
        keeper_run(options, control[1], leash[1]);
    if (pid < 0) {
        error_errno(error, errno, "cannot start the collector (raise the limit of processes, `ulimit -u`)");
        pair_close(control);
        pair_close(leash);
        goto failed;
    }
    close(control[1]);
    close(leash[1]);
    *collector =
        (struct collector){.keeper = pid, .control = control[0], .keeper_leash = leash[0], .channel = -1, .leash = -1};
    if (news_take(collector, START_WAIT_MS, error))
        return collector;
    collector_stop(collector);
    return NULL;
failed:
    free(collector);
    return NULL;
}

int collector_descriptor(const struct collector *collector)
{
    return collector->channel >= 0 ? collector->channel : collector->control;
}

int collector_pid(const struct collector *collector)
{
    return collector->pid;
}

bool collector_ended(const struct collector *collector)
{
    return collector->ended.text[0] != '\0';
}

bool collector_returns(const struct collector *collector)
{
    return collector->channel < 0 && !collector_ended(collector);
}

bool collector_request(struct collector *collector, bool complete, struct error *error)
{
    enum collector_ask ask = complete ? ASK_COMPLETE : ASK_BASIC;
    if (collector_ended(collector))
        return error_set(error, "%s", collector->ended.text);
    if (collector->under_way >= ask)
        return true;
    collector->under_way = ask;
    return collector->channel < 0 || ask_send(collector) || collector_lose(collector, NULL, error);
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
            collector_lose(collector, "its length is beyond all bounds", error);
            return NO_MORE;
        }
        size_t step = whole - arrived->length;
        if (step == 0)
            return ARRIVED;
        step = step > STEP_BYTES ? STEP_BYTES : step;
        char *room = buffer_extend(arrived, step);
        if (room == NULL) {
            collector_lose(collector, "no memory for it", error);
            return NO_MORE;
        }
        ssize_t got = recv(collector->channel, room, step, MSG_DONTWAIT);
        arrived->length -= step - (got > 0 ? (size_t)got : 0);
        if (got > 0 || (got < 0 && errno == EINTR))
            continue;
        if (got < 0 && errno == EAGAIN)
            return NOT_YET;
        collector_lose(collector, NULL, error);
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
        collector_lose(collector, "neither a sample nor a sentence", error);
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
        error_set(error, "%s", collector->ended.text);
        return NULL;
    }
    for (;;) {
        if (collector->channel < 0 && !news_take(collector, 0, error))
            return NULL;
        enum arrival arrival = collector->channel < 0 ? NOT_YET : frame_advance(collector, &frame, error);
        if (arrival == NO_MORE)
            return NULL;
        if (arrival == ARRIVED)
            return frame_take(collector, &frame, error);
        int64_t left_ns = deadline_ns - clock_boottime_ns();
        if (left_ns <= 0)
            return NULL;
        poll(&(struct pollfd){.fd = collector_descriptor(collector), .events = POLLIN}, 1,
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
    end_close(&collector->leash);
    end_close(&collector->channel);
    end_close(&collector->keeper_leash);
    end_close(&collector->control);
    unreaped_look();
    if (waitpid(collector->keeper, NULL, WNOHANG) == 0 && unreaped_count < UNREAPED_MAX)
        unreaped[unreaped_count++] = collector->keeper;
    buffer_done(&collector->arrived);
    free(collector);
}
