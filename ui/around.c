/* What is around a node. */
#include "ui/around.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How a tie reads from its ends, and at which side the other end stands. Blame goes from left to right: from a child to
 * its parent, from what is locked to who locked it. */
static const struct {
    const char *outward; /* the centre is edge->from */
    const char *inward;
    enum around_side outward_side;
    int rank;
} tie_kinds[EDGE_KIND_COUNT] = {
    [EDGE_WAITS] = {"waits", "waits", AROUND_RIGHT, 0},  [EDGE_HOLDS] = {"locked", "held by", AROUND_LEFT, 1},
    [EDGE_PARENT] = {"child", "parent", AROUND_LEFT, 5}, [EDGE_CONNECTED] = {"talks", "talks", AROUND_RIGHT, 2},
    [EDGE_PIPE] = {"writes", "writes", AROUND_RIGHT, 3}, [EDGE_OPENS] = {"open", "opened", AROUND_RIGHT, 6},
    [EDGE_OWNS] = {"socket", "owned", AROUND_RIGHT, 4},
};

bool around_enter(struct around *around, const struct graph *graph, uint32_t node)
{
    char *id = strdup(graph->nodes[node].id);
    if (id == NULL)
        return false;
    if (around->step_count == AROUND_DEPTH) {
        free(around->steps[0].id);
        memmove(around->steps, around->steps + 1, (AROUND_DEPTH - 1) * sizeof around->steps[0]);
        around->step_count--;
    }
    struct around_step *step = &around->steps[around->step_count++];
    *step = (struct around_step){.id = id};
    text_clean_into(step->label, sizeof step->label, graph->nodes[node].label);
    around->side = AROUND_CENTRE;
    memset(around->selected, 0, sizeof around->selected);
    memset(around->top, 0, sizeof around->top);
    return true;
}

bool around_leave(struct around *around)
{
    if (around->step_count > 0)
        free(around->steps[--around->step_count].id);
    around->side = AROUND_CENTRE;
    memset(around->selected, 0, sizeof around->selected);
    memset(around->top, 0, sizeof around->top);
    return around->step_count > 0;
}

void around_leave_all(struct around *around)
{
    while (around_leave(around)) {
    }
}

void around_done(struct around *around)
{
    around_leave_all(around);
    for (size_t side = 0; side < 3; side++)
        free(around->ties[side]);
    *around = (struct around){0};
}

static bool blame_went(const struct verdict *verdict, const struct edge *edge)
{
    for (size_t i = 0; verdict != NULL && i < verdict->suspect_count; i++)
        for (size_t s = 0; s < verdict->suspects[i].path_count; s++) {
            const struct blame_step *step = &verdict->suspects[i].path[s];
            if (edge->kind == EDGE_WAITS && step->from == edge->from && step->to == edge->to)
                return true;
            if (edge->kind == EDGE_HOLDS && step->to == edge->from && step->on == edge->to)
                return true;
        }
    return false;
}

static bool tie_add(struct around *around, const struct around_tie *tie)
{
    enum around_side side = tie->side;
    for (size_t i = 0; i < around->count[side]; i++)
        if (around->ties[side][i].node == tie->node && around->ties[side][i].rank == tie->rank)
            return true;
    if (around->count[side] == AROUND_TIES_MAX) {
        around->left_out++;
        return true;
    }
    if (!memory_grow(&around->ties[side], &around->capacity[side], around->count[side] + 1, sizeof *tie))
        return false;
    around->ties[side][around->count[side]++] = *tie;
    return true;
}

static struct around_tie tie_of(const struct edge *edge, const struct verdict *verdict)
{
    bool timed = edge->kind == EDGE_WAITS || edge->kind == EDGE_HOLDS;
    return (struct around_tie){.seconds = timed ? edge->seconds : NAN,
                               .at_least = edge->at_least,
                               .on = NODE_NONE,
                               .waits = edge->kind == EDGE_WAITS,
                               .blame = timed && blame_went(verdict, edge),
                               .rank = tie_kinds[edge->kind].rank};
}

static bool ties_adjacent(struct around *around, const struct graph *graph, const struct verdict *verdict)
{
    uint32_t centre = around->centre;
    for (uint32_t i = graph->offsets[centre]; i < graph->offsets[centre + 1]; i++) {
        const struct edge *edge = &graph->edges[graph->adjacent[i]];
        bool outward = edge->from == centre;
        struct around_tie tie = tie_of(edge, verdict);
        enum around_side out = tie_kinds[edge->kind].outward_side;
        tie.node = outward ? edge->to : edge->from;
        tie.side = outward || edge->kind == EDGE_CONNECTED ? out : out == AROUND_LEFT ? AROUND_RIGHT : AROUND_LEFT;
        tie.words = outward ? tie_kinds[edge->kind].outward : tie_kinds[edge->kind].inward;
        if (edge->kind == EDGE_WAITS) {
            tie.words = wait_kinds[edge->wait].name;
            tie.on = edge->on;
        }
        if (tie.node != centre && !tie_add(around, &tie))
            return false;
    }
    return true;
}

/* Who waits on an object for somebody else: no edge of the object's own. */
static bool ties_waiting_on(struct around *around, const struct graph *graph, const struct verdict *verdict)
{
    for (size_t i = 0; graph->nodes[around->centre].kind != NODE_PROCESS && i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        if (edge->kind != EDGE_WAITS || edge->on != around->centre)
            continue;
        struct around_tie tie = tie_of(edge, verdict);
        tie.node = edge->from;
        tie.side = AROUND_LEFT;
        tie.words = wait_kinds[edge->wait].name;
        if (!tie_add(around, &tie))
            return false;
    }
    return true;
}

static int tie_compare(const void *left, const void *right)
{
    const struct around_tie *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->seconds > b->seconds || a->seconds < b->seconds)
        return a->seconds > b->seconds ? -1 : 1;
    return (a->node > b->node) - (a->node < b->node);
}

bool around_build(struct around *around, const struct graph *graph, const struct verdict *verdict, struct error *error)
{
    around->count[AROUND_LEFT] = around->count[AROUND_RIGHT] = around->left_out = 0;
    around->centre = around->step_count == 0 ? NODE_NONE : graph_find(graph, around->steps[around->step_count - 1].id);
    if (around->centre == NODE_NONE)
        return true;
    if (!ties_waiting_on(around, graph, verdict) || !ties_adjacent(around, graph, verdict))
        return error_memory(error);
    for (size_t side = 0; side < 3; side++) {
        if (around->count[side] > 1)
            qsort(around->ties[side], around->count[side], sizeof *around->ties[side], tie_compare);
        if (around->selected[side] >= around->count[side])
            around->selected[side] = around->count[side] == 0 ? 0 : around->count[side] - 1;
    }
    if (around->side != AROUND_CENTRE && around->count[around->side] == 0)
        around->side = AROUND_CENTRE;
    return true;
}
