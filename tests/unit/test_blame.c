/* judge: the blame walk, circles of waits, and the weights of waits. */
#include "judge/blame.h"
#include "judge/cycle.h"
#include "judge/waits.h"
#include "tests/unit/judge_scene.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void close_to(double value, double expected)
{
    if (!(fabs(value - expected) < 1e-5))
        fail_msg("%.9f is not %.9f", value, expected);
}

static void blame_stops_at_whom_waits_for_nobody(void **state)
{
    (void)state;
    const double own[3] = {0, 0, 0}, suffered[3] = {1, 1, 0};
    const struct blame_edge chain[] = {{0, 1, 1}, {1, 2, 1}};
    double kept[3], kept_own[3], passed[2];
    assert_true(blame_walk(3, own, suffered, chain, 2, kept, kept_own, passed, NULL));
    close_to(kept[0], 0.1);
    close_to(kept[1], 0.1 + 0.09);
    close_to(kept[2], 0.9 + 0.81);
    close_to(passed[0], 0.9);
    close_to(passed[1], 1.71);
    close_to(kept_own[1], 0.1);
    close_to(kept_own[2], 0);
}

static void blame_is_shared_in_proportion_to_the_time_waited(void **state)
{
    (void)state;
    const double own[3] = {0, 0, 0}, suffered[3] = {1, 0, 0};
    const struct blame_edge fork[] = {{0, 1, 0.6}, {0, 2, 0.2}};
    double kept[3], kept_own[3], passed[2];
    assert_true(blame_walk(3, own, suffered, fork, 2, kept, kept_own, passed, NULL));
    close_to(kept[1], 0.9 * 0.75);
    close_to(kept[2], 0.9 * 0.25);
}

static void what_a_node_does_goes_on_only_as_far_as_it_waits(void **state)
{
    (void)state;
    const double own[2] = {1, 0}, suffered[2] = {0, 0};
    const struct blame_edge edge[] = {{0, 1, 0.5}};
    double kept[2], kept_own[2], passed[1];
    assert_true(blame_walk(2, own, suffered, edge, 1, kept, kept_own, passed, NULL));
    close_to(kept[0], 0.55);
    close_to(kept[1], 0.45);
}

static void a_brief_wait_leaves_no_victim_above_its_culprit(void **state)
{
    (void)state;
    const double own[2] = {0, 0}, suffered[2] = {1, 0};
    const struct blame_edge edge[] = {{0, 1, 0.05}};
    double kept[2], kept_own[2], passed[1];
    assert_true(blame_walk(2, own, suffered, edge, 1, kept, kept_own, passed, NULL));
    assert_true(kept[1] > kept[0]);
}

static void circles_neither_make_nor_lose_blame(void **state)
{
    (void)state;
    const double own[3] = {0.5, 0, 0}, suffered[3] = {1, 1, 0};
    const struct blame_edge circle[] = {{0, 1, 1}, {1, 0, 1}, {2, 2, 1}};
    double kept[3], kept_own[3], passed[3];
    assert_true(blame_walk(3, own, suffered, circle, 3, kept, kept_own, passed, NULL));
    close_to(kept[0] + kept[1] + kept[2], 2.5);
    close_to(passed[2], 0);
}

static void no_edges_and_no_nodes_are_fine(void **state)
{
    (void)state;
    const double own[1] = {2}, suffered[1] = {1};
    double kept[1], kept_own[1];
    assert_true(blame_walk(1, own, suffered, NULL, 0, kept, kept_own, NULL, NULL));
    close_to(kept[0], 3);
    assert_true(blame_walk(0, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL));
}

static void circles_share_a_component_and_targets_come_first(void **state)
{
    (void)state;
    /* 0 -> 1 <-> 2 -> 3, 4 alone */
    const uint32_t offsets[] = {0, 1, 2, 4, 4, 4}, targets[] = {1, 2, 1, 3};
    uint32_t component[5];
    assert_true(cycle_components(5, offsets, targets, component, NULL));
    assert_int_equal(component[1], component[2]);
    assert_int_not_equal(component[0], component[1]);
    assert_true(component[3] < component[1]);
    assert_true(component[1] < component[0]);
    assert_int_not_equal(component[4], component[3]);
}

static void a_chain_of_a_hundred_thousand_waits_needs_no_stack(void **state)
{
    (void)state;
    enum { LINKS = 100000 };
    uint32_t *memory = calloc(3 * (LINKS + 2), sizeof *memory);
    assert_non_null(memory);
    uint32_t *offsets = memory, *targets = memory + LINKS + 2, *component = memory + 2 * (LINKS + 2);
    for (uint32_t n = 0; n <= LINKS; n++) {
        offsets[n] = n;
        targets[n] = n + 1;
    }
    offsets[LINKS + 1] = LINKS;
    assert_true(cycle_components(LINKS + 1, offsets, targets, component, NULL));
    assert_int_equal(component[LINKS], 0);
    assert_int_equal(component[0], LINKS);
    free(memory);
}

static double only_weight(struct scene *scene)
{
    struct waits waits;
    assert_true(graph_finish(scene->graph, NULL));
    assert_true(waits_collect(&waits, scene->graph, &scene_knowledge, NULL));
    double weight = waits.count == 0 ? 0 : waits.links[0].weight;
    waits_done(&waits);
    return weight;
}

static void a_wait_weighs_what_goes_beyond_its_normal(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t client = scene_process(&scene, "client", 1), server = scene_process(&scene, "server", 2);
    struct edge *edge = scene_wait(&scene, WAIT_SOCKET_RECEIVE, client, server, NODE_NONE, 1.15);
    close_to(only_weight(&scene), 0.2);
    edge->inferred = true; /* of an answer the connection tells from whom it must come */
    close_to(only_weight(&scene), 0.2);
    edge->wait = WAIT_SOCKET_SEND;
    close_to(only_weight(&scene), 0.1);
    edge->seconds = edge->total_s = 0.15;
    close_to(only_weight(&scene), 0);
    edge->seconds = NAN;
    edge->total_s = -1;
    close_to(only_weight(&scene), 0);
    edge->seconds = 1e300;
    close_to(only_weight(&scene), 0.5);
    edge->wait = WAIT_CHILD;
    close_to(only_weight(&scene), 0);
    scene_done(&scene);
}

static void many_waits_weigh_by_their_mean_unless_one_stands_out(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t client = scene_process(&scene, "client", 1), server = scene_process(&scene, "server", 2);
    struct edge *edge = scene_wait(&scene, WAIT_SOCKET_RECEIVE, client, server, NODE_NONE, 0.9);
    edge->ongoing = false;
    edge->count = 10;
    edge->total_s = 3.5;
    close_to(only_weight(&scene), 0.2 / 5);
    edge->seconds = 2.15;
    close_to(only_weight(&scene), 2.0 / 5);
    scene_done(&scene);
}

static void the_window_is_bounded_both_ways(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t client = scene_process(&scene, "client", 1), server = scene_process(&scene, "server", 2);
    scene_wait(&scene, WAIT_LOCK, client, server, NODE_NONE, 0.515);
    scene.graph->window_s = 0;
    close_to(only_weight(&scene), 0.5);
    scene.graph->window_s = 600;
    close_to(only_weight(&scene), 0.05);
    scene.graph->window_s = NAN;
    close_to(only_weight(&scene), 0.5);
    scene_done(&scene);
}

static void this_tool_neither_waits_nor_holds(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    uint32_t client = scene_process(&scene, "client", 1), tool = scene_process(&scene, "culprit", 2);
    scene_wait(&scene, WAIT_LOCK, client, tool, NODE_NONE, 9);
    scene_wait(&scene, WAIT_LOCK, tool, client, NODE_NONE, 9);
    scene.graph->nodes[tool].self = true;
    close_to(only_weight(&scene), 0);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blame_stops_at_whom_waits_for_nobody),
        cmocka_unit_test(blame_is_shared_in_proportion_to_the_time_waited),
        cmocka_unit_test(what_a_node_does_goes_on_only_as_far_as_it_waits),
        cmocka_unit_test(a_brief_wait_leaves_no_victim_above_its_culprit),
        cmocka_unit_test(circles_neither_make_nor_lose_blame),
        cmocka_unit_test(no_edges_and_no_nodes_are_fine),
        cmocka_unit_test(circles_share_a_component_and_targets_come_first),
        cmocka_unit_test(a_chain_of_a_hundred_thousand_waits_needs_no_stack),
        cmocka_unit_test(a_wait_weighs_what_goes_beyond_its_normal),
        cmocka_unit_test(many_waits_weigh_by_their_mean_unless_one_stands_out),
        cmocka_unit_test(the_window_is_bounded_both_ways),
        cmocka_unit_test(this_tool_neither_waits_nor_holds),
    };
    return cmocka_run_group_tests_name("blame", tests, NULL, NULL);
}
