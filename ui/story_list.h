/* The rows of the time line at a moment: newest first, through a filter, with a selection that follows its event. Knows
 * no terminal. */
#ifndef UI_STORY_LIST_H
#define UI_STORY_LIST_H

#include "ui/list.h"
#include "ui/story.h"

struct story_list {
    struct story story;
    uint32_t *rows; /* places among the story's events */
    size_t count, capacity;
    size_t all; /* before the filter */
    size_t selected, top;
    uint64_t selected_number; /* whom the selection follows; 0 = the first row, whatever it is */
    int64_t now_ns;           /* of the moment */
    struct filter filter;
    char search[LIST_TEXT_BYTES];
};

void story_list_init(struct story_list *list);
void story_list_done(struct story_list *list);

/* Takes the rows of a moment from what was read. False: out of memory, it is then empty. */
bool story_list_update(struct story_list *list, int64_t now_ns, struct error *error);

/* NULL: the list is empty. Borrowed. */
const struct story_event *story_list_selected(const struct story_list *list);
void story_list_select(struct story_list *list, size_t row);
void story_list_scroll(struct story_list *list, size_t rows);
/* Selects the next row from `row` on, around the end, that contains the search text. */
bool story_list_search(struct story_list *list, size_t row);

#endif
