/* The difference between two moments as JSON. */
#include "base/units.h"
#include "export/difference.h"
#include "export/json_value.h"
#include "export/phrase.h"

#include <math.h>

static bool moment_add(cJSON *object, const char *key, const struct moment_seen *moment)
{
    char time[40];
    cJSON *entry = cJSON_AddObjectToObject(object, key);
    return json_text(entry, "time", iso_format(time, sizeof time, moment->graph->time_ns)) &&
           json_number(entry, "window_s", moment->verdict->window_s) &&
           json_flag(entry, "anomalous", moment->verdict->anomalous) &&
           json_number(entry, "score", moment->verdict->score) &&
           json_text(entry, "verdict", moment->verdict->sentence);
}

static bool node_add(cJSON *entry, const struct node *node)
{
    return json_text(entry, "kind", node_kinds[node->kind].name) && json_text(entry, "id", node->id) &&
           json_number(entry, "pid", node->pid == 0 ? NAN : node->pid) && json_text(entry, "label", node->label) &&
           json_text(entry, "unit", node->unit);
}

static bool nodes_add(cJSON *object, const char *key, const struct graph *graph, const uint32_t *nodes, size_t count,
                      size_t top)
{
    cJSON *array = cJSON_AddArrayToObject(object, key);
    bool added = array != NULL;
    size_t of_kind[NODE_KIND_COUNT] = {0};
    for (size_t i = 0; added && i < count; i++) {
        const struct node *node = &graph->nodes[nodes[i]];
        if (of_kind[node->kind]++ >= top)
            continue;
        cJSON *entry = cJSON_CreateObject();
        added = cJSON_AddItemToArray(array, entry) && node_add(entry, node);
    }
    return added;
}

static bool changes_add(cJSON *object, const struct difference_input *input)
{
    cJSON *array = cJSON_AddArrayToObject(object, "changed");
    bool added = array != NULL;
    for (size_t i = 0; added && i < input->change_count && i < input->top; i++) {
        const struct change *change = &input->changes[i];
        const struct feature *feature = model_feature(input->model, change->feature);
        cJSON *entry = cJSON_CreateObject();
        added = cJSON_AddItemToArray(array, entry) && node_add(entry, &input->after.graph->nodes[change->node.after]) &&
                json_text(entry, "feature", feature->name) && json_text(entry, "measured_in", feature->unit) &&
                json_number(entry, "before", change->before) && json_number(entry, "after", change->after) &&
                json_number(entry, "normals", change->normals);
    }
    return added;
}

static bool relations_add(cJSON *object, const char *key, const struct graph *graph, const uint32_t *edges,
                          size_t count, size_t top)
{
    cJSON *array = cJSON_AddArrayToObject(object, key);
    bool added = array != NULL;
    for (size_t i = 0; added && i < count && i < top; i++) {
        const struct edge *edge = &graph->edges[edges[i]];
        bool wait = edge->kind == EDGE_WAITS || edge->kind == EDGE_HOLDS;
        cJSON *entry = cJSON_CreateObject();
        added = cJSON_AddItemToArray(array, entry) && json_text(entry, "from", graph->nodes[edge->from].label) &&
                json_text(entry, "relation", edge_kinds[edge->kind].name) &&
                json_text(entry, "to", graph->nodes[edge->to].label) &&
                json_text(entry, "by", edge->kind == EDGE_WAITS ? phrase_wait(edge->wait) : NULL) &&
                json_text(entry, "on", edge->on == NODE_NONE ? NULL : graph->nodes[edge->on].label) &&
                json_number(entry, "seconds", wait ? edge->seconds : NAN) &&
                (!wait || !edge->at_least || json_flag(entry, "at_least", true));
    }
    return added;
}

bool export_difference_json(const struct difference_input *input, struct buffer *out, struct error *error)
{
    const struct difference *difference = input->difference;
    const struct graph *before = input->before.graph, *after = input->after.graph;
    cJSON *object = cJSON_CreateObject();
    cJSON *counts = NULL;
    bool added =
        json_number(object, "version", 1) && json_text(object, "host", phrase_host(after)) &&
        moment_add(object, "before", &input->before) && moment_add(object, "after", &input->after) &&
        nodes_add(object, "appeared", after, difference->appeared, difference->appeared_count, input->top) &&
        nodes_add(object, "vanished", before, difference->vanished, difference->vanished_count, input->top) &&
        changes_add(object, input) &&
        relations_add(object, "relations_new", after, difference->edges_new, difference->edges_new_count, input->top) &&
        relations_add(object, "relations_gone", before, difference->edges_gone, difference->edges_gone_count,
                      input->top);
    added = added && (counts = cJSON_AddObjectToObject(object, "counts")) != NULL &&
            json_count(counts, "appeared", difference->appeared_count) &&
            json_count(counts, "vanished", difference->vanished_count) &&
            json_count(counts, "changed", input->change_count) &&
            json_count(counts, "relations_new", difference->edges_new_count) &&
            json_count(counts, "relations_gone", difference->edges_gone_count);
    if (!added) {
        cJSON_Delete(object);
        return error_memory(error);
    }
    if (!json_print(object, true, out))
        return error_memory(error);
    buffer_string(out, "\n");
    return !out->failed || error_memory(error);
}
