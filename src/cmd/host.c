/* This host as a command looks at it. */
#include "cmd/host.h"

#include "base/clock.h"

#include <errno.h>
#include <time.h>

enum { HISTORY_BYTES = 48 << 20, PAST_WAIT_MS = 1000, NEXT_WAIT_MS = 200 };

static bool look_begin(struct host *host, bool alone, struct error *error)
{
    *host = (struct host){0};
    host->collector = collector_start(&(struct collector_options){0}, error);
    if (host->collector == NULL)
        return false;
    if (!alone)
        host->attachment = attachment_new();
    if (collector_drop_privileges(error))
        host->cursor = cursor_live_new(HISTORY_BYTES, error);
    if (host->cursor == NULL)
        host_close(host);
    return host->cursor != NULL;
}

bool host_open(struct host *host, struct error *error)
{
    if (!look_begin(host, false, error))
        return false;
    if (host->attachment != NULL)
        attachment_fill(host->attachment, host->cursor, PAST_WAIT_MS);
    return true;
}

bool host_open_alone(struct host *host, struct error *error)
{
    return look_begin(host, true, error);
}

void host_close(struct host *host)
{
    attachment_free(host->attachment);
    cursor_free(host->cursor);
    collector_stop(host->collector);
    *host = (struct host){0};
}

static void sleep_until(int64_t boottime_ns)
{
    struct timespec until = {.tv_sec = boottime_ns / NS_PER_S, .tv_nsec = boottime_ns % NS_PER_S};
    while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, NULL) == EINTR)
        continue;
}

static bool sample_take(struct host *host, struct error *error)
{
    struct sample *sample = collector_sample(host->collector, true, error);
    while (sample == NULL && collector_returns(host->collector))
        sample = collector_sample(host->collector, true, error);
    bool taken = sample != NULL && cursor_append(host->cursor, sample, error);
    sample_release(sample);
    return taken;
}

/* Waits for the recorder's next sample, and until a window is full. False: the recorder does not deliver any more. */
static bool recorder_watch(struct host *host, int64_t window_ns)
{
    int64_t start_ns = clock_realtime_ns();
    while (attachment_delivers(host->attachment, NS_PER_S)) {
        size_t count = cursor_count(host->cursor);
        int64_t newest_ns = count == 0 ? 0 : cursor_time_ns(host->cursor, count - 1);
        if (count >= 2 && newest_ns >= start_ns && newest_ns - cursor_time_ns(host->cursor, 0) >= window_ns)
            return true;
        attachment_receive(host->attachment, host->cursor, NEXT_WAIT_MS);
    }
    return false;
}

bool host_watch(struct host *host, int64_t window_ns, struct error *error)
{
    if (host->attachment != NULL && recorder_watch(host, window_ns))
        return true;
    int64_t steps = (window_ns + NS_PER_S - 1) / NS_PER_S;
    int64_t step_ns = window_ns / (steps < 4 ? 4 : steps);
    if (!sample_take(host, error))
        return false;
    int64_t start_ns = clock_boottime_ns();
    int64_t end_ns = start_ns + window_ns;
    for (int64_t next_ns = start_ns + step_ns; clock_boottime_ns() < end_ns; next_ns += step_ns) {
        sleep_until(next_ns < end_ns ? next_ns : end_ns);
        if (!sample_take(host, error))
            return false;
        if (clock_boottime_ns() > next_ns + step_ns)
            next_ns = clock_boottime_ns();
    }
    return true;
}

struct export_history host_history(const struct host *host)
{
    if (host->attachment == NULL)
        return (struct export_history){0};
    struct attached_past past = attachment_past(host->attachment);
    return (struct export_history){past.pid, past.recording, past.samples, past.from_ns};
}
