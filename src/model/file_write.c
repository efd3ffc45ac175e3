/* Writes model files. */
#include "model/file.h"
#include "model/file_writer.h"
#include "model/matrix.h"
#include "model/structure.h"

#include "base/file.h"

#include <cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A number with `digits` digits, whatever the locale's decimal point is. */
void number_append(struct buffer *out, double number, int digits)
{
    char text[40];
    snprintf(text, sizeof text, "%.*g", digits, number);
    for (char *c = text; *c != '\0'; c++)
        if (strchr("0123456789+-e", *c) == NULL)
            *c = '.';
    buffer_string(out, text);
}

bool number_add(cJSON *object, const char *name, double number, int digits)
{
    struct buffer text = {0};
    number_append(&text, number, digits);
    bool added = !text.failed && cJSON_AddRawToObject(object, name, buffer_text(&text)) != NULL;
    buffer_done(&text);
    return added;
}

/* An array of single-precision numbers: rows of `columns` that begin `stride` apart. */
static bool floats_add(cJSON *object, const char *name, const float *values, size_t rows, size_t columns, size_t stride)
{
    struct buffer text = {0};
    buffer_string(&text, "[");
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < columns; column++) {
            if (row + column > 0)
                buffer_string(&text, column == 0 ? ",\n\t\t\t\t" : ",");
            number_append(&text, values[row * stride + column], 9);
        }
    buffer_string(&text, "]");
    bool added = !text.failed && cJSON_AddRawToObject(object, name, buffer_text(&text)) != NULL;
    buffer_done(&text);
    return added;
}

static bool features_add(cJSON *root, const struct model *model)
{
    cJSON *list = cJSON_AddArrayToObject(root, "features");
    for (size_t i = 0; list != NULL && i < model->feature_count; i++) {
        cJSON *item = cJSON_CreateObject();
        if (!cJSON_AddItemToArray(list, item))
            return false;
        const struct transform *transform = &model->columns[i].transform;
        if (cJSON_AddStringToObject(item, "name", model->features[i].name) == NULL ||
            cJSON_AddStringToObject(item, "unit", model->features[i].unit) == NULL)
            return false;
        if (model->form == FORM_MASKED &&
            cJSON_AddStringToObject(item, "group", model->group_names[model->groups[i]]) == NULL)
            return false;
        cJSON *how = cJSON_AddObjectToObject(item, "transform");
        if (how == NULL || cJSON_AddStringToObject(how, "kind", transform_names[transform->kind]) == NULL ||
            !number_add(how, "full", transform->full, 17) ||
            (transform->kind == TRANSFORM_LOG && !number_add(how, "scale", transform->scale, 17)))
            return false;
    }
    return list != NULL;
}

static bool layers_add(cJSON *root, const struct model *model)
{
    cJSON *list = cJSON_AddArrayToObject(root, "layers");
    for (size_t i = 0; list != NULL && i < model->network.layer_count; i++) {
        const struct layer *layer = &model->network.layers[i];
        cJSON *item = cJSON_CreateObject();
        if (!cJSON_AddItemToArray(list, item))
            return false;
        if (!number_add(item, "inputs", (double)layer->inputs, 17) ||
            !number_add(item, "outputs", (double)layer->outputs, 17) ||
            !floats_add(item, "weights", layer->weights, layer->inputs, layer->outputs,
                        matrix_stride(layer->outputs)) ||
            !floats_add(item, "biases", layer->biases, 1, layer->outputs, 0))
            return false;
    }
    return list != NULL;
}

static bool spreads_add(cJSON *root, const char *name, const struct model *model, const struct spread *spreads)
{
    cJSON *kinds = cJSON_AddObjectToObject(root, name);
    for (size_t kind = 0; kinds != NULL && kind < SPREAD_KINDS; kind++) {
        cJSON *item = cJSON_AddObjectToObject(kinds, kind == SPREAD_ANY_KIND ? "any" : node_kinds[kind].name);
        if (item == NULL)
            return false;
        for (size_t i = 0; i < model->feature_count; i++) {
            const struct spread *spread = &spreads[kind * model->feature_count + i];
            if (spread->count == 0)
                continue;
            struct buffer text = {0};
            buffer_string(&text, "[");
            number_append(&text, spread->median, 9);
            buffer_string(&text, ", ");
            number_append(&text, spread->range, 9);
            buffer_printf(&text, ", %zu]", spread->count);
            bool added =
                !text.failed && cJSON_AddRawToObject(item, model->features[i].name, buffer_text(&text)) != NULL;
            buffer_done(&text);
            if (!added)
                return false;
        }
    }
    return kinds != NULL;
}

static bool waits_add(cJSON *root, const struct model *model)
{
    cJSON *list = cJSON_AddArrayToObject(root, "waits");
    for (size_t i = 0; list != NULL && i < model->wait_count; i++) {
        const struct wait_normal *wait = &model->waits[i];
        cJSON *item = cJSON_CreateObject();
        if (!cJSON_AddItemToArray(list, item))
            return false;
        if (cJSON_AddStringToObject(item, "kind", wait_kinds[wait->kind].name) == NULL ||
            (wait->program[0] != '\0' && cJSON_AddStringToObject(item, "program", wait->program) == NULL) ||
            (isfinite(wait->normal_s) && !number_add(item, "normal_s", wait->normal_s, 17)) ||
            !number_add(item, "count", (double)wait->count, 17))
            return false;
    }
    return list != NULL;
}

static bool losses_add(cJSON *object, const struct model_provenance *provenance)
{
    struct buffer text = {0};
    buffer_string(&text, "[");
    for (size_t i = 0; i < provenance->loss_count; i++) {
        if (i > 0)
            buffer_string(&text, i % 10 == 0 ? ",\n\t\t\t" : ",");
        number_append(&text, provenance->losses[i], 6);
    }
    buffer_string(&text, "]");
    bool added = !text.failed && cJSON_AddRawToObject(object, "losses", buffer_text(&text)) != NULL;
    buffer_done(&text);
    return added;
}

static bool provenance_add(cJSON *root, const struct model_provenance *provenance)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, provenance->seed);
    cJSON *object = cJSON_AddObjectToObject(root, "provenance");
    if (object == NULL || cJSON_AddStringToObject(object, "corpus", provenance->corpus) == NULL ||
        cJSON_AddStringToObject(object, "date", provenance->date) == NULL ||
        cJSON_AddStringToObject(object, "seed", seed) == NULL ||
        !number_add(object, "graphs", (double)provenance->graphs, 17) ||
        !number_add(object, "nodes", (double)provenance->nodes, 17) ||
        !number_add(object, "epochs", (double)provenance->epochs, 17) || !losses_add(object, provenance))
        return false;
    if (isnan(provenance->held_out_loss))
        return true;
    return number_add(object, "held_out_loss", provenance->held_out_loss, 6) &&
           number_add(object, "held_out_median_loss", provenance->held_out_median_loss, 6);
}

/* The file's text, to be freed with cJSON_free; NULL: out of memory. */
static char *model_print(const struct model *model)
{
    char *text = NULL;
    bool masked = model->form == FORM_MASKED;
    cJSON *root = cJSON_CreateObject();
    if (root != NULL && cJSON_AddStringToObject(root, "format", MODEL_FORMAT) != NULL &&
        cJSON_AddNumberToObject(root, "version", masked ? MODEL_VERSION : MODEL_VERSION_REFERENCE) != NULL &&
        (!masked || writer_shape(root, model)) && features_add(root, model) && layers_add(root, model) &&
        number_add(root, "threshold", model->threshold, 9) && spreads_add(root, "spreads", model, model->spreads) &&
        (!masked || (spreads_add(root, "baseline_spreads", model, model->baseline_spreads) &&
                     writer_baselines(root, model) && writer_calibration(root, model))) &&
        waits_add(root, model) && provenance_add(root, &model->provenance))
        text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

bool model_write(const struct model *model, const char *path, struct error *error)
{
    char *json = model_print(model);
    if (json == NULL)
        return error_memory(error);
    struct buffer text = {0};
    buffer_string(&text, json);
    buffer_string(&text, "\n");
    cJSON_free(json);
    bool done = file_write(path, &text, 0644, error);
    buffer_done(&text);
    return done;
}
