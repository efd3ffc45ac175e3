/* Reading the recording of a recorder that runs, for the front, in a process of its own. */
#include "cursor/attach_read.h"

#include "base/channel.h"
#include "base/clock.h"
#include "base/isolate.h"
#include "collect/privilege.h"
#include "record/recording.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOK_EVERY_MS = 200, FAILURES_MAX = 10, SAMPLES_MAX = 6000 };
static const int64_t past_ns = 600 * NS_PER_S;

/* The position of a serial, or SIZE_MAX. */
static size_t position_of(const struct recording *recording, uint64_t serial)
{
    size_t low = 0, high = recording_count(recording);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (recording_serial(recording, middle) < serial)
            low = middle + 1;
        else
            high = middle;
    }
    return low < recording_count(recording) && recording_serial(recording, low) == serial ? low : SIZE_MAX;
}

/* The position of the keyframe that the sample ten minutes before the newest is packed against. */
static size_t past_begin(struct recording *recording)
{
    size_t count = recording_count(recording), begin = count - 1;
    int64_t from_ns = recording_time_ns(recording, count - 1) - past_ns;
    while (begin > 0 && count - begin < SAMPLES_MAX && recording_time_ns(recording, begin - 1) >= from_ns)
        begin--;
    struct packed_sample first;
    size_t keyframe = recording_packed(recording, begin, &first, NULL) ? position_of(recording, first.keyframe) : begin;
    return keyframe <= begin ? keyframe : begin;
}

/* Sends what came after the serial, which becomes that of the last one sent. */
static bool samples_send(struct recording *recording, uint64_t *sent, int channel)
{
    size_t position = recording_count(recording);
    if (position == 0 || recording_serial(recording, position - 1) <= *sent)
        return true;
    if (*sent == 0)
        position = past_begin(recording);
    while (position > 0 && *sent > 0 && recording_serial(recording, position - 1) > *sent)
        position--;
    for (; position < recording_count(recording); position++) {
        struct packed_sample packed;
        *sent = recording_serial(recording, position);
        if (!recording_packed(recording, position, &packed, NULL) || packed.packed_bytes > ATTACH_PACKED_BYTES_MAX)
            continue;
        struct attach_frame frame = {.kind = ATTACH_SAMPLE,
                                     .packed_bytes = (uint32_t)packed.packed_bytes,
                                     .serial = packed.serial,
                                     .keyframe = packed.keyframe,
                                     .time_ns = packed.time_ns,
                                     .boottime_ns = packed.boottime_ns};
        if (!channel_send(channel, &frame, sizeof frame) || !channel_send(channel, packed.packed, packed.packed_bytes))
            return false;
    }
    return true;
}

/* Only a recording of the user whom this process has become: what somebody else may have put there is not opened. */
static struct recording *own_open(const char *path)
{
    struct stat status;
    if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != geteuid())
        return NULL;
    struct recording *recording = recording_open(path, NULL);
    if (recording != NULL && !recording_anonymised(recording))
        return recording;
    recording_close(recording, NULL);
    return NULL;
}

static void recording_follow(struct recording *recording, const struct announcement *announcement, int channel)
{
    static const struct attach_frame complete = {.kind = ATTACH_PAST_COMPLETE};
    uint64_t sent = 0;
    unsigned failures = 0;
    if (!samples_send(recording, &sent, channel) || !channel_send(channel, &complete, sizeof complete))
        return;
    for (bool lives = true; lives && failures < FAILURES_MAX;) {
        struct pollfd front = {.fd = channel, .events = POLLIN};
        if (poll(&front, 1, LOOK_EVERY_MS) > 0)
            return; /* it never sends: this is its end */
        lives = announcement_lives(announcement);
        failures = recording_refresh(recording, NULL, NULL) ? 0 : failures + 1;
        if (!samples_send(recording, &sent, channel))
            return;
    }
}

void attach_read(const struct announcement *announcement, uid_t uid, gid_t gid, int channel, int front)
{
    static const int left[] = {SIGINT, SIGQUIT, SIGTSTP, SIGHUP, SIGPIPE, SIGWINCH};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid();
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        signal(left[i], SIG_IGN);
    isolate_process("culprit-attach", (int[]){channel, announcement->descriptor}, 2);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    struct recording *recording = NULL;
    if (privilege_give_up(uid, gid, NULL) && chdir("/") == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* becoming another user takes it back */
        if (getppid() == front)
            recording = own_open(announcement->recording);
    }
    if (recording != NULL)
        recording_follow(recording, announcement, channel);
    recording_close(recording, NULL);
    _exit(0);
}
