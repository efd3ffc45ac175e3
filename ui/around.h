/* What is around a node: who is tied to it, in the direction in which blame travels. At the left stands who waits for
 * it, its children, and what it has locked; at the right whom it waits for, its parent, what it has open and who holds
 * it. A function of graph and verdict, without a terminal. */
#ifndef UI_AROUND_H
#define UI_AROUND_H

#include "graph/graph.h"
#include "judge/judge.h"

enum around_side { AROUND_LEFT, AROUND_CENTRE, AROUND_RIGHT };
enum { AROUND_DEPTH = 32, AROUND_TIES_MAX = 500 };

struct around_tie {
    uint32_t node;
    enum around_side side;
    const char *words; /* "lock", "child", "has open": static */
    double seconds;    /* NaN = none */
    uint32_t on;       /* what is waited on, NODE_NONE = nothing else */
    bool at_least;
    bool waits; /* somebody waits along it */
    bool blame; /* blame went along it */
    int rank;   /* the weightiest kinds of ties first */
};

struct around {
    /* The way here: the last one is the centre. */
    struct around_step {
        char *id;
        char label[96]; /* clean */
    } steps[AROUND_DEPTH];
    size_t step_count;
    uint32_t centre; /* NODE_NONE: it is not in the graph */
    struct around_tie *ties[3];
    size_t count[3], capacity[3]; /* by side; none in the centre */
    size_t left_out;
    enum around_side side; /* of the selection */
    size_t selected[3], top[3];
};

bool around_enter(struct around *around, const struct graph *graph, uint32_t node);
/* Back; false when there is no step before. */
bool around_leave(struct around *around);
void around_leave_all(struct around *around);
void around_done(struct around *around);

/* Makes the ties of the last step from this graph. verdict may be NULL. */
bool around_build(struct around *around, const struct graph *graph, const struct verdict *verdict, struct error *error);

#endif
