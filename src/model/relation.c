/* Neighbours by relation, as rows of places. */
#include "model/relation.h"

#include <stdlib.h>
#include <string.h>

#define RELATION_NAME(relation, name, help) [relation] = name,
const char *const relation_names[RELATION_COUNT] = {RELATIONS(RELATION_NAME)};

/* What an edge is part of, and which of its ends sees the other. */
static const struct {
    enum relation relation;
    bool from_sees, to_sees;
} edge_relations[EDGE_KIND_COUNT] = {
    [EDGE_PARENT] = {RELATION_PARENT, false, true}, [EDGE_OPENS] = {RELATION_FILE, true, true},
    [EDGE_OWNS] = {RELATION_SOCKET, true, true},    [EDGE_CONNECTED] = {RELATION_SOCKET, true, true},
    [EDGE_PIPE] = {RELATION_SOCKET, true, true},    [EDGE_HOLDS] = {RELATION_FILE, true, true},
    [EDGE_WAITS] = {RELATION_WAIT, true, false},
};

/* Who looks at whom along the edge: in turn 0 from its beginning, in turn 1 from its end. */
static bool edge_sight(const struct edge *edge, int turn, uint32_t *viewer, uint32_t *seen)
{
    *viewer = turn == 0 ? edge->from : edge->to;
    *seen = turn == 0 ? edge->to : edge->from;
    bool sees = turn == 0 ? edge_relations[edge->kind].from_sees : edge_relations[edge->kind].to_sees;
    return sees && edge->from != edge->to;
}

/* Counts first, two places ahead, so that filling moves each start to where it belongs. */
static void sights_count(struct relations *relations, const struct graph *graph)
{
    uint32_t viewer, seen;
    for (size_t e = 0; e < graph->edge_count; e++)
        for (int turn = 0; turn < 2; turn++)
            if (edge_sight(&graph->edges[e], turn, &viewer, &seen))
                relations->offsets[edge_relations[graph->edges[e].kind].relation][viewer + 2]++;
    for (int relation = 0; relation < RELATION_COUNT; relation++)
        for (size_t n = 2; n <= relations->nodes + 1; n++)
            relations->offsets[relation][n] += relations->offsets[relation][n - 1];
}

static void sights_fill(struct relations *relations, const struct graph *graph)
{
    uint32_t viewer, seen;
    for (size_t e = 0; e < graph->edge_count; e++)
        for (int turn = 0; turn < 2; turn++)
            if (edge_sight(&graph->edges[e], turn, &viewer, &seen)) {
                enum relation relation = edge_relations[graph->edges[e].kind].relation;
                relations->neighbours[relation][relations->offsets[relation][viewer + 1]++] = seen;
            }
}

bool relations_init(struct relations *relations, const struct graph *graph, struct error *error)
{
    *relations = (struct relations){.nodes = graph->node_count};
    for (int relation = 0; relation < RELATION_COUNT; relation++) {
        relations->offsets[relation] = calloc(relations->nodes + 2, sizeof(uint32_t));
        if (relations->offsets[relation] == NULL)
            return error_memory(error);
    }
    sights_count(relations, graph);
    for (int relation = 0; relation < RELATION_COUNT; relation++) {
        size_t count = relations->offsets[relation][relations->nodes + 1];
        relations->neighbours[relation] = calloc(count + 1, sizeof(uint32_t));
        if (relations->neighbours[relation] == NULL)
            return error_memory(error);
    }
    sights_fill(relations, graph);
    return true;
}

void relations_done(struct relations *relations)
{
    for (int relation = 0; relation < RELATION_COUNT; relation++) {
        free(relations->offsets[relation]);
        free(relations->neighbours[relation]);
    }
    *relations = (struct relations){0};
}

void relation_mean(const struct relations *relations, enum relation relation, uint32_t node, const float *rows,
                   size_t stride, size_t columns, float *mean)
{
    uint32_t first = relations->offsets[relation][node];
    size_t count = relations->offsets[relation][node + 1] - first;
    size_t taken = count < RELATION_NEIGHBOURS_MAX ? count : RELATION_NEIGHBOURS_MAX;
    memset(mean, 0, columns * sizeof *mean);
    for (size_t i = 0; i < taken; i++) {
        const float *row = rows + relations->neighbours[relation][first + i * count / taken] * stride;
        for (size_t column = 0; column < columns; column++)
            mean[column] += row[column];
    }
    for (size_t column = 0; taken > 1 && column < columns; column++)
        mean[column] /= (float)taken;
}

uint32_t relation_parent(const struct relations *relations, uint32_t node)
{
    uint32_t first = relations->offsets[RELATION_PARENT][node];
    return relations->offsets[RELATION_PARENT][node + 1] > first ? relations->neighbours[RELATION_PARENT][first]
                                                                 : NODE_NONE;
}
