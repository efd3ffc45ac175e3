/* Numbers with their unit for people. */
#include "base/quantity.h"

#include "base/units.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

double quantity_beside(double observed, double value, const char *unit)
{
    bool count = unit[0] == '\0' && observed > 1 && observed == rint(observed);
    return count ? rint(value) : value;
}

/* Each writes a finite value. */
typedef void quantity_write(char *dst, size_t size, double value);

static void seconds_words(char *dst, size_t size, double value)
{
    duration_format(dst, size, value);
}

static void milliseconds_words(char *dst, size_t size, double value)
{
    duration_format(dst, size, value / 1e3);
}

static void bytes_write(char *dst, size_t size, double value)
{
    bytes_format(dst, size, value);
}

static void bytes_rate_write(char *dst, size_t size, double value)
{
    char bytes[32];
    snprintf(dst, size, "%s/s", bytes_format(bytes, sizeof bytes, value));
}

static void percent_cell(char *dst, size_t size, double value)
{
    snprintf(dst, size, fabs(value) < 9.95 && value != 0 ? "%.1f%%" : "%.0f%%", value);
}

/* Like duration_format, but one unit alone. */
static void seconds_cell(char *dst, size_t size, double value)
{
    if (value < 119.5)
        duration_format(dst, size, value);
    else if (value < 2 * 3600)
        snprintf(dst, size, "%.0f min", value / 60);
    else if (value < 2 * 86400)
        snprintf(dst, size, "%.0f h", value / 3600);
    else
        snprintf(dst, size, "%.0f d", value / 86400);
}

static void milliseconds_cell(char *dst, size_t size, double value)
{
    seconds_cell(dst, size, value / 1e3);
}

static void share_of_time_cell(char *dst, size_t size, double value)
{
    snprintf(dst, size, "%.2f s/s", value);
}

static void rate_cell(char *dst, size_t size, double value)
{
    snprintf(dst, size, fabs(value) < 9.95 && value != 0 ? "%.1f/s" : "%.0f/s", value);
}

static void plain_cell(char *dst, size_t size, double value)
{
    if (value == rint(value) && fabs(value) < 1e15)
        snprintf(dst, size, "%.0f", value);
    else
        snprintf(dst, size, fabs(value) < 9.995 ? "%.2f" : "%.4g", value);
}

/* NULL in a row: as a plain number. */
static const struct quantity {
    const char *unit;
    quantity_write *words, *cell;
} quantities[] = {
    {"s", seconds_words, seconds_cell},  {"ms", milliseconds_words, milliseconds_cell},
    {"bytes", bytes_write, bytes_write}, {"bytes/s", bytes_rate_write, bytes_rate_write},
    {"%", NULL, percent_cell},           {"1/s", NULL, rate_cell},
    {"s/s", NULL, share_of_time_cell},
};

static const struct quantity *quantity_find(const char *unit)
{
    static const struct quantity other = {0};
    for (size_t i = 0; i < sizeof quantities / sizeof quantities[0]; i++)
        if (strcmp(quantities[i].unit, unit) == 0)
            return &quantities[i];
    return &other;
}

static void plain_words(char *dst, size_t size, double value, const char *unit)
{
    /* "13/s", not "13 1/s" */
    bool rate = strncmp(unit, "1/", 2) == 0;
    const char *blank = unit[0] == '\0' || rate ? "" : " ";
    unit += rate ? 1 : 0;
    double magnitude = fabs(value);
    if (magnitude >= 1000 && magnitude < 1e15) {
        char whole[32];
        count_format(whole, sizeof whole, (uint64_t)llround(magnitude));
        snprintf(dst, size, "%s%s%s%s", value < 0 ? "-" : "", whole, blank, unit);
    } else if (magnitude >= 9.95 || value == round(value)) {
        snprintf(dst, size, "%.0f%s%s", value, blank, unit);
    } else {
        snprintf(dst, size, "%.*f%s%s", magnitude < 0.0995 ? 2 : 1, value, blank, unit);
    }
}

char *quantity_words(char *dst, size_t size, double value, const char *unit)
{
    quantity_write *words = quantity_find(unit)->words;
    if (!isfinite(value))
        snprintf(dst, size, "?");
    else if (words != NULL)
        words(dst, size, value);
    else
        plain_words(dst, size, value, unit);
    return dst;
}

char *quantity_cell(char *dst, size_t size, double value, const char *unit)
{
    quantity_write *cell = quantity_find(unit)->cell;
    if (!isfinite(value))
        snprintf(dst, size, "-");
    else if (cell != NULL)
        cell(dst, size, value);
    else
        plain_cell(dst, size, value);
    return dst;
}
