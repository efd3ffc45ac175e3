/* One line of input. */
#include "ui/prompt.h"

#include "base/text.h"
#include "ui/key.h"

#include <stdio.h>
#include <string.h>

static const char *const labels[] = {
    [PROMPT_NONE] = "",
    [PROMPT_SEARCH] = "Search: ",
    [PROMPT_FILTER] = "Filter: ",
    [PROMPT_JUMP] = "Jump to (14:02, 10m ago, 2026-11-20 14:02:31): ",
    [PROMPT_DIFF] = "Compare with, or two times (14:02, 14:05): ",
    [PROMPT_PALETTE] = ":",
};

void prompt_open(struct prompt *prompt, enum prompt_purpose purpose, const char *text)
{
    prompt->purpose = purpose;
    text_clean_into(prompt->text, sizeof prompt->text, text);
    prompt->at = strlen(prompt->text);
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

static size_t character_before(const struct prompt *prompt, size_t at)
{
    do {
        at--;
    } while (at > 0 && is_continuation(prompt->text[at]));
    return at;
}

static size_t character_after(const struct prompt *prompt, size_t at)
{
    do {
        at++;
    } while (is_continuation(prompt->text[at]));
    return at;
}

static void prompt_remove(struct prompt *prompt, size_t from, size_t to)
{
    memmove(prompt->text + from, prompt->text + to, strlen(prompt->text + to) + 1);
    prompt->at = from;
}

static void prompt_insert(struct prompt *prompt, int key)
{
    uint32_t code = (uint32_t)(key & ~KEY_CHARACTER);
    char bytes[5] = {0}, clean[32];
    if (code < 0x80) {
        bytes[0] = (char)code;
    } else if (code < 0x800) {
        bytes[0] = (char)(0xc0 | code >> 6);
        bytes[1] = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        bytes[0] = (char)(0xe0 | code >> 12);
        bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (code & 0x3f));
    } else {
        bytes[0] = (char)(0xf0 | (code >> 18 & 7));
        bytes[1] = (char)(0x80 | (code >> 12 & 0x3f));
        bytes[2] = (char)(0x80 | (code >> 6 & 0x3f));
        bytes[3] = (char)(0x80 | (code & 0x3f));
    }
    size_t length = strlen(bytes), used = strlen(prompt->text);
    bool safe = strcmp(text_clean_into(clean, sizeof clean, bytes), bytes) == 0;
    if (!safe || used + length >= sizeof prompt->text)
        return;
    memmove(prompt->text + prompt->at + length, prompt->text + prompt->at, used - prompt->at + 1);
    memcpy(prompt->text + prompt->at, bytes, length);
    prompt->at += length;
}

enum prompt_outcome prompt_key(struct prompt *prompt, int key)
{
    size_t end = strlen(prompt->text);
    switch (key) {
    case '\r':
    case '\n':
    case KEY_ENTER:
        return PROMPT_TAKEN;
    case KEY_ESCAPE:
    case KEY_CTRL('G'):
        return PROMPT_LEFT;
    case KEY_LEFT:
        prompt->at = prompt->at > 0 ? character_before(prompt, prompt->at) : 0;
        return PROMPT_MOVED;
    case KEY_RIGHT:
        prompt->at = prompt->at < end ? character_after(prompt, prompt->at) : end;
        return PROMPT_MOVED;
    case KEY_HOME:
    case KEY_CTRL('A'):
        prompt->at = 0;
        return PROMPT_MOVED;
    case KEY_END:
    case KEY_CTRL('E'):
        prompt->at = end;
        return PROMPT_MOVED;
    case KEY_BACKSPACE:
    case '\b':
    case 127:
        if (end == 0)
            return PROMPT_LEFT;
        if (prompt->at > 0)
            prompt_remove(prompt, character_before(prompt, prompt->at), prompt->at);
        return PROMPT_EDITED;
    case KEY_DC:
        if (prompt->at < end)
            prompt_remove(prompt, prompt->at, character_after(prompt, prompt->at));
        return PROMPT_EDITED;
    case KEY_CTRL('U'):
        prompt_remove(prompt, 0, prompt->at);
        return PROMPT_EDITED;
    }
    if (key < 0x20 || (key >= KEY_MIN && key < KEY_CHARACTER))
        return PROMPT_MOVED;
    prompt_insert(prompt, key);
    return PROMPT_EDITED;
}

int prompt_draw(const struct prompt *prompt, struct screen *screen, int row)
{
    char before[PROMPT_BYTES];
    int label = screen_text(screen, row, 0, screen->columns, ROLE_KEY, labels[prompt->purpose]);
    snprintf(before, sizeof before, "%.*s", (int)prompt->at, prompt->text);
    screen_text(screen, row, label, screen->columns - label, ROLE_TEXT, prompt->text);
    int column = label + (int)text_columns(before);
    return column < screen->columns ? column : screen->columns - 1;
}
