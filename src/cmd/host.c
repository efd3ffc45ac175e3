/* This host as a command looks at it. */
#include "cmd/host.h"

#include "base/clock.h"

#include <errno.h>
#include <time.h>

enum { HISTORY_BYTES = 48 << 20 };

bool host_open(struct host *host, struct error *error)
{
    *host = (struct host){0};
    host->collector = collector_start(&(struct collector_options){0}, error);
    if (host->collector == NULL)
        return false;
    if (collector_drop_privileges(error))
        host->cursor = cursor_live_new(HISTORY_BYTES, error);
    if (host->cursor == NULL)
        host_close(host);
    return host->cursor != NULL;
}

void host_close(struct host *host)
{
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
    bool taken = sample != NULL && cursor_append(host->cursor, sample, error);
    sample_release(sample);
    return taken;
}

bool host_watch(struct host *host, int64_t window_ns, struct error *error)
{
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
