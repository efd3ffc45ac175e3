/* Quantities between numbers and people. */
#include "base/units.h"

#include "base/clock.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool duration_parse(const char *text, const char *what, int64_t *duration_ns, struct error *error)
{
    static const struct {
        const char *suffix;
        double seconds;
    } suffixes[] = {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}, {"d", 86400}};
    char *end;
    errno = 0;
    double number = strtod(text, &end);
    bool plain = isdigit((unsigned char)text[0]) && end != text && errno == 0;
    for (size_t i = 0; plain && i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (strcmp(end, suffixes[i].suffix) != 0)
            continue;
        double seconds = number * suffixes[i].seconds;
        if (!(seconds >= 1e-3 && seconds <= 10 * 366 * 86400.0))
            return error_set(error, "%s %s is out of range: give at least 1ms, such as 500ms, 5s or 10m", what, text);
        *duration_ns = (int64_t)llround(seconds * 1e9);
        return true;
    }
    return error_set(error, "%s '%s' is not a duration: give a number and a unit, such as 500ms, 5s, 10m or 2h", what,
                     text);
}

bool size_parse(const char *text, const char *what, uint64_t *size_bytes, struct error *error)
{
    char *end;
    errno = 0;
    double number = strtod(text, &end);
    const char *suffixes = "KMGT";
    double factor = 1;
    const char *found = *end == '\0' ? NULL : strchr(suffixes, toupper((unsigned char)*end));
    if (found != NULL)
        for (factor = 1024; found > suffixes; found--)
            factor *= 1024;
    const char *rest = found == NULL && factor == 1 ? end : end + 1;
    if (!isdigit((unsigned char)text[0]) || errno != 0 || (*rest != '\0' && strcmp(rest, "B") != 0) ||
        !(number * factor >= 1 && number * factor <= 1e18))
        return error_set(error, "%s '%s' is not a size: give bytes, or a number with K, M or G, such as 500M or 1G",
                         what, text);
    *size_bytes = (uint64_t)(number * factor);
    return true;
}

bool number_parse(const char *text, const char *what, long low, long high, long *number, struct error *error)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < low || value > high)
        return error_set(error, "%s '%s' is not a whole number from %ld to %ld", what, text, low, high);
    *number = value;
    return true;
}

static bool ago_parse(const char *text, int64_t last_ns, int64_t *time_ns)
{
    char duration[32];
    size_t length = strlen(text);
    if (length < 5 || length - 4 >= sizeof duration || strcmp(text + length - 4, " ago") != 0)
        return false;
    snprintf(duration, sizeof duration, "%.*s", (int)(length - 4), text);
    int64_t back_ns;
    if (!duration_parse(duration, "time", &back_ns, NULL))
        return false;
    *time_ns = last_ns - back_ns;
    return true;
}

/* Does the whole text match the strptime format? */
static bool fields_parse(const char *text, const char *format, struct tm *fields)
{
    *fields = (struct tm){0};
    const char *end = strptime(text, format, fields);
    return end != NULL && *end == '\0';
}

bool moment_parse(const char *text, int64_t last_ns, int32_t zone_s, int64_t *time_ns, struct error *error)
{
    const int64_t moment_max_s = 9000000000; /* beyond the year 2255 nanoseconds overflow */
    struct tm fields;
    char *end;
    if (text[0] == '@') {
        double seconds = strtod(text + 1, &end);
        if (isdigit((unsigned char)text[1]) && *end == '\0' && seconds < (double)moment_max_s) {
            *time_ns = (int64_t)llround(seconds * 1e9);
            return true;
        }
    } else if (ago_parse(text, last_ns, time_ns)) {
        return true;
    } else if (fields_parse(text, "%Y-%m-%d %H:%M:%S", &fields) || fields_parse(text, "%Y-%m-%dT%H:%M:%S", &fields) ||
               fields_parse(text, "%Y-%m-%d %H:%M", &fields)) {
        int64_t moment_s = (int64_t)timegm(&fields) - zone_s;
        if (llabs(moment_s) < moment_max_s) {
            *time_ns = moment_s * NS_PER_S;
            return true;
        }
    } else if (fields_parse(text, "%H:%M:%S", &fields) || fields_parse(text, "%H:%M", &fields)) {
        const int64_t day_s = 86400;
        int64_t local_s = last_ns / NS_PER_S + zone_s;
        int64_t moment_s = local_s - local_s % day_s + fields.tm_hour * 3600 + fields.tm_min * 60 + fields.tm_sec;
        *time_ns = (moment_s - (moment_s > local_s ? day_s : 0) - zone_s) * NS_PER_S;
        return true;
    }
    return error_set(
        error, "'%s' is not a time: give 14:02, 14:02:31, \"2026-11-20 14:02:31\", \"10m ago\" or @1763676151", text);
}

char *duration_format(char *dst, size_t size, double seconds)
{
    long long whole = llround(seconds);
    if (!(seconds >= 0))
        snprintf(dst, size, "?");
    else if (seconds == 0)
        snprintf(dst, size, "0 s");
    else if (seconds < 0.00995)
        snprintf(dst, size, "%.1f ms", seconds * 1e3);
    else if (seconds < 0.9995)
        snprintf(dst, size, "%.0f ms", seconds * 1e3);
    else if (seconds < 9.95)
        snprintf(dst, size, "%.1f s", seconds);
    else if (whole < 120)
        snprintf(dst, size, "%lld s", whole);
    else if (whole < 600)
        snprintf(dst, size, "%lld min %lld s", whole / 60, whole % 60);
    else if (whole < 7200)
        snprintf(dst, size, "%lld min", whole / 60);
    else if (whole < 2 * 86400)
        snprintf(dst, size, "%lld h %lld min", whole / 3600, whole % 3600 / 60);
    else
        snprintf(dst, size, "%lld d", whole / 86400);
    return dst;
}

char *bytes_format(char *dst, size_t size, double bytes)
{
    static const char *const suffixes[] = {"B", "KB", "MB", "GB", "TB", "PB"};
    size_t at = 0;
    double magnitude = fabs(bytes);
    while (magnitude >= 999.5 && at + 1 < sizeof suffixes / sizeof suffixes[0]) {
        magnitude /= 1024;
        at++;
    }
    const char *sign = bytes < 0 ? "-" : "";
    snprintf(dst, size, at > 0 && magnitude < 9.95 ? "%s%.1f %s" : "%s%.0f %s", sign, magnitude, suffixes[at]);
    return dst;
}

static char *time_format(char *dst, size_t size, const char *format, int64_t time_ns, int32_t zone_s)
{
    time_t seconds = (time_t)(time_ns / NS_PER_S + zone_s);
    struct tm fields;
    if (size > 0)
        dst[0] = '\0';
    if (gmtime_r(&seconds, &fields) != NULL)
        strftime(dst, size, format, &fields);
    return dst;
}

char *clock_format(char *dst, size_t size, int64_t time_ns, int32_t zone_s)
{
    return time_format(dst, size, "%H:%M:%S", time_ns, zone_s);
}

char *date_format(char *dst, size_t size, int64_t time_ns, int32_t zone_s)
{
    return time_format(dst, size, "%Y-%m-%d %H:%M:%S", time_ns, zone_s);
}

char *iso_format(char *dst, size_t size, int64_t time_ns)
{
    return time_format(dst, size, "%Y-%m-%dT%H:%M:%SZ", time_ns, 0);
}

char *count_format(char *dst, size_t size, uint64_t count)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    size_t used = 0;
    for (int i = 0; i < length && used + 2 < size; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            dst[used++] = ',';
        dst[used++] = digits[i];
    }
    if (size > 0)
        dst[used] = '\0';
    return dst;
}

int32_t utc_offset_s(int64_t time_ns)
{
    time_t seconds = (time_t)(time_ns / NS_PER_S);
    struct tm fields;
    return localtime_r(&seconds, &fields) == NULL ? 0 : (int32_t)fields.tm_gmtoff;
}
