/* evaluate: labels from others, ranks that give the culprit no benefit of the doubt, figures with their uncertainty. */
#include "base/clock.h"
#include "evaluate/figures.h"
#include "evaluate/report.h"
#include "evaluate/robust.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char whole[] = "{\"version\":1,\"class\":\"flock\\u001b[2J\",\"intensity\":\"low\",\"split\":\"design\","
                            "\"begin\":1763676151.25,\"end\":1763676160,\"other\":[1],"
                            "\"culprits\":[{\"pid\":7,\"start_ticks\":\"18446744073709551615\"}],"
                            "\"victims\":[{\"pid\":8,\"start_ticks\":20},{\"name\":\"abc\"}]}\n";

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%g instead of %g", value, expected);
}

static struct label *parsed(const char *json)
{
    struct error error = {0};
    struct label *label = label_parse(json, strlen(json), "x.label.json", &error);
    if (label == NULL)
        fail_msg("%s", error.text);
    return label;
}

static void label_is_read_and_its_words_are_sanitised(void **state)
{
    (void)state;
    struct label *label = parsed(whole);
    assert_string_equal(label->class_name, "flock\\x1b[2J");
    assert_string_equal(label->intensity, "low");
    assert_int_equal(label->split, SPLIT_DESIGN);
    assert_true(label->begin_ns == 1763676151 * NS_PER_S + 250 * NS_PER_MS);
    assert_int_equal(label->culprits.count, 1);
    assert_int_equal(label->culprits.items[0].pid, 7);
    assert_true(label->culprits.items[0].start_ticks == UINT64_MAX);
    assert_int_equal(label->victims.count, 2);
    assert_string_equal(label->victims.items[1].name, "abc");
    assert_int_equal(label->innocents.count, 0);
    label_free(label);
    label = parsed("{\"version\":1,\"healthy\":true}");
    assert_null(label->class_name);
    assert_int_equal(label->split, SPLIT_TEST);
    label_free(label);
}

static void label_that_is_of_no_use_is_refused_with_its_reason(void **state)
{
    (void)state;
    static const struct {
        const char *json, *words;
    } cases[] = {
        {"", "not valid JSON"},
        {"{\"version\":1,", "not valid JSON"},
        {"{\"version\":1,\"healthy\":true} x", "not valid JSON"},
        {"[]", "no JSON object with a version"},
        {"{\"healthy\":true}", "no JSON object with a version"},
        {"{\"version\":2,\"healthy\":true}", "newer version"},
        {"{\"version\":1}", "neither names a class"},
        {"{\"version\":1,\"healthy\":1}", "neither true nor false"},
        {"{\"version\":1,\"healthy\":true,\"split\":\"train\"}", "\"design\" nor \"test\""},
        {"{\"version\":1,\"class\":\"a\",\"begin\":2,\"end\":1}", "no times"},
        {"{\"version\":1,\"class\":\"a\",\"begin\":1,\"end\":1e300}", "no times"},
        {"{\"version\":1,\"class\":\"a\",\"begin\":1,\"end\":2}", "names no culprit"},
        {"{\"version\":1,\"class\":\"a\",\"begin\":1,\"end\":2,\"culprits\":{}}", "lists of at most"},
        {"{\"version\":1,\"class\":\"a\",\"begin\":1,\"end\":2,\"culprits\":[3]}", "neither pid"},
        {"{\"version\":1,\"class\":\"a\",\"begin\":1,\"end\":2,\"culprits\":[{\"pid\":7}]}", "start_ticks"},
        {"{\"version\":1,\"class\":\"a\",\"begin\":1,\"end\":2,\"culprits\":[{\"remote_port\":65536}]}", "no port"},
        {"{\"version\":1,\"class\":\"a\",\"begin\":1,\"end\":2,\"culprits\":[{\"pid\":-7,\"start_ticks\":1}]}", "pid"},
        {"{\"version\":1,\"class\":\"a\",\"begin\":1,\"end\":2,\"culprits\":[{\"pid\":7,\"start_ticks\":1.5}]}", "pid"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {0};
        assert_null(label_parse(cases[i].json, strlen(cases[i].json), "evil\033.label.json", &error));
        if (strstr(error.text, cases[i].words) == NULL)
            fail_msg("%s: %s", cases[i].json, error.text);
        assert_null(strchr(error.text, '\033'));
    }
}

static void label_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t length = 0; length + 2 < sizeof whole - 1; length++) {
        char *cut = malloc(length + 1);
        assert_non_null(cut);
        memcpy(cut, whole, length);
        struct label *label = label_parse(cut, length, "cut", NULL);
        assert_null(label);
        free(cut);
    }
}

/* Processes 1 to 5 with start_ticks 10, 20, ...; a file that no rank counts; this tool, neither. */
static struct graph *graph_of_five(void)
{
    struct graph *graph = graph_new();
    assert_non_null(graph);
    for (uint32_t i = 1; i <= 6; i++) {
        char id[32];
        snprintf(id, sizeof id, "%u@%u", i, 10 * i);
        uint32_t node = graph_node_add(graph, NODE_PROCESS, id, "same", NULL);
        assert_int_not_equal(node, NODE_NONE);
        graph->nodes[node].pid = i;
        graph->nodes[node].start_ticks = 10 * i;
        graph->nodes[node].self = i == 6;
    }
    assert_int_not_equal(graph_node_add(graph, NODE_FILE, "file:/a", "/a", NULL), NODE_NONE);
    assert_true(graph_finish(graph, NULL));
    return graph;
}

static struct label label_of(struct label_process *culprit, struct label_process *victim)
{
    return (struct label){
        .class_name = "a", .intensity = "", .culprits = {culprit, 1}, .victims = {victim, victim == NULL ? 0 : 1}};
}

static void ties_count_against_the_culprit(void **state)
{
    (void)state;
    struct graph *graph = graph_of_five();
    struct label_process culprit = {.pid = 2, .start_ticks = 20}, victim = {.pid = 4, .start_ticks = 40};
    struct label label = label_of(&culprit, &victim);
    const double scores[] = {1, 2, 3, 2, 0, 9, 9};
    struct trial_place place = trial_place_of(graph, &label, scores);
    assert_int_equal(place.rank, 3); /* one above, one beside; not the tool, not the file */
    assert_true(place.victim_above);
    const double first[] = {1, 2, 1, 1, 0, 9, 9};
    place = trial_place_of(graph, &label, first);
    assert_int_equal(place.rank, 1);
    assert_false(place.victim_above);
    graph_free(graph);
}

static void culprit_that_is_not_there_comes_last(void **state)
{
    (void)state;
    struct graph *graph = graph_of_five();
    struct label_process culprit = {.pid = 2, .start_ticks = 21}, victim = {.pid = 4, .start_ticks = 40};
    struct label label = label_of(&culprit, &victim);
    const double scores[] = {1, 2, 3, 2, -INFINITY, 9, 9};
    struct trial_place place = trial_place_of(graph, &label, scores);
    assert_int_equal(place.rank, 6);
    assert_true(place.victim_above);
    graph_free(graph);
}

static void address_where_nobody_is_is_a_culprit(void **state)
{
    (void)state;
    struct graph *graph = graph_of_five();
    struct label *label = parsed("{\"version\":1,\"class\":\"a\",\"begin\":1,\"end\":2,"
                                 "\"culprits\":[{\"remote_port\":443}]}");
    uint32_t other = graph_node_add(graph, NODE_SOCKET, "socket:7", "a", "10.0.0.5:443 -> 10.0.0.9:80");
    uint32_t node = graph_node_add(graph, NODE_SOCKET, "socket:8", "b", "10.0.0.5:80 -> 10.0.0.9:443");
    double *scores = calloc(graph->node_count, sizeof *scores);
    assert_non_null(scores);
    scores[0] = 3;
    scores[node] = 2;
    scores[other] = 9;
    assert_int_equal(trial_place_of(graph, label, scores).rank, 2);
    free(scores);
    label_free(label);
    graph_free(graph);
}

static void of_several_culprits_the_best_counts(void **state)
{
    (void)state;
    struct graph *graph = graph_of_five();
    struct label_process culprits[] = {{.pid = 2, .start_ticks = 20}, {.pid = 5, .start_ticks = 50}};
    struct label label = {.class_name = "a", .culprits = {culprits, 2}};
    const double scores[] = {1, 5, 3, 2, 5, 9, 9};
    assert_int_equal(trial_place_of(graph, &label, scores).rank, 1);
    graph_free(graph);
}

static void figures_are_shares_and_means_with_an_interval_around_them(void **state)
{
    (void)state;
    struct label label = {.class_name = "a"}, other = {.class_name = "b"}, healthy = {0};
    struct trial trials[5] = {{.label = &label, .verdict_s = 2, .places = {{1, false}}},
                              {.label = &label, .verdict_s = INFINITY, .places = {{2, true}}},
                              {.label = &label, .verdict_s = 4, .places = {{4, false}}},
                              {.label = &other, .verdict_s = 1, .places = {{10, false}}},
                              {.label = &healthy, .verdict_s = NAN, .healthy_s = 1800, .false_alarms = 0}};
    struct figures figures, again;
    struct error error = {0};
    assert_true(figures_make(&figures, trials, 5, "a", METHOD_DEFAULT, 1, &error));
    assert_int_equal(figures.cases, 3);
    assert_near(figures.top1.value, 1 / 3., 1e-9);
    assert_near(figures.top3.value, 2 / 3., 1e-9);
    assert_near(figures.top5.value, 1, 1e-9);
    assert_near(figures.mrr.value, 1.75 / 3, 1e-9);
    assert_near(figures.victim_above, 1 / 3., 1e-9);
    assert_near(figures.verdict_s, 4, 1e-9);
    assert_true(figures.top1.low <= figures.top1.value && figures.top1.value <= figures.top1.high);
    assert_true(figures.top1.low < figures.top1.high);
    assert_true(figures_make(&again, trials, 5, "a", METHOD_DEFAULT, 1, &error));
    assert_memory_equal(&figures, &again, sizeof figures);
    assert_true(figures_make(&figures, trials, 5, NULL, METHOD_DEFAULT, 1, &error));
    assert_int_equal(figures.cases, 4);
    assert_true(figures_make(&figures, trials, 5, "none", METHOD_DEFAULT, 1, &error));
    assert_true(figures.cases == 0 && isnan(figures.top1.value));
    size_t count;
    const char **classes = figures_classes(trials, 5, &count, &error);
    assert_non_null(classes);
    assert_int_equal(count, 2);
    assert_string_equal(classes[1], "b");
    free(classes);
}

static void no_false_alarm_still_has_an_upper_bound(void **state)
{
    (void)state;
    struct label healthy = {0};
    struct trial trial = {.label = &healthy, .healthy_s = 3600};
    struct alarm_figures figures = figures_alarms(&trial, 1);
    assert_near(figures.per_hour, 0, 0);
    assert_near(figures.per_hour_bound, 2.9957, 1e-3); /* -ln 0.05 */
    trial.false_alarms = 3;
    figures = figures_alarms(&trial, 1);
    assert_near(figures.per_hour, 3, 1e-9);
    assert_near(figures.per_hour_bound, 7.7537, 1e-3); /* half of the 0.95 quantile of chi-square, 8 degrees */
    trial.false_alarms = 5000;
    assert_near(figures_alarms(&trial, 1).per_hour_bound, 5117, 10);
    trial.healthy_s = 0;
    assert_true(isnan(figures_alarms(&trial, 1).per_hour_bound));
}

static void robust_z_names_who_rises_above_the_others(void **state)
{
    (void)state;
    struct graph *graph = graph_of_five();
    for (uint32_t n = 0; n < 5; n++)
        graph_measure_set(graph, n, MEASURE_DESCRIPTORS, n == 3 ? 5000 : 10 + n);
    graph_measure_set(graph, 1, MEASURE_BLOCKED_S, 100);
    double all[7], acts[7];
    assert_true(robust_scores(graph, all, acts, NULL));
    for (uint32_t n = 0; n < 5; n++)
        assert_true(n == 3 || acts[n] < acts[3]);
    assert_true(acts[3] > 3 && acts[6] == 0);
    assert_true(all[1] >= acts[1]); /* waiting is suffered, not done */
    graph_free(graph);
}

static void every_method_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int method = 0; method < METHOD_COUNT; method++)
        assert_int_equal(method_find(methods[method].name, strlen(methods[method].name)), method);
    assert_int_equal(method_find("cpu,memory", 3), METHOD_CPU);
    assert_int_equal(method_find("", 0), METHOD_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(label_is_read_and_its_words_are_sanitised),
        cmocka_unit_test(label_that_is_of_no_use_is_refused_with_its_reason),
        cmocka_unit_test(label_cut_anywhere_is_refused),
        cmocka_unit_test(ties_count_against_the_culprit),
        cmocka_unit_test(culprit_that_is_not_there_comes_last),
        cmocka_unit_test(address_where_nobody_is_is_a_culprit),
        cmocka_unit_test(of_several_culprits_the_best_counts),
        cmocka_unit_test(figures_are_shares_and_means_with_an_interval_around_them),
        cmocka_unit_test(no_false_alarm_still_has_an_upper_bound),
        cmocka_unit_test(robust_z_names_who_rises_above_the_others),
        cmocka_unit_test(every_method_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
