/* The drill-down of a node: the way there, and its lines. */
#include "ui/why.h"

#include "base/quantity.h"
#include "base/text.h"
#include "ui/past.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNUSUAL_MAX = 8 };

struct why_step *why_here(struct why *why)
{
    return &why->steps[why->step_count - 1];
}

bool why_enter(struct why *why, const struct graph *graph, uint32_t node)
{
    char *id = strdup(graph->nodes[node].id);
    if (id == NULL)
        return false;
    if (why->step_count == WHY_DEPTH) {
        free(why->steps[0].id);
        memmove(why->steps, why->steps + 1, (WHY_DEPTH - 1) * sizeof why->steps[0]);
        why->step_count--;
    }
    struct why_step *step = &why->steps[why->step_count++];
    *step = (struct why_step){.id = id};
    text_clean_into(step->label, sizeof step->label, graph->nodes[node].label);
    return true;
}

bool why_leave(struct why *why)
{
    if (why->step_count > 0)
        free(why->steps[--why->step_count].id);
    return why->step_count > 0;
}

void why_leave_all(struct why *why)
{
    while (why_leave(why)) {
    }
}

void why_done(struct why *why)
{
    why_leave_all(why);
    free(why->lines);
    arena_done(&why->arena);
    *why = (struct why){0};
}

struct why_line *why_add(struct why *why, enum why_line_kind kind, const char *label)
{
    if (!memory_grow(&why->lines, &why->line_capacity, why->line_count + 1, sizeof *why->lines))
        return NULL;
    struct why_line *line = &why->lines[why->line_count++];
    *line = (struct why_line){.kind = kind,
                              .label = label,
                              .share = NAN,
                              .value = NAN,
                              .expected = NAN,
                              .measures = {MEASURE_COUNT, MEASURE_COUNT},
                              .target = NODE_NONE};
    return line;
}

static const char *quantity(struct why *why, double value, const char *unit, bool at_least)
{
    char text[48];
    if (isnan(value))
        return "";
    const char *written =
        arena_printf(&why->arena, "%s%s", at_least ? "at least " : "", quantity_cell(text, sizeof text, value, unit));
    return written == NULL ? "" : written;
}

static bool why_evidence(struct why *why, const struct suspect *suspect)
{
    for (size_t i = 0; i < suspect->why_count; i++) {
        const struct evidence *evidence = &suspect->why[i];
        struct why_line *line = why_add(why, WHY_EVIDENCE, evidence->label);
        if (line == NULL)
            return false;
        line->text = quantity(why, evidence->observed, evidence->unit, evidence->at_least);
        double expected = quantity_beside(evidence->observed, evidence->expected, evidence->unit);
        line->other = quantity(why, expected, evidence->unit, false);
        line->share = evidence->share;
        line->value = evidence->observed;
        line->expected = evidence->expected;
        line->measures[0] = evidence->feature == NULL ? MEASURE_COUNT : past_measure(evidence->feature);
    }
    return true;
}

/* Of a node that is no suspect: the features that are furthest from what the model expects. */
static bool why_unusual(struct why *why, const struct residuals *residuals, const struct model *model)
{
    size_t features = residuals->features, first = (size_t)why->node * features;
    if (why->node >= residuals->nodes || features != model_feature_count(model))
        return true;
    size_t best[UNUSUAL_MAX], count = 0;
    for (size_t f = 0; f < features; f++) {
        float deviation = residuals->deviation[first + f];
        if (model_feature(model, f)->role == FEATURE_CONTEXT || isnan(deviation) || fabsf(deviation) < 1)
            continue;
        size_t place = count < UNUSUAL_MAX ? count++ : UNUSUAL_MAX;
        for (; place > 0 && fabsf(residuals->deviation[first + best[place - 1]]) < fabsf(deviation); place--)
            if (place < UNUSUAL_MAX)
                best[place] = best[place - 1];
        if (place < UNUSUAL_MAX)
            best[place] = f;
    }
    for (size_t i = 0; i < count; i++) {
        const struct feature *feature = model_feature(model, best[i]);
        struct why_line *line = why_add(why, WHY_EVIDENCE, feature->label);
        if (line == NULL)
            return false;
        line->value = (double)residuals->observed[first + best[i]];
        line->expected = (double)residuals->expected[first + best[i]];
        line->text = quantity(why, line->value, feature->unit, false);
        line->other = quantity(why, quantity_beside(line->value, line->expected, feature->unit), feature->unit, false);
        line->measures[0] = past_measure(feature->name);
    }
    return true;
}

static bool why_blame(struct why *why, const struct graph *graph, const struct suspect *suspect)
{
    if (suspect->path_count > 0 && why_add(why, WHY_HEADING, "Blame came") == NULL)
        return false;
    for (size_t i = 0; i < suspect->path_count; i++) {
        const struct blame_step *step = &suspect->path[i];
        struct why_line *line = why_add(why, WHY_BLAME, graph->nodes[step->from].label);
        if (line == NULL)
            return false;
        const char *on = step->on == NODE_NONE ? "" : graph->nodes[step->on].label;
        line->text =
            arena_printf(&why->arena, "%s%s%s %s%s", wait_kinds[step->by].name, on[0] == '\0' ? "" : " ", on,
                         quantity(why, step->seconds, "s", step->at_least), step->inferred ? " (inferred)" : "");
        line->other = graph->nodes[step->to].label;
        line->target = step->from == why->node ? step->to : step->from;
    }
    return true;
}

/* All that was measured of the node, a few to a line. */
static bool why_facts(struct why *why, const struct graph *graph)
{
    size_t count = 0;
    for (size_t measure = 0; measure < MEASURE_COUNT; measure++) {
        double value = (double)graph_measure(graph, why->node, (enum measure)measure);
        if (isnan(value) || value == 0)
            continue;
        if (count == 0 && why_add(why, WHY_HEADING, "Measured") == NULL)
            return false;
        if (count % WHY_FACTS_PER_LINE == 0 && why_add(why, WHY_FACTS, NULL) == NULL)
            return false;
        why->lines[why->line_count - 1].measures[count % WHY_FACTS_PER_LINE] = (enum measure)measure;
        count++;
    }
    return true;
}

static bool why_lines(struct why *why, const struct graph *graph, const struct verdict *verdict,
                      const struct model *model)
{
    const struct suspect *suspect = verdict == NULL ? NULL : verdict_suspect(verdict, why->node);
    if (why_add(why, WHY_HEADING, suspect == NULL ? "Unusual" : "Why") == NULL)
        return false;
    size_t before = why->line_count;
    if (suspect != NULL && !why_evidence(why, suspect))
        return false;
    if (suspect == NULL && verdict != NULL && !why_unusual(why, &verdict->residuals, model))
        return false;
    if (why->line_count == before && why_add(why, WHY_NOTE, "nothing") == NULL)
        return false;
    if (suspect != NULL && !why_blame(why, graph, suspect))
        return false;
    return why_relations(why, graph) && why_events(why, graph) && why_facts(why, graph) && why_descriptors(why, graph);
}

/* What a line is known by across graphs. */
static uint64_t line_mark(const struct why_line *line)
{
    uint64_t mark = line->kind + 1;
    if (line->label != NULL)
        mark ^= index_hash(line->label, strlen(line->label));
    if (line->kind == WHY_FACTS)
        mark = mark * 31 + line->measures[0];
    if (line->kind == WHY_RELATION)
        mark = mark * 31 + index_hash(line->text, strlen(line->text));
    return mark;
}

void why_select(struct why *why, size_t line)
{
    struct why_step *here = why_here(why);
    here->selected = line < why->line_count ? line : why->line_count == 0 ? 0 : why->line_count - 1;
    here->mark = why->line_count == 0 ? 0 : line_mark(&why->lines[here->selected]);
}

/* A node that was just entered: its first relation. Else the line that was selected, wherever it is now. */
static void why_find_selected(struct why *why)
{
    struct why_step *here = why_here(why);
    size_t found = here->selected;
    if (here->mark == 0) {
        found = 0;
        for (size_t at = why->line_count; at-- > 0;)
            if (why->lines[at].target != NODE_NONE)
                found = at;
    } else if (found >= why->line_count || line_mark(&why->lines[found]) != here->mark) {
        for (size_t at = why->line_count; at-- > 0;)
            if (line_mark(&why->lines[at]) == here->mark)
                found = at;
    }
    size_t line = here->selected - here->top;
    if (found != here->selected && here->mark != 0)
        here->top = found > line ? found - line : 0;
    why_select(why, found);
}

bool why_build(struct why *why, const struct graph *graph, const struct verdict *verdict, const struct model *model,
               struct error *error)
{
    arena_done(&why->arena);
    why->arena = (struct arena){0};
    why->line_count = 0;
    why->node = why->step_count == 0 ? NODE_NONE : graph_find(graph, why_here(why)->id);
    if (why->node == NODE_NONE)
        return true;
    if (!why_lines(why, graph, verdict, model))
        return error_memory(error);
    why_find_selected(why);
    return true;
}
