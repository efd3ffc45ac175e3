/* The neighbours of each node by relation: what the masked auto-encoder sees beside the node itself. One hop only, and
 * a node is never its own neighbour, so that what is hidden of it does not come back through them. */
#ifndef MODEL_RELATION_H
#define MODEL_RELATION_H

#include "base/error.h"
#include "graph/graph.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(enum, "name", "whom the node sees") */
#define RELATIONS(X)                                                                            \
    X(RELATION_PARENT, "parent", "its parent")                                                  \
    X(RELATION_FILE, "file", "files and devices that it opens, or who opens it")                \
    X(RELATION_SOCKET, "socket", "sockets, their other ends and pipes, or the processes there") \
    X(RELATION_WAIT, "wait", "whom it waits for")

#define RELATION_ENUM(relation, name, help) relation,
enum relation { RELATIONS(RELATION_ENUM) RELATION_COUNT };
extern const char *const relation_names[RELATION_COUNT];

struct relations {
    size_t nodes;
    uint32_t *offsets[RELATION_COUNT]; /* nodes + 1: where each node's neighbours begin */
    uint32_t *neighbours[RELATION_COUNT];
};

/* The graph must be finished. False: out of memory; relations_done is due either way. */
bool relations_init(struct relations *relations, const struct graph *graph, struct error *error);
void relations_done(struct relations *relations);

/* Mean over the node's neighbours of `columns` values each, of rows `stride` apart; zero where there are none. Of very
 * many neighbours an even selection of RELATION_NEIGHBOURS_MAX. */
#define RELATION_NEIGHBOURS_MAX 64
void relation_mean(const struct relations *relations, enum relation relation, uint32_t node, const float *rows,
                   size_t stride, size_t columns, float *mean);

/* The node's parent, or NODE_NONE. */
uint32_t relation_parent(const struct relations *relations, uint32_t node);

#endif
