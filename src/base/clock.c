/* Clocks. */
#include "base/clock.h"

#include <time.h>

static int64_t clock_read(clockid_t clock)
{
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t clock_realtime_ns(void)
{
    return clock_read(CLOCK_REALTIME);
}

int64_t clock_boottime_ns(void)
{
    return clock_read(CLOCK_BOOTTIME);
}

int64_t clock_cpu_ns(void)
{
    return clock_read(CLOCK_PROCESS_CPUTIME_ID);
}
