/* The verdict as the contract's JSON object. */
#include "base/text.h"
#include "base/units.h"
#include "export/column.h"
#include "export/export.h"
#include "export/json_header.h"
#include "export/json_value.h"
#include "export/phrase.h"

#include <math.h>
#include <string.h>

static bool sources_add(cJSON *object, const struct sample *sample)
{
    if (sample == NULL)
        return true;
    cJSON *sources = cJSON_AddObjectToObject(object, "sources");
    bool added = json_flag(sources, "kernel", (sample->sources & SAMPLE_SOURCE_KERNEL) != 0) &&
                 json_flag(sources, "proc", (sample->sources & SAMPLE_SOURCE_PROC) != 0);
    cJSON *counts = cJSON_AddObjectToObject(sources, "unread");
    struct unread unread[UNREAD_KINDS_MAX];
    size_t kinds = unread_kinds(sample, unread);
    for (size_t i = 0; i < kinds && added; i++) {
        struct buffer kind = {0};
        text_clean(&kind, unread[i].kind, strlen(unread[i].kind));
        added = !kind.failed && json_count(counts, buffer_text(&kind), unread[i].count);
        buffer_done(&kind);
    }
    return added && counts != NULL;
}

bool json_header(cJSON *object, const struct graph *graph, double window_s)
{
    char time[40];
    return json_number(object, "version", 1) && json_text(object, "host", phrase_host(graph)) &&
           json_text(object, "time", iso_format(time, sizeof time, graph->time_ns)) &&
           json_number(object, "window_s", window_s) && sources_add(object, graph->sample);
}

/* What identifies a node, by its kind. */
static bool identity_add(cJSON *object, const struct graph *graph, uint32_t number)
{
    const struct node *node = &graph->nodes[number];
    struct column_input input = {.graph = graph, .node = number};
    switch (node->kind) {
    case NODE_PROCESS:
        return json_text(object, "id", node->id) && json_number(object, "pid", node->pid == 0 ? NAN : node->pid) &&
               json_text(object, "name", node->name) && json_text(object, "unit", node->unit) &&
               json_flag(object, "exited", node->exited);
    case NODE_FILE:
        return json_text(object, "path", node->name);
    case NODE_SOCKET:
        return json_text(object, "protocol", column_find("protocol")->text(&input)) &&
               json_text(object, "local", column_find("local")->text(&input)) &&
               json_text(object, "remote", column_find("remote")->text(&input));
    default:
        return json_text(object, "name", node->name);
    }
}

static bool why_add(cJSON *object, const struct suspect *suspect)
{
    cJSON *array = cJSON_AddArrayToObject(object, "why");
    bool added = array != NULL;
    for (size_t i = 0; i < suspect->why_count && added; i++) {
        const struct evidence *evidence = &suspect->why[i];
        cJSON *entry = cJSON_CreateObject();
        added = cJSON_AddItemToArray(array, entry) && json_text(entry, "feature", evidence->feature) &&
                json_number(entry, "observed", evidence->observed) &&
                (!evidence->at_least || json_flag(entry, "at_least", true)) &&
                json_number(entry, "expected", evidence->expected) && json_text(entry, "unit", evidence->unit) &&
                json_number(entry, "share", evidence->share);
    }
    return added;
}

static bool path_add(cJSON *object, const struct graph *graph, const struct suspect *suspect)
{
    cJSON *array = cJSON_AddArrayToObject(object, "blame_path");
    bool added = array != NULL;
    for (size_t i = 0; i < suspect->path_count && added; i++) {
        const struct blame_step *step = &suspect->path[i];
        cJSON *entry = cJSON_CreateObject();
        added = cJSON_AddItemToArray(array, entry) && json_text(entry, "from", graph->nodes[step->from].label) &&
                json_text(entry, "to", graph->nodes[step->to].label) && json_text(entry, "by", phrase_wait(step->by)) &&
                json_text(entry, "on", step->on == NODE_NONE ? NULL : graph->nodes[step->on].label) &&
                json_number(entry, "seconds", step->seconds);
    }
    return added;
}

/* Who waits for each other with it. */
static bool members_add(cJSON *object, const struct graph *graph, const struct suspect *suspect)
{
    cJSON *members = suspect->member_count > 1 ? cJSON_AddArrayToObject(object, "members") : NULL;
    for (size_t i = 1; i < suspect->member_count; i++) {
        cJSON *entry = cJSON_CreateObject();
        if (!cJSON_AddItemToArray(members, entry) || !identity_add(entry, graph, suspect->members[i]))
            return false;
    }
    return true;
}

static bool suspect_add(cJSON *array, const struct export_input *input, size_t at)
{
    const struct suspect *suspect = &input->verdict->suspects[at];
    const struct node *node = &input->graph->nodes[suspect->node];
    cJSON *object = cJSON_CreateObject();
    return cJSON_AddItemToArray(array, object) && json_number(object, "rank", (double)at + 1) &&
           json_text(object, "kind", node_kinds[node->kind].name) &&
           identity_add(object, input->graph, suspect->node) && json_number(object, "score", suspect->score) &&
           json_number(object, "own", suspect->own) && json_number(object, "blame", suspect->blame) &&
           why_add(object, suspect) && members_add(object, input->graph, suspect) &&
           path_add(object, input->graph, suspect);
}

static bool verdict_add(cJSON *object, const struct export_input *input)
{
    const struct verdict *verdict = input->verdict;
    if (input->model != NULL) {
        cJSON *model = cJSON_AddObjectToObject(object, "model");
        if (!json_text(model, "name", model_name(input->model)))
            return false;
    }
    bool added = json_flag(object, "calibrated", verdict->calibrated) && json_number(object, "p", verdict->p) &&
                 json_flag(object, "anomalous", verdict->anomalous) && json_number(object, "score", verdict->score) &&
                 json_number(object, "threshold", verdict->threshold) &&
                 json_text(object, "verdict", verdict->sentence);
    cJSON *suspects = cJSON_AddArrayToObject(object, "suspects");
    size_t count = phrase_top(input);
    for (size_t i = 0; i < count && added; i++)
        added = suspect_add(suspects, input, i);
    return added && suspects != NULL;
}

bool json_history(cJSON *object, const struct export_input *input)
{
    char from[40];
    if (input->age_s > 0 && !json_number(object, "age_s", input->age_s))
        return false;
    if (input->history.samples == 0)
        return true;
    cJSON *history = cJSON_AddObjectToObject(object, "history");
    return json_number(history, "recorder", (double)input->history.pid) &&
           json_text(history, "recording", input->history.recording) &&
           json_count(history, "samples", input->history.samples) &&
           json_text(history, "from", iso_format(from, sizeof from, input->history.from_ns));
}

bool export_json(const struct export_input *input, struct buffer *out, struct error *error)
{
    cJSON *object = cJSON_CreateObject();
    if (!json_header(object, input->graph, input->verdict->window_s) || !json_history(object, input) ||
        !verdict_add(object, input)) {
        cJSON_Delete(object);
        return error_memory(error);
    }
    if (!json_print(object, true, out))
        return error_memory(error);
    buffer_string(out, "\n");
    return out->failed ? error_memory(error) : true;
}
