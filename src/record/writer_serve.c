/* Writing what comes over the channel. Whatever the disk does, only this process waits for it. */
#include "record/writer_serve.h"

#include "base/buffer.h"
#include "base/channel.h"
#include "base/isolate.h"
#include "record/timeline.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A front that is gone needs no reply. */
static void reply_send(int channel, const struct recording *recording, struct writer_reply reply)
{
    reply.count = recording == NULL ? 0 : recording_count(recording);
    reply.size_bytes = recording == NULL ? 0 : recording_size_bytes(recording);
    ssize_t sent = send(channel, &reply, sizeof reply, MSG_NOSIGNAL);
    (void)sent;
}

static void verdict_write(struct recording *recording, struct writer_verdict *verdict)
{
    verdict->judge[WRITER_TEXT_BYTES - 1] = '\0';
    verdict->sentence[WRITER_TEXT_BYTES - 1] = '\0';
    verdict->suspect[WRITER_TEXT_BYTES - 1] = '\0';
    const struct recorded_judge judge = {verdict->judge, verdict->window_ns};
    const struct recorded_verdict recorded = {.score = verdict->score,
                                              .suspect_score = verdict->suspect_score,
                                              .anomalous = verdict->anomalous,
                                              .sentence = verdict->sentence,
                                              .suspect = verdict->has_suspect ? verdict->suspect : NULL};
    struct error ignored; /* the recording matters more */
    recording_judge(recording, &judge, &recorded, &ignored);
}

/* Answers until the front is gone. */
static void frames_serve(struct recording *recording, int channel)
{
    struct buffer bytes = {0};
    struct writer_frame frame;
    uint32_t newest = 0; /* number of the sample that was written last; 0: the last one could not be */
    while (channel_receive(channel, &frame, sizeof frame) && frame.bytes <= WRITER_SAMPLE_BYTES_MAX) {
        buffer_clear(&bytes);
        void *room = buffer_extend(&bytes, frame.bytes);
        if (room == NULL || !channel_receive(channel, room, frame.bytes))
            break;
        if (frame.kind == WRITER_VERDICT && frame.bytes == sizeof(struct writer_verdict)) {
            struct writer_verdict verdict;
            memcpy(&verdict, room, sizeof verdict);
            if (frame.number == newest)
                verdict_write(recording, &verdict);
            continue;
        }
        struct writer_reply reply = {.answer = ANSWER_WRITTEN, .number = frame.number};
        reply.done =
            recording_append_encoded(recording, frame.time_ns, frame.boottime_ns, room, frame.bytes, &reply.error);
        newest = reply.done ? frame.number : 0;
        reply_send(channel, recording, reply);
    }
    buffer_done(&bytes);
}

void writer_serve(const char *path, const struct recording_options *options, int channel)
{
    /* The front's to handle; it then ends in order, and this process with it. */
    static const int left[] = {SIGINT, SIGQUIT, SIGTSTP, SIGHUP, SIGTERM, SIGPIPE, SIGWINCH, SIGXFSZ};
    setsid();
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        signal(left[i], SIG_IGN);
    isolate_process("culprit-write", (int[]){channel}, 1);
    struct writer_reply opened = {.answer = ANSWER_OPENED}, closed = {.answer = ANSWER_CLOSED};
    struct recording *recording = recording_create(path, options, &opened.error);
    opened.done = recording != NULL;
    reply_send(channel, recording, opened);
    if (recording != NULL) {
        frames_serve(recording, channel);
        bool empty = options->fresh && recording_count(recording) == 0;
        closed.done = recording_close(recording, &closed.error);
        if (empty)
            recording_remove(path);
        reply_send(channel, NULL, closed);
    }
    _exit(0);
}
