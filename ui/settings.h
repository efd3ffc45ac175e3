/* The user's settings, $XDG_CONFIG_HOME/culprit/culprit.conf (else ~/.config): read at the start, never written.
 *
 *     [screen]
 *     theme = high-contrast     a theme's name or file
 *     interval = 2s             live: between samples
 *     window = 10s              how much to judge at once
 *     mouse = no                leave the mouse to the terminal (to select and copy text)
 *
 *     [keys]
 *     pause = p Space           an action by its name in the help, and its keys
 */
#ifndef UI_SETTINGS_H
#define UI_SETTINGS_H

#include "ui/key.h"

#include <stdint.h>

enum { SETTINGS_TEXT_BYTES = 256 };

struct settings {
    char theme[SETTINGS_TEXT_BYTES]; /* "" = not said */
    int64_t interval_ns, window_ns;  /* 0 = not said */
    bool mouse;
    struct key_map keys;
    char remark[2 * SETTINGS_TEXT_BYTES]; /* raw: the first line that was skipped and why; "" = all was understood */
};

/* Fills the settings; what is not said, or was not understood, is as without a file. */
void settings_read(struct settings *settings);
/* The same from text, for which `origin` stands in the remark. */
void settings_parse(struct settings *settings, const char *text, const char *origin);

#endif
