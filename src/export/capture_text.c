/* `culprit capture` for people: what was seen, who uses most, who waits for whom, what is locked, what was not seen. */
#include "base/text.h"
#include "base/units.h"
#include "export/column.h"
#include "export/export.h"
#include "export/phrase.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TOP_DEFAULT = 10 };

/* A node or edge, and what it is ranked by. */
struct ranked {
    double value;
    size_t number;
};

static int ranked_compare(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    if (left->value != right->value)
        return left->value < right->value ? 1 : -1;
    return (left->number > right->number) - (left->number < right->number);
}

static void clean_append(struct buffer *out, const char *raw)
{
    text_clean(out, raw, strlen(raw));
}

static void counts_append(const struct graph *graph, struct buffer *out)
{
    size_t counts[NODE_KIND_COUNT] = {0};
    bool first = true;
    for (size_t i = 0; i < graph->node_count; i++)
        counts[graph->nodes[i].kind]++;
    for (enum node_kind kind = 0; kind < NODE_KIND_COUNT; kind++) {
        if (counts[kind] == 0 || kind == NODE_HOST)
            continue;
        buffer_string(out, first ? "" : ", ");
        phrase_count(out, counts[kind], node_kinds[kind].name, node_kinds[kind].plural);
        first = false;
    }
    buffer_string(out, first ? "" : "; ");
    phrase_count(out, graph->edge_count, "relation", "relations");
    buffer_string(out, "\n");
}

static void heading_append(const struct export_input *input, struct buffer *out)
{
    char time[40], window[32];
    const char *host = phrase_host(input->graph);
    clean_append(out, host == NULL ? "host unknown" : host);
    buffer_printf(out, "  %s  %s  ", date_format(time, sizeof time, input->graph->time_ns, input->utc_offset_s),
                  export_sources(input->graph->sample));
    if (input->graph->window_s > 0)
        buffer_printf(out, "window %s\n", phrase_window(window, sizeof window, input->graph->window_s));
    else
        buffer_string(out, "a single sample: no rates\n");
    counts_append(input->graph, out);
}

/* One process, through the column table. */
static void process_append(const struct export_input *input, struct buffer *out, uint32_t node)
{
    static const struct {
        const char *column;
        int columns;
    } cells[] = {{"who", 28}, {"cpu", -6}, {"memory", -8}, {"state", 1}, {"unit", 0}};
    struct column_input row = {input->graph, input->verdict, node};
    buffer_string(out, " ");
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        char text[256];
        struct buffer cell = {0};
        column_format(column_find(cells[i].column), &row, text, sizeof text);
        size_t width = cells[i].columns == 0 ? 32 : (size_t)abs(cells[i].columns);
        phrase_shorten(&cell, text, width, input->ascii);
        int blanks = cells[i].columns == 0 ? 0 : (int)(width - text_columns(buffer_text(&cell)));
        buffer_printf(out, " %*s%s%*s", cells[i].columns < 0 ? blanks : 0, "", buffer_text(&cell),
                      cells[i].columns > 0 ? blanks : 0, "");
        out->failed |= cell.failed;
        buffer_done(&cell);
    }
    buffer_string(out, "\n");
}

/* The processes with most of a measure; nothing when nobody has any. */
static bool top_append(const struct export_input *input, struct buffer *out, const char *title, enum measure measure)
{
    const struct graph *graph = input->graph;
    struct ranked *ranked = calloc(graph->node_count + 1, sizeof *ranked);
    size_t count = 0, top = input->top == 0 ? TOP_DEFAULT : input->top;
    if (ranked == NULL)
        return false;
    for (size_t i = 0; i < graph->node_count; i++) {
        double value = (double)graph_measure(graph, (uint32_t)i, measure);
        if (graph->nodes[i].kind == NODE_PROCESS && value > 0)
            ranked[count++] = (struct ranked){value, i};
    }
    qsort(ranked, count, sizeof *ranked, ranked_compare);
    if (count > 0)
        buffer_printf(out, "\n%s\n", title);
    for (size_t i = 0; i < count && i < top; i++)
        process_append(input, out, (uint32_t)ranked[i].number);
    free(ranked);
    return true;
}

/* "  payment[812] waits for log-rotate[8472] on /var/log/app.log: lock, at least 41 s" */
static void edge_append(const struct graph *graph, const struct edge *edge, struct buffer *out)
{
    char duration[32];
    buffer_string(out, "  ");
    clean_append(out, graph->nodes[edge->from].label);
    buffer_printf(out, " %s ", edge_kinds[edge->kind].verb);
    clean_append(out, graph->nodes[edge->to].label);
    if (edge->on != NODE_NONE && edge->on != edge->to) {
        buffer_string(out, " on ");
        clean_append(out, graph->nodes[edge->on].label);
    }
    buffer_printf(out, ": %s%s%s%s%s\n", edge->kind == EDGE_WAITS ? phrase_wait(edge->wait) : "",
                  edge->kind == EDGE_WAITS ? ", " : "", edge->at_least ? "at least " : "",
                  duration_format(duration, sizeof duration, edge->seconds),
                  edge->inferred ? " (concluded, not told by the kernel)" : "");
}

/* The longest waits or locks. */
static bool edges_append(const struct export_input *input, struct buffer *out, const char *title, enum edge_kind kind)
{
    const struct graph *graph = input->graph;
    struct ranked *ranked = calloc(graph->edge_count + 1, sizeof *ranked);
    size_t count = 0, top = input->top == 0 ? TOP_DEFAULT : input->top;
    if (ranked == NULL)
        return false;
    for (size_t i = 0; i < graph->edge_count; i++)
        if (graph->edges[i].kind == kind)
            ranked[count++] = (struct ranked){isnan(graph->edges[i].seconds) ? 0 : graph->edges[i].seconds, i};
    qsort(ranked, count, sizeof *ranked, ranked_compare);
    if (count > 0)
        buffer_printf(out, "\n%s\n", title);
    for (size_t i = 0; i < count && i < top; i++)
        edge_append(graph, &graph->edges[ranked[i].number], out);
    if (count > top)
        buffer_printf(out, "  and %zu more\n", count - top);
    free(ranked);
    return true;
}

static void unread_append(const struct sample *sample, struct buffer *out)
{
    enum { ROWS_MAX = 20 };
    if (sample == NULL || sample_unread_count(sample, NULL) == 0)
        return;
    const struct table *table = &sample->tables[TABLE_UNREAD];
    buffer_string(out, "\nNot readable\n");
    for (size_t row = 0; row < table->rows && row < ROWS_MAX; row++) {
        const char *kind = sample_string(sample, TABLE_UNREAD, row, UNREAD_KIND);
        const char *reason = sample_string(sample, TABLE_UNREAD, row, UNREAD_REASON);
        struct unread unread = {kind == NULL ? "of unknown kind" : kind, table_u64(table, row, UNREAD_COUNT, 0)};
        buffer_string(out, "  ");
        phrase_unread_kind(out, &unread);
        buffer_string(out, ": ");
        clean_append(out, reason == NULL ? "reason unknown" : reason);
        buffer_string(out, "\n");
    }
}

bool export_capture_text(const struct export_input *input, struct buffer *out, struct error *error)
{
    heading_append(input, out);
    bool done = top_append(input, out, "Most cpu", MEASURE_CPU_PCT) &&
                top_append(input, out, "Most memory", MEASURE_RSS_BYTES) &&
                edges_append(input, out, "Waits", EDGE_WAITS) && edges_append(input, out, "Locks", EDGE_HOLDS);
    unread_append(input->graph->sample, out);
    return done && !out->failed ? true : error_memory(error);
}
