/* One labelled recording under test: where does each method rank the culprit? */
#ifndef EVALUATE_TRIAL_H
#define EVALUATE_TRIAL_H

#include "cursor/cursor.h"
#include "evaluate/label.h"
#include "evaluate/method.h"

struct trial_options {
    const struct model *model;
    const struct model *reference; /* of the methods of that name; needed where they are wanted */
    bool own_models;               /* a model that a label names takes the place of `model` */
    int64_t window_ns;
    int64_t calibrate_ns; /* so much of the healthy beginning adapts and calibrates the model; 0 = none */
    uint64_t seed;
    bool wanted[METHOD_COUNT]; /* METHOD_DEFAULT always is */
};

struct trial_place {
    uint32_t rank;     /* of the best placed culprit among all processes, 1 = first; ties count against it; one that is
                          not there at all comes behind the last */
    bool victim_above; /* some victim stands above it, or beside it */
};

struct trial {
    const struct label *label; /* borrowed */
    const char *name;          /* borrowed: the recording's path */
    size_t processes;          /* in the window that was ranked; 0 for healthy recordings */
    struct trial_place places[METHOD_COUNT];
    double verdict_s;    /* from the fault's begin to the first window that is anomalous and has the culprit first;
                            INFINITY = never while the fault lasted; NaN = healthy */
    double healthy_s;    /* how long it was watched without a fault */
    size_t false_alarms; /* stretches of anomalous windows in that time */
};

/* Judges the windows that end at each sample. The ranking counts at the last window that ends before the fault does.
 * False with a sentence: a damaged sample, a fault that lies outside of the recording, out of memory. */
bool trial_run(struct trial *trial, struct cursor *cursor, const struct trial_options *options, struct error *error);

/* Where the culprit stands in a graph by these scores (one per node). For trial_run and its test. */
struct trial_place trial_place_of(const struct graph *graph, const struct label *label, const double *scores);

#endif
