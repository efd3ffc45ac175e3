/* One line of input at the foot of the screen: search, filter, a time to jump to, a command. */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include "ui/screen.h"

enum prompt_purpose { PROMPT_NONE, PROMPT_SEARCH, PROMPT_FILTER, PROMPT_JUMP, PROMPT_DIFF, PROMPT_PALETTE };
enum prompt_outcome { PROMPT_EDITED, PROMPT_MOVED, PROMPT_TAKEN, PROMPT_LEFT };

enum { PROMPT_BYTES = 128 };

struct prompt {
    enum prompt_purpose purpose; /* PROMPT_NONE: it is closed */
    char text[PROMPT_BYTES];     /* UTF-8 */
    size_t at;                   /* where the cursor stands, in bytes */
};

void prompt_open(struct prompt *prompt, enum prompt_purpose purpose, const char *text);

/* Takes a key (ui/key.h). Enter and Esc only report: whoever opened it closes it. */
enum prompt_outcome prompt_key(struct prompt *prompt, int key);

/* Draws it; returns the column of the cursor. */
int prompt_draw(const struct prompt *prompt, struct screen *screen, int row);

#endif
