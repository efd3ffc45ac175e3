/* Can this terminal carry the screen? A file of its own, because <term.h> defines words like "lines" and "columns". */
#include "ui/terminal.h"

#include <curses.h>
#include <stdlib.h>
#include <term.h>
#include <unistd.h>

bool terminal_check(struct error *error)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return error_set(error, "the screen needs a terminal on standard input and output; for plain text run "
                                "'culprit diagnose'");
    const char *type = getenv("TERM");
    int result = 0;
    bool known = type != NULL && type[0] != '\0' && setupterm(type, STDOUT_FILENO, &result) == OK;
    if (!known)
        return error_set(error,
                         "the terminal type TERM=%s is not known here; set TERM (for example TERM=xterm), or run "
                         "'culprit diagnose' for plain text",
                         type == NULL ? "" : type);
    const char *move = tigetstr("cup");
    bool moves = move != NULL && move != (char *)-1;
    del_curterm(cur_term);
    if (!moves)
        return error_set(error,
                         "a terminal of type TERM=%s cannot place the cursor, which the screen needs; run "
                         "'culprit diagnose' for plain text",
                         type);
    return true;
}
