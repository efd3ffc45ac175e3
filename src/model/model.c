/* The model as a value: made, asked, freed. */
#include "model/structure.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FORM_NAME(form, name) [form] = name,
const char *const form_names[FORM_COUNT] = {MODEL_FORMS(FORM_NAME)};

struct model *model_new(void)
{
    struct model *model = calloc(1, sizeof *model);
    if (model != NULL) {
        model->name = "";
        model->provenance.corpus = "";
        model->provenance.date = "";
    }
    return model;
}

void model_free(struct model *model)
{
    if (model == NULL)
        return;
    network_done(&model->network);
    free(model->spreads);
    free(model->baseline_spreads);
    baselines_done(&model->baselines);
    free(model->calibration.scores);
    free(model->waits);
    buffer_done(&model->remarks);
    arena_done(&model->arena);
    free(model);
}

bool model_spreads_new(struct model *model, struct error *error)
{
    model->spreads = calloc(SPREAD_KINDS * model->feature_count + 1, sizeof *model->spreads);
    model->baseline_spreads = calloc(SPREAD_KINDS * model->feature_count + 1, sizeof *model->baseline_spreads);
    return (model->spreads != NULL && model->baseline_spreads != NULL) || error_memory(error);
}

bool model_use_reference_features(struct model *model, struct error *error)
{
    model->feature_count = FEATURE_ROWS;
    for (size_t i = 0; i < FEATURE_ROWS; i++) {
        model->features[i] = feature_rows[i].feature;
        model->columns[i] = (struct feature_column){&feature_rows[i], feature_rows[i].transform};
    }
    return model_spreads_new(model, error);
}

uint8_t model_group(struct model *model, const char *name)
{
    size_t group = 0;
    while (group < model->group_count && strcmp(model->group_names[group], name) != 0)
        group++;
    if (group == model->group_count)
        model->group_names[model->group_count++] = name;
    return (uint8_t)group;
}

bool model_use_masked_features(struct model *model, struct error *error)
{
    model->form = FORM_MASKED;
    model->feature_count = MASKED_FEATURES;
    for (size_t i = 0; i < MASKED_FEATURES; i++) {
        model->features[i] = masked_features[i].feature;
        model->columns[i] = (struct feature_column){&masked_features[i], masked_features[i].transform};
        model->groups[i] = model_group(model, masked_features[i].group);
    }
    baselines_init(&model->baselines, model->feature_count);
    return model_spreads_new(model, error);
}

const char *model_text(struct model *model, const char *text)
{
    struct buffer clean = {0};
    text_clean(&clean, text, strlen(text));
    const char *copy = clean.failed ? NULL : arena_copy(&model->arena, buffer_text(&clean), clean.length);
    buffer_done(&clean);
    return copy;
}

const char *model_text_name(struct model *model, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash == NULL ? path : slash + 1;
    const char *dot = strrchr(base, '.');
    size_t length = dot == NULL || dot == base ? strlen(base) : (size_t)(dot - base);
    const char *cut = arena_copy(&model->arena, base, length);
    return cut == NULL ? NULL : model_text(model, cut);
}

size_t model_feature_count(const struct model *model)
{
    return model->feature_count;
}

const struct feature *model_feature(const struct model *model, size_t feature)
{
    return &model->features[feature];
}

uint64_t model_fingerprint(const struct model *model)
{
    return model->fingerprint;
}

const char *model_name(const struct model *model)
{
    return model->name;
}

double model_threshold(const struct model *model)
{
    return model->form == FORM_MASKED ? calibration_threshold(&model->calibration) : model->threshold;
}

bool model_scores_suspects(const struct model *model)
{
    return model->form == FORM_MASKED;
}

const char *model_baseline_level(size_t level)
{
    return baseline_levels[level];
}

size_t model_baseline_count(const struct model *model, size_t level)
{
    size_t count = 0;
    for (size_t i = 0; i < model->baselines.count; i++)
        count += (size_t)baseline_level(model->baselines.items[i].key) == level;
    return count;
}

size_t model_parameter_count(const struct model *model)
{
    return network_parameter_count(&model->network);
}

const struct model_provenance *model_provenance(const struct model *model)
{
    return &model->provenance;
}

const char *model_remarks(const struct model *model)
{
    return buffer_text(&model->remarks);
}

const struct spread *spread_find(const struct model *model, const struct spread *spreads, enum node_kind kind,
                                 size_t feature)
{
    const struct spread *spread = &spreads[kind * model->feature_count + feature];
    return spread->count >= SPREAD_COUNT_MIN ? spread : &spreads[SPREAD_ANY_KIND * model->feature_count + feature];
}

const struct spread *model_spread(const struct model *model, enum node_kind kind, size_t feature)
{
    return spread_find(model, model->spreads, kind, feature);
}

void program_key(char key[PROGRAM_KEY_BYTES], const char *program)
{
    text_clean_into(key, PROGRAM_KEY_BYTES, program);
}

static int wait_compare(const void *left, const void *right)
{
    const struct wait_normal *one = left, *other = right;
    if (one->kind != other->kind)
        return one->kind < other->kind ? -1 : 1;
    return strcmp(one->program, other->program);
}

void model_waits_sort(struct model *model)
{
    if (model->wait_count > 1)
        qsort(model->waits, model->wait_count, sizeof *model->waits, wait_compare);
}

static const struct wait_normal *wait_find(const struct model *model, enum wait_kind kind, const char *program)
{
    struct wait_normal wanted = {.kind = kind, .program = program};
    if (model->wait_count == 0)
        return NULL;
    return bsearch(&wanted, model->waits, model->wait_count, sizeof *model->waits, wait_compare);
}

double model_wait_normal_s(const struct model *model, enum wait_kind kind, const char *program)
{
    char key[PROGRAM_KEY_BYTES];
    program_key(key, program == NULL ? "" : program);
    const struct wait_normal *found = wait_find(model, kind, key);
    if (found == NULL)
        found = wait_find(model, kind, "");
    if (found != NULL)
        return found->normal_s;
    switch (kind) {
    case WAIT_LOCK:
    case WAIT_STOPPED:
        return 0.05;
    case WAIT_DISK:
        return 0.5;
    default:
        return INFINITY;
    }
}
