/* The key table's rows and their names. */
#include "ui/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_ROW(action, name, group, where, help, ...) [action] = {name, help, group, where, {__VA_ARGS__}},
const struct key_row key_rows[ACTION_COUNT] = {KEYS(KEY_ROW)};

#define KEY_GROUP(group, title) [group] = title,
const char *const key_groups[GROUP_COUNT] = {KEY_GROUPS(KEY_GROUP)};

static const struct key_name {
    int key;
    const char *name;
} key_names[] = {
    {'\r', "Enter"},     {'\n', "Enter"},         {KEY_ENTER, "Enter"},
    {'\t', "Tab"},       {KEY_BTAB, "Shift-Tab"}, {KEY_ESCAPE, "Esc"},
    {'\b', "Backspace"}, {127, "Backspace"},      {KEY_BACKSPACE, "Backspace"},
    {KEY_UP, "Up"},      {KEY_DOWN, "Down"},      {KEY_PPAGE, "PgUp"},
    {KEY_NPAGE, "PgDn"}, {KEY_HOME, "Home"},      {KEY_END, "End"},
    {KEY_LEFT, "Left"},  {KEY_RIGHT, "Right"},    {' ', "Space"},
};
enum { KEY_NAME_COUNT = sizeof key_names / sizeof key_names[0] };

void key_map_init(struct key_map *map)
{
    for (size_t action = 0; action < ACTION_COUNT; action++)
        memcpy(map->keys[action], key_rows[action].keys, sizeof map->keys[action]);
}

enum action key_action(const struct key_map *map, int key, unsigned where)
{
    for (size_t action = 0; key != 0 && action < ACTION_COUNT; action++)
        for (size_t i = 0; i < ACTION_KEYS_MAX; i++)
            if (map->keys[action][i] == key && (key_rows[action].where & where) != 0)
                return (enum action)action;
    return ACTION_NONE;
}

char *key_title(char *dst, int key)
{
    for (size_t i = 0; i < KEY_NAME_COUNT; i++)
        if (key_names[i].key == key) {
            snprintf(dst, KEY_NAME_BYTES, "%s", key_names[i].name);
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

char *key_titles(char *dst, const struct key_map *map, enum action action)
{
    size_t used = 0;
    dst[0] = '\0';
    char name[KEY_NAME_BYTES], last[KEY_NAME_BYTES] = "";
    for (size_t i = 0; i < ACTION_KEYS_MAX && map->keys[action][i] != 0; i++) {
        key_title(name, map->keys[action][i]);
        if (strcmp(name, last) != 0 && strstr(dst, name) == NULL && used < KEY_NAMES_BYTES)
            used += (size_t)snprintf(dst + used, KEY_NAMES_BYTES - used, "%s%s", used == 0 ? "" : " ", name);
        memcpy(last, name, sizeof last);
    }
    return dst;
}

/* The key of a title, or 0. */
static int key_titled(const char *title)
{
    for (size_t i = 0; i < KEY_NAME_COUNT; i++)
        if (strcasecmp(key_names[i].name, title) == 0)
            return key_names[i].key;
    if (strncasecmp(title, "Ctrl-", 5) == 0 && title[5] >= '@' && title[6] == '\0')
        return KEY_CTRL(title[5]);
    if (title[0] == 'F' && title[1] >= '1' && title[1] <= '9') {
        int number = atoi(title + 1);
        return number <= 12 ? KEY_F(number) : 0;
    }
    return title[0] > ' ' && title[0] < 127 && title[1] == '\0' ? title[0] : 0;
}

static void key_release(struct key_map *map, int key, unsigned where)
{
    for (size_t action = 0; action < ACTION_COUNT; action++) {
        size_t kept = 0;
        bool overlaps = (key_rows[action].where & where & ANYWHERE) != 0;
        for (size_t i = 0; i < ACTION_KEYS_MAX; i++)
            if (map->keys[action][i] != 0 && !(overlaps && map->keys[action][i] == key))
                map->keys[action][kept++] = map->keys[action][i];
        while (kept < ACTION_KEYS_MAX)
            map->keys[action][kept++] = 0;
    }
}

bool key_bind(struct key_map *map, const char *name, const char *titles, struct error *error)
{
    int keys[ACTION_KEYS_MAX] = {0};
    size_t action = 0, count = 0;
    while (action < ACTION_COUNT && strcmp(key_rows[action].name, name) != 0)
        action++;
    if (action == ACTION_COUNT)
        return error_set(error, "nothing is called '%s'; the help (?) and the palette (:) have the names", name);
    char words[KEY_NAMES_BYTES];
    snprintf(words, sizeof words, "%s", titles);
    char *rest = words;
    for (char *title; (title = strsep(&rest, " \t")) != NULL;) {
        if (title[0] == '\0')
            continue;
        if (count == ACTION_KEYS_MAX)
            return error_set(error, "at most %d keys for one action", ACTION_KEYS_MAX);
        keys[count] = key_titled(title);
        if (keys[count++] == 0)
            return error_set(error, "'%s' is no key; keys are a, Z, F5, Ctrl-P, Space, Enter, Tab, PgDn", title);
    }
    for (size_t i = 0; i < count; i++)
        key_release(map, keys[i], key_rows[action].where);
    memcpy(map->keys[action], keys, sizeof keys);
    return true;
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
