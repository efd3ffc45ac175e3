/* Reads model files. They are hostile input: every count is bounded, every number finite, every string sanitised. */
#include "model/file.h"
#include "model/file_reader.h"
#include "model/matrix.h"
#include "model/structure.h"

#include "base/file.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* False: the file names a transform, or bounds of it, that this program does not know. */
static bool transform_read(const cJSON *item, struct transform *transform)
{
    const char *name = json_string(item, "kind");
    *transform = (struct transform){.full = 1};
    for (size_t kind = 0; name != NULL && kind < TRANSFORM_COUNT; kind++) {
        if (strcmp(name, transform_names[kind]) != 0)
            continue;
        transform->kind = (enum transform_kind)kind;
        return json_number_within(json_member(item, "full"), 1e-12, 1e18, &transform->full) &&
               (kind != TRANSFORM_LOG ||
                json_number_within(json_member(item, "scale"), 1e-12, 1e18, &transform->scale));
    }
    return false;
}

static void feature_remark(struct model *model, const char *name, const char *why)
{
    buffer_printf(&model->remarks, "the feature \"%s\" is masked: %s\n", name, why);
}

static bool feature_read(struct reader *reader, const cJSON *item, size_t place)
{
    struct model *model = reader->model;
    const char *name = json_string(item, "name"), *unit = json_string(item, "unit");
    if (name == NULL || unit == NULL || name[0] == '\0' || strlen(name) > 64 || strlen(unit) > 32)
        return reader_refuse(reader, "a feature has no usable name and unit");
    struct feature_column *column = &model->columns[place];
    struct feature *feature = &model->features[place];
    feature->name = feature->label = model_text(model, name);
    feature->unit = model_text(model, unit);
    feature->role = FEATURE_CONTEXT;
    if (feature->name == NULL || feature->unit == NULL)
        return error_memory(reader->error);
    for (size_t i = 0; i < place; i++)
        if (strcmp(model->features[i].name, feature->name) == 0)
            return reader_refuse(reader, "a feature is named twice");
    if (!reader_group(reader, item, place))
        return false;
    bool known = transform_read(json_member(item, "transform"), &column->transform);
    const struct feature_row *row = feature_find(feature->name);
    if (row == NULL)
        feature_remark(model, feature->name, "this program does not know it");
    else if (strcmp(row->feature.unit, feature->unit) != 0)
        feature_remark(model, feature->name, "the model has it in another unit");
    else if (!known)
        feature_remark(model, feature->name, "the model transforms it in a way that this program does not know");
    else {
        column->row = row;
        *feature = row->feature;
    }
    return true;
}

static bool features_read(struct reader *reader, const cJSON *root)
{
    const cJSON *list = json_member(root, "features"), *item;
    int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    if (count < 1 || count > MODEL_FEATURES_MAX)
        return reader_refuse(reader, "it has no list of 1 to 64 features");
    cJSON_ArrayForEach(item, list) if (!feature_read(reader, item, reader->model->feature_count++)) return false;
    return model_spreads_new(reader->model, reader->error);
}

/* Exactly rows x columns numbers into rows that begin `stride` apart. */
static bool floats_read(const cJSON *list, float *values, size_t rows, size_t columns, size_t stride)
{
    if (!cJSON_IsArray(list) || (size_t)cJSON_GetArraySize(list) != rows * columns)
        return false;
    size_t place = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        double number;
        if (!json_number_within(item, -MODEL_WEIGHT_MAX, MODEL_WEIGHT_MAX, &number))
            return false;
        values[place / columns * stride + place % columns] = (float)number;
        place++;
    }
    return true;
}

static bool layers_read(struct reader *reader, const cJSON *root)
{
    struct network *network = &reader->model->network;
    const cJSON *list = json_member(root, "layers"), *item;
    size_t widths[NETWORK_LAYERS_MAX + 1] = {0}, place = 0;
    int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    if (count < 1 || count > NETWORK_LAYERS_MAX)
        return reader_refuse(reader, "it has no list of 1 to 8 layers");
    cJSON_ArrayForEach(item, list)
    {
        size_t inputs;
        if (!json_count_within(json_member(item, "inputs"), 1, NETWORK_WIDTH_MAX, &inputs) ||
            !json_count_within(json_member(item, "outputs"), 1, NETWORK_WIDTH_MAX, &widths[place + 1]) ||
            (place > 0 && inputs != widths[place]))
            return reader_refuse(reader, "the widths of its layers do not fit together");
        widths[place++] = inputs;
    }
    if (widths[0] != reader_inputs(reader) || widths[place] != reader->model->feature_count)
        return reader_refuse(reader, "its layers do not fit its features");
    if (!network_init(network, widths, place, reader->error))
        return false;
    place = 0;
    cJSON_ArrayForEach(item, list)
    {
        struct layer *layer = &network->layers[place++];
        if (!floats_read(json_member(item, "weights"), layer->weights, layer->inputs, layer->outputs,
                         matrix_stride(layer->outputs)) ||
            !floats_read(json_member(item, "biases"), layer->biases, 1, layer->outputs, 0))
            return reader_refuse(reader, "a layer has the wrong number of weights, or one that is no usable number");
    }
    return true;
}

static bool losses_read(struct reader *reader, const cJSON *list)
{
    struct model_provenance *provenance = &reader->model->provenance;
    int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : -1;
    if (count < 0 || count > MODEL_LOSSES_MAX)
        return reader_refuse(reader, "its loss curve is not usable");
    double *losses = arena_take(&reader->model->arena, ((size_t)count + 1) * sizeof *losses);
    if (losses == NULL)
        return error_memory(reader->error);
    provenance->losses = losses;
    const cJSON *item;
    cJSON_ArrayForEach(item, list) if (
        !json_number_within(item, 0, 1e30,
                            &losses[provenance->loss_count++])) return reader_refuse(reader,
                                                                                     "its loss curve is not usable");
    return true;
}

static bool provenance_read(struct reader *reader, const cJSON *root)
{
    struct model_provenance *provenance = &reader->model->provenance;
    const cJSON *object = json_member(root, "provenance");
    const char *corpus = json_string(object, "corpus"), *date = json_string(object, "date");
    const char *seed = json_string(object, "seed");
    char *end = NULL;
    if (corpus == NULL || date == NULL || seed == NULL || strlen(corpus) > 4096 || strlen(date) > 64)
        return reader_refuse(reader, "it does not say where it came from (\"provenance\")");
    provenance->seed = strtoull(seed, &end, 10);
    if (end == seed || *end != '\0' ||
        !json_count_within(json_member(object, "graphs"), 0, (size_t)1 << 53, &provenance->graphs) ||
        !json_count_within(json_member(object, "nodes"), 0, (size_t)1 << 53, &provenance->nodes) ||
        !json_count_within(json_member(object, "epochs"), 0, (size_t)1 << 53, &provenance->epochs))
        return reader_refuse(reader, "its provenance has a number that is not usable");
    provenance->corpus = model_text(reader->model, corpus);
    provenance->date = model_text(reader->model, date);
    if (provenance->corpus == NULL || provenance->date == NULL)
        return error_memory(reader->error);
    provenance->held_out_loss = provenance->held_out_median_loss = NAN;
    if ((json_member(object, "held_out_loss") != NULL &&
         !json_number_within(json_member(object, "held_out_loss"), 0, 1e30, &provenance->held_out_loss)) ||
        (json_member(object, "held_out_median_loss") != NULL &&
         !json_number_within(json_member(object, "held_out_median_loss"), 0, 1e30, &provenance->held_out_median_loss)))
        return reader_refuse(reader, "its provenance has a number that is not usable");
    return losses_read(reader, json_member(object, "losses"));
}

static bool root_read(struct reader *reader, const cJSON *root)
{
    const char *format = json_string(root, "format");
    double version;
    if (format == NULL || strcmp(format, MODEL_FORMAT) != 0)
        return error_set(reader->error,
                         "%s is not a culprit model: its \"format\" is not \"" MODEL_FORMAT
                         "\"; name a file that \"culprit train\" wrote",
                         reader->origin);
    if (!json_number_within(json_member(root, "version"), 1, 1e9, &version))
        return reader_refuse(reader, "it has no version");
    if (version > MODEL_VERSION)
        return error_set(reader->error,
                         "the model %s has version %.0f, and this program reads up to %d: take a newer culprit, or "
                         "train it again here",
                         reader->origin, version, MODEL_VERSION);
    if (!reader_shape(reader, root) || !features_read(reader, root) || !layers_read(reader, root))
        return false;
    if (!json_number_within(json_member(root, "threshold"), 0, 1e30, &reader->model->threshold))
        return reader_refuse(reader, "it has no usable threshold");
    if (reader->model->form == FORM_MASKED &&
        (!reader_spreads(reader, root, "baseline_spreads", reader->model->baseline_spreads) ||
         !reader_baselines(reader, root) || !reader_calibration(reader, root)))
        return false;
    return reader_spreads(reader, root, "spreads", reader->model->spreads) && reader_waits(reader, root) &&
           provenance_read(reader, root);
}

struct model *model_parse(const char *json, size_t length, const char *origin, struct error *error)
{
    char shown[160];
    text_clean_into(shown, sizeof shown, origin);
    if (length > MODEL_BYTES_MAX) {
        error_set(error, "%s is larger than any model (2 MB): name a file that \"culprit train\" wrote", shown);
        return NULL;
    }
    const char *end = json;
    cJSON *root = cJSON_ParseWithLengthOpts(json, length, &end, 0);
    while (root != NULL && end < json + length && strchr(" \t\r\n", *end) != NULL && *end != '\0')
        end++;
    if (root == NULL || end != json + length) {
        error_set(error, "%s is not a culprit model, or it is cut off: it is not valid JSON near byte %zu; " REMEDY,
                  shown, (size_t)(end - json));
        cJSON_Delete(root);
        return NULL;
    }
    struct model *model = model_new();
    struct reader reader = {model, shown, error};
    bool done = model != NULL && (model->name = model_text_name(model, origin)) != NULL;
    if (!done)
        error_memory(error);
    if (done)
        model->fingerprint = XXH3_64bits(json, length);
    done = done && root_read(&reader, root);
    if (done && model->remarks.failed)
        done = error_memory(error);
    cJSON_Delete(root);
    if (!done) {
        model_free(model);
        return NULL;
    }
    return model;
}

struct model *model_read(const char *path, struct error *error)
{
    struct buffer bytes = {0};
    struct model *model = NULL;
    if (file_read(path, "the model", MODEL_BYTES_MAX, &bytes, error))
        model = model_parse(buffer_text(&bytes), bytes.length, path, error);
    buffer_done(&bytes);
    return model;
}
