/* Tagged nodes. */
#include "ui/tags.h"

#include <stdlib.h>
#include <string.h>

static size_t tags_find(const struct tags *tags, const char *id)
{
    size_t at = 0;
    while (at < tags->count && strcmp(tags->ids[at], id) != 0)
        at++;
    return at;
}

bool tags_hold(const struct tags *tags, const char *id)
{
    return tags_find(tags, id) < tags->count;
}

bool tags_toggle(struct tags *tags, const char *id)
{
    size_t at = tags_find(tags, id);
    if (at < tags->count) {
        free(tags->ids[at]);
        tags->ids[at] = tags->ids[--tags->count];
        return true;
    }
    char *copy = tags->count < TAGS_MAX ? strdup(id) : NULL;
    if (copy != NULL)
        tags->ids[tags->count++] = copy;
    return copy != NULL;
}

void tags_clear(struct tags *tags)
{
    while (tags->count > 0)
        free(tags->ids[--tags->count]);
}

size_t tags_nodes(const struct tags *tags, const struct graph *graph, uint32_t *nodes)
{
    size_t count = 0;
    for (size_t i = 0; i < tags->count; i++) {
        uint32_t node = graph_find(graph, tags->ids[i]);
        if (node != NODE_NONE)
            nodes[count++] = node;
    }
    return count;
}
