/* `culprit capture --format json`: all nodes through the column table, all edges. Printed node by node: a large host's
 * graph as one tree of cJSON would take hundreds of megabytes. */
#include "export/column.h"
#include "export/export.h"
#include "export/json_header.h"
#include "export/json_value.h"
#include "export/phrase.h"

#include <math.h>

static bool column_add(cJSON *object, const struct column *column, const struct column_input *input)
{
    if (column->kind == COLUMN_IS_TEXT)
        return json_text(object, column->name, column->text(input));
    double value = column->number(input);
    if (column->flag)
        return isnan(value) || json_flag(object, column->name, value != 0);
    return json_number(object, column->name, value);
}

static bool node_append(const struct column_input *input, struct buffer *out)
{
    cJSON *object = cJSON_CreateObject();
    bool added = object != NULL;
    for (size_t i = 0; i < column_count && added; i++)
        if (column_fits(&columns[i], input->graph->nodes[input->node].kind))
            added = column_add(object, &columns[i], input);
    if (!added) {
        cJSON_Delete(object);
        return false;
    }
    return json_print(object, false, out);
}

static bool wait_add(cJSON *object, const struct graph *graph, const struct edge *edge)
{
    return json_text(object, "wait", phrase_wait(edge->wait)) &&
           json_text(object, "on", edge->on == NODE_NONE ? NULL : graph->nodes[edge->on].id) &&
           json_number(object, "seconds", edge->seconds) && json_number(object, "total_s", edge->total_s) &&
           json_number(object, "count", edge->count) && json_flag(object, "at_least", edge->at_least) &&
           json_flag(object, "ongoing", edge->ongoing) && json_flag(object, "inferred", edge->inferred);
}

static bool edge_append(const struct graph *graph, const struct edge *edge, struct buffer *out)
{
    cJSON *object = cJSON_CreateObject();
    bool is_wait = edge->kind == EDGE_WAITS || edge->kind == EDGE_HOLDS;
    if (!json_text(object, "kind", edge_kinds[edge->kind].name) ||
        !json_text(object, "from", graph->nodes[edge->from].id) ||
        !json_text(object, "to", graph->nodes[edge->to].id) || (is_wait && !wait_add(object, graph, edge))) {
        cJSON_Delete(object);
        return false;
    }
    return json_print(object, false, out);
}

/* The header's object without its closing brace: the arrays follow. */
static bool header_append(const struct export_input *input, struct buffer *out)
{
    cJSON *object = cJSON_CreateObject();
    if (!json_header(object, input->graph, input->graph->window_s) || !json_history(object, input)) {
        cJSON_Delete(object);
        return false;
    }
    if (!json_print(object, false, out))
        return false;
    out->data[--out->length] = '\0';
    return true;
}

bool export_capture_json(const struct export_input *input, struct buffer *out, struct error *error)
{
    const struct graph *graph = input->graph;
    bool done = header_append(input, out);
    buffer_string(out, ",\n\"nodes\":[");
    for (size_t i = 0; i < graph->node_count && done; i++) {
        struct column_input node = {graph, input->verdict, (uint32_t)i};
        buffer_string(out, i == 0 ? "\n" : ",\n");
        done = node_append(&node, out);
    }
    buffer_string(out, "],\n\"edges\":[");
    for (size_t i = 0; i < graph->edge_count && done; i++) {
        buffer_string(out, i == 0 ? "\n" : ",\n");
        done = edge_append(graph, &graph->edges[i], out);
    }
    buffer_string(out, "]}\n");
    return done && !out->failed ? true : error_memory(error);
}
