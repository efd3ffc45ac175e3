/* The difference between two moments for people. */
#include "base/quantity.h"
#include "base/text.h"
#include "base/units.h"
#include "export/difference.h"
#include "export/phrase.h"

#include <math.h>
#include <string.h>

enum { LABEL_COLUMNS = 60 };

static void label_append(const struct difference_input *input, struct buffer *out, const char *raw)
{
    struct buffer clean = {0};
    text_clean(&clean, raw, strlen(raw));
    phrase_shorten(out, buffer_text(&clean), LABEL_COLUMNS, input->ascii);
    out->failed |= clean.failed;
    buffer_done(&clean);
}

static void moment_append(const struct difference_input *input, struct buffer *out, const struct moment_seen *moment)
{
    char time[32];
    buffer_printf(out, "%s  ", date_format(time, sizeof time, moment->graph->time_ns, input->utc_offset_s));
    text_clean(out, moment->verdict->sentence, strlen(moment->verdict->sentence));
    buffer_string(out, "\n");
}

/* "Appeared: 3 processes, 1 file", then at most `top` of each kind. */
static void nodes_append(const struct difference_input *input, struct buffer *out, const char *title,
                         const struct graph *graph, const uint32_t *nodes, size_t count)
{
    size_t of_kind[NODE_KIND_COUNT] = {0};
    for (size_t i = 0; i < count; i++)
        of_kind[graph->nodes[nodes[i]].kind]++;
    buffer_printf(out, "\n%s: ", title);
    const char *separator = "";
    for (size_t kind = 0; kind < NODE_KIND_COUNT; kind++)
        if (of_kind[kind] > 0) {
            buffer_string(out, separator);
            phrase_count(out, of_kind[kind], node_kinds[kind].name, node_kinds[kind].plural);
            separator = ", ";
        }
    buffer_string(out, count == 0 ? "nothing\n" : "\n");
    size_t shown = 0;
    for (size_t i = 0; i < count; i++) {
        const struct node *node = &graph->nodes[nodes[i]];
        shown = i > 0 && graph->nodes[nodes[i - 1]].kind == node->kind ? shown + 1 : 0;
        if (shown == input->top)
            buffer_printf(out, "  %-10s  and %zu more\n", node_kinds[node->kind].name, of_kind[node->kind] - shown);
        if (shown >= input->top)
            continue;
        buffer_printf(out, "  %-10s  ", node_kinds[node->kind].name);
        label_append(input, out, node->label);
        if (node->unit != NULL && node->unit[0] != '\0') {
            buffer_string(out, "  ");
            label_append(input, out, node->unit);
        }
        buffer_string(out, "\n");
    }
}

static void changes_append(const struct difference_input *input, struct buffer *out)
{
    buffer_string(out, "\nChanged most, in units of normal:");
    buffer_string(out, input->change_count == 0 ? " nothing\n" : "\n");
    for (size_t i = 0; i < input->change_count && i < input->top; i++) {
        const struct change *change = &input->changes[i];
        const struct feature *feature = model_feature(input->model, change->feature);
        char from[40], to[40];
        quantity_words(from, sizeof from, change->before, feature->unit);
        quantity_words(to, sizeof to, change->after, feature->unit);
        buffer_printf(out, "  %+7.1f  ", change->normals);
        label_append(input, out, input->after.graph->nodes[change->node.after].label);
        buffer_string(out, "  ");
        text_clean(out, feature->label, strlen(feature->label));
        buffer_printf(out, " from %s to %s\n", from, to);
    }
    if (input->change_count > input->top)
        buffer_printf(out, "  and %zu more\n", input->change_count - input->top);
}

static void relation_append(const struct difference_input *input, struct buffer *out, const struct graph *graph,
                            const struct edge *edge)
{
    buffer_string(out, "  ");
    label_append(input, out, graph->nodes[edge->from].label);
    buffer_printf(out, " %s ", edge_kinds[edge->kind].verb);
    label_append(input, out, graph->nodes[edge->to].label);
    if (edge->kind == EDGE_WAITS || edge->kind == EDGE_HOLDS) {
        char seconds[32];
        if (edge->on != NODE_NONE && edge->on != edge->to) {
            buffer_string(out, " on ");
            label_append(input, out, graph->nodes[edge->on].label);
        }
        buffer_printf(out, " for %s%s", edge->at_least ? "at least " : "",
                      duration_format(seconds, sizeof seconds, edge->seconds));
    }
    buffer_string(out, "\n");
}

static void relations_append(const struct difference_input *input, struct buffer *out, const char *title,
                             const struct graph *graph, const uint32_t *edges, size_t count)
{
    buffer_printf(out, "\n%s:%s\n", title, count == 0 ? " none" : "");
    for (size_t i = 0; i < count && i < input->top; i++)
        relation_append(input, out, graph, &graph->edges[edges[i]]);
    if (count > input->top)
        buffer_printf(out, "  and %zu more\n", count - input->top);
}

bool export_difference_text(const struct difference_input *input, struct buffer *out, struct error *error)
{
    const struct difference *difference = input->difference;
    const struct graph *before = input->before.graph, *after = input->after.graph;
    moment_append(input, out, &input->before);
    moment_append(input, out, &input->after);
    nodes_append(input, out, "Appeared", after, difference->appeared, difference->appeared_count);
    nodes_append(input, out, "Vanished", before, difference->vanished, difference->vanished_count);
    changes_append(input, out);
    relations_append(input, out, "New relations of what stayed, and waits", after, difference->edges_new,
                     difference->edges_new_count);
    relations_append(input, out, "Relations that are gone", before, difference->edges_gone,
                     difference->edges_gone_count);
    return !out->failed || error_memory(error);
}
