/* The key table: one row per action, from which come the bindings, the help view, the hints at the foot of the screen,
 * the palette and the manual's section. A key is a curses code (KEY_F(4), KEY_UP) or a character; a typed
 * character that would collide with a curses code carries KEY_CHARACTER.
 *
 * X(enum, "name", group, where, "help", keys...) */
#ifndef UI_KEY_H
#define UI_KEY_H

#include "base/error.h"

#include <curses.h>
#include <stdbool.h>
#include <stddef.h>

enum { KEY_CHARACTER = 1 << 24, KEY_ESCAPE = 27 };
#define KEY_CTRL(letter) ((letter)&0x1f)

/* Where an action is valid: bits. */
enum {
    IN_LIST = 1,
    IN_WHY = 2,
    IN_SORT = 4,
    IN_TEXT = 8,
    IN_UNITS = 16,
    IN_GRAPH = 32,
    IN_PAGE = 64, /* a tab that is a text: host, model */
    IN_EVENTS = 128,
    IN_DIFF = 256,
    IN_COLUMNS = 512,
    IN_TABS = IN_LIST | IN_WHY | IN_UNITS | IN_GRAPH | IN_PAGE | IN_EVENTS | IN_DIFF,
    IN_CHOICE = IN_LIST | IN_WHY | IN_SORT | IN_COLUMNS | IN_UNITS | IN_GRAPH | IN_EVENTS | IN_DIFF,
    IN_ROWS = IN_CHOICE | IN_TEXT | IN_PAGE,
    ANYWHERE = IN_ROWS,
    ONLY_LIVE = 1 << 16,   /* of no use in a replay: not hinted at there */
    ONLY_REPLAY = 1 << 17, /* of no use live */
};

#define KEY_GROUPS(X)       \
    X(GROUP_LOOK, "Look")   \
    X(GROUP_LISTS, "Lists") \
    X(GROUP_TIME, "Time")   \
    X(GROUP_KEEP, "Keep")   \
    X(GROUP_MOVE, "Move")   \
    X(GROUP_PROGRAM, "Program")

#define KEYS(X)                                                                                                       \
    X(ACTION_OPEN, "why", GROUP_LOOK, IN_CHOICE, "why this one; follow a relation; take the choice", '\r', KEY_ENTER, \
      '\n', 'w')                                                                                                      \
    X(ACTION_BACK, "back", GROUP_LOOK, ANYWHERE, "back to where one came from", KEY_BACKSPACE, KEY_ESCAPE, '\b', 127) \
    X(ACTION_TAB_NEXT, "view", GROUP_LOOK, IN_TABS, "next view", '\t')                                                \
    X(ACTION_TAB_PREVIOUS, "previous view", GROUP_LOOK, IN_TABS, "previous view", KEY_BTAB)                           \
    X(ACTION_TAB_1, "suspects", GROUP_LOOK, IN_TABS, "suspects", '1')                                                 \
    X(ACTION_TAB_2, "processes", GROUP_LOOK, IN_TABS, "processes", '2')                                               \
    X(ACTION_TAB_3, "files", GROUP_LOOK, IN_TABS, "files, devices and file systems", '3')                             \
    X(ACTION_TAB_4, "sockets", GROUP_LOOK, IN_TABS, "sockets", '4')                                                   \
    X(ACTION_TAB_5, "units", GROUP_LOOK, IN_TABS, "units and containers, summed", '5')                                \
    X(ACTION_TAB_6, "events", GROUP_LOOK, IN_TABS, "what happened: waits, starts, exits, signals, kills", '6')        \
    X(ACTION_TAB_7, "graph", GROUP_LOOK, IN_TABS, "who waits for whom around the chosen row", '7')                    \
    X(ACTION_TAB_8, "host", GROUP_LOOK, IN_TABS, "the host: pressure, memory, disks, over time", '8')                 \
    X(ACTION_TAB_9, "difference", GROUP_LOOK, IN_TABS, "what is different from the marked moment", '9')               \
    X(ACTION_TAB_10, "model", GROUP_LOOK, IN_TABS, "what the model knows and where it came from", '0')                \
    X(ACTION_ANALYSE, "analyse", GROUP_LOOK, ANYWHERE | ONLY_LIVE, "look at the host now, with all that can be read", \
      'a')                                                                                                            \
    X(ACTION_UNREAD, "unread", GROUP_LOOK, ANYWHERE, "what could not be read, and why", 'd')                          \
    X(ACTION_SEARCH, "search", GROUP_LISTS, IN_LIST | IN_EVENTS, "search while typing; F3 goes to the next match",    \
      '/')                                                                                                            \
    X(ACTION_SEARCH_NEXT, "next match", GROUP_LISTS, IN_LIST | IN_EVENTS, "next match of the search", KEY_F(3))       \
    X(ACTION_FILTER, "filter", GROUP_LISTS, IN_LIST | IN_EVENTS,                                                      \
      "show only rows with a text, or unit:nginx cpu>50 blocked>1s", '\\', KEY_F(4))                                  \
    X(ACTION_SORT, "sort", GROUP_LISTS, IN_LIST, "choose the column to sort by", KEY_F(6))                            \
    X(ACTION_COLUMNS, "columns", GROUP_LISTS, IN_LIST, "choose the columns to show; the settings keep them", 'C')     \
    X(ACTION_SORT_NEXT, "next column", GROUP_LISTS, IN_LIST | IN_UNITS, "sort by the next column", '>', '.')          \
    X(ACTION_SORT_PREVIOUS, "previous column", GROUP_LISTS, IN_LIST | IN_UNITS, "sort by the previous column", '<',   \
      ',')                                                                                                            \
    X(ACTION_SORT_INVERT, "invert", GROUP_LISTS, IN_LIST | IN_UNITS, "sort the other way round", 'I')                 \
    X(ACTION_SORT_CPU, "by cpu", GROUP_LISTS, IN_LIST | IN_UNITS, "sort by cpu", 'P')                                 \
    X(ACTION_SORT_MEMORY, "by memory", GROUP_LISTS, IN_LIST | IN_UNITS, "sort by memory", 'M')                        \
    X(ACTION_SORT_SCORE, "by score", GROUP_LISTS, IN_LIST | IN_UNITS, "sort by how suspect it is", 'A')               \
    X(ACTION_TREE, "tree", GROUP_LISTS, IN_LIST, "processes as a tree, or as a list again", KEY_F(5), 'v')            \
    X(ACTION_TAG, "tag", GROUP_LISTS, IN_LIST | IN_COLUMNS,                                                           \
      "tag the row, or take the tag away: what is tagged is what e writes", ' ')                                      \
    X(ACTION_UNTAG, "untag all", GROUP_LISTS, IN_LIST, "take all tags away", 'U')                                     \
    X(ACTION_FOLLOW, "follow", GROUP_LISTS, IN_LIST, "follow the row wherever it goes, also from the top", 'F')       \
    X(ACTION_PAUSE, "pause", GROUP_TIME, ANYWHERE | ONLY_LIVE, "hold the picture still; once more: go on live", 'z')  \
    X(ACTION_NEXT, "later", GROUP_TIME, ANYWHERE, "next sample", 't')                                                 \
    X(ACTION_PREVIOUS, "earlier", GROUP_TIME, ANYWHERE, "previous sample (live: of the last ten minutes)", 'T')       \
    X(ACTION_FIRST, "first sample", GROUP_TIME, ANYWHERE, "first sample", 'r')                                        \
    X(ACTION_LAST, "last sample", GROUP_TIME, ANYWHERE, "last sample", 'Z')                                           \
    X(ACTION_ANOMALY_NEXT, "next anomaly", GROUP_TIME, ANYWHERE,                                                      \
      "the next moment at which something begins to stand out", 'n')                                                  \
    X(ACTION_ANOMALY_PREVIOUS, "previous anomaly", GROUP_TIME, ANYWHERE, "the one before", 'N')                       \
    X(ACTION_PLAY, "play", GROUP_TIME, ANYWHERE | ONLY_REPLAY, "play the recording on from here; once more: stop",    \
      'p')                                                                                                            \
    X(ACTION_JUMP, "jump", GROUP_TIME, ANYWHERE, "jump to a time: 14:02, 10m ago, 2026-11-20 14:02:31", 'b')          \
    X(ACTION_MARK, "mark", GROUP_TIME, ANYWHERE, "mark this moment, to compare others with it", 'm')                  \
    X(ACTION_DIFF, "diff", GROUP_TIME, ANYWHERE, "what is different from the marked moment; asks for times", 'D')     \
    X(ACTION_RECORD, "record", GROUP_KEEP, ANYWHERE | ONLY_LIVE, "record on and off, the past ten minutes included",  \
      'R')                                                                                                            \
    X(ACTION_EXPORT, "export", GROUP_KEEP, ANYWHERE,                                                                  \
      "write suspects, or what is tagged, with neighbours as a graph (DOT)", 'e')                                     \
    X(ACTION_UP, "up", GROUP_MOVE, IN_ROWS, "up", KEY_UP, 'k')                                                        \
    X(ACTION_DOWN, "down", GROUP_MOVE, IN_ROWS, "down", KEY_DOWN, 'j')                                                \
    X(ACTION_LEFT, "waiters", GROUP_MOVE, IN_GRAPH, "to those at the left; once more: follow", KEY_LEFT)              \
    X(ACTION_RIGHT, "waited for", GROUP_MOVE, IN_GRAPH, "to those at the right; once more: follow", KEY_RIGHT)        \
    X(ACTION_PAGE_UP, "page up", GROUP_MOVE, IN_ROWS, "a page up", KEY_PPAGE)                                         \
    X(ACTION_PAGE_DOWN, "page down", GROUP_MOVE, IN_ROWS, "a page down", KEY_NPAGE)                                   \
    X(ACTION_TOP, "top", GROUP_MOVE, IN_ROWS, "to the first row", KEY_HOME, 'g')                                      \
    X(ACTION_BOTTOM, "bottom", GROUP_MOVE, IN_ROWS, "to the last row", KEY_END, 'G')                                  \
    X(ACTION_PALETTE, "command", GROUP_PROGRAM, ANYWHERE, "call anything by its name; Tab completes", ':')            \
    X(ACTION_HELP, "help", GROUP_PROGRAM, ANYWHERE, "this help", '?', 'h', KEY_F(1))                                  \
    X(ACTION_REPAINT, "redraw", GROUP_PROGRAM, ANYWHERE, "draw the screen anew", KEY_CTRL('L'))                       \
    X(ACTION_QUIT, "quit", GROUP_PROGRAM, ANYWHERE, "quit at once", 'q', KEY_F(10))

#define KEY_ENUM_ACTION(action, ...) action,
#define KEY_ENUM_GROUP(group, title) group,
enum action { KEYS(KEY_ENUM_ACTION) ACTION_COUNT, ACTION_NONE = ACTION_COUNT };
enum key_group { KEY_GROUPS(KEY_ENUM_GROUP) GROUP_COUNT };

enum { ACTION_KEYS_MAX = 4, KEY_NAME_BYTES = 16, KEY_NAMES_BYTES = 64 };

struct key_row {
    const char *name; /* a word or two: hints, palette */
    const char *help;
    enum key_group group;
    unsigned where;
    int keys[ACTION_KEYS_MAX]; /* the first is the one to show; 0 = no more */
};

extern const struct key_row key_rows[ACTION_COUNT];
extern const char *const key_groups[GROUP_COUNT];

/* The keys as bound: those of the table, but where the settings say otherwise. */
struct key_map {
    int keys[ACTION_COUNT][ACTION_KEYS_MAX]; /* the first is the one to show; 0 = no more */
};
void key_map_init(struct key_map *map);

/* Binds a list of keys by title, "F5 v Ctrl-P Space": they leave the actions that had them in the same places. False
 * with a sentence, and nothing has changed. */
bool key_bind(struct key_map *map, const char *name, const char *titles, struct error *error);

/* What the key does there, or ACTION_NONE. */
enum action key_action(const struct key_map *map, int key, unsigned where);

/* "F10", "Enter", "Ctrl-L", "/": into dst (KEY_NAME_BYTES). Returns dst. */
char *key_title(char *dst, int key);

/* All keys of an action, "q F10", each name once: into dst (KEY_NAMES_BYTES). Returns dst. */
char *key_titles(char *dst, const struct key_map *map, enum action action);

/* The next key typed, or 0 when there is none. */
int key_read(void);

#endif
