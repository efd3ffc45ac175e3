/* Which columns of a list fit on the screen, and where they stand. */
#include "ui/list.h"

#include <stdio.h>
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

/* A tree needs its own columns, for the branches hang at one of them. */
static bool columns_are_chosen(const struct list *list)
{
    return list->chosen[0] != NULL && list->kind == list->flat_kind;
}

/* What they need at the least: those that stretch can also shrink. */
static int columns_least(const struct list_kind *kind, const struct list_column *shown, size_t count)
{
    int width = columns_width(kind, shown, count);
    for (size_t i = 0; i < count; i++)
        if (column_stretches(shown[i].column))
            width -= column_base_width(kind, shown[i].column) - STRETCH_WIDTH_LEAST;
    return width;
}

static size_t columns_chosen(const struct list *list, struct list_column *shown)
{
    size_t count = 0;
    for (size_t i = 0; i < LIST_SHOWN_MAX && list->chosen[i] != NULL; i++)
        shown[count++].column = column_find(list->chosen[i]);
    return count;
}

/* Leaves out what has no room, from the right; but a last one that stretches stays, for it is what tells them apart. */
static size_t columns_drop(const struct list_kind *kind, int width, struct list_column *shown, size_t count)
{
    while (count > 1 && columns_least(kind, shown, count) > width) {
        if (count > 2 && column_stretches(shown[count - 1].column))
            shown[count - 2] = shown[count - 1];
        count--;
    }
    return count;
}

size_t list_layout(const struct list *list, int width, struct list_column *shown)
{
    const struct list_kind *kind = list->kind;
    bool chosen = columns_are_chosen(list);
    size_t count = chosen ? columns_chosen(list, shown) : columns_wanted(kind, shown);
    if (!chosen && width > 0 && kind->optional != NULL && columns_width(kind, shown, count) > width)
        count = columns_remove(shown, count, kind->optional);
    if (width > 0)
        count = columns_drop(kind, width, shown, count);
    if (!chosen && count > 0 && width > 0)
        count = columns_add(kind, width, shown, count);
    columns_place(kind, width, shown, count);
    return count;
}

bool list_choose(struct list *list, const char *names, struct error *error)
{
    const char *chosen[LIST_SHOWN_MAX + 1] = {NULL};
    char words[LIST_CHOSEN_BYTES];
    size_t count = 0;
    snprintf(words, sizeof words, "%s", names);
    char *rest = words;
    for (char *name; (name = strsep(&rest, " \t,")) != NULL;) {
        if (name[0] == '\0')
            continue;
        const struct column *column = column_find(name);
        if (column == NULL || (column->node_kinds & list->flat_kind->node_kinds) == 0)
            return error_set(error, "%s have no column '%s'; the sort menu (F6) shows those there are",
                             list->flat_kind->title, name);
        if (count == LIST_SHOWN_MAX)
            return error_set(error, "at most %d columns", LIST_SHOWN_MAX);
        chosen[count++] = column->name;
    }
    memcpy(list->chosen, chosen, sizeof chosen);
    return true;
}

bool list_choose_toggle(struct list *list, const struct column *column)
{
    struct list flat = *list;
    struct list_column shown[LIST_SHOWN_MAX];
    const char *chosen[LIST_SHOWN_MAX + 1] = {NULL};
    flat.kind = list->flat_kind;
    size_t count = list_layout(&flat, 0, shown), kept = 0;
    bool placed = false;
    for (size_t i = 0; i < count; i++)
        placed = placed || shown[i].column == column;
    if (placed ? count == 1 : count == LIST_SHOWN_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!placed && shown[i].column > column) {
            chosen[kept++] = column->name;
            placed = true;
        }
        if (shown[i].column != column)
            chosen[kept++] = shown[i].column->name;
    }
    if (!placed)
        chosen[kept++] = column->name;
    memcpy(list->chosen, chosen, sizeof chosen);
    return true;
}

char *list_chosen(const struct list *list, char *dst, size_t dst_bytes)
{
    size_t used = 0;
    dst[0] = '\0';
    for (size_t i = 0; list->chosen[i] != NULL && used < dst_bytes; i++)
        used += (size_t)snprintf(dst + used, dst_bytes - used, "%s%s", i == 0 ? "" : " ", list->chosen[i]);
    return dst;
}
