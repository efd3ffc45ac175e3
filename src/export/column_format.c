/* Cells of the column table for people, and their order. */
#include "base/quantity.h"
#include "base/text.h"
#include "export/column.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        quantity_cell(dst, dst_bytes, value, column->unit);
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
