/* The rows of a list: which nodes, in which order, which one is selected. Knows no terminal. */
#ifndef UI_LIST_H
#define UI_LIST_H

#include "ui/filter.h"

enum {
    LIST_TEXT_BYTES = 128,
    LIST_COLUMNS_MAX = 64,
    LIST_SHOWN_MAX = 16,
    LIST_TREE_DEPTH_MAX = 60,
    LIST_CHOSEN_BYTES = 256
};

/* What a list shows: one row of the table of tabs. */
struct list_kind {
    const char *title;
    unsigned node_kinds; /* COLUMN_BIT of each */
    bool suspects;       /* the verdict's suspects only, in their order */
    const char *nothing; /* said when there are no rows */
    const char *sort;    /* column at first */
    /* Columns by name, left to right; none = the default ones of the first of the kinds. */
    const char *columns[LIST_SHOWN_MAX];
    const char *extra[LIST_SHOWN_MAX]; /* appended while there is room */
    const char *optional;              /* the column that goes first when there is no room */
};

/* Where a row of a tree hangs. */
struct list_branch {
    unsigned depth; /* 0 = a root */
    bool last;      /* of its siblings */
    uint64_t open;  /* bit per level above: further siblings come below */
};

struct list {
    const char
        *chosen[LIST_SHOWN_MAX + 1]; /* names of the columns that the user wants to see; none = as the kind says */
    const struct list_kind *kind;
    const struct list_kind *flat_kind, *tree_kind; /* what `kind` is without and with the tree; tree_kind NULL = none */
    uint32_t *nodes;                               /* the rows */
    size_t count, capacity;
    size_t all;        /* rows before the filter */
    size_t selected;   /* row; 0 in an empty list */
    size_t top;        /* first row on the screen */
    char *selected_id; /* the node that the selection follows; NULL = the first row, whoever it is */
    const char *sort;  /* name of a column */
    bool descending;
    bool steady; /* live: what has hardly changed since the update before keeps its place */
    struct list_held {
        uint64_t node; /* hash of its id */
        double value;  /* by which it was put into order */
        size_t row;
    } * held; /* of the rows when they were put into order last, by node; NULL: none */
    size_t held_count;
    int64_t ordered_ns;           /* the time of the graph then */
    bool follow;                  /* the selection follows its node also in the first row, until it is moved */
    struct list_branch *branches; /* of the rows, while it is a tree; else NULL */
    struct filter filter;
    char search[LIST_TEXT_BYTES];
};

void list_init(struct list *list, const struct list_kind *kind);
void list_done(struct list *list);

/* Takes the rows from a new graph, or anew after sort or filter have changed: the selection stays with its node, on the
 * same line of the screen where that is possible. False: out of memory, the list is then empty. */
bool list_update(struct list *list, const struct graph *graph, const struct verdict *verdict, struct error *error);

/* The selected node, or NODE_NONE. */
uint32_t list_node(const struct list *list);

/* Moves the selection to a row (clamped), which it follows from then on; row 0 follows nobody. */
void list_select(struct list *list, const struct graph *graph, size_t row);

/* Scrolls so that the selection is visible in `rows` lines. */
void list_scroll(struct list *list, size_t rows);

/* Selects the next row from `row` on, around the end, that contains the search text. False: there is none. */
bool list_search(struct list *list, const struct graph *graph, size_t row);

/* A column on the screen. */
struct list_column {
    const struct column *column;
    int at, width; /* from the left edge */
};

/* Lays the columns out in `width` columns of the screen, one blank between them; width 0: all that are wanted. Of
 * them the last ones are left out where there is no room. Returns how many (at most
 * LIST_SHOWN_MAX). */
size_t list_layout(const struct list *list, int width, struct list_column *shown);

/* Takes "pid name cpu" as the columns to show; "" = as the kind says. False with a sentence: nothing has changed. */
bool list_choose(struct list *list, const char *names, struct error *error);
/* Shows a column, at its place in the order of the table, or hides it. False: it is the last one, or there are too
 * many.
 */
bool list_choose_toggle(struct list *list, const struct column *column);
/* The names of the chosen columns, with blanks between them; "" = none are chosen. Returns dst. */
char *list_chosen(const struct list *list, char *dst, size_t dst_bytes);

/* Draws its number with a bar before it, this wide, in a list of suspects. */
bool list_column_has_bar(const struct list_kind *kind, const struct column *column);
enum { LIST_BAR_COLUMNS = 8 };

/* The columns that this list can be sorted by; returns how many (at most LIST_COLUMNS_MAX). */
size_t list_sort_columns(const struct list *list, const struct column **found);

/* Sorts by that column from now on, in its default direction (list_update does it). */
void list_sort_by(struct list *list, const struct column *column);
/* The other way round. */
void list_sort_invert(struct list *list);
/* The column `step` further among those shown. */
void list_sort_step(struct list *list, int step);

/* Shows a list that can be one as a tree, or flat again. False: it cannot. */
bool list_tree_toggle(struct list *list);
/* list_tree.c: puts sorted rows below their parents. False: out of memory, they stay as they are. */
bool list_tree_order(struct list *list, const struct graph *graph);
/* The lines before a row of a tree, two columns a level. Returns dst. */
char *list_tree_prefix(char *dst, size_t dst_bytes, const struct list_branch *branch);

/* Follows the selected node from now on, or lets go. */
void list_follow(struct list *list, const struct graph *graph);

#endif
