/* judge: the alarm of a calibrated model, p that promises no more than the healthy windows allow, and calibration from
 * the windows of a host. */
#include "judge/alarm.h"
#include "judge/calibration.h"

#include "synthetic.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

enum { WINDOWS = 120 };

/* The bundled model, calibrated on windows of which five had a symptom: 0.2, 0.3, 0.4, 0.5, 0.6. */
static struct model *calibrated_model(size_t windows, bool host)
{
    float scores[WINDOWS] = {0.4f, 0.2f, 0.6f, 0.3f, 0.5f};
    struct model *model = model_bundled(NULL);
    assert_non_null(model);
    assert_true(model_calibrate(model, scores, windows, host, NULL));
    return model;
}

static struct symptoms symptoms_of(enum symptom_kind kind)
{
    struct symptoms symptoms = {.any = kind != SYMPTOM_KIND_COUNT};
    for (int i = 0; i < SYMPTOM_KIND_COUNT; i++)
        symptoms.worst[i].node = i == (int)kind ? 7 : NODE_NONE;
    return symptoms;
}

static void p_is_never_smaller_than_the_windows_allow(void **state)
{
    (void)state;
    struct model *model = calibrated_model(WINDOWS, true);
    assert_true(fabs(model_p(model, 0.9) - 1.0 / 121) < 1e-9);
    assert_true(fabs(model_p(model, 0.6) - 2.0 / 121) < 1e-9);
    assert_true(fabs(model_p(model, 0.45) - 3.0 / 121) < 1e-9);
    assert_true(model_p(model, 0) == 1);
    /* At most 2 of 100: of 120 windows one may lie beyond. */
    assert_true(fabs(model_threshold(model) - 0.5) < 1e-6);
    assert_true(model_p(model, model_threshold(model) + 0.01) <= MODEL_ALARM_P);
    assert_true(model_p(model, model_threshold(model)) > MODEL_ALARM_P);
    model_free(model);
}

static void few_windows_or_several_hosts_calibrate_nothing(void **state)
{
    (void)state;
    struct model *few = calibrated_model(MODEL_CALIBRATED_FROM - 1, true), *many = calibrated_model(WINDOWS, false);
    struct symptoms growth = symptoms_of(SYMPTOM_GROWTH), none = symptoms_of(SYMPTOM_KIND_COUNT);
    assert_false(model_is_calibrated(few));
    assert_false(model_is_calibrated(many));
    assert_true(alarm_is_due(&growth, few, 0.1, NULL));
    assert_false(alarm_is_due(&none, few, 0.9, NULL));
    model_free(few);
    model_free(many);
}

static void a_symptom_of_every_day_raises_no_alarm(void **state)
{
    (void)state;
    struct model *model = calibrated_model(WINDOWS, true);
    struct symptoms wait = symptoms_of(SYMPTOM_WAIT), none = symptoms_of(SYMPTOM_KIND_COUNT);
    assert_true(alarm_score(&none, 0.9) == 0);
    assert_false(alarm_is_due(&wait, model, alarm_score(&wait, 0.45), NULL));
    assert_true(alarm_is_due(&wait, model, alarm_score(&wait, 0.55), NULL));
    model_free(model);
}

static void what_lasts_must_show_in_three_of_four_windows_and_an_episode_once(void **state)
{
    (void)state;
    struct model *model = calibrated_model(WINDOWS, true);
    struct symptoms growth = symptoms_of(SYMPTOM_GROWTH), wait = symptoms_of(SYMPTOM_WAIT);
    struct symptoms none = symptoms_of(SYMPTOM_KIND_COUNT);
    struct alarm_history history = {0};
    for (int i = 0; i < 4; i++)
        assert_false(alarm_is_due(&none, model, 0, &history));
    assert_false(alarm_is_due(&growth, model, 0.7, &history));
    assert_false(alarm_is_due(&growth, model, 0.7, &history));
    assert_false(alarm_is_due(&none, model, 0, &history));
    assert_true(alarm_is_due(&growth, model, 0.7, &history));
    for (int i = 0; i < 4; i++)
        assert_false(alarm_is_due(&none, model, 0, &history));
    assert_true(alarm_is_due(&wait, model, 0.7, &history));
    model_free(model);
}

static void healthy_windows_of_a_host_calibrate_a_model(void **state)
{
    (void)state;
    enum { GRAPHS = 60 };
    struct error error = {0};
    struct graph **graphs = synthetic_graphs(GRAPHS, 60, 90, 3);
    struct model *bundled = model_bundled(NULL);
    struct training training = {.from = bundled, .one_host = true, .seed = 1};
    struct model *model = model_train(graphs, GRAPHS, &training, &error);
    const struct healthy_windows windows = {.graphs = graphs, .graph_count = GRAPHS};
    assert_non_null(graphs);
    if (model == NULL || !calibration_make(model, &windows, &training, &error))
        fail_msg("%s", error.text);
    assert_int_equal(model_calibration_windows(model), GRAPHS);
    assert_true(model_is_calibrated(model));
    struct verdict *verdict = verdict_new(graphs[0], model, NULL, &error);
    if (verdict == NULL)
        fail_msg("%s", error.text);
    assert_true(verdict->calibrated);
    assert_true(verdict->p >= 1.0 / (GRAPHS + 1) && verdict->p <= 1);
    assert_true(verdict->threshold == model_threshold(model));
    verdict_free(verdict);
    model_free(model);
    model_free(bundled);
    synthetic_graphs_free(graphs, GRAPHS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p_is_never_smaller_than_the_windows_allow),
        cmocka_unit_test(few_windows_or_several_hosts_calibrate_nothing),
        cmocka_unit_test(a_symptom_of_every_day_raises_no_alarm),
        cmocka_unit_test(what_lasts_must_show_in_three_of_four_windows_and_an_episode_once),
        cmocka_unit_test(healthy_windows_of_a_host_calibrate_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
