/* What is different between two moments, as lines. */
#include "ui/differences.h"

#include "base/quantity.h"
#include "base/units.h"
#include "graph/difference.h"
#include "judge/change.h"

#include <stdio.h>
#include <stdlib.h>

struct making {
    struct differences *differences;
    const struct graph *before, *after;
    const struct model *model;
    bool failed;
};

static const char *keep(struct making *making, const char *text)
{
    const char *kept = text == NULL ? "" : arena_printf(&making->differences->arena, "%s", text);
    making->failed |= kept == NULL;
    return kept == NULL ? "" : kept;
}

static struct difference_line *line_add(struct making *making, enum difference_kind kind)
{
    static struct difference_line nowhere;
    struct differences *differences = making->differences;
    if (!memory_grow(&differences->lines, &differences->capacity, differences->count + 1, sizeof *differences->lines)) {
        making->failed = true;
        return &nowhere;
    }
    struct difference_line *line = &differences->lines[differences->count++];
    *line = (struct difference_line){.kind = kind, .label = "", .text = "", .other = ""};
    return line;
}

static void heading_add(struct making *making, const char *title, size_t count)
{
    char number[32];
    struct buffer text = {0};
    buffer_printf(&text, "%s: %s", title, count == 0 ? "none" : count_format(number, sizeof number, count));
    line_add(making, DIFFERENCE_HEADING)->label = keep(making, buffer_text(&text));
    buffer_done(&text);
}

static void left_out_add(struct making *making, size_t count)
{
    if (count <= DIFFERENCES_OF_A_KIND_MAX)
        return;
    char text[48];
    snprintf(text, sizeof text, "and %zu more", count - DIFFERENCES_OF_A_KIND_MAX);
    line_add(making, DIFFERENCE_NOTE)->label = keep(making, text);
}

static void nodes_add(struct making *making, const char *title, const struct graph *graph, const uint32_t *nodes,
                      size_t count)
{
    heading_add(making, title, count);
    for (size_t i = 0; i < count && i < DIFFERENCES_OF_A_KIND_MAX; i++) {
        const struct node *node = &graph->nodes[nodes[i]];
        struct difference_line *line = line_add(making, DIFFERENCE_NODE);
        line->label = node_kinds[node->kind].name;
        line->text = keep(making, node->label);
        line->other = keep(making, node->unit);
        line->id = keep(making, node->id);
    }
    left_out_add(making, count);
}

static void changes_add(struct making *making, const struct change *changes, size_t count)
{
    heading_add(making, "Changed most, in units of normal", count);
    for (size_t i = 0; i < count && i < DIFFERENCES_OF_A_KIND_MAX; i++) {
        const struct node *node = &making->after->nodes[changes[i].node.after];
        const struct feature *feature = model_feature(making->model, changes[i].feature);
        char from[40], to[40];
        struct buffer text = {0};
        buffer_printf(&text, "%s from %s to %s", feature->label,
                      quantity_words(from, sizeof from, changes[i].before, feature->unit),
                      quantity_words(to, sizeof to, changes[i].after, feature->unit));
        struct difference_line *line = line_add(making, DIFFERENCE_CHANGE);
        line->text = keep(making, node->label);
        line->other = keep(making, buffer_text(&text));
        line->normals = changes[i].normals;
        line->id = keep(making, node->id);
        buffer_done(&text);
    }
    left_out_add(making, count);
}

static void relation_text(struct buffer *text, const struct graph *graph, const struct edge *edge)
{
    char seconds[32];
    buffer_printf(text, "%s %s %s", graph->nodes[edge->from].label, edge_kinds[edge->kind].verb,
                  graph->nodes[edge->to].label);
    if (edge->kind != EDGE_WAITS && edge->kind != EDGE_HOLDS)
        return;
    if (edge->on != NODE_NONE && edge->on != edge->to)
        buffer_printf(text, " on %s", graph->nodes[edge->on].label);
    buffer_printf(text, " for %s%s", edge->at_least ? "at least " : "",
                  duration_format(seconds, sizeof seconds, edge->seconds));
}

static void relations_add(struct making *making, const char *title, const struct graph *graph, const uint32_t *edges,
                          size_t count)
{
    heading_add(making, title, count);
    for (size_t i = 0; i < count && i < DIFFERENCES_OF_A_KIND_MAX; i++) {
        const struct edge *edge = &graph->edges[edges[i]];
        struct buffer text = {0};
        relation_text(&text, graph, edge);
        struct difference_line *line = line_add(making, DIFFERENCE_RELATION);
        line->text = keep(making, buffer_text(&text));
        line->id = keep(making, graph->nodes[edge->from].id);
        buffer_done(&text);
    }
    left_out_add(making, count);
}

static void lines_make(struct making *making, const struct difference *found, const struct change *changes,
                       size_t change_count)
{
    nodes_add(making, "Appeared", making->after, found->appeared, found->appeared_count);
    nodes_add(making, "Vanished", making->before, found->vanished, found->vanished_count);
    changes_add(making, changes, change_count);
    relations_add(making, "New relations", making->after, found->edges_new, found->edges_new_count);
    relations_add(making, "Relations that are gone", making->before, found->edges_gone, found->edges_gone_count);
}

bool differences_build(struct differences *differences, const struct moment *one, const struct moment *other,
                       const struct model *model, struct error *error)
{
    bool later = other->graph->time_ns >= one->graph->time_ns;
    const struct moment *before = later ? one : other, *after = later ? other : one;
    struct making making = {differences, before->graph, after->graph, model, false};
    struct difference found;
    struct change *changes = NULL;
    size_t change_count = 0;
    arena_done(&differences->arena);
    differences->arena = (struct arena){0};
    differences->count = 0;
    differences->before_ns = before->graph->time_ns;
    differences->after_ns = after->graph->time_ns;
    if (!graph_difference(before->graph, after->graph, &found, error))
        return false;
    bool done = changes_find(model, after->graph, &before->verdict->residuals, &after->verdict->residuals, &found,
                             &changes, &change_count, error);
    if (done)
        lines_make(&making, &found, changes, change_count);
    free(changes);
    difference_done(&found);
    if (making.failed)
        done = error_memory(error);
    if (!done)
        differences->count = 0;
    if (differences->selected >= differences->count)
        differences->selected = differences->count == 0 ? 0 : differences->count - 1;
    return done;
}

void differences_done(struct differences *differences)
{
    free(differences->lines);
    arena_done(&differences->arena);
    *differences = (struct differences){0};
}
