/* Hand-made hosts for the judge's tests: a graph, residuals, and what is normal, without a model file. */
#ifndef TESTS_JUDGE_SCENE_H
#define TESTS_JUDGE_SCENE_H

#include "judge/judgement.h"

enum scene_feature { SCENE_CPU, SCENE_MEMORY, SCENE_STATE, SCENE_LATENCY, SCENE_DEGREE, SCENE_FEATURES };

struct scene {
    struct graph *graph;
    float *deviations; /* per node and feature */
    size_t deviation_room;
    struct residuals residuals;
    struct verdict verdict; /* after scene_judge */
};

/* Normal waits: locks 10 ms, children for ever, anything else 100 ms. The window is 5 s. */
extern const struct knowledge scene_knowledge;

void scene_init(struct scene *scene);
void scene_done(struct scene *scene);

/* A process "name[pid]" with id "pid@1"; any other node with its name as label and id. */
uint32_t scene_process(struct scene *scene, const char *name, uint32_t pid);
uint32_t scene_node(struct scene *scene, enum node_kind kind, const char *name);

/* The feature's deviation; its observed value is ten times that, its expected one 4. */
void scene_deviate(struct scene *scene, uint32_t node, enum scene_feature feature, double deviation);

/* An ongoing single wait; the edge may be changed until the next call. */
struct edge *scene_wait(struct scene *scene, enum wait_kind kind, uint32_t from, uint32_t to, uint32_t on,
                        double seconds);
struct edge *scene_hold(struct scene *scene, uint32_t holder, uint32_t file, double seconds);

/* Judges anew; the verdict is the scene's. */
void scene_judge(struct scene *scene);

/* 1 for the first suspect; 0 when the node is none. */
size_t scene_rank(const struct scene *scene, uint32_t node);
const struct suspect *scene_suspect(const struct scene *scene, uint32_t node);
const struct evidence *scene_evidence(const struct suspect *suspect, const char *feature);

/* A lock on /var/log/app.log held by log-rotate[8472] for 41 s, while payment[812], orders[815] and audit[819] wait. */
struct lock_scene {
    struct scene scene;
    uint32_t holder, file, payment, orders, audit;
};
void lock_scene_init(struct lock_scene *lock);

#endif
