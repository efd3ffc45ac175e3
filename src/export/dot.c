/* The suspect subgraph as Graphviz DOT, written by libcgraph. Nodes are n1, n2, ...: what they are called stands in
 * attributes alone. In an attribute a backslash begins an escape and an ampersand an entity, so both are written as
 * such (agwrite leaves a backslash before the closing quote as it is). */
#include "base/text.h"
#include "base/units.h"
#include "export/export.h"
#include "export/neighbourhood.h"
#include "export/phrase.h"

#include <cgraph.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_COLUMNS = 36 };

static const char *const shapes[NODE_KIND_COUNT] = {
    [NODE_PROCESS] = "box",  [NODE_FILE] = "note",           [NODE_SOCKET] = "ellipse", [NODE_PIPE] = "cds",
    [NODE_DEVICE] = "box3d", [NODE_FILESYSTEM] = "cylinder", [NODE_HOST] = "house",
};

/* From the most suspicious to the least; each pair has a contrast of at least 4.5 to 1 (WCAG AA). */
static const struct {
    double score;
    const char *fill, *text;
} shades[] = {{0.6, "#a50f15", "#ffffff"},
              {0.3, "#fb6a4a", "#000000"},
              {0.1, "#fcae91", "#000000"},
              {0.01, "#fee5d9", "#000000"},
              {-1.0, "#f7f7f7", "#000000"}};

/* A drawing under way. Failure sticks: memory ran out. */
struct drawing {
    const struct export_input *input;
    const struct neighbourhood *found;
    Agraph_t *figure;
    Agnode_t *drawn[NEIGHBOURHOOD_MAX];
    uint32_t *places; /* per node of the graph: its place in `drawn` */
    bool failed;
};

/* libcgraph takes no const strings and changes none. */
static char *writable(const char *text)
{
    union {
        const char *constant;
        char *plain;
    } view = {.constant = text};
    return view.plain;
}

static void attribute_set(struct drawing *drawing, void *object, const char *name, const char *value)
{
    drawing->failed |= agsafeset(object, writable(name), writable(value), writable("")) != 0;
}

#define LABEL_BACKSLASH   "\\\\"
#define TOOLTIP_BACKSLASH "\\\\\\\\"

/* A clean text as the value of a label or tooltip. */
static void value_append(struct buffer *out, const char *clean, const char *backslash)
{
    for (; *clean != '\0'; clean++) {
        if (*clean == '\\')
            buffer_string(out, backslash);
        else if (*clean == '&')
            buffer_string(out, "&amp;");
        else
            buffer_append(out, clean, 1);
    }
}

/* Sets a raw text, shortened to `columns` (0 = whole), in front of which `prefix` stands as it is. */
static void text_set(struct drawing *drawing, void *object, const char *name, const char *prefix, const char *raw,
                     size_t columns)
{
    struct buffer clean = {0}, shown = {0}, value = {0};
    text_clean(&clean, raw, strlen(raw));
    phrase_shorten(&shown, buffer_text(&clean), columns == 0 ? SIZE_MAX : columns, false);
    buffer_string(&value, prefix);
    value_append(&value, buffer_text(&shown), strcmp(name, "tooltip") == 0 ? TOOLTIP_BACKSLASH : LABEL_BACKSLASH);
    if (clean.failed || shown.failed || value.failed)
        drawing->failed = true;
    else
        attribute_set(drawing, object, name, buffer_text(&value));
    buffer_done(&clean);
    buffer_done(&shown);
    buffer_done(&value);
}

static double node_score(const struct export_input *input, uint32_t node, size_t *rank)
{
    size_t top = phrase_top(input);
    for (size_t i = 0; i < top; i++) {
        *rank = i + 1;
        if (input->verdict->suspects[i].node == node)
            return input->verdict->suspects[i].score;
    }
    *rank = 0;
    return -1;
}

static void shade_set(struct drawing *drawing, Agnode_t *node, double score)
{
    size_t shade = 0;
    while (shade + 1 < sizeof shades / sizeof shades[0] && !(score >= shades[shade].score))
        shade++;
    attribute_set(drawing, node, "fillcolor", shades[shade].fill);
    attribute_set(drawing, node, "fontcolor", shades[shade].text);
}

/* The cluster of a unit, made with its first node. Units are few: the figure has at most NEIGHBOURHOOD_MAX nodes. */
static Agraph_t *cluster_find(struct drawing *drawing, size_t place)
{
    const struct node *nodes = drawing->input->graph->nodes;
    const char *unit = nodes[drawing->found->nodes[place]].unit;
    size_t first = 0;
    for (; first < place; first++) {
        const char *other = nodes[drawing->found->nodes[first]].unit;
        if (other != NULL && strcmp(other, unit) == 0)
            break;
    }
    char name[32];
    snprintf(name, sizeof name, "cluster_%zu", first + 1);
    Agraph_t *cluster = agsubg(drawing->figure, name, 1);
    if (cluster == NULL || first != place)
        return cluster;
    text_set(drawing, cluster, "label", "", unit, LABEL_COLUMNS);
    attribute_set(drawing, cluster, "style", "rounded");
    attribute_set(drawing, cluster, "color", "#8c8c8c");
    attribute_set(drawing, cluster, "labeljust", "l");
    return cluster;
}

static void node_draw(struct drawing *drawing, size_t place)
{
    uint32_t number = drawing->found->nodes[place];
    const struct node *node = &drawing->input->graph->nodes[number];
    char name[32], prefix[32] = "";
    snprintf(name, sizeof name, "n%zu", place + 1);
    Agnode_t *drawn = drawing->drawn[place] = agnode(drawing->figure, name, 1);
    drawing->places[number] = (uint32_t)place;
    if (drawn == NULL) {
        drawing->failed = true;
        return;
    }
    size_t rank;
    double score = node_score(drawing->input, number, &rank);
    if (rank > 0)
        snprintf(prefix, sizeof prefix, "#%zu  %.2f\\n", rank, score);
    text_set(drawing, drawn, "label", prefix, node->label, LABEL_COLUMNS);
    text_set(drawing, drawn, "tooltip", "", node->label, 0);
    attribute_set(drawing, drawn, "shape", shapes[node->kind]);
    attribute_set(drawing, drawn, "style", node->exited ? "filled,dashed" : "filled");
    shade_set(drawing, drawn, score);
    if (node->unit != NULL && node->unit[0] != '\0') {
        Agraph_t *cluster = cluster_find(drawing, place);
        drawing->failed |= cluster == NULL || agsubnode(cluster, drawn, 1) == NULL;
    }
}

static void edge_draw(struct drawing *drawing, size_t number)
{
    const struct edge *edge = &drawing->input->graph->edges[number];
    const unsigned char *seen = drawing->found->seen;
    if (seen[edge->from] != 1 || seen[edge->to] != 1)
        return;
    Agnode_t *from = drawing->drawn[drawing->places[edge->from]], *to = drawing->drawn[drawing->places[edge->to]];
    Agedge_t *drawn = from == NULL || to == NULL ? NULL : agedge(drawing->figure, from, to, NULL, 1);
    if (drawn == NULL) {
        drawing->failed = true;
        return;
    }
    text_set(drawing, drawn, "tooltip", "", edge_kinds[edge->kind].verb, 0);
    if (edge->kind != EDGE_WAITS && edge->kind != EDGE_HOLDS) {
        attribute_set(drawing, drawn, "color", "#8c8c8c");
        return;
    }
    char label[96], duration[32];
    snprintf(label, sizeof label, "%s%s %s%s", edge->kind == EDGE_HOLDS ? "holds " : "", phrase_wait(edge->wait),
             edge->at_least ? "\xe2\x89\xa5 " : "", duration_format(duration, sizeof duration, edge->seconds));
    text_set(drawing, drawn, "label", "", label, 0);
    attribute_set(drawing, drawn, "color", drawing->found->path[number] ? "#cc0000" : "#000000");
    if (drawing->found->path[number]) {
        attribute_set(drawing, drawn, "penwidth", "3");
        attribute_set(drawing, drawn, "fontcolor", "#cc0000");
    }
    if (edge->inferred)
        attribute_set(drawing, drawn, "style", "dashed");
}

/* The sentence over host and time. */
static void title_set(struct drawing *drawing)
{
    const struct export_input *input = drawing->input;
    const char *host = phrase_host(input->graph);
    char time[40];
    struct buffer sentence = {0}, prefix = {0}, title = {0};
    if (input->verdict != NULL) {
        text_clean(&sentence, input->verdict->sentence, strlen(input->verdict->sentence));
        value_append(&prefix, buffer_text(&sentence), LABEL_BACKSLASH);
        buffer_string(&prefix, "\\n");
    }
    buffer_printf(&title, "%s  %s", host == NULL ? "" : host, iso_format(time, sizeof time, input->graph->time_ns));
    if (drawing->found->left_out > 0)
        buffer_printf(&title, "  (%zu neighbours not drawn)", drawing->found->left_out);
    drawing->failed |= sentence.failed || prefix.failed || title.failed;
    text_set(drawing, drawing->figure, "label", buffer_text(&prefix), buffer_text(&title), 0);
    buffer_done(&sentence);
    buffer_done(&prefix);
    buffer_done(&title);
}

static void figure_draw(struct drawing *drawing)
{
    static const char *const attributes[][2] = {
        {"rankdir", "LR"}, {"labelloc", "t"}, {"charset", "UTF-8"}, {"linelength", "0"}};
    static const int kinds[] = {AGRAPH, AGNODE, AGEDGE};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        drawing->failed |= agattr(drawing->figure, kinds[i], writable("fontname"), writable("sans-serif")) == NULL;
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        attribute_set(drawing, drawing->figure, attributes[i][0], attributes[i][1]);
    title_set(drawing);
    for (size_t i = 0; i < drawing->found->count && !drawing->failed; i++)
        node_draw(drawing, i);
    for (size_t i = 0; i < drawing->input->graph->edge_count && !drawing->failed; i++)
        edge_draw(drawing, i);
}

static int dot_write(void *channel, const char *text)
{
    buffer_string(channel, text);
    return 0;
}

static int dot_flush(void *channel)
{
    return ((struct buffer *)channel)->failed ? EOF : 0;
}

bool export_dot(const struct export_input *input, struct buffer *out, struct error *error)
{
    struct neighbourhood found;
    if (!neighbourhood_find(&found, input, error))
        return false;
    Agiodisc_t writer = {.putstr = dot_write, .flush = dot_flush};
    Agdisc_t services = {.io = &writer};
    struct drawing drawing = {.input = input, .found = &found};
    drawing.places = calloc(input->graph->node_count + 1, sizeof *drawing.places);
    drawing.figure = agopen(writable("culprit"), Agdirected, &services);
    if (drawing.places != NULL && drawing.figure != NULL)
        figure_draw(&drawing);
    bool done = drawing.places != NULL && drawing.figure != NULL && !drawing.failed &&
                agwrite(drawing.figure, out) == 0 && !out->failed;
    if (drawing.figure != NULL)
        agclose(drawing.figure);
    free(drawing.places);
    neighbourhood_done(&found);
    return done ? true : error_memory(error);
}
