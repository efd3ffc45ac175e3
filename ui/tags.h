/* Tagged nodes, by id, so that they stay tagged across graphs. */
#ifndef UI_TAGS_H
#define UI_TAGS_H

#include "graph/graph.h"

enum { TAGS_MAX = 100 };

struct tags {
    char *ids[TAGS_MAX];
    size_t count;
};

bool tags_hold(const struct tags *tags, const char *id);
/* Tags, or takes the tag away. False: there is no room for another one. */
bool tags_toggle(struct tags *tags, const char *id);
void tags_clear(struct tags *tags);
/* The tagged nodes that are in the graph; returns how many (at most TAGS_MAX). */
size_t tags_nodes(const struct tags *tags, const struct graph *graph, uint32_t *nodes);

#endif
