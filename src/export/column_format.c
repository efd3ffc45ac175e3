/* Cells of the column table for people, and their order. */
#include "base/text.h"
#include "base/units.h"
#include "export/column.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each writes a known value in its unit. */
typedef void cell_format(char *dst, size_t dst_bytes, double value);

static void percent_cell(char *dst, size_t dst_bytes, double value)
{
    snprintf(dst, dst_bytes, fabs(value) < 9.95 && value != 0 ? "%.1f%%" : "%.0f%%", value);
}

static void bytes_rate_cell(char *dst, size_t dst_bytes, double value)
{
    char bytes[32];
    snprintf(dst, dst_bytes, "%s/s", bytes_format(bytes, sizeof bytes, value));
}

/* Like duration_format, but one unit alone: a cell is narrow. */
static void seconds_cell(char *dst, size_t dst_bytes, double value)
{
    if (value < 119.5)
        duration_format(dst, dst_bytes, value);
    else if (value < 2 * 3600)
        snprintf(dst, dst_bytes, "%.0f min", value / 60);
    else if (value < 2 * 86400)
        snprintf(dst, dst_bytes, "%.0f h", value / 3600);
    else
        snprintf(dst, dst_bytes, "%.0f d", value / 86400);
}

static void milliseconds_cell(char *dst, size_t dst_bytes, double value)
{
    seconds_cell(dst, dst_bytes, value / 1e3);
}

static void share_of_time_cell(char *dst, size_t dst_bytes, double value)
{
    snprintf(dst, dst_bytes, "%.2f s/s", value);
}

static void rate_cell(char *dst, size_t dst_bytes, double value)
{
    snprintf(dst, dst_bytes, fabs(value) < 9.95 && value != 0 ? "%.1f/s" : "%.0f/s", value);
}

static void plain_cell(char *dst, size_t dst_bytes, double value)
{
    if (value == rint(value) && fabs(value) < 1e15)
        snprintf(dst, dst_bytes, "%.0f", value);
    else
        snprintf(dst, dst_bytes, fabs(value) < 9.995 ? "%.2f" : "%.4g", value);
}

static void bytes_cell(char *dst, size_t dst_bytes, double value)
{
    bytes_format(dst, dst_bytes, value);
}

static cell_format *unit_format(const char *unit)
{
    static const struct {
        const char *unit;
        cell_format *format;
    } formats[] = {{"%", percent_cell}, {"bytes", bytes_cell},     {"bytes/s", bytes_rate_cell},
                   {"s", seconds_cell}, {"ms", milliseconds_cell}, {"s/s", share_of_time_cell},
                   {"1/s", rate_cell}};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(formats[i].unit, unit) == 0)
            return formats[i].format;
    return plain_cell;
}

char *quantity_format(char *dst, size_t dst_bytes, const char *unit, double value)
{
    if (isfinite(value))
        unit_format(unit)(dst, dst_bytes, value);
    else
        snprintf(dst, dst_bytes, "-");
    return dst;
}

/* The sanitiser's output can be six times as long as its input: only what can be seen is cleaned. */
static char *text_cell(char *dst, size_t dst_bytes, const char *text)
{
    size_t length = strnlen(text, dst_bytes);
    char *cut = length < dst_bytes ? NULL : strndup(text, length);
    text_clean_into(dst, dst_bytes, cut == NULL ? text : cut);
    free(cut);
    return dst;
}

/* Most nodes are no suspects: that is not unknown, there is nothing to say. */
static bool column_is_verdict(const struct column *column)
{
    return strcmp(column->name, "rank") == 0 || strcmp(column->name, "score") == 0 || strcmp(column->name, "why") == 0;
}

char *column_format(const struct column *column, const struct column_input *input, char *dst, size_t dst_bytes)
{
    const char *nothing = column_is_verdict(column) ? "" : "-";
    if (column->kind == COLUMN_IS_TEXT) {
        const char *text = column->text(input);
        return text_cell(dst, dst_bytes, text == NULL || text[0] == '\0' ? nothing : text);
    }
    double value = column->number(input);
    if (!isfinite(value))
        snprintf(dst, dst_bytes, "%s", nothing);
    else if (column->flag)
        snprintf(dst, dst_bytes, "%s", value != 0 ? "yes" : "");
    else if (strcmp(column->name, "score") == 0)
        snprintf(dst, dst_bytes, "%.2f", value);
    else
        quantity_format(dst, dst_bytes, column->unit, value);
    return dst;
}

static int order(int compared, bool descending)
{
    int sign = (compared > 0) - (compared < 0);
    return descending ? -sign : sign;
}

int column_compare(const struct column *column, const struct column_input *a, const struct column_input *b,
                   bool descending)
{
    if (column->kind == COLUMN_IS_TEXT) {
        const char *left = column->text(a), *right = column->text(b);
        if (left == NULL || right == NULL)
            return (left == NULL) - (right == NULL);
        return order(strcmp(left, right), descending);
    }
    double left = column->number(a), right = column->number(b);
    if (isnan(left) || isnan(right))
        return isnan(left) - isnan(right);
    return order((left > right) - (left < right), descending);
}
