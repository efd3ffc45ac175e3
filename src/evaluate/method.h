/* The ways of ranking that are compared: the default, and the simple lines that it must beat. One row each. */
#ifndef EVALUATE_METHOD_H
#define EVALUATE_METHOD_H

#include "graph/graph.h"
#include "judge/judge.h"
#include "model/model.h"

#include <stdbool.h>
#include <stdint.h>

/* X(enum, "name", "how it ranks the processes") */
#define METHODS(X)                                                                                                  \
    X(METHOD_DEFAULT, "default", "the verdict: what diagnose prints")                                               \
    X(METHOD_RANDOM, "random", "drawn by lot, seeded")                                                              \
    X(METHOD_CPU, "cpu", "most cpu")                                                                                \
    X(METHOD_MEMORY, "memory", "most resident memory")                                                              \
    X(METHOD_MEMORY_GROWTH, "memory-growth", "fastest growth of resident memory")                                   \
    X(METHOD_DESCRIPTORS, "descriptors", "most open descriptors")                                                   \
    X(METHOD_BLOCKED, "blocked", "longest wait")                                                                    \
    X(METHOD_NEWEST, "newest", "started last")                                                                      \
    X(METHOD_ROBUST_Z, "robust-z", "the largest rise above the window's medians, in robust spreads")                \
    X(METHOD_ROBUST_Z_BLAME, "robust-z+blame", "the same of what a process does, and the blame of those who wait")  \
    X(METHOD_REFERENCE, "reference", "the published rule: largest reconstruction error")                            \
    X(METHOD_REFERENCE_BLAME, "reference+blame", "the reconstruction error, and the blame of those who wait")       \
    X(METHOD_NO_BLAME, "default-no-blame", "the verdict's own points, waits left out")                              \
    X(METHOD_RULES, "rules", "the verdict by rules and blame alone: no residual of any feature")                    \
    X(METHOD_RULES_ROBUST_Z, "rules+robust-z", "rules and blame, and robust z where the model's residuals were")    \
    X(METHOD_RULES_BASELINES, "rules+baselines", "rules and blame, the model's baselines without its auto-encoder") \
    X(METHOD_NO_RULES, "auto-encoder+blame", "the verdict's residuals and blame: no rule")                          \
    X(METHOD_BASELINES, "baselines+blame", "the same without the auto-encoder: neither rule nor network")

#define METHOD_ENUM(method, name, help) method,
enum method { METHODS(METHOD_ENUM) METHOD_COUNT };

extern const struct method_name {
    const char *name, *help;
} methods[METHOD_COUNT];

/* The method of that name, or METHOD_COUNT. */
enum method method_find(const char *name, size_t length);

/* A window that was judged. */
struct scene {
    const struct graph *graph;
    const struct model *model;
    const struct model *reference; /* of the methods of that name */
    const struct verdict *verdict; /* with up to 1,000 suspects */
    uint64_t seed;                 /* of the lot */
};

/* Writes every node's score by the methods asked for: scores[method * nodes + node]; what a method cannot tell of a
 * node is -INFINITY. wanted: METHOD_COUNT flags. */
bool methods_score(const struct scene *scene, const bool *wanted, double *scores, struct error *error);

#endif
