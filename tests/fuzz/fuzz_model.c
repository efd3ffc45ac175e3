/* Any bytes as a model file: read or refused with a sentence; what is read judges a host without a number that is none,
 * or says that its weights are of no use. */
#include "fuzz.h"

#include "model/masked.h"
#include "model/matrix.h"
#include "model/structure.h"
#include "tests/unit/synthetic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void residuals_check(const struct model *model, const struct graph *graph)
{
    struct residuals residuals;
    struct error error = {0};
    if (!model_residuals(model, graph, &residuals, &error)) {
        if (error.text[0] == '\0')
            abort();
        return;
    }
    for (size_t i = 0; i < residuals.nodes * residuals.features; i++)
        if (!isnan(residuals.observed[i]) && !isfinite(residuals.deviation[i]))
            abort();
    if (!isfinite(residuals.score))
        abort();
    residuals_done(&residuals);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct graph *graph;
    struct error error = {0};
    struct model *model = model_parse((const char *)data, size, "fuzz.json", &error);
    if (graph == NULL)
        graph = synthetic_graph(40, 1);
    if (graph == NULL || (model == NULL && error.text[0] == '\0'))
        abort();
    if (model == NULL)
        return 0;
    for (uint32_t node = 0; node < 3 && node < graph->node_count; node++)
        graph_measure_set(graph, node, MEASURE_CPU_PCT, 700);
    residuals_check(model, graph);
    double p = model_p(model, 0.5);
    if (!isnan(p) && !(p > 0 && p <= 1))
        abort();
    model_free(model);
    return 0;
}

static bool small_masked(struct model *model)
{
    static const float scores[] = {0, 0.25f, 0.5f};
    struct random random;
    size_t widths[3] = {0, 2, 0};
    random_init(&random, 1);
    if (!model_use_masked_features(model, NULL))
        return false;
    widths[0] = masked_inputs(model);
    widths[2] = model->feature_count;
    struct baseline *any = baselines_add(&model->baselines, "any");
    struct baseline *program = baselines_add(&model->baselines, "program:nginx");
    if (any == NULL || program == NULL || !network_init(&model->network, widths, 2, NULL))
        return false;
    baselines_add(&model->baselines, "any")->cells[0] = (struct baseline_cell){0.1f, 0.2f, 30};
    program->cells[1] = (struct baseline_cell){0.5f, 0.1f, 9};
    network_draw(&model->network, &random);
    model->spreads[0] = model->baseline_spreads[0] = (struct spread){0.1f, 0.2f, 50};
    return model_calibrate(model, scores, 3, true, NULL);
}

static bool small_reference(struct model *model)
{
    const size_t widths[3] = {FEATURE_ROWS, 2, FEATURE_ROWS};
    struct random random;
    random_init(&random, 1);
    if (!model_use_reference_features(model, NULL) || !network_init(&model->network, widths, 2, NULL))
        return false;
    network_draw(&model->network, &random);
    return true;
}

static bool file_take(const char *path, struct buffer *seed)
{
    FILE *file = fopen(path, "rb");
    char chunk[65536];
    if (file == NULL)
        return false;
    for (size_t got; (got = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buffer_append(seed, chunk, got);
    fclose(file);
    return !seed->failed;
}

bool fuzz_seed(unsigned number, struct buffer *seed)
{
    char path[] = "/tmp/culprit-fuzz-XXXXXX";
    if (number > 1)
        return false;
    struct model *model = model_new();
    int descriptor = mkstemp(path);
    if (model == NULL || descriptor < 0)
        abort();
    close(descriptor);
    bool made = (number == 0 ? small_masked(model) : small_reference(model)) && model_write(model, path, NULL) &&
                file_take(path, seed);
    unlink(path);
    model_free(model);
    if (!made)
        abort();
    return true;
}
