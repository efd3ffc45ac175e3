/* Theme files, read with libinih. */
#include "ui/theme.h"

#include "base/memory.h"
#include "ui/theme_bundled.h"

#include <ini.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef THEME_DIRECTORY
#define THEME_DIRECTORY "/usr/share/culprit/themes"
#endif

static const char *const role_names[ROLE_COUNT] = {
#define ROLE_NAME(role, name) [role] = name,
    ROLES(ROLE_NAME)};

static const char *const colour_names[] = {"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"};

static bool colour_parse(const char *word, short *colour)
{
    if (strcmp(word, "default") == 0) {
        *colour = COLOUR_DEFAULT;
        return true;
    }
    bool bright = strncmp(word, "bright-", 7) == 0;
    const char *name = bright ? word + 7 : word;
    for (short i = 0; i < 8; i++)
        if (strcmp(name, colour_names[i]) == 0) {
            *colour = (short)(i + (bright ? 8 : 0));
            return true;
        }
    char *end;
    long number = strtol(word, &end, 10);
    *colour = (short)number;
    return end != word && *end == '\0' && number >= 0 && number <= 255;
}

static bool style_parse(const char *text, struct style *style)
{
    char words[128];
    if (snprintf(words, sizeof words, "%s", text) >= (int)sizeof words)
        return false;
    *style = (struct style){.foreground = COLOUR_DEFAULT, .background = COLOUR_DEFAULT};
    struct {
        const char *word;
        bool *flag;
    } attributes[] = {
        {"bold", &style->bold}, {"dim", &style->dim}, {"underline", &style->underline}, {"reverse", &style->reverse}};
    bool on = false;
    char *rest = words;
    for (char *word; (word = strsep(&rest, " \t")) != NULL;) {
        if (word[0] == '\0')
            continue;
        bool *flag = NULL;
        for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
            if (strcmp(word, attributes[i].word) == 0)
                flag = attributes[i].flag;
        if (flag != NULL)
            *flag = true;
        else if (!on && strcmp(word, "on") == 0)
            on = true;
        else if (!colour_parse(word, on ? &style->background : &style->foreground))
            return false;
        else
            on = false;
    }
    return !on;
}

/* libinih's callback: 1 = good line, 0 = the line to complain about. */
static int theme_line(void *user, const char *section, const char *name, const char *value)
{
    struct theme *theme = user;
    if (strcmp(section, "roles") != 0)
        return 0;
    for (size_t role = 0; role < ROLE_COUNT; role++)
        if (strcmp(name, role_names[role]) == 0)
            return style_parse(value, &theme->styles[role]);
    return 0;
}

static bool theme_result(int line, const char *origin, struct error *error)
{
    if (line > 0)
        return error_set(error,
                         "theme %s, line %d: not understood; a line says 'role = [colour] [on colour] [bold]', as in "
                         "the default theme",
                         origin, line);
    return line == 0 || error_set(error, "theme %s: cannot be read", origin);
}

static bool theme_file(struct theme *theme, const char *path, bool *found, struct error *error)
{
    FILE *file = fopen(path, "re");
    *found = file != NULL;
    if (file == NULL)
        return false;
    int line = ini_parse_file(file, theme_line, theme);
    fclose(file);
    return theme_result(line, path, error);
}

/* Looks a bare name up in the folders; *found tells whether a file was there. */
static bool theme_installed(struct theme *theme, const char *name, bool *found, struct error *error)
{
    const char *settings = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    struct arena arena = {0};
    const char *paths[3] = {NULL};
    if (settings != NULL && settings[0] == '/')
        paths[0] = arena_printf(&arena, "%s/culprit/themes/%s.theme", settings, name);
    else if (home != NULL && home[0] == '/')
        paths[0] = arena_printf(&arena, "%s/.config/culprit/themes/%s.theme", home, name);
    paths[1] = arena_printf(&arena, "%s/%s.theme", THEME_DIRECTORY, name);
    *found = false;
    bool done = false;
    for (size_t i = 0; i < 2 && !*found; i++)
        if (paths[i] != NULL)
            done = theme_file(theme, paths[i], found, error);
    arena_done(&arena);
    return done;
}

static const char *theme_bundled_text(const char *name)
{
    for (size_t i = 0; i < sizeof themes_bundled / sizeof themes_bundled[0]; i++)
        if (strcmp(themes_bundled[i].name, name) == 0)
            return themes_bundled[i].text;
    return NULL;
}

bool theme_read(struct theme *theme, const char *name, struct error *error)
{
    if (!theme_result(ini_parse_string(theme_bundled_text("default"), theme_line, theme), "default", error))
        return false;
    if (name == NULL)
        name = "default";
    bool found;
    if (strchr(name, '/') != NULL)
        return theme_file(theme, name, &found, error) || (!found && error_errno(error, errno, "theme %s", name));
    bool done = theme_installed(theme, name, &found, error);
    if (found)
        return done;
    const char *text = theme_bundled_text(name);
    if (text == NULL)
        return error_set(
            error, "there is no theme named %s: give default, high-contrast, monochrome, or the path of a theme file",
            name);
    return theme_result(ini_parse_string(text, theme_line, theme), name, error);
}
