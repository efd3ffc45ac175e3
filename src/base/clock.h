/* Clocks, in nanoseconds. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_realtime_ns(void); /* since the epoch: jumps with the wall clock */
int64_t clock_boottime_ns(void); /* since boot, suspended time included: never jumps; /proc's start times count on it */
int64_t clock_cpu_ns(void);      /* cpu time of this process */

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

#endif
