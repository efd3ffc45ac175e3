/* What a node is tied to: one line per kind of tie and other end, the weightiest kinds first. */
#include "ui/why.h"

#include "base/quantity.h"

#include <stdlib.h>
#include <string.h>

/* How a tie reads from either of its ends; in the order of the screen. */
static const struct relation_kind {
    enum edge_kind kind;
    const char *outward; /* this node is edge->from */
    const char *inward;  /* this node is edge->to */
} relation_kinds[] = {
    {EDGE_WAITS, "waits for", "waited for by"}, {EDGE_HOLDS, "holds a lock on", "locked by"},
    {EDGE_PARENT, "parent of", "child of"},     {EDGE_CONNECTED, "talks to", "talks to"},
    {EDGE_PIPE, "writes to", "reads from"},     {EDGE_OWNS, "has open", "open in"},
    {EDGE_OPENS, "has open", "open in"},
};
enum { RELATION_KIND_COUNT = sizeof relation_kinds / sizeof relation_kinds[0] };

struct relation {
    size_t place; /* of its kind in the table above */
    bool outward;
    const struct edge *edge;
    uint32_t other;
    const char *label;
    size_t count; /* edges of the same kind to the same node */
};

static int relation_compare(const void *left, const void *right)
{
    const struct relation *a = left, *b = right;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    if (a->outward != b->outward)
        return a->outward ? 1 : -1;
    if (a->edge->seconds != b->edge->seconds)
        return a->edge->seconds > b->edge->seconds ? -1 : 1;
    int compared = strcmp(a->label, b->label);
    if (compared != 0)
        return compared;
    return (a->other > b->other) - (a->other < b->other);
}

static size_t relation_place(enum edge_kind kind)
{
    size_t place = 0;
    while (place < RELATION_KIND_COUNT && relation_kinds[place].kind != kind)
        place++;
    return place;
}

static size_t relations_collect(const struct why *why, const struct graph *graph, struct relation *relations)
{
    size_t count = 0;
    for (uint32_t i = graph->offsets[why->node]; i < graph->offsets[why->node + 1]; i++) {
        const struct edge *edge = &graph->edges[graph->adjacent[i]];
        size_t place = relation_place(edge->kind);
        if (place == RELATION_KIND_COUNT)
            continue;
        bool outward = edge->from == why->node;
        uint32_t other = outward ? edge->to : edge->from;
        relations[count++] = (struct relation){place, outward, edge, other, graph->nodes[other].label, 1};
    }
    qsort(relations, count, sizeof *relations, relation_compare);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct relation *before = kept == 0 ? NULL : &relations[kept - 1];
        if (before != NULL && before->place == relations[i].place && before->outward == relations[i].outward &&
            before->other == relations[i].other && before->edge->on == relations[i].edge->on)
            before->count++;
        else
            relations[kept++] = relations[i];
    }
    return kept;
}

/* A pipe reads from the other side of the word than a process does. */
static const char *relation_verb(const struct relation *relation, const struct node *node)
{
    const struct relation_kind *kind = &relation_kinds[relation->place];
    if (kind->kind == EDGE_PIPE && node->kind == NODE_PIPE)
        return relation->outward ? "read by" : "written by";
    return relation->outward ? kind->outward : kind->inward;
}

static const char *relation_detail(struct why *why, const struct graph *graph, const struct relation *relation)
{
    const struct edge *edge = relation->edge;
    char seconds[48];
    quantity_cell(seconds, sizeof seconds, edge->seconds, "s");
    const char *at_least = edge->at_least ? "at least " : "";
    const char *detail = "";
    if (edge->kind == EDGE_HOLDS)
        detail = arena_printf(&why->arena, "%s%s", at_least, seconds);
    else if (edge->kind == EDGE_WAITS)
        detail = arena_printf(&why->arena, "%s%s%s%s%s%s", at_least, seconds, edge->ongoing ? ", still" : "", ", ",
                              edge->on == NODE_NONE ? wait_kinds[edge->wait].help : graph->nodes[edge->on].label,
                              edge->inferred ? " (inferred)" : "");
    else if (relation->count > 1)
        detail = arena_printf(&why->arena, "%zu times", relation->count);
    return detail == NULL ? "" : detail;
}

bool why_relations(struct why *why, const struct graph *graph)
{
    size_t degree = graph->offsets[why->node + 1] - graph->offsets[why->node];
    struct relation *relations = calloc(degree + 1, sizeof *relations);
    if (relations == NULL)
        return false;
    size_t count = relations_collect(why, graph, relations);
    bool done = count == 0 || why_add(why, WHY_HEADING, "Relations") != NULL;
    for (size_t i = 0; done && i < count && i < WHY_RELATIONS_MAX; i++) {
        struct why_line *line = why_add(why, WHY_RELATION, relation_verb(&relations[i], &graph->nodes[why->node]));
        done = line != NULL;
        if (!done)
            break;
        line->text = relations[i].label;
        line->other = relation_detail(why, graph, &relations[i]);
        line->target = relations[i].other;
    }
    if (done && count > WHY_RELATIONS_MAX)
        done = why_add(why, WHY_NOTE, arena_printf(&why->arena, "and %zu more", count - WHY_RELATIONS_MAX)) != NULL;
    free(relations);
    return done;
}
