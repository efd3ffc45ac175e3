/* The user's settings, read with libinih. */
#include "ui/settings.h"

#include "base/file.h"
#include "base/units.h"
#include "collect/probe.h"

#include <ini.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_DEADLINE_MS = 500 };

struct parse {
    struct settings *settings;
    struct error first; /* why the first bad line was skipped */
    size_t skipped;
};

static bool mouse_parse(const char *value, bool *mouse, struct error *error)
{
    *mouse = strcmp(value, "yes") == 0;
    return *mouse || strcmp(value, "no") == 0 || error_set(error, "mouse is yes or no");
}

static bool screen_line(struct settings *settings, const char *name, const char *value, struct error *error)
{
    if (strcmp(name, "theme") == 0) {
        snprintf(settings->theme, sizeof settings->theme, "%s", value);
        return true;
    }
    if (strcmp(name, "interval") == 0)
        return duration_parse(value, "interval", &settings->interval_ns, error);
    if (strcmp(name, "window") == 0)
        return duration_parse(value, "window", &settings->window_ns, error);
    if (strcmp(name, "mouse") == 0)
        return mouse_parse(value, &settings->mouse, error);
    return error_set(error, "there is no setting '%s'; there are theme, interval, window and mouse", name);
}

static const char *const list_names[SETTINGS_LISTS] = {"suspects", "processes", "files", "sockets"};

/* Which columns there are is known to the lists. */
static bool columns_line(struct settings *settings, const char *name, const char *value, struct error *error)
{
    for (size_t i = 0; i < SETTINGS_LISTS; i++)
        if (strcmp(list_names[i], name) == 0) {
            snprintf(settings->columns[i].names, sizeof settings->columns[i].names, "%s", value);
            return true;
        }
    return error_set(error, "there is no list '%s'; there are suspects, processes, files and sockets", name);
}

/* libinih's callback: 1 = good line, 0 = skipped. */
static int settings_line(void *user, const char *section, const char *name, const char *value)
{
    struct parse *parse = user;
    struct error error = {0};
    bool good = strcmp(section, "screen") == 0    ? screen_line(parse->settings, name, value, &error)
                : strcmp(section, "columns") == 0 ? columns_line(parse->settings, name, value, &error)
                : strcmp(section, "keys") == 0    ? key_bind(&parse->settings->keys, name, value, &error)
                                                  : error_set(&error, "there is no section [%s]", section);
    if (!good && parse->skipped++ == 0)
        parse->first = error;
    return good;
}

static void settings_init(struct settings *settings)
{
    *settings = (struct settings){.mouse = true};
    key_map_init(&settings->keys);
    for (size_t i = 0; i < SETTINGS_LISTS; i++)
        settings->columns[i].list = list_names[i];
}

void settings_parse(struct settings *settings, const char *text, const char *origin)
{
    struct parse parse = {.settings = settings};
    settings_init(settings);
    int line = ini_parse_string(text, settings_line, &parse);
    if (line == 0)
        return;
    const char *why = parse.first.text[0] != '\0' ? parse.first.text : "a line says 'name = value'";
    snprintf(settings->remark, sizeof settings->remark, "%.150s, line %d is skipped: %.250s%s", origin, line, why,
             parse.skipped > 1 ? " (and further lines)" : "");
}

char *settings_path(struct arena *arena)
{
    const char *folder = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (folder != NULL && folder[0] == '/')
        return arena_printf(arena, "%s/culprit/culprit.conf", folder);
    return home != NULL && home[0] == '/' ? arena_printf(arena, "%s/.config/culprit/culprit.conf", home) : NULL;
}

/* In a process of its own: answers with nothing when there is no file, else with a blank and what it holds. */
static bool file_work(void *context, const void *request, size_t request_bytes, struct buffer *answer)
{
    const char *path = request, *home = getenv("HOME");
    struct error error = {0};
    (void)context, (void)request_bytes;
    if (home != NULL)
        access(home, F_OK);
    if (access(path, F_OK) != 0)
        return true;
    buffer_string(answer, " ");
    if (file_read(path, "the settings", SETTINGS_FILE_BYTES_MAX, answer, &error))
        return true;
    buffer_clear(answer);
    buffer_string(answer, error.text);
    return false;
}

/* A home on a file system that does not answer must not keep the screen from coming. */
static enum probe_result file_ask(const char *path, struct buffer *answer, struct error *error)
{
    struct probe *probe = probe_new(&(struct probe_options){.name = "culprit-setting", .work = file_work});
    enum probe_result result = PROBE_FAILED;
    if (probe == NULL)
        error_memory(error);
    else
        result = probe_ask(probe, path, strlen(path) + 1, FILE_DEADLINE_MS, answer, error);
    probe_free(probe);
    return result;
}

void settings_read(struct settings *settings)
{
    struct arena arena = {0};
    struct buffer answer = {0};
    struct error error = {0};
    const char *path = settings_path(&arena);
    enum probe_result result = path == NULL ? PROBE_ANSWERED : file_ask(path, &answer, &error);
    settings_init(settings);
    if (result == PROBE_MISSED) {
        snprintf(settings->remark, sizeof settings->remark, "%.400s does not answer: settings are not read", path);
        /* Themes and the terminal library would look there too. */
        setenv("HOME", "/", 1);
        unsetenv("XDG_CONFIG_HOME");
    } else if (result != PROBE_ANSWERED) {
        snprintf(settings->remark, sizeof settings->remark, "%.500s", error.text);
    } else if (answer.length > SETTINGS_FILE_BYTES_MAX + 1) {
        snprintf(settings->remark, sizeof settings->remark, "%.400s is too large for settings", path);
    } else if (answer.length > 0) {
        settings_parse(settings, buffer_text(&answer) + 1, "culprit.conf");
    }
    buffer_done(&answer);
    arena_done(&arena);
}
