/* Drawing of text: cut by columns, replaced by ASCII where the locale needs it. */
#include "ui/screen.h"

#include "base/buffer.h"
#include "base/text.h"

#include <curses.h>
#include <string.h>
#include <wchar.h>

enum { LINE_BYTES = 4096, LINE_COLUMNS_MAX = 1000 };

/* What resembles a character in ASCII, one column each. */
static const struct {
    wchar_t character;
    char ascii;
} resemblances[] = {
    {L'\u2500', '-'}, {L'\u2502', '|'},  {L'\u2550', '='}, {L'\u2588', '#'}, {L'\u2589', '#'},  {L'\u258a', '#'},
    {L'\u258b', '='}, {L'\u258c', '='},  {L'\u258d', '-'}, {L'\u258e', '-'}, {L'\u258f', '.'},  {L'\u2581', '_'},
    {L'\u2582', '.'}, {L'\u2583', '-'},  {L'\u2584', '~'}, {L'\u2585', '='}, {L'\u2586', '+'},  {L'\u2587', '*'},
    {L'\u2190', '<'}, {L'\u2192', '>'},  {L'\u25b6', '>'}, {L'\u25b2', '^'}, {L'\u25bc', 'v'},  {L'\u203a', '>'},
    {L'\u2026', '~'}, {L'\u00b7', '.'},  {L'\u2014', '-'}, {L'\u2013', '-'}, {L'\u2019', '\''}, {L'\u25cf', '*'},
    {L'\u251c', '|'}, {L'\u2514', '`'},  {L'\u2510', '.'}, {L'\u250c', ','}, {L'\u2518', '\''}, {L'\u2524', '|'},
    {L'\u252c', '-'}, {L'\u2534', '-'},  {L'\u253c', '+'}, {L'\u2551', '|'}, {L'\u2554', ','},  {L'\u2557', '.'},
    {L'\u255a', '`'}, {L'\u255d', '\''}, {L'\u2560', '|'}, {L'\u2563', '|'}, {L'\u2566', '='},  {L'\u2569', '='},
    {L'\u256c', '+'}, {L'\u25c0', '<'},
};

static wchar_t ascii_resemblance(wchar_t character)
{
    for (size_t i = 0; i < sizeof resemblances / sizeof resemblances[0]; i++)
        if (resemblances[i].character == character)
            return (wchar_t)resemblances[i].ascii;
    return L'?';
}

/* One clean character for the terminal. One whose width the C library judges otherwise than we do would shift the rest
 * of the line, so it is replaced. */
static wchar_t character_show(const struct screen *screen, const char *bytes, uint32_t code)
{
    wchar_t character = (wchar_t)code;
    if (code < 0x20 || code == 0x7f)
        return L'?';
    if (code < 0x80)
        return character;
    if (!screen->unicode)
        return ascii_resemblance(character);
    char one[8];
    size_t length = text_decode(bytes, strlen(bytes), &code);
    memcpy(one, bytes, length);
    one[length] = '\0';
    return wcwidth(character) == (int)text_columns(one) ? character : L'?';
}

/* Adds characters until the columns are full; returns the columns used. */
static int characters_add(const struct screen *screen, const char *text, size_t bytes)
{
    int used = 0;
    for (size_t at = 0; at < bytes;) {
        uint32_t code;
        size_t taken = text_decode(text + at, bytes - at, &code);
        wchar_t shown = taken == 0 ? L'?' : character_show(screen, text + at, code);
        int width = wcwidth(shown);
        addnwstr(&shown, 1);
        used += width < 0 ? 1 : width;
        at += taken == 0 ? 1 : taken;
    }
    return used;
}

static attr_t role_attributes(const struct screen *screen, enum role role)
{
    return (attr_t)screen->attributes[screen->plain ? screen->role_all : role];
}

int screen_text(struct screen *screen, int row, int column, int columns, enum role role, const char *text)
{
    if (columns > screen->columns - column)
        columns = screen->columns - column;
    if (row < 0 || row >= screen->rows || columns <= 0)
        return 0;
    size_t bytes = text_fit(text, (size_t)columns);
    bool cut = text[bytes] != '\0';
    if (cut)
        bytes = text_fit(text, (size_t)columns - 1);
    attrset(role_attributes(screen, role));
    move(row, column);
    int used = characters_add(screen, text, bytes);
    if (cut)
        used += characters_add(screen, "…", strlen("…"));
    attrset(A_NORMAL);
    return used;
}

int screen_raw(struct screen *screen, int row, int column, int columns, enum role role, const char *text)
{
    char clean[LINE_BYTES];
    return screen_text(screen, row, column, columns, role, text_clean_into(clean, sizeof clean, text));
}

void screen_text_right(struct screen *screen, int row, int column, int columns, enum role role, const char *text)
{
    int width = (int)text_columns(text);
    int indent = width < columns ? columns - width : 0;
    screen_text(screen, row, column + indent, columns - indent, role, text);
}

void screen_rule(struct screen *screen, int row, enum role role)
{
    struct buffer line = {0};
    for (int i = 0; i < screen->columns && i < LINE_COLUMNS_MAX; i++)
        buffer_string(&line, "─");
    screen_text(screen, row, 0, screen->columns, role, buffer_text(&line));
    buffer_done(&line);
}

void screen_row(struct screen *screen, int row, enum role role)
{
    if (row < 0 || row >= screen->rows)
        return;
    attrset(role_attributes(screen, role));
    mvhline(row, 0, ' ', screen->columns);
    attrset(A_NORMAL);
}

void screen_row_begin(struct screen *screen, enum role role)
{
    screen->plain = true;
    screen->role_all = role;
}

void screen_row_end(struct screen *screen)
{
    screen->plain = false;
}
