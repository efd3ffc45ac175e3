/* Curses' setup and teardown. */
#include "ui/screen.h"

#include "ui/terminal.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { ESCAPE_DELAY_MS = 100 };

static attr_t style_attributes(struct style style, short pair, int colours)
{
    attr_t attributes = (style.bold ? A_BOLD : 0) | (style.dim ? A_DIM : 0) | (style.underline ? A_UNDERLINE : 0) |
                        (style.reverse ? A_REVERSE : 0);
    bool coloured = style.foreground != COLOUR_DEFAULT || style.background != COLOUR_DEFAULT;
    if (colours >= 8 && coloured && init_pair(pair, style.foreground, style.background) == OK)
        attributes |= (attr_t)COLOR_PAIR(pair);
    return attributes;
}

static void screen_style(struct screen *screen, const struct theme *theme)
{
    const char *no_colour = getenv("NO_COLOR");
    bool wanted = no_colour == NULL || no_colour[0] == '\0';
    screen->colours = 0;
    if (wanted && has_colors() && start_color() == OK && use_default_colors() == OK)
        screen->colours = COLORS;
    for (short role = 0; role < ROLE_COUNT; role++) {
        struct style style = style_reduce(theme->styles[role], screen->colours);
        screen->attributes[role] = style_attributes(style, (short)(role + 1), screen->colours);
    }
}

/* Also the events that do nothing here: for one that is masked out curses waits until another comes. But no clicks,
 * into which it would turn a press and a release that arrive together. */
static void mouse_wanted(void)
{
    mmask_t wanted = 0;
    for (int button = 1; button <= 5; button++)
        wanted |= NCURSES_MOUSE_MASK(button, NCURSES_BUTTON_PRESSED | NCURSES_BUTTON_RELEASED);
    mouseinterval(0);
    mousemask(wanted, NULL);
}

bool screen_open(struct screen *screen, const struct theme *theme, bool mouse, struct error *error)
{
    *screen = (struct screen){0};
    if (!terminal_check(error))
        return false;
    setlocale(LC_CTYPE, "");
    screen->unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    SCREEN *terminal = newterm(NULL, stdout, stdin);
    if (terminal == NULL)
        return error_set(error, "the terminal of type TERM=%s cannot be set up; run 'culprit diagnose' for plain text",
                         getenv("TERM"));
    screen->terminal = terminal;
    set_term(terminal);
    cbreak();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    /* Rows that move up or down in a list are moved by the terminal instead of being sent again. */
    idlok(stdscr, TRUE);
    set_escdelay(ESCAPE_DELAY_MS);
    if (mouse)
        mouse_wanted();
    curs_set(0);
    screen_style(screen, theme);
    getmaxyx(stdscr, screen->rows, screen->columns);
    return true;
}

void screen_close(struct screen *screen)
{
    if (screen->terminal == NULL)
        return;
    curs_set(1);
    endwin();
    delscreen(screen->terminal);
    screen->terminal = NULL;
}

void screen_resize(struct screen *screen)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
        resizeterm(size.ws_row, size.ws_col);
    getmaxyx(stdscr, screen->rows, screen->columns);
    /* What was sent while it changed may stand anywhere. */
    screen_repaint(screen);
}

void screen_leave(struct screen *screen)
{
    (void)screen;
    def_prog_mode();
    curs_set(1);
    endwin();
}

void screen_return(struct screen *screen)
{
    reset_prog_mode();
    curs_set(0);
    screen_resize(screen);
}

void screen_repaint(struct screen *screen)
{
    (void)screen;
    clearok(curscr, TRUE);
}

void screen_erase(struct screen *screen)
{
    screen_row_end(screen);
    erase();
}

void screen_show(struct screen *screen, int row, int column)
{
    bool visible = row >= 0;
    curs_set(visible ? 1 : 0);
    move(visible ? row : screen->rows - 1, visible ? column : 0);
    wnoutrefresh(stdscr);
    doupdate();
}
