/* model: the file, its way there and back, and hostile ones. */
#include "model/file.h"
#include "model/structure.h"
#include "model/train.h"

#include "synthetic.h"

#include <cJSON.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

struct fixture {
    char directory[64], path[96];
    struct model *model;
    char *text;
    size_t length;
};

static char *file_text(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, MODEL_BYTES_MAX);
    *length = fread(text, 1, MODEL_BYTES_MAX - 1, file);
    fclose(file);
    return text;
}

static int fixture_make(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    *state = fixture;
    snprintf(fixture->directory, sizeof fixture->directory, "/tmp/culprit-model-XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    snprintf(fixture->path, sizeof fixture->path, "%s/web3.json", fixture->directory);
    struct graph **graphs = synthetic_graphs(12, 60, 90, 1);
    const struct training training = {
        .epochs = 4, .seed = UINT64_MAX, .corpus = "made \"up\" \x1b[2J hosts", .date = "2026-11-20"};
    fixture->model = model_train(graphs, 12, &training, NULL);
    synthetic_graphs_free(graphs, 12);
    assert_non_null(fixture->model);
    assert_true(model_write(fixture->model, fixture->path, NULL));
    fixture->text = file_text(fixture->path, &fixture->length);
    return 0;
}

static int fixture_free(void **state)
{
    struct fixture *fixture = *state;
    unlink(fixture->path);
    rmdir(fixture->directory);
    model_free(fixture->model);
    free(fixture->text);
    free(fixture);
    return 0;
}

static void a_model_survives_its_file(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    struct model *model = model_read(fixture->path, &error);
    if (model == NULL)
        fail_msg("%s", error.text);
    assert_string_equal(model_name(model), "web3");
    assert_memory_equal(model->network.values, fixture->model->network.values,
                        model->network.value_count * sizeof(float));
    assert_memory_equal(model->spreads, fixture->model->spreads,
                        SPREAD_KINDS * model->feature_count * sizeof *model->spreads);
    assert_true((float)model->threshold == (float)fixture->model->threshold);
    assert_int_equal(model->wait_count, fixture->model->wait_count);
    assert_true(model->wait_count > 0);
    assert_true(isinf(model_wait_normal_s(model, WAIT_CHILD, "nginx")));
    assert_true(model_provenance(model)->seed == UINT64_MAX);
    assert_string_equal(model_provenance(model)->corpus, "made \"up\" \\x1b[2J hosts");
    assert_string_equal(model_remarks(model), "");
    assert_int_equal(model_feature(model, 1)->role, FEATURE_ACTS);
    assert_true(fixture->length < 60000);
    model_free(model);
}

static void written_again_it_is_the_same_file(void **state)
{
    struct fixture *fixture = *state;
    struct model *model = model_read(fixture->path, NULL);
    assert_true(model_write(model, fixture->path, NULL));
    size_t length;
    char *again = file_text(fixture->path, &length);
    assert_int_equal(length, fixture->length);
    assert_memory_equal(again, fixture->text, length);
    free(again);
    model_free(model);
}

static void a_file_is_replaced_whole_or_not_at_all(void **state)
{
    struct fixture *fixture = *state;
    struct stat status;
    struct error error = {0};
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_mode & 0111, 0);
    assert_false(model_write(fixture->model, "/nowhere/at/all.json", &error));
    assert_non_null(strstr(error.text, "/nowhere/at/all.json"));
    /* A directory cannot be replaced: the temporary file beside it must be gone. */
    char directory[128];
    snprintf(directory, sizeof directory, "%s/taken", fixture->directory);
    assert_int_equal(mkdir(directory, 0700), 0);
    assert_false(model_write(fixture->model, directory, &error));
    assert_int_equal(rmdir(directory), 0);
    assert_int_equal(unlink(fixture->path), 0);
    assert_int_equal(rmdir(fixture->directory), 0);
    assert_int_equal(mkdir(fixture->directory, 0700), 0);
}

static void refused(const char *text, size_t length, const char *because)
{
    struct error error = {0};
    struct model *model = model_parse(text, length, "evil\x1b[2J.json", &error);
    assert_null(model);
    assert_null(strchr(error.text, '\x1b'));
    if (strstr(error.text, because) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.text, because);
}

static void what_is_no_model_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *because;
    } cases[] = {
        {"", "not valid JSON"},
        {"{", "not valid JSON"},
        {"{} x", "not valid JSON"},
        {"\x7f"
         "ELF",
         "not valid JSON"},
        {"null", "not a culprit model"},
        {"[1, 2]", "not a culprit model"},
        {"{\"format\": 3}", "not a culprit model"},
        {"{\"format\": \"culprit-model\"}", "no version"},
        {"{\"format\": \"culprit-model\", \"version\": 3}", "newer culprit"},
        {"{\"format\": \"culprit-model\", \"version\": 1}", "features"},
        {"{\"format\": \"culprit-model\", \"version\": 1, \"features\": [7]}", "feature"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(cases[i].text, strlen(cases[i].text), cases[i].because);
    char *deep = malloc(100000);
    memset(deep, '[', 100000);
    refused(deep, 100000, "not valid JSON");
    free(deep);
    char *large = calloc(1, MODEL_BYTES_MAX + 1);
    refused(large, MODEL_BYTES_MAX + 1, "larger than any model");
    free(large);
    struct error error = {0};
    assert_null(model_read("/tmp", &error));
    assert_non_null(strstr(error.text, "not a file"));
    assert_null(model_read("/nowhere/model.json", &error));
    assert_non_null(strstr(error.text, "/nowhere/model.json"));
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    struct fixture *fixture = *state;
    for (size_t length = 0; length + 2 < fixture->length; length += 97)
        refused(fixture->text, length, "cut off");
}

/* The item at "a/b/3" of the fixture's object. */
static cJSON *item_at(cJSON *root, const char *path)
{
    char copy[64];
    snprintf(copy, sizeof copy, "%s", path);
    char *rest = copy, *step;
    cJSON *item = root;
    while ((step = strsep(&rest, "/")) != NULL && item != NULL)
        item = step[0] >= '0' && step[0] <= '9' ? cJSON_GetArrayItem(item, atoi(step))
                                                : cJSON_GetObjectItemCaseSensitive(item, step);
    return item;
}

/* The fixture with the item at `path` replaced by the JSON text; NULL: taken out. */
static char *changed(const struct fixture *fixture, const char *parent, const char *name, const char *json)
{
    cJSON *root = cJSON_ParseWithLength(fixture->text, fixture->length);
    cJSON *object = parent[0] == '\0' ? root : item_at(root, parent);
    assert_non_null(object);
    if (json == NULL)
        cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    else if (cJSON_IsArray(object))
        cJSON_ReplaceItemInArray(object, atoi(name), cJSON_CreateRaw(json));
    else
        cJSON_ReplaceItemInObjectCaseSensitive(object, name, cJSON_CreateRaw(json));
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

static void damaged_members_are_refused(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *parent, *name, *json, *because;
    } cases[] = {
        {"", "features", NULL, "features"},
        {"", "features", "[]", "features"},
        {"features", "0", "{\"name\": \"\", \"unit\": \"\"}", "feature"},
        {"features", "0", "{\"name\": \"cpu_pct\", \"unit\": \"%\"}", "twice"},
        {"", "layers", "{}", "layers"},
        {"layers/0", "inputs", "12", "layers"},
        {"layers/0", "outputs", "31", "widths"},
        {"layers/0", "outputs", "4294967296", "widths"},
        {"layers/0", "outputs", "-32", "widths"},
        {"layers/0", "outputs", "32.5", "widths"},
        {"layers/0", "weights", "[1, 2, 3]", "wrong number"},
        {"layers/0/weights", "7", "1e999", "no usable number"},
        {"layers/0/weights", "7", "-1e39", "no usable number"},
        {"layers/0/weights", "7", "\"nan\"", "no usable number"},
        {"layers/3", "biases", NULL, "wrong number"},
        {"", "threshold", "-1", "threshold"},
        {"", "threshold", "1e999", "threshold"},
        {"", "spreads", NULL, "normal"},
        {"spreads/process", "cpu_pct", "[0, -1, 3]", "spread"},
        {"spreads/process", "cpu_pct", "[0, 1]", "spread"},
        {"spreads/process", "cpu_pct", "[1e999, 1, 9]", "spread"},
        {"", "waits", "7", "waits"},
        {"waits/0", "count", "-1", "wait"},
        {"waits/0", "kind", "3", "wait"},
        {"", "provenance", NULL, "came from"},
        {"provenance", "seed", "\"12x\"", "provenance"},
        {"provenance", "losses", "[1, null]", "loss curve"},
        {"provenance", "graphs", "1e300", "provenance"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = changed(fixture, cases[i].parent, cases[i].name, cases[i].json);
        refused(text, strlen(text), cases[i].because);
        cJSON_free(text);
    }
}

/* Residuals of a made-up host by a model whose file was changed. */
static bool residuals_by(const char *text, struct residuals *residuals, struct error *error, const char *remark)
{
    struct model *model = model_parse(text, strlen(text), "changed.json", error);
    if (model == NULL)
        fail_msg("%s", error->text);
    if (strstr(model_remarks(model), remark) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", model_remarks(model), remark);
    struct graph *graph = synthetic_graph(60, 7);
    bool done = model_residuals(model, graph, residuals, error);
    graph_free(graph);
    model_free(model);
    return done;
}

static void unknown_features_are_masked_and_remarked(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *json, *remark;
    } cases[] = {
        {"{\"name\": \"flux\", \"unit\": \"%\", \"transform\": {\"kind\": \"linear\", \"full\": 1}}",
         "does not know it"},
        {"{\"name\": \"cpu_pct\", \"unit\": \"cores\", \"transform\": {\"kind\": \"linear\", \"full\": 1}}",
         "another unit"},
        {"{\"name\": \"cpu_pct\", \"unit\": \"%\", \"transform\": {\"kind\": \"cube\", \"full\": 1}}", "transforms"},
        {"{\"name\": \"cpu_pct\", \"unit\": \"%\", \"transform\": {\"kind\": \"linear\", \"full\": 0}}", "transforms"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = changed(fixture, "features", "1", cases[i].json);
        struct residuals residuals;
        struct error error = {0};
        assert_true(residuals_by(text, &residuals, &error, cases[i].remark));
        for (size_t node = 0; node < residuals.nodes; node++)
            assert_true(isnan(residuals.observed[node * residuals.features + 1]));
        residuals_done(&residuals);
        cJSON_free(text);
    }
}

static void weights_that_overflow_are_reported(void **state)
{
    struct fixture *fixture = *state;
    cJSON *root = cJSON_ParseWithLength(fixture->text, fixture->length);
    for (int i = 0; i < 4; i++) {
        char path[32];
        snprintf(path, sizeof path, "layers/%d/weights", i);
        cJSON *item;
        cJSON_ArrayForEach(item, item_at(root, path)) cJSON_SetNumberValue(item, 1e6);
    }
    /* Eight layers of such weights leave what a float can hold. */
    cJSON *layers = item_at(root, "layers");
    for (int i = 0; i < 4; i++)
        cJSON_AddItemToArray(layers, cJSON_Duplicate(cJSON_GetArrayItem(layers, i), true));
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    struct residuals residuals;
    struct error error = {0};
    assert_false(residuals_by(text, &residuals, &error, ""));
    assert_non_null(strstr(error.text, "not a number"));
    cJSON_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_model_survives_its_file, fixture_make, fixture_free),
        cmocka_unit_test_setup_teardown(written_again_it_is_the_same_file, fixture_make, fixture_free),
        cmocka_unit_test_setup_teardown(a_file_is_replaced_whole_or_not_at_all, fixture_make, fixture_free),
        cmocka_unit_test(what_is_no_model_is_refused),
        cmocka_unit_test_setup_teardown(a_file_cut_anywhere_is_refused, fixture_make, fixture_free),
        cmocka_unit_test_setup_teardown(damaged_members_are_refused, fixture_make, fixture_free),
        cmocka_unit_test_setup_teardown(unknown_features_are_masked_and_remarked, fixture_make, fixture_free),
        cmocka_unit_test_setup_teardown(weights_that_overflow_are_reported, fixture_make, fixture_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
