/* Can this terminal carry the screen? */
#ifndef UI_TERMINAL_H
#define UI_TERMINAL_H

#include "base/error.h"

/* False with a sentence: no terminal, an unknown one, or one that cannot place the cursor. Sends nothing. */
bool terminal_check(struct error *error);

#endif
