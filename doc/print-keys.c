/* Prints the manual's section on keys from the key table; `make manual-keys` puts it into culprit.1, and
 * tests/house/manual compares. */
#include "ui/key.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What mdoc would take for its own is escaped: backslashes, and punctuation that stands alone. */
static void words_print(const char *words)
{
    for (const char *at = words; *at != '\0'; at++) {
        bool alone = (at == words || at[-1] == ' ') && (at[1] == ' ' || at[1] == '\0');
        if (*at == '\\')
            fputs("\\e", stdout);
        else
            printf(alone && strchr(".,?!:;()[]|'", *at) != NULL ? "\\&%c" : "%c", *at);
    }
}

int main(void)
{
    struct key_map map;
    key_map_init(&map);
    for (int group = 0; group < GROUP_COUNT; group++) {
        printf(".Pp\n%s:\n.Bl -tag -width \"Backspace Esc\" -compact\n", key_groups[group]);
        for (int action = 0; action < ACTION_COUNT; action++) {
            char keys[KEY_NAMES_BYTES];
            if ((int)key_rows[action].group != group)
                continue;
            printf(".It ");
            words_print(key_titles(keys, &map, (enum action)action));
            printf("\n");
            words_print(key_rows[action].help);
            printf("\n");
        }
        printf(".El\n");
    }
    return 0;
}
