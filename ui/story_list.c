/* The rows of the time line. */
#include "ui/story_list.h"

#include <stdlib.h>

void story_list_init(struct story_list *list)
{
    *list = (struct story_list){.filter = {.find = story_column}};
    story_init(&list->story);
}

void story_list_done(struct story_list *list)
{
    story_done(&list->story);
    free(list->rows);
    *list = (struct story_list){0};
}

/* The newest first; of the same time what was read last. */
static int row_compare(const void *left, const void *right, void *user)
{
    const struct story_event *events = user;
    const struct story_event *a = &events[*(const uint32_t *)left], *b = &events[*(const uint32_t *)right];
    if (a->time_ns != b->time_ns)
        return a->time_ns > b->time_ns ? -1 : 1;
    return a->number > b->number ? -1 : 1;
}

static void selected_find(struct story_list *list)
{
    size_t line = list->selected - list->top, row = 0;
    if (list->selected_number == 0) {
        list->selected = 0;
        return;
    }
    while (row < list->count && list->story.events[list->rows[row]].number != list->selected_number)
        row++;
    if (row < list->count) {
        list->selected = row;
        list->top = row > line ? row - line : 0;
    } else if (list->selected >= list->count) {
        list->selected = list->count == 0 ? 0 : list->count - 1;
    }
}

bool story_list_update(struct story_list *list, int64_t now_ns, struct error *error)
{
    list->count = list->all = 0;
    list->now_ns = now_ns;
    if (!memory_grow(&list->rows, &list->capacity, list->story.count, sizeof *list->rows))
        return error_memory(error);
    for (size_t i = 0; i < list->story.count; i++) {
        const struct story_event *event = &list->story.events[i];
        if (!story_begun(event, now_ns) || !story_tells(event))
            continue;
        list->all++;
        if (story_passes(event, &list->filter, now_ns))
            list->rows[list->count++] = (uint32_t)i;
    }
    if (list->count > 1)
        qsort_r(list->rows, list->count, sizeof *list->rows, row_compare, list->story.events);
    selected_find(list);
    return true;
}

const struct story_event *story_list_selected(const struct story_list *list)
{
    return list->selected < list->count ? &list->story.events[list->rows[list->selected]] : NULL;
}

void story_list_select(struct story_list *list, size_t row)
{
    list->selected = row < list->count ? row : list->count == 0 ? 0 : list->count - 1;
    const struct story_event *event = story_list_selected(list);
    list->selected_number = list->selected == 0 || event == NULL ? 0 : event->number;
}

void story_list_scroll(struct story_list *list, size_t rows)
{
    if (list->selected < list->top)
        list->top = list->selected;
    if (rows > 0 && list->selected >= list->top + rows)
        list->top = list->selected - rows + 1;
    if (list->top + rows > list->count)
        list->top = list->count > rows ? list->count - rows : 0;
}

bool story_list_search(struct story_list *list, size_t row)
{
    for (size_t i = 0; i < list->count; i++) {
        size_t candidate = (row + i) % list->count;
        if (story_contains(&list->story.events[list->rows[candidate]], list->search, list->now_ns)) {
            story_list_select(list, candidate);
            return true;
        }
    }
    return false;
}
