/* Hand-made hosts for the judge's tests. */
#include "tests/unit/judge_scene.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct feature scene_features[SCENE_FEATURES] = {
    [SCENE_CPU] = {"cpu_pct", "%", "cpu", FEATURE_ACTS, false},
    [SCENE_MEMORY] = {"memory_rss", "bytes", "memory", FEATURE_ACTS, false},
    [SCENE_STATE] = {"state", "", "state", FEATURE_ACTS, false},
    [SCENE_LATENCY] = {"latency", "s", "latency", FEATURE_SUFFERS, false},
    [SCENE_DEGREE] = {"degree", "", "edges", FEATURE_CONTEXT, false},
};

static const struct feature *feature_of(const void *model, size_t feature)
{
    (void)model;
    return &scene_features[feature];
}

static double wait_normal_of(const void *model, enum wait_kind kind, const char *program)
{
    (void)model;
    if (kind == WAIT_CHILD || strcmp(program, "patient") == 0)
        return INFINITY;
    return kind == WAIT_LOCK ? 0.01 : 0.1;
}

const struct knowledge scene_knowledge = {.feature = feature_of, .wait_normal_s = wait_normal_of};

void scene_init(struct scene *scene)
{
    *scene = (struct scene){.graph = graph_new()};
    assert_non_null(scene->graph);
    scene->graph->window_s = 5;
}

static void scene_forget(struct scene *scene)
{
    free(scene->residuals.observed);
    free(scene->residuals.expected);
    arena_done(&scene->verdict.arena);
    scene->residuals = (struct residuals){0};
    scene->verdict = (struct verdict){0};
}

void scene_done(struct scene *scene)
{
    scene_forget(scene);
    free(scene->deviations);
    graph_free(scene->graph);
    *scene = (struct scene){0};
}

static uint32_t scene_add(struct scene *scene, enum node_kind kind, const char *id, const char *name, const char *label)
{
    uint32_t node = graph_node_add(scene->graph, kind, id, name, label);
    assert_int_not_equal(node, NODE_NONE);
    assert_true(memory_grow(&scene->deviations, &scene->deviation_room, scene->graph->node_count,
                            SCENE_FEATURES * sizeof *scene->deviations));
    for (size_t f = 0; f < SCENE_FEATURES; f++)
        scene->deviations[node * SCENE_FEATURES + f] = 0;
    return node;
}

uint32_t scene_process(struct scene *scene, const char *name, uint32_t pid)
{
    char id[32], label[300];
    snprintf(id, sizeof id, "%u@1", pid);
    snprintf(label, sizeof label, "%s[%u]", name, pid);
    uint32_t node = scene_add(scene, NODE_PROCESS, id, name, label);
    scene->graph->nodes[node].pid = pid;
    return node;
}

uint32_t scene_node(struct scene *scene, enum node_kind kind, const char *name)
{
    return scene_add(scene, kind, name, name, NULL);
}

void scene_deviate(struct scene *scene, uint32_t node, enum scene_feature feature, double deviation)
{
    scene->deviations[node * SCENE_FEATURES + feature] = (float)deviation;
}

struct edge *scene_wait(struct scene *scene, enum wait_kind kind, uint32_t from, uint32_t to, uint32_t on,
                        double seconds)
{
    struct edge *edge = graph_edge_add(scene->graph, EDGE_WAITS, from, to);
    assert_non_null(edge);
    edge->wait = kind;
    edge->on = on;
    edge->seconds = edge->total_s = seconds;
    edge->count = 1;
    edge->ongoing = true;
    return edge;
}

struct edge *scene_hold(struct scene *scene, uint32_t holder, uint32_t file, double seconds)
{
    struct edge *edge = graph_edge_add(scene->graph, EDGE_HOLDS, holder, file);
    assert_non_null(edge);
    edge->wait = WAIT_LOCK;
    edge->on = file;
    edge->seconds = seconds;
    edge->count = 1;
    edge->ongoing = true;
    return edge;
}

void scene_judge(struct scene *scene)
{
    struct error error = {0};
    struct judgement judgement;
    scene_forget(scene);
    assert_true(graph_finish(scene->graph, &error));
    size_t nodes = scene->graph->node_count, cells = nodes * SCENE_FEATURES;
    scene->residuals = (struct residuals){.nodes = nodes, .features = SCENE_FEATURES};
    scene->residuals.deviation = scene->deviations;
    scene->residuals.observed = calloc(cells + 1, sizeof(float));
    scene->residuals.expected = calloc(cells + 1, sizeof(float));
    assert_non_null(scene->residuals.observed);
    assert_non_null(scene->residuals.expected);
    for (size_t i = 0; i < cells; i++) {
        scene->residuals.observed[i] = 10 * scene->deviations[i];
        scene->residuals.expected[i] = 4;
    }
    assert_true(
        judgement_make(&judgement, scene->graph, &scene->residuals, &scene_knowledge, &scene->verdict.arena, &error));
    assert_true(judgement_conclude(&judgement, 0, &scene->verdict, &error));
    judgement_done(&judgement);
}

size_t scene_rank(const struct scene *scene, uint32_t node)
{
    for (size_t i = 0; i < scene->verdict.suspect_count; i++)
        if (scene->verdict.suspects[i].node == node)
            return i + 1;
    return 0;
}

const struct suspect *scene_suspect(const struct scene *scene, uint32_t node)
{
    size_t rank = scene_rank(scene, node);
    assert_int_not_equal(rank, 0);
    return &scene->verdict.suspects[rank - 1];
}

const struct evidence *scene_evidence(const struct suspect *suspect, const char *feature)
{
    for (size_t i = 0; i < suspect->why_count; i++)
        if (strcmp(suspect->why[i].feature, feature) == 0)
            return &suspect->why[i];
    return NULL;
}

void lock_scene_init(struct lock_scene *lock)
{
    struct scene *scene = &lock->scene;
    scene_init(scene);
    lock->payment = scene_process(scene, "payment", 812);
    lock->orders = scene_process(scene, "orders", 815);
    lock->audit = scene_process(scene, "audit", 819);
    lock->holder = scene_process(scene, "log-rotate", 8472);
    lock->file = scene_node(scene, NODE_FILE, "/var/log/app.log");
    scene_hold(scene, lock->holder, lock->file, 41);
    scene_wait(scene, WAIT_LOCK, lock->payment, lock->holder, lock->file, 40);
    scene_wait(scene, WAIT_LOCK, lock->orders, lock->holder, lock->file, 39);
    scene_wait(scene, WAIT_LOCK, lock->audit, lock->holder, lock->file, 38);
}
