/* Themes: how each role on the screen looks. Files as themes/default.theme explains; those in themes/ are compiled in.
 */
#ifndef UI_THEME_H
#define UI_THEME_H

#include "base/error.h"

#include <stdbool.h>

/* X(enum, "name in a theme file") */
#define ROLES(X)                                                      \
    X(ROLE_TEXT, "text")                                              \
    X(ROLE_TITLE, "title")                                            \
    X(ROLE_DIM, "dim")         /* labels, what matters less */        \
    X(ROLE_RULE, "rule")       /* lines between the parts */          \
    X(ROLE_ALARM, "alarm")     /* something is wrong */               \
    X(ROLE_WARNING, "warning") /* not calibrated, blind, recording */ \
    X(ROLE_GOOD, "good")       /* nothing stands out */               \
    X(ROLE_ACCENT, "accent")   /* names, sections */                  \
    X(ROLE_TAB, "tab")                                                \
    X(ROLE_TAB_OPEN, "tab-open")                                      \
    X(ROLE_COLUMN, "column") /* heads of columns */                   \
    X(ROLE_BAR, "bar")                                                \
    X(ROLE_SELECTION, "selection")                                    \
    X(ROLE_KEY, "key") /* keys in hints and in the help */
#define ROLE_ENUM(role, name) role,
enum role { ROLES(ROLE_ENUM) ROLE_COUNT };

enum { COLOUR_DEFAULT = -1 };

struct style {
    short foreground, background; /* 0 to 255, or COLOUR_DEFAULT */
    bool bold, dim, underline, reverse;
};

struct theme {
    struct style styles[ROLE_COUNT];
};

/* Fills the theme. name: a path (with a slash), or a name that is looked up as NAME.theme in the user's
 * $XDG_CONFIG_HOME/culprit/themes, then in the installed themes, then among those compiled in; NULL = "default".
 * Roles that a file leaves out look as in the default. False with a sentence that names the file and the line. */
bool theme_read(struct theme *theme, const char *name, struct error *error);

/* The nearest style that a terminal with this many colours (8, 16, 256 and more; below 8 = none) can show. */
struct style style_reduce(struct style style, int colours);

#endif
