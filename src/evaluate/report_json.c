/* The evaluation as one JSON object: figures per method and class, alarms, and every case with its ranks. */
#include "evaluate/report.h"

#include "export/json_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool figure_add(cJSON *object, const char *key, const struct figure *figure)
{
    cJSON *interval = cJSON_AddObjectToObject(object, key);
    return interval != NULL && json_number(interval, "value", figure->value) &&
           json_number(interval, "low", figure->low) && json_number(interval, "high", figure->high);
}

static bool figures_add(cJSON *list, const struct report *report, const char *class_name, enum method method,
                        struct error *error)
{
    struct figures figures;
    cJSON *object = cJSON_CreateObject();
    if (object == NULL || !cJSON_AddItemToArray(list, object))
        return error_memory(error);
    if (!figures_make(&figures, report->trials, report->count, class_name, method, report->options->seed, error))
        return false;
    bool added = json_text(object, "method", methods[method].name) && json_text(object, "class", class_name) &&
                 json_count(object, "cases", figures.cases) && figure_add(object, "top1", &figures.top1) &&
                 figure_add(object, "top3", &figures.top3) && figure_add(object, "top5", &figures.top5) &&
                 figure_add(object, "mrr", &figures.mrr) && json_number(object, "victim_above", figures.victim_above) &&
                 json_number(object, "seconds", figures.verdict_s);
    return added || error_memory(error);
}

static bool case_add(cJSON *list, const struct report *report, const struct trial *trial)
{
    const char *slash = strrchr(trial->name, '/');
    cJSON *object = cJSON_CreateObject();
    if (object == NULL || !cJSON_AddItemToArray(list, object))
        return false;
    bool added = json_text(object, "recording", slash == NULL ? trial->name : slash + 1) &&
                 json_text(object, "class", trial->label->class_name) &&
                 json_text(object, "intensity", trial->label->intensity) &&
                 json_text(object, "split", label_splits[trial->label->split]) &&
                 (!report->options->own_models || trial->label->model == NULL ||
                  json_text(object, "model", trial->label->model)) &&
                 json_number(object, "healthy_seconds", trial->healthy_s) &&
                 json_count(object, "false_alarms", trial->false_alarms);
    if (!added || trial->label->class_name == NULL)
        return added;
    cJSON *ranks = cJSON_AddObjectToObject(object, "ranks");
    added = ranks != NULL && json_count(object, "processes", trial->processes) &&
            json_number(object, "seconds", trial->verdict_s) &&
            json_flag(object, "victim_above", trial->places[METHOD_DEFAULT].victim_above);
    for (int method = 0; added && method < METHOD_COUNT; method++)
        if (report->options->wanted[method])
            added = json_count(ranks, methods[method].name, trial->places[method].rank);
    return added;
}

static bool figures_list(cJSON *list, const struct report *report, struct error *error)
{
    size_t class_count;
    const char **classes = figures_classes(report->trials, report->count, &class_count, error);
    bool added = classes != NULL;
    for (int method = 0; added && method < METHOD_COUNT; method++) {
        if (!report->options->wanted[method] || class_count == 0)
            continue;
        added = figures_add(list, report, NULL, (enum method)method, error);
        for (size_t i = 0; added && i < class_count; i++)
            added = figures_add(list, report, classes[i], (enum method)method, error);
    }
    free(classes);
    return added;
}

bool report_json(const struct report *report, struct buffer *out, struct error *error)
{
    struct alarm_figures alarms = figures_alarms(report->trials, report->count);
    cJSON *root = cJSON_CreateObject();
    bool added = root != NULL && json_count(root, "version", 1) &&
                 json_text(root, "model", model_name(report->options->model)) &&
                 json_number(root, "window_s", (double)report->options->window_ns / 1e9);
    cJSON *list = added ? cJSON_AddArrayToObject(root, "figures") : NULL;
    cJSON *healthy = added ? cJSON_AddObjectToObject(root, "healthy") : NULL;
    cJSON *cases = added ? cJSON_AddArrayToObject(root, "cases") : NULL;
    added = list != NULL && healthy != NULL && cases != NULL && json_number(healthy, "hours", alarms.hours) &&
            json_count(healthy, "false_alarms", alarms.alarms) && json_number(healthy, "per_hour", alarms.per_hour) &&
            json_number(healthy, "per_hour_bound", alarms.per_hour_bound);
    for (size_t i = 0; added && i < report->count; i++)
        added = case_add(cases, report, &report->trials[i]);
    if (!added)
        error_memory(error);
    if (!added || !figures_list(list, report, error)) {
        cJSON_Delete(root);
        return false;
    }
    if (!json_print(root, true, out))
        return error_memory(error);
    buffer_string(out, "\n");
    return true;
}
