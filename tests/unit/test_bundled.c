/* model: the two that are compiled in keep what their card promises. */
#include "model/model.h"

#include "synthetic.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void both_models_are_read_without_a_remark(void **state)
{
    (void)state;
    struct error error = {0};
    struct model *model = model_bundled(&error), *reference = model_reference(&error);
    if (model == NULL || reference == NULL)
        fail_msg("%s", error.text);
    assert_string_equal(model_name(model), "bundled");
    assert_string_equal(model_remarks(model), "");
    assert_string_equal(model_name(reference), "reference");
    assert_string_equal(model_remarks(reference), "");
    assert_int_equal(model_parameter_count(reference), 1819);
    assert_int_equal(model_feature_count(reference), 11);
    model_free(model);
    model_free(reference);
}

static void the_default_learnt_more_than_its_baselines(void **state)
{
    (void)state;
    struct model *model = model_bundled(NULL);
    assert_non_null(model);
    const struct model_provenance *provenance = model_provenance(model);
    assert_true(provenance->graphs >= 89);
    assert_true(provenance->held_out_loss < 0.6 * provenance->held_out_median_loss);
    model_free(model);
}

static void the_reference_learnt_as_much_as_was_published(void **state)
{
    (void)state;
    struct model *model = model_reference(NULL);
    assert_non_null(model);
    const struct model_provenance *provenance = model_provenance(model);
    double first = provenance->losses[0], last = provenance->losses[provenance->loss_count - 1];
    print_message("loss %.4f to %.4f (%.1f %% less); held out %.4f, predicting the median %.4f\n", first, last,
                  100 * (1 - last / first), provenance->held_out_loss, provenance->held_out_median_loss);
    assert_true(provenance->graphs >= 89);
    assert_int_equal(provenance->loss_count, 100);
    assert_true(last <= (1 - 0.923) * first);
    assert_true(provenance->held_out_loss < 0.5 * provenance->held_out_median_loss);
    assert_true(model_threshold(model) > 0 && model_threshold(model) < 0.1);
    model_free(model);
}

static void it_knows_how_long_healthy_hosts_wait(void **state)
{
    (void)state;
    struct model *model = model_bundled(NULL);
    assert_non_null(model);
    double lock_s = model_wait_normal_s(model, WAIT_LOCK, "payment");
    assert_true(lock_s > 0 && lock_s < 1);
    assert_true(isinf(model_wait_normal_s(model, WAIT_CHILD, "bash")));
    assert_true(isinf(model_wait_normal_s(model, WAIT_ACCEPT, "sshd")));
    model_free(model);
}

static void it_has_an_opinion_on_any_host(void **state)
{
    (void)state;
    struct model *model = model_bundled(NULL);
    struct graph *graph = synthetic_graph(300, 1);
    struct residuals residuals;
    assert_non_null(model);
    assert_non_null(graph);
    assert_true(model_residuals(model, graph, &residuals, NULL));
    assert_true(residuals.score > 0 && isfinite(residuals.score));
    residuals_done(&residuals);
    graph_free(graph);
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_models_are_read_without_a_remark),
        cmocka_unit_test(the_default_learnt_more_than_its_baselines),
        cmocka_unit_test(the_reference_learnt_as_much_as_was_published),
        cmocka_unit_test(it_knows_how_long_healthy_hosts_wait),
        cmocka_unit_test(it_has_an_opinion_on_any_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
