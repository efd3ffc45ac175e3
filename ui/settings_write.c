/* Setting one line of the settings file; what else stands in it, comments too, stays. */
#include "base/file.h"
#include "ui/settings.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MODE = 0644, FOLDER_MODE = 0700 };

/* A line, without blanks at either end. */
struct line {
    const char *text;
    size_t length;
};

static struct line line_trim(const char *text, size_t length)
{
    while (length > 0 && strchr(" \t\r", text[0]) != NULL) {
        text++;
        length--;
    }
    while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
        length--;
    return (struct line){text, length};
}

static bool line_is_section(struct line line, const char *section)
{
    return line.length == strlen(section) + 2 && line.text[0] == '[' && line.text[line.length - 1] == ']' &&
           strncmp(line.text + 1, section, line.length - 2) == 0;
}

static bool line_sets(struct line line, const char *name)
{
    const char *equals = memchr(line.text, '=', line.length);
    struct line left =
        equals == NULL ? (struct line){line.text, 0} : line_trim(line.text, (size_t)(equals - line.text));
    return left.length == strlen(name) && left.length > 0 && strncmp(left.text, name, left.length) == 0;
}

static void value_append(struct buffer *out, const char *name, const char *value, bool *written)
{
    if (!*written && value[0] != '\0')
        buffer_printf(out, "%s = %s\n", name, value);
    *written = true;
}

void settings_replace(const char *text, const char *section, const char *name, const char *value, struct buffer *out)
{
    bool inside = false, written = false, found = false;
    for (const char *at = text; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        struct line line = line_trim(at, length);
        bool head = line.length > 0 && line.text[0] == '[';
        inside = head ? line_is_section(line, section) : inside;
        found = found || inside;
        if (inside && line_sets(line, name)) {
            value_append(out, name, value, &written);
        } else {
            buffer_append(out, at, length);
            buffer_string(out, "\n");
        }
        /* Right behind the head, unless another line of the section sets it already. */
        if (head && inside && !written) {
            const char *rest = at + length;
            bool later = false;
            for (const char *next = rest; !later && *next == '\n' && *++next != '\0' && *next != '[';
                 next += strcspn(next, "\n"))
                later = line_sets(line_trim(next, strcspn(next, "\n")), name);
            if (!later)
                value_append(out, name, value, &written);
        }
        at += length + (at[length] == '\n');
    }
    if (!found && value[0] != '\0')
        buffer_printf(out, "%s[%s]\n%s = %s\n", out->length > 0 ? "\n" : "", section, name, value);
}

/* The folders above the file, as far as they lack. */
static void folders_make(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, FOLDER_MODE);
        *slash = '/';
    }
}

bool settings_write(const char *section, const char *name, const char *value, struct error *error)
{
    struct arena arena = {0};
    struct buffer before = {0}, after = {0};
    char *path = settings_path(&arena);
    bool written = false;
    if (path == NULL) {
        error_set(error, "there is no home directory to keep the settings in");
        goto out;
    }
    if (access(path, F_OK) == 0) {
        if (!file_read(path, "the settings", SETTINGS_FILE_BYTES_MAX, &before, error))
            goto out;
        if (before.length > SETTINGS_FILE_BYTES_MAX) {
            error_set(error, "%s is too large for settings", path);
            goto out;
        }
    }
    settings_replace(buffer_text(&before), section, name, value, &after);
    folders_make(path);
    written = after.failed ? error_memory(error) : file_write(path, &after, FILE_MODE, error);
out:
    buffer_done(&before);
    buffer_done(&after);
    arena_done(&arena);
    return written;
}
