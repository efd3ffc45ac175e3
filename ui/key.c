/* The key table's rows and their names. */
#include "ui/key.h"

#include <stdio.h>
#include <string.h>

#define KEY_ROW(action, name, group, where, help, ...) [action] = {name, help, group, where, {__VA_ARGS__}},
const struct key_row key_rows[ACTION_COUNT] = {KEYS(KEY_ROW)};

#define KEY_GROUP(group, title) [group] = title,
const char *const key_groups[GROUP_COUNT] = {KEY_GROUPS(KEY_GROUP)};

enum action key_action(int key, unsigned where)
{
    for (size_t action = 0; key != 0 && action < ACTION_COUNT; action++)
        for (size_t i = 0; i < ACTION_KEYS_MAX; i++)
            if (key_rows[action].keys[i] == key && (key_rows[action].where & where) != 0)
                return (enum action)action;
    return ACTION_NONE;
}

char *key_title(char *dst, int key)
{
    static const struct {
        int key;
        const char *name;
    } names[] = {
        {'\r', "Enter"},     {'\n', "Enter"},         {KEY_ENTER, "Enter"},
        {'\t', "Tab"},       {KEY_BTAB, "Shift-Tab"}, {KEY_ESCAPE, "Esc"},
        {'\b', "Backspace"}, {127, "Backspace"},      {KEY_BACKSPACE, "Backspace"},
        {KEY_UP, "Up"},      {KEY_DOWN, "Down"},      {KEY_PPAGE, "PgUp"},
        {KEY_NPAGE, "PgDn"}, {KEY_HOME, "Home"},      {KEY_END, "End"},
        {' ', "Space"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].key == key) {
            snprintf(dst, KEY_NAME_BYTES, "%s", names[i].name);
            return dst;
        }
    if (key >= KEY_F(1) && key <= KEY_F(12))
        snprintf(dst, KEY_NAME_BYTES, "F%d", key - KEY_F(0));
    else if (key < 0x20)
        snprintf(dst, KEY_NAME_BYTES, "Ctrl-%c", key + '@');
    else
        snprintf(dst, KEY_NAME_BYTES, "%c", key);
    return dst;
}

char *key_titles(char *dst, enum action action)
{
    size_t used = 0;
    dst[0] = '\0';
    char name[KEY_NAME_BYTES], last[KEY_NAME_BYTES] = "";
    for (size_t i = 0; i < ACTION_KEYS_MAX && key_rows[action].keys[i] != 0; i++) {
        key_title(name, key_rows[action].keys[i]);
        if (strcmp(name, last) != 0 && strstr(dst, name) == NULL && used < KEY_NAMES_BYTES)
            used += (size_t)snprintf(dst + used, KEY_NAMES_BYTES - used, "%s%s", used == 0 ? "" : " ", name);
        memcpy(last, name, sizeof last);
    }
    return dst;
}

int key_read(void)
{
    wint_t typed;
    int result = get_wch(&typed);
    if (result == ERR)
        return 0;
    if (result == KEY_CODE_YES || typed < KEY_MIN)
        return (int)typed;
    return KEY_CHARACTER | (int)typed;
}
