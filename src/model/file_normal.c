/* Reads what is normal from model files (spreads, waits), and the parts of JSON that all readers look at. */
#include "model/file.h"
#include "model/file_reader.h"

#include <math.h>
#include <string.h>

bool reader_refuse(const struct reader *reader, const char *what)
{
    return error_set(reader->error, "the model %s is damaged: %s; " REMEDY, reader->origin, what);
}

bool json_number_within(const cJSON *item, double low, double high, double *number)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= low && item->valuedouble <= high))
        return false;
    *number = item->valuedouble;
    return true;
}

bool json_count_within(const cJSON *item, size_t low, size_t high, size_t *count)
{
    double number;
    if (!json_number_within(item, (double)low, (double)high, &number) || number != floor(number))
        return false;
    *count = (size_t)number;
    return true;
}

const cJSON *json_member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

const char *json_string(const cJSON *object, const char *name)
{
    const cJSON *item = json_member(object, name);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static bool spread_read(const cJSON *item, struct spread *spread)
{
    double median, range;
    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) != 3 ||
        !json_number_within(cJSON_GetArrayItem(item, 0), -1e6, 1e6, &median) ||
        !json_number_within(cJSON_GetArrayItem(item, 1), 0, 1e6, &range) ||
        !json_count_within(cJSON_GetArrayItem(item, 2), 0, (size_t)1 << 53, &spread->count))
        return false;
    spread->median = (float)median;
    spread->range = (float)range;
    return true;
}

bool reader_spreads(struct reader *reader, const cJSON *root, const char *name, struct spread *spreads)
{
    const struct model *model = reader->model;
    const cJSON *kinds = json_member(root, name);
    if (!cJSON_IsObject(kinds))
        return reader_refuse(reader, "it does not say what is normal (\"spreads\")");
    for (size_t kind = 0; kind < SPREAD_KINDS; kind++) {
        const cJSON *of_kind = json_member(kinds, kind == SPREAD_ANY_KIND ? "any" : node_kinds[kind].name);
        for (size_t i = 0; i < model->feature_count; i++) {
            const cJSON *item = json_member(of_kind, model->features[i].name);
            if (item != NULL && !spread_read(item, &spreads[kind * model->feature_count + i]))
                return reader_refuse(reader, "a normal spread is not three usable numbers");
        }
    }
    return true;
}

static bool wait_read(struct reader *reader, const cJSON *item)
{
    struct model *model = reader->model;
    struct wait_normal wait = {.normal_s = INFINITY, .program = ""};
    const char *kind = json_string(item, "kind"), *program = json_string(item, "program");
    const cJSON *normal = json_member(item, "normal_s");
    if (kind == NULL || (normal != NULL && !json_number_within(normal, 0, 1e9, &wait.normal_s)) ||
        !json_count_within(json_member(item, "count"), 0, (size_t)1 << 53, &wait.count))
        return reader_refuse(reader, "a normal wait has no usable kind, length and count");
    size_t place = 0;
    while (place < WAIT_KIND_COUNT && strcmp(wait_kinds[place].name, kind) != 0)
        place++;
    if (place == WAIT_KIND_COUNT)
        return true;
    wait.kind = (enum wait_kind)place;
    if (program != NULL) {
        char key[PROGRAM_KEY_BYTES];
        program_key(key, program);
        wait.program = model_text(model, key);
    }
    if (wait.program == NULL ||
        !memory_grow(&model->waits, &model->wait_capacity, model->wait_count + 1, sizeof *model->waits))
        return error_memory(reader->error);
    model->waits[model->wait_count++] = wait;
    return true;
}

bool reader_waits(struct reader *reader, const cJSON *root)
{
    const cJSON *list = json_member(root, "waits"), *item;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > MODEL_WAITS_MAX)
        return reader_refuse(reader, "it has no usable list of normal waits");
    cJSON_ArrayForEach(item, list) if (!wait_read(reader, item)) return false;
    model_waits_sort(reader->model);
    return true;
}
