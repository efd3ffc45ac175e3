/* Writes and reads what only the masked form of a model has. */
#include "model/file.h"
#include "model/file_reader.h"
#include "model/file_writer.h"
#include "model/masked.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool writer_shape(cJSON *root, const struct model *model)
{
    if (cJSON_AddStringToObject(root, "form", form_names[model->form]) == NULL)
        return false;
    cJSON *kinds = cJSON_AddArrayToObject(root, "kinds");
    for (int kind = 0; kinds != NULL && kind < NODE_KIND_COUNT; kind++)
        if (!cJSON_AddItemToArray(kinds, cJSON_CreateString(node_kinds[kind].name)))
            return false;
    cJSON *relations = cJSON_AddArrayToObject(root, "relations");
    for (int relation = 0; relations != NULL && relation < RELATION_COUNT; relation++)
        if (!cJSON_AddItemToArray(relations, cJSON_CreateString(relation_names[relation])))
            return false;
    return kinds != NULL && relations != NULL;
}

bool writer_baselines(cJSON *root, const struct model *model)
{
    cJSON *keys = cJSON_AddObjectToObject(root, "baselines");
    for (size_t k = 0; keys != NULL && k < model->baselines.count; k++) {
        const struct baseline *baseline = &model->baselines.items[k];
        cJSON *object = cJSON_AddObjectToObject(keys, baseline->key);
        if (object == NULL)
            return false;
        for (size_t i = 0; i < model->feature_count; i++) {
            const struct baseline_cell *cell = &baseline->cells[i];
            if (cell->count == 0)
                continue;
            struct buffer text = {0};
            buffer_string(&text, "[");
            number_append(&text, (double)cell->median, 5);
            buffer_string(&text, ",");
            number_append(&text, (double)cell->spread, 5);
            buffer_printf(&text, ",%u]", (unsigned)cell->count);
            bool added =
                !text.failed && cJSON_AddRawToObject(object, model->features[i].name, buffer_text(&text)) != NULL;
            buffer_done(&text);
            if (!added)
                return false;
        }
    }
    return keys != NULL;
}

bool writer_calibration(cJSON *root, const struct model *model)
{
    const struct calibration *calibration = &model->calibration;
    if (calibration->count == 0)
        return true;
    struct buffer text = {0};
    cJSON *object = cJSON_AddObjectToObject(root, "calibration");
    buffer_string(&text, "[");
    for (size_t i = 0; i < calibration->count; i++) {
        if (i > 0)
            buffer_string(&text, i % 10 == 0 ? ",\n\t\t\t" : ",");
        number_append(&text, (double)calibration->scores[i], 5);
    }
    buffer_string(&text, "]");
    bool added = object != NULL && !text.failed &&
                 cJSON_AddStringToObject(object, "of", calibration->host ? "host" : "corpus") != NULL &&
                 cJSON_AddRawToObject(object, "scores", buffer_text(&text)) != NULL;
    buffer_done(&text);
    return added;
}

/* Exactly these names in this order? */
static bool names_are(const cJSON *list, const char *const *names, size_t count)
{
    if (!cJSON_IsArray(list) || (size_t)cJSON_GetArraySize(list) != count)
        return false;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item) || strcmp(item->valuestring, *names++) != 0)
            return false;
    }
    return true;
}

bool reader_shape(struct reader *reader, const cJSON *root)
{
    const char *form = json_string(root, "form");
    if (form == NULL || strcmp(form, form_names[FORM_REFERENCE]) == 0)
        return true;
    const char *kinds[NODE_KIND_COUNT];
    for (int kind = 0; kind < NODE_KIND_COUNT; kind++)
        kinds[kind] = node_kinds[kind].name;
    if (strcmp(form, form_names[FORM_MASKED]) != 0 || !names_are(json_member(root, "kinds"), kinds, NODE_KIND_COUNT) ||
        !names_are(json_member(root, "relations"), relation_names, RELATION_COUNT))
        return reader_refuse(reader,
                             "it is of a form, or knows kinds of nodes or relations, that this program does not");
    reader->model->form = FORM_MASKED;
    return true;
}

bool reader_group(struct reader *reader, const cJSON *feature, size_t place)
{
    const char *group = json_string(feature, "group");
    if (reader->model->form != FORM_MASKED)
        return true;
    if (group == NULL || group[0] == '\0' || strlen(group) > 64)
        return reader_refuse(reader, "a feature has no usable group");
    const char *name = model_text(reader->model, group);
    if (name == NULL)
        return error_memory(reader->error);
    reader->model->groups[place] = model_group(reader->model, name);
    return true;
}

size_t reader_inputs(const struct reader *reader)
{
    return reader->model->form == FORM_MASKED ? masked_inputs(reader->model) : reader->model->feature_count;
}

static bool cell_read(const cJSON *item, struct baseline_cell *cell)
{
    double median, spread;
    size_t count;
    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) != 3 ||
        !json_number_within(cJSON_GetArrayItem(item, 0), -1e6, 1e6, &median) ||
        !json_number_within(cJSON_GetArrayItem(item, 1), 0, 1e6, &spread) ||
        !json_count_within(cJSON_GetArrayItem(item, 2), 0, UINT32_MAX, &count))
        return false;
    *cell = (struct baseline_cell){(float)median, (float)spread, (uint32_t)count};
    return true;
}

static size_t feature_place(const struct model *model, const char *name)
{
    size_t place = 0;
    while (place < model->feature_count && strcmp(model->features[place].name, name) != 0)
        place++;
    return place;
}

static bool baseline_read(struct reader *reader, const cJSON *object)
{
    struct model *model = reader->model;
    if (object->string == NULL || strlen(object->string) >= BASELINE_KEY_BYTES ||
        baseline_level(object->string) == BASELINE_LEVELS || !cJSON_IsObject(object))
        return reader_refuse(reader, "a baseline has no usable key");
    const char *key = model_text(model, object->string);
    struct baseline *baseline = key == NULL ? NULL : baselines_add(&model->baselines, key);
    if (baseline == NULL)
        return error_memory(reader->error);
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        size_t place = item->string == NULL ? model->feature_count : feature_place(model, item->string);
        if (place < model->feature_count && !cell_read(item, &baseline->cells[place]))
            return reader_refuse(reader, "a baseline is not three usable numbers");
    }
    return true;
}

bool reader_baselines(struct reader *reader, const cJSON *root)
{
    baselines_init(&reader->model->baselines, reader->model->feature_count);
    const cJSON *keys = json_member(root, "baselines"), *item;
    size_t count = 0;
    if (!cJSON_IsObject(keys))
        return reader_refuse(reader, "it has no baselines");
    cJSON_ArrayForEach(item, keys)
    {
        if (++count > BASELINES_MAX)
            return reader_refuse(reader, "it has more baselines than any host has programs");
        if (!baseline_read(reader, item))
            return false;
    }
    return true;
}

static int score_compare(const void *left, const void *right)
{
    float one = *(const float *)left, other = *(const float *)right;
    return (one > other) - (one < other);
}

bool reader_calibration(struct reader *reader, const cJSON *root)
{
    const cJSON *object = json_member(root, "calibration"), *list = json_member(object, "scores"), *item;
    const char *of = json_string(object, "of");
    struct calibration *calibration = &reader->model->calibration;
    if (object == NULL)
        return true;
    if (of == NULL || !cJSON_IsArray(list) || cJSON_GetArraySize(list) > CALIBRATION_MAX)
        return reader_refuse(reader, "its calibration is not usable");
    calibration->scores = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *calibration->scores);
    if (calibration->scores == NULL)
        return error_memory(reader->error);
    cJSON_ArrayForEach(item, list)
    {
        double score;
        if (!json_number_within(item, 0, 1e6, &score))
            return reader_refuse(reader, "its calibration is not usable");
        calibration->scores[calibration->count++] = (float)score;
    }
    qsort(calibration->scores, calibration->count, sizeof *calibration->scores, score_compare);
    calibration->host = strcmp(of, "host") == 0;
    return true;
}
