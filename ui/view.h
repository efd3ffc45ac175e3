/* A view: what fills the screen below the header. Views are stacked: the list at the bottom, others come on top and go
 * back with Esc. One file per view. */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include "ui/key.h"
#include "ui/screen.h"

struct ui;

enum { VIEW_HINTS_MAX = 20 };

struct view {
    const char *name;
    unsigned where;                    /* the IN_ bit of the key table that its keys carry */
    bool sentence;                     /* the verdict's sentence stands above it */
    enum action hints[VIEW_HINTS_MAX]; /* shown at the foot of the screen, up to ACTION_NONE */
    void (*update)(struct ui *ui);     /* it came to the top, or there is a new moment */
    void (*draw)(struct ui *ui, struct area area);
    unsigned (*act)(struct ui *ui, enum action action); /* answers with REDO_ bits (ui/state.h) */
    /* The mouse was pressed at a row and column of its area; NULL: it has nothing to press. */
    unsigned (*press)(struct ui *ui, int row, int column);
};

extern const struct view view_list; /* four tabs share it */
extern const struct view view_units;
extern const struct view view_diff;
extern const struct view view_events;
extern const struct view view_graph;
extern const struct view view_host;
extern const struct view view_model;
extern const struct view view_why;
extern const struct view view_sort;
extern const struct view view_columns;
extern const struct view view_help;
extern const struct view view_unread;

/* The view on top. */
const struct view *view_top(const struct ui *ui);
void view_push(struct ui *ui, const struct view *view);
void view_pop(struct ui *ui);
/* Back to the list. */
void view_pop_all(struct ui *ui);

#endif
