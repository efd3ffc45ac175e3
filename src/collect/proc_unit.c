/* Cgroup paths to units and containers. */
#include "collect/proc_unit.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { CONTAINER_ID_LENGTH = 64, CONTAINER_SHOWN_LENGTH = 12 };

/* Which of the lines tells most: the unified hierarchy, else systemd's own, else that of a controller, of which memory
 * is the one with limits that kill; but "/" tells nothing while another line has a path. */
static int cgroup_rank(const char *name, size_t name_length, size_t path_length)
{
    static const struct {
        const char *name;
        int rank;
        bool begins; /* so that more may follow */
    } ranks[] = {{"", 6, false}, {"name=systemd", 5, false}, {"name=", 4, true}, {"memory", 3, false}, {"", 2, true}};
    for (size_t i = 0; i < sizeof ranks / sizeof ranks[0]; i++) {
        size_t length = strlen(ranks[i].name);
        bool fits = ranks[i].begins ? name_length >= length : name_length == length;
        if (fits && memcmp(name, ranks[i].name, length) == 0)
            return path_length > 1 ? 10 + ranks[i].rank : ranks[i].rank;
    }
    return 0;
}

bool proc_cgroup_path(const char *text, const char **path, size_t *length)
{
    int best = 0;
    for (const char *line = text; *line != '\0';) {
        const char *end = strchrnul(line, '\n');
        const char *controllers = strchr(line, ':');
        const char *from = controllers != NULL && controllers < end ? strchr(controllers + 1, ':') : NULL;
        if (from != NULL && from < end) {
            size_t name_length = (size_t)(from - controllers - 1);
            size_t path_length = (size_t)(end - from - 1);
            int rank = cgroup_rank(controllers + 1, name_length, path_length);
            if (rank > best) {
                best = rank;
                *path = from + 1;
                *length = path_length;
            }
        }
        line = *end == '\0' ? end : end + 1;
    }
    return best > 0;
}

/* The id in "docker-ID.scope", "cri-containerd:ID", "ID"; NULL: none there. A monitor (conmon) stands outside of the
 * container that it looks after. */
static const char *container_id(const char *component, size_t length)
{
    size_t digits = 0;
    for (size_t i = 0; i < length; i++) {
        digits = isxdigit((unsigned char)component[i]) ? digits + 1 : 0;
        if (digits != CONTAINER_ID_LENGTH)
            continue;
        size_t first = i + 1 - CONTAINER_ID_LENGTH;
        bool begins = first == 0 || component[first - 1] == '-' || component[first - 1] == ':';
        bool ends = i + 1 == length || component[i + 1] == '.';
        bool monitor = memmem(component, first, "conmon-", 7) != NULL;
        return begins && ends && !monitor ? component + first : NULL;
    }
    return NULL;
}

/* The name in "lxc.payload.NAME" and "machine-NAME.scope". */
static bool container_name(const char *component, size_t length, const char **name, size_t *name_length)
{
    static const struct {
        const char *prefix, *suffix;
    } forms[] = {{"lxc.payload.", ""}, {"machine-", ".scope"}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        size_t prefix = strlen(forms[i].prefix), suffix = strlen(forms[i].suffix);
        if (length > prefix + suffix && memcmp(component, forms[i].prefix, prefix) == 0 &&
            memcmp(component + length - suffix, forms[i].suffix, suffix) == 0) {
            *name = component + prefix;
            *name_length = length - prefix - suffix;
            return true;
        }
    }
    return false;
}

static bool is_unit(const char *component, size_t length)
{
    static const char *const suffixes[] = {".service", ".scope", ".socket", ".mount", ".swap"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        size_t suffix = strlen(suffixes[i]);
        if (length > suffix && memcmp(component + length - suffix, suffixes[i], suffix) == 0)
            return true;
    }
    return false;
}

size_t proc_unit_name(const char *path, size_t length, char *unit, size_t size)
{
    const char *found = NULL, *name;
    size_t found_length = 0, name_length;
    unit[0] = '\0';
    for (size_t at = 0; at < length;) {
        const char *component = path + at;
        const char *slash = memchr(component, '/', length - at);
        size_t component_length = slash == NULL ? length - at : (size_t)(slash - component);
        at += component_length + 1;
        const char *id = container_id(component, component_length);
        if (id != NULL || container_name(component, component_length, &name, &name_length)) {
            snprintf(unit, size, "container:%.*s", id != NULL ? CONTAINER_SHOWN_LENGTH : (int)name_length,
                     id != NULL ? id : name);
            return strlen(unit);
        }
        if (is_unit(component, component_length)) {
            found = component;
            found_length = component_length;
        }
    }
    if (found != NULL)
        snprintf(unit, size, "%.*s", (int)found_length, found);
    return strlen(unit);
}
