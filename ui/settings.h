/* The user's settings, $XDG_CONFIG_HOME/culprit/culprit.conf (else ~/.config): read at the start; what is chosen on the
 * screen is written there, a line at a time, and the rest of the file stays as it is.
 *
 *     [screen]
 *     theme = high-contrast     a theme's name or file
 *     interval = 2s             live: between samples
 *     window = 10s              how much to judge at once
 *     mouse = no                leave the mouse to the terminal (to select and copy text)
 *
 *     [columns]
 *     processes = pid name cpu memory command      what a list shows: suspects, processes, files, sockets
 *
 *     [keys]
 *     pause = p Space           an action by its name in the help, and its keys
 */
#ifndef UI_SETTINGS_H
#define UI_SETTINGS_H

#include "base/buffer.h"
#include "base/memory.h"
#include "ui/key.h"

#include <stdint.h>

enum { SETTINGS_TEXT_BYTES = 256, SETTINGS_LISTS = 4 };

struct settings {
    char theme[SETTINGS_TEXT_BYTES]; /* "" = not said */
    int64_t interval_ns, window_ns;  /* 0 = not said */
    bool mouse;
    struct key_map keys;
    struct settings_columns {
        const char *list;                /* as in the file: static; the lists in the order of their tabs */
        char names[SETTINGS_TEXT_BYTES]; /* "" = not said */
    } columns[SETTINGS_LISTS];
    char remark[2 * SETTINGS_TEXT_BYTES]; /* raw: the first line that was skipped and why; "" = all was understood */
};

/* Fills the settings; what is not said, or was not understood, is as without a file. */
void settings_read(struct settings *settings);
/* The same from text, for which `origin` stands in the remark. */
void settings_parse(struct settings *settings, const char *text, const char *origin);

/* settings_write.c: sets one line of the file (value "" = takes it away), which appears whole or not at all. */
bool settings_write(const char *section, const char *name, const char *value, struct error *error);
/* The same from text to text. */
void settings_replace(const char *text, const char *section, const char *name, const char *value, struct buffer *out);
/* The path of the file, in the arena; NULL: there is none. */
char *settings_path(struct arena *arena);
enum { SETTINGS_FILE_BYTES_MAX = 65536 };

#endif
