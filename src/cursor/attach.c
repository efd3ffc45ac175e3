/* The front's end of an attachment. */
#include "cursor/attach.h"

#include "base/clock.h"
#include "base/isolate.h"
#include "collect/privilege.h"
#include "cursor/attach_read.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STEP_BYTES = 1 << 20 };

struct attachment {
    struct announcement announcement;
    pid_t reader;
    int channel; /* -1: ended */
    struct buffer arrived;
    bool past_complete, given_up;
    size_t samples;
    int64_t from_ns;   /* wall clock of the first sample */
    int64_t newest_ns; /* boot time of the newest one */
};

/* Starts the reader as the owner of what it reads. */
static bool reader_start(struct attachment *attachment, uid_t user, gid_t group)
{
    int channel[2];
    if (!isolate_channel(channel))
        return false;
    uid_t owner = attachment->announcement.owner;
    pid_t front = getpid();
    attachment->reader = fork();
    if (attachment->reader == 0) {
        gid_t gid = owner == user ? group : owner == geteuid() ? getegid() : 0;
        attach_read(&attachment->announcement, owner, gid, channel[1], front);
    }
    close(channel[1]);
    if (attachment->reader > 0) {
        attachment->channel = channel[0];
        return true;
    }
    close(channel[0]);
    return false;
}

struct attachment *attachment_new(void)
{
    uid_t user;
    gid_t group;
    struct attachment *attachment = calloc(1, sizeof *attachment);
    if (attachment == NULL)
        return NULL;
    attachment->channel = -1;
    attachment->announcement.descriptor = -1;
    if (privilege_owner(&user, &group, NULL) && announcement_find(user, &attachment->announcement) &&
        reader_start(attachment, user, group))
        return attachment;
    attachment_free(attachment);
    return NULL;
}

static void reader_end(struct attachment *attachment)
{
    if (attachment->channel >= 0)
        close(attachment->channel);
    attachment->channel = -1;
    if (attachment->reader > 0) {
        kill(attachment->reader, SIGKILL);
        /* One that hangs in the kernel is left behind: the init process reaps it. */
        for (int tries = 0; tries < 20 && waitpid(attachment->reader, NULL, WNOHANG) == 0; tries++)
            poll(NULL, 0, 1);
    }
    attachment->reader = 0;
}

void attachment_free(struct attachment *attachment)
{
    if (attachment == NULL)
        return;
    reader_end(attachment);
    announcement_done(&attachment->announcement);
    buffer_done(&attachment->arrived);
    free(attachment);
}

int attachment_descriptor(const struct attachment *attachment)
{
    return attachment->channel;
}

/* Takes the whole frames out of what has arrived. Returns the samples that fitted. */
static size_t frames_take(struct attachment *attachment, struct cursor *cursor)
{
    struct buffer *arrived = &attachment->arrived;
    struct attach_frame frame;
    size_t at = 0, taken = 0;
    while (arrived->length - at >= sizeof frame) {
        memcpy(&frame, arrived->data + at, sizeof frame);
        if (frame.packed_bytes > ATTACH_PACKED_BYTES_MAX) {
            reader_end(attachment);
            break;
        }
        if (arrived->length - at - sizeof frame < frame.packed_bytes)
            break;
        struct packed_sample packed = {
            frame.serial,      frame.keyframe, frame.time_ns, frame.boottime_ns, arrived->data + at + sizeof frame,
            frame.packed_bytes};
        at += sizeof frame + frame.packed_bytes;
        if (frame.kind == ATTACH_PAST_COMPLETE)
            attachment->past_complete = true;
        if (frame.kind != ATTACH_SAMPLE || attachment->given_up || !cursor_adopt(cursor, &packed, NULL))
            continue;
        attachment->from_ns = attachment->samples++ == 0 ? packed.time_ns : attachment->from_ns;
        attachment->newest_ns = packed.boottime_ns;
        taken++;
    }
    if (at > 0)
        memmove(arrived->data, arrived->data + at, arrived->length - at);
    arrived->length -= at;
    return taken;
}

size_t attachment_receive(struct attachment *attachment, struct cursor *cursor, int timeout_ms)
{
    size_t taken = 0;
    if (attachment->channel < 0 ||
        poll(&(struct pollfd){.fd = attachment->channel, .events = POLLIN}, 1, timeout_ms) <= 0)
        return 0;
    while (attachment->channel >= 0) {
        char *room = buffer_extend(&attachment->arrived, STEP_BYTES);
        ssize_t got = room == NULL ? 0 : recv(attachment->channel, room, STEP_BYTES, MSG_DONTWAIT);
        if (room != NULL)
            attachment->arrived.length -= STEP_BYTES - (got > 0 ? (size_t)got : 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (got <= 0)
            reader_end(attachment);
        else
            taken += frames_take(attachment, cursor);
    }
    return taken;
}

size_t attachment_fill(struct attachment *attachment, struct cursor *cursor, int timeout_ms)
{
    int64_t deadline_ns = clock_boottime_ns() + timeout_ms * NS_PER_MS;
    size_t taken = 0;
    while (!attachment->past_complete && attachment->channel >= 0) {
        int64_t left_ns = deadline_ns - clock_boottime_ns();
        if (left_ns <= 0)
            break;
        taken += attachment_receive(attachment, cursor, (int)(left_ns / NS_PER_MS) + 1);
    }
    return taken;
}

bool attachment_delivers(struct attachment *attachment, int64_t interval_ns)
{
    enum { LATE = 3 };
    const int64_t patience_ns = LATE * NS_PER_S;
    int64_t every_ns = attachment->announcement.interval_ns;
    /* An aligned sample may come late by as much as it takes to make one. */
    bool delivers = !attachment->given_up && attachment->channel >= 0 && attachment->past_complete &&
                    every_ns <= interval_ns + interval_ns / 8 && attachment->samples > 0 &&
                    clock_boottime_ns() - attachment->newest_ns <= every_ns + patience_ns;
    if (!delivers && !attachment->given_up) {
        attachment->given_up = true;
        reader_end(attachment);
    }
    return delivers;
}

struct attached_past attachment_past(const struct attachment *attachment)
{
    return (struct attached_past){attachment->announcement.pid, attachment->announcement.recording, attachment->samples,
                                  attachment->from_ns};
}
