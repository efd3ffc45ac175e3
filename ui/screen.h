/* The terminal: curses' setup and teardown, and drawing of text in roles. Everything is drawn in UTF-8; where the
 * locale has none, each character is replaced by one of ASCII that resembles it. Only the loop calls screen_show: what
 * has not changed is not sent. */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include "base/error.h"
#include "ui/theme.h"

#include <stdbool.h>
#include <stddef.h>

enum { SCREEN_ROWS_MIN = 15, SCREEN_COLUMNS_MIN = 60 };

struct screen {
    int rows, columns;
    int colours;  /* of the terminal; 0 = none, or NO_COLOR is set */
    bool unicode; /* the locale is UTF-8 */
    bool plain;   /* while set, every role is drawn as role_all: a selected row */
    enum role role_all;
    unsigned long attributes[ROLE_COUNT];
    void *terminal; /* curses' SCREEN */
};

/* A part of the screen. */
struct area {
    int row, column, rows, columns;
};

/* False with a sentence when the terminal cannot serve; then nothing was changed. */
bool screen_open(struct screen *screen, const struct theme *theme, bool mouse, struct error *error);
void screen_close(struct screen *screen);

/* Takes the terminal's new size. */
void screen_resize(struct screen *screen);
/* Hands the terminal back while the program is stopped, and takes it again. */
void screen_leave(struct screen *screen);
void screen_return(struct screen *screen);
/* Everything will be sent anew at the next screen_show (Ctrl-L). */
void screen_repaint(struct screen *screen);

void screen_erase(struct screen *screen);
/* Sends what has changed. The cursor stands at row, column; row < 0: it is hidden. */
void screen_show(struct screen *screen, int row, int column);

/* Draws clean text (base/text.h), cut to `columns`; a cut is marked with an ellipsis. Returns the columns used. */
int screen_text(struct screen *screen, int row, int column, int columns, enum role role, const char *text);
/* The same for text from outside: it passes the sanitiser first. */
int screen_raw(struct screen *screen, int row, int column, int columns, enum role role, const char *text);
/* Right-aligned within `columns`. */
void screen_text_right(struct screen *screen, int row, int column, int columns, enum role role, const char *text);
void screen_rule(struct screen *screen, int row, enum role role);
/* Blanks a row in a role: the ground of a selected row. */
void screen_row(struct screen *screen, int row, enum role role);

/* From here to screen_row_end all roles look like `role`. */
void screen_row_begin(struct screen *screen, enum role role);
void screen_row_end(struct screen *screen);

#endif
