/* Quantities between numbers and people: durations, sizes, times. */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* "500ms", "5s", "10m", "2h", "1d" (a bare number is refused): more than 0 and at most 10 years. `what` names the
 * option in the error's sentence ("--window"). */
bool duration_parse(const char *text, const char *what, int64_t *duration_ns, struct error *error);

/* "512K", "20M", "1G", "4096": bytes, powers of 1024. */
bool size_parse(const char *text, const char *what, uint64_t *size_bytes, struct error *error);

/* A whole number from low to high. */
bool number_parse(const char *text, const char *what, long low, long high, long *number, struct error *error);

/* "14:02", "14:02:31" (the last such moment not after last_ns), "2026-11-20 14:02:31" (also with T), "10m ago" (before
 * last_ns), "@1763676151" (seconds since the epoch, a fraction allowed). utc_offset_s is the zone in which clock times
 * are read. */
bool moment_parse(const char *text, int64_t last_ns, int32_t utc_offset_s, int64_t *time_ns, struct error *error);

/* These write at most size bytes, always terminated, and return dst. */
char *duration_format(char *dst, size_t size, double seconds); /* 0.4 ms, 120 ms, 4.2 s, 41 s, 3 min 5 s, 2 h 10 min */
char *bytes_format(char *dst, size_t size, double bytes);      /* 212 KB, 1.5 GB */
char *clock_format(char *dst, size_t size, int64_t time_ns, int32_t utc_offset_s); /* 14:02:31 */
char *date_format(char *dst, size_t size, int64_t time_ns, int32_t utc_offset_s);  /* 2026-11-20 14:02:31 */
char *iso_format(char *dst, size_t size, int64_t time_ns);                         /* 2026-11-20T14:02:31Z */
char *count_format(char *dst, size_t size, uint64_t count);                        /* 9,120 */

/* The offset of this host's zone from UTC at that time, in seconds. */
int32_t utc_offset_s(int64_t time_ns);

#endif
