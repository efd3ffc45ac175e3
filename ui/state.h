/* The whole state of the screen: one struct that the loop owns and hands to actions and views. */
#ifndef UI_STATE_H
#define UI_STATE_H

#include "ui/around.h"
#include "ui/differences.h"
#include "ui/list.h"
#include "ui/live.h"
#include "ui/moment.h"
#include "ui/past.h"
#include "ui/prompt.h"
#include "ui/recorder.h"
#include "ui/screen.h"
#include "ui/story_list.h"
#include "ui/tags.h"
#include "ui/trend.h"
#include "ui/ui.h"
#include "ui/units.h"
#include "ui/view.h"
#include "ui/why.h"

/* What an action leaves to be done: bits. Only the loop does it. */
enum {
    REDO_NOTHING = 0,
    REDO_DRAW = 1,    /* draw what is there */
    REDO_ROWS = 2,    /* sort and filter anew, then draw */
    REDO_MOMENT = 4,  /* go to the sample `wanted`, then draw */
    REDO_REPAINT = 8, /* send the whole screen */
    REDO_QUIT = 16,
};

/* The tabs; the first ones are lists. */
enum {
    TAB_SUSPECTS,
    TAB_PROCESSES,
    TAB_FILES,
    TAB_SOCKETS,
    TAB_UNITS,
    TAB_EVENTS,
    TAB_GRAPH,
    TAB_HOST,
    TAB_DIFF,
    TAB_MODEL,
    TAB_COUNT,
    LIST_COUNT = TAB_SOCKETS + 1
};
enum { VIEW_DEPTH = 4, MESSAGE_BYTES = 512 };

/* Where a text or a menu stands: help, what could not be read, the columns to sort by. */
struct pager {
    size_t top;
    size_t selected; /* PAGER_UNSET until the view has chosen */
    size_t lines;    /* of a text, as last drawn */
};
#define PAGER_UNSET SIZE_MAX

struct ui {
    const struct ui_options *options; /* = &resolved */
    struct ui_options resolved;       /* what was asked for, completed from the settings */
    struct screen screen;
    struct moment moment;
    struct trend trend;
    struct live live;
    struct recorder recorder;
    struct prompt prompt;

    const struct view *views[VIEW_DEPTH];
    struct pager pagers[VIEW_DEPTH]; /* one beside each view */
    size_t view_count;
    size_t tab;
    struct list lists[LIST_COUNT];
    struct units units;
    struct story_list events;
    struct moment mark; /* what others are compared with; no graph: none is marked */
    struct differences differences;
    struct around around;
    size_t tab_before; /* where one came from */
    struct tags tags;
    struct key_map keys;
    size_t palette_selected; /* among the names that the palette offers */
    struct area area;        /* of the view on top, as last drawn */
    struct why why;
    struct past past;     /* of the node in the drill-down */
    size_t past_columns;  /* moments in its trends, as last drawn */
    size_t trend_columns; /* moments in the header's sparkline, as last drawn */
    int page_rows;        /* rows that the view on top has for its lines, as last drawn */

    struct timeline {
        size_t stride, next; /* of the pass under way over the recording; stride 0 = not begun */
        size_t looks;        /* moments looked at for it */
        bool done;
    } timeline;
    struct seek {
        int step;         /* 1 or -1: looking for what stands out; 0 = not */
        size_t at, found; /* positions */
        bool inside;      /* the position before stood out */
    } seek;
    int64_t play_due_ns;   /* boot time of the next step; 0 = it does not play */
    int64_t follow_due_ns; /* boot time of the next look for more, where a recording is followed */

    int64_t key_ns;              /* boot time of the newest key; 0 = none yet */
    uint64_t wanted;             /* serial of the sample to show */
    long overdue_s;              /* how late the sample under way is, as last shown; 0 = it is not */
    bool paused;                 /* live: new samples do not change the picture */
    char message[MESSAGE_BYTES]; /* until the next key; raw */
    bool message_is_error;
};

/* The pager of the view on top. */
struct pager *ui_pager(struct ui *ui);

/* The list of the open tab; NULL where that is none. */
struct list *ui_list(struct ui *ui);

/* What can be filtered and searched in the open tab: filter and search are NULL where nothing can. */
struct ui_rows {
    struct filter *filter;
    char *search; /* LIST_TEXT_BYTES */
    size_t selected, count, all;
};
struct ui_rows ui_rows(struct ui *ui);
/* Selects the next row from `row` on, around the end, that contains the search text. False: there is none. */
bool ui_search(struct ui *ui, size_t row);

/* Reads on in the samples for the time line (view_events.c), a few milliseconds' worth. False: there is nothing to read
 * for the moment on the screen, or nobody asks. */
bool story_needs(struct ui *ui);
void story_work(struct ui *ui);

extern const struct list_kind list_kinds[LIST_COUNT];
extern const struct list_kind list_kind_tree;

/* One row per tab: what fills the screen below the header while it is open. */
extern const struct tab {
    const char *title;
    const struct view *view;
} tabs[TAB_COUNT];

/* Draws the row of tabs with `place` ("3/15") at its right; tabs_at: the tab drawn at a column, TAB_COUNT = none. */
void tabs_draw(struct ui *ui, struct area area, const char *place);
size_t tabs_at(const struct ui *ui, int column);
/* The graph's view begins at the node that is chosen now (view_graph.c). */
void graph_choose(struct ui *ui);
unsigned tab_go(struct ui *ui, size_t tab);

/* Opens the drill-down of a node (view_why.c). */
unsigned why_open(struct ui *ui, uint32_t node);

/* view_diff.c: marks the moment on the screen; opens the view of differences, or asks for times; takes these. */
unsigned diff_mark(struct ui *ui);
unsigned diff_ask(struct ui *ui);
unsigned diff_taken(struct ui *ui, const char *text);

/* Says something at the foot of the screen until the next key. */
void ui_say(struct ui *ui, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ui_fail(struct ui *ui, const struct error *error);

/* Does what an action says, wherever it is valid; answers with REDO_ bits. */
unsigned action_run(struct ui *ui, enum action action);
/* Brings moment and rows up to date; answers with what is then left to be done. */
unsigned ui_catch_up(struct ui *ui, unsigned what);
/* Presses and turns of the mouse. */
unsigned mouse_run(struct ui *ui);
/* The names that the palette offers for what was typed, best first; found: ACTION_COUNT. Returns how many. */
size_t palette_find(const struct ui *ui, const char *text, enum action *found);
void palette_draw(struct ui *ui, int foot);
/* A key while the prompt is open (prompt_act.c). */
unsigned action_prompt_key(struct ui *ui, int key);

/* What stands above the view (header.c, sentence.c): each returns the rows it used. */
int header_draw(struct ui *ui, int row);
int sentence_draw(struct ui *ui, int row);
/* The last two rows: message or prompt, and hints. Returns the column of the prompt's cursor, or -1. */
int footer_draw(struct ui *ui, int row);

/* time.c: stepping, jumping, playing, and looking for what stands out. */
unsigned time_act(struct ui *ui, enum action action);
/* The next thing to do for a search or for playing; both run between keys. */
unsigned time_seek(struct ui *ui);
unsigned time_play(struct ui *ui);
/* A recording that is being written: takes in what was added. Who stands at its end stays there. */
unsigned time_follow(struct ui *ui);
/* How long until time_play or time_follow has something to do; -1 = for ever. */
int time_timeout_ms(const struct ui *ui);
/* leisure.c: what there is to do while nothing else is, how long until it may be done (-1 = there is nothing), and
 * doing a little of it. */
enum leisure_kind { LEISURE_NONE, LEISURE_STORY, LEISURE_PAST, LEISURE_TREND };
struct leisure {
    enum leisure_kind kind;
    size_t position;
};
struct leisure leisure_find(struct ui *ui);
int leisure_timeout_ms(const struct ui *ui, const struct leisure *leisure);
unsigned leisure_use(struct ui *ui, const struct leisure *leisure);
/* Has this position been looked at? If not it is now. */
const struct trend_point *moment_look(struct ui *ui, size_t position);
/* The strip over a whole recording (timeline.c): returns the rows it used. timeline_missing: a position to look at in
 * idle time, or SIZE_MAX. */
int timeline_draw(struct ui *ui, int row);
size_t timeline_missing(struct ui *ui);
/* The recording has grown: what is new is to be looked at. */
void timeline_grow(struct ui *ui);
unsigned time_jump(struct ui *ui, const char *text);

/* Moves a selection among `count` lines by a moving action; `rows` lines make a page. */
size_t lines_move(size_t selected, size_t count, int rows, enum action action);

/* The first line on the screen, so that the selected one of `count` is seen in `rows`. */
size_t lines_scroll(size_t top, size_t selected, size_t count, size_t rows);

/* Scrolls a paged text. Its lines are counted when it is drawn, which also keeps the top inside: a key that was typed
 * before the first drawing must not be lost. */
void pager_scroll(struct pager *pager, int rows, enum action action);

#endif
