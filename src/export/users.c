/* Names of users: /etc/passwd read once, and the numbers that were asked for as text. */
#include "export/users.h"

#include "base/index.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Recordings are hostile: so many different users are told apart, no more. */
enum { USERS_MAX = 1 << 16 };

struct user_key {
    uint32_t uid;
    uint32_t named;
};

struct user {
    struct user_key key;
    const char *name;
};

static struct {
    bool read;
    struct user *users;
    size_t count, capacity;
    struct index index;
    struct arena names;
} table;

static bool user_has_key(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const struct user *users = items;
    return memcmp(&users[place].key, key, key_bytes) == 0;
}

static const char *user_add(struct user_key key, const char *name)
{
    if (table.count >= USERS_MAX || name == NULL ||
        !memory_grow(&table.users, &table.capacity, table.count + 1, sizeof *table.users) ||
        !index_add(&table.index, &key, sizeof key, (uint32_t)table.count))
        return NULL;
    table.users[table.count++] = (struct user){key, name};
    return name;
}

static const char *user_find(struct user_key key)
{
    uint32_t place = index_find(&table.index, table.users, &key, sizeof key);
    return place == INDEX_NONE ? NULL : table.users[place].name;
}

/* One line of passwd(5), name:password:uid:... The first of several names for a number wins. */
static void line_read(const char *line)
{
    const char *password = strchr(line, ':');
    const char *number = password == NULL ? NULL : strchr(password + 1, ':');
    if (number == NULL || password == line)
        return;
    char *end;
    unsigned long long uid = strtoull(number + 1, &end, 10);
    struct user_key key = {(uint32_t)uid, true};
    if (end == number + 1 || *end != ':' || uid >= UINT32_MAX || user_find(key) != NULL)
        return;
    user_add(key, arena_copy(&table.names, line, (size_t)(password - line)));
}

static void file_read(void)
{
    index_init(&table.index, user_has_key);
    table.read = true;
    FILE *file = fopen("/etc/passwd", "re");
    if (file == NULL)
        return;
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, file) > 0)
        line_read(line);
    free(line);
    fclose(file);
}

const char *users_name(uint32_t uid, bool named)
{
    if (!table.read)
        file_read();
    const char *name = named ? user_find((struct user_key){uid, true}) : NULL;
    if (name != NULL)
        return name;
    struct user_key number = {uid, false};
    name = user_find(number);
    return name != NULL ? name : user_add(number, arena_printf(&table.names, "%u", (unsigned)uid));
}
