/* Which columns of a list fit on the screen, and where they stand. */
#include "ui/list.h"

#include <string.h>

enum {
    MARGIN = 1,
    GAP = 1,
    STRETCH_WIDTH_MIN = 16,
    STRETCH_WIDTH_LEAST = 8,
    STRETCH_WIDTH_FROM = 20,
    COMMAND_WIDTH_KEPT = 40
};

bool list_column_has_bar(const struct list_kind *kind, const struct column *column)
{
    return kind->suspects && strcmp(column->name, "score") == 0;
}

static bool column_stretches(const struct column *column)
{
    return column->width == 0 || (column->kind == COLUMN_IS_TEXT && column->width >= STRETCH_WIDTH_FROM);
}

static int column_base_width(const struct list_kind *kind, const struct column *column)
{
    if (column->width == 0)
        return STRETCH_WIDTH_MIN;
    return column->width + (list_column_has_bar(kind, column) ? LIST_BAR_COLUMNS + GAP : 0);
}

static int columns_width(const struct list_kind *kind, const struct list_column *shown, size_t count)
{
    int width = MARGIN;
    for (size_t i = 0; i < count; i++)
        width += column_base_width(kind, shown[i].column) + (i == 0 ? 0 : GAP);
    return width;
}

static size_t columns_wanted(const struct list_kind *kind, struct list_column *shown)
{
    size_t count = 0;
    for (; count < LIST_SHOWN_MAX && kind->columns[count] != NULL; count++)
        shown[count].column = column_find(kind->columns[count]);
    if (count > 0)
        return count;
    enum node_kind first = 0;
    while ((kind->node_kinds & COLUMN_BIT(first)) == 0)
        first++;
    for (size_t i = 0; i < column_count && count < LIST_SHOWN_MAX; i++)
        if (column_shown(&columns[i], first))
            shown[count++].column = &columns[i];
    return count;
}

static size_t columns_remove(struct list_column *shown, size_t count, const char *name)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(shown[i].column->name, name) != 0)
            shown[kept++] = shown[i];
    return kept;
}

/* Puts the extra columns before the last one, which is the long one, while that keeps its room. */
static size_t columns_add(const struct list_kind *kind, int width, struct list_column *shown, size_t count)
{
    for (size_t i = 0; i < LIST_SHOWN_MAX && kind->extra[i] != NULL && count < LIST_SHOWN_MAX; i++) {
        const struct column *extra = column_find(kind->extra[i]);
        int needed = columns_width(kind, shown, count) + extra->width + GAP + COMMAND_WIDTH_KEPT - STRETCH_WIDTH_MIN;
        if (needed > width)
            break;
        shown[count] = shown[count - 1];
        shown[count - 1].column = extra;
        count++;
    }
    return count;
}

static void columns_place(const struct list_kind *kind, int width, struct list_column *shown, size_t count)
{
    int left = width - columns_width(kind, shown, count), stretching = 0;
    for (size_t i = 0; i < count; i++)
        stretching += column_stretches(shown[i].column);
    int at = MARGIN;
    for (size_t i = 0; i < count; i++) {
        shown[i].at = at;
        shown[i].width = column_base_width(kind, shown[i].column);
        if (column_stretches(shown[i].column) && width > 0) {
            int share = left / stretching--;
            if (shown[i].width + share < STRETCH_WIDTH_LEAST)
                share = STRETCH_WIDTH_LEAST - shown[i].width;
            shown[i].width += share;
            left -= share;
        }
        at += shown[i].width + GAP;
    }
}

size_t list_layout(const struct list_kind *kind, int width, struct list_column *shown)
{
    size_t count = columns_wanted(kind, shown);
    if (width > 0 && kind->optional != NULL && columns_width(kind, shown, count) > width)
        count = columns_remove(shown, count, kind->optional);
    if (count > 0 && width > 0)
        count = columns_add(kind, width, shown, count);
    columns_place(kind, width, shown, count);
    return count;
}
