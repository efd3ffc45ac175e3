/* The palette: everything that can be done here, by name. */
#include "ui/state.h"

#include <stdio.h>
#include <string.h>

enum { PALETTE_ROWS = 8, NAME_COLUMNS = 18, KEYS_COLUMNS = 16 };

size_t palette_find(const struct ui *ui, const char *text, enum action *found)
{
    size_t count = 0, length = strlen(text);
    unsigned useless = ui->options->collector != NULL ? ONLY_REPLAY : ONLY_LIVE;
    for (int pass = 0; pass < 2; pass++)
        for (size_t action = 0; action < ACTION_COUNT; action++) {
            const struct key_row *row = &key_rows[action];
            bool begins = strncasecmp(row->name, text, length) == 0;
            bool contains = begins || strcasestr(row->name, text) != NULL;
            bool here = (row->where & view_top(ui)->where) != 0 && (row->where & useless) == 0;
            if (here && action != ACTION_PALETTE && (pass == 0 ? begins : contains && !begins))
                found[count++] = (enum action)action;
        }
    return count;
}

void palette_draw(struct ui *ui, int foot)
{
    enum action found[ACTION_COUNT];
    struct screen *screen = &ui->screen;
    size_t count = palette_find(ui, ui->prompt.text, found);
    size_t rows = count < PALETTE_ROWS ? count : PALETTE_ROWS;
    size_t top = ui->palette_selected >= rows ? ui->palette_selected - rows + 1 : 0;
    int row = foot - (int)rows;
    screen_row(screen, row - 1, ROLE_TEXT);
    screen_rule(screen, row - 1, ROLE_RULE);
    for (size_t i = 0; i < rows && top + i < count; i++, row++) {
        enum action action = found[top + i];
        char keys[KEY_NAMES_BYTES];
        bool selected = top + i == ui->palette_selected;
        screen_row(screen, row, selected ? ROLE_SELECTION : ROLE_TEXT);
        if (selected)
            screen_row_begin(screen, ROLE_SELECTION);
        screen_text(screen, row, 1, NAME_COLUMNS - 1, ROLE_ACCENT, key_rows[action].name);
        screen_text(screen, row, 1 + NAME_COLUMNS, KEYS_COLUMNS - 1, ROLE_KEY, key_titles(keys, &ui->keys, action));
        screen_text(screen, row, 1 + NAME_COLUMNS + KEYS_COLUMNS, screen->columns - NAME_COLUMNS - KEYS_COLUMNS - 2,
                    ROLE_TEXT, key_rows[action].help);
        screen_row_end(screen);
    }
}
