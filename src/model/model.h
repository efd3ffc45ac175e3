/* A model: the features it knows, the auto-encoder's weights, what is normal (residual spreads per node kind and
 * feature, waits per kind), its threshold and where it came from. Trained on healthy hosts only. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/error.h"
#include "graph/graph.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model;

/* The models that are compiled in: the default, and the published graph auto-encoder. */
struct model *model_bundled(struct error *error);
struct model *model_reference(struct error *error);

/* A JSON file; a damaged, foreign or newer one: NULL with a sentence that names what is wrong. */
struct model *model_read(const char *path, struct error *error);
/* The same from bytes; `origin` names them in sentences. */
struct model *model_parse(const char *json, size_t length, const char *origin, struct error *error);

/* Writes the file under a temporary name beside it and renames: never half-written. path "-" is standard output. */
bool model_write(const struct model *model, const char *path, struct error *error);

void model_free(struct model *model);

/* ---- what it knows ---- */

enum feature_role {
    FEATURE_CONTEXT, /* never scored */
    FEATURE_ACTS,    /* something that the node does: its residual stays with it */
    FEATURE_SUFFERS, /* something that it suffers: its residual is handed along the waits */
};

struct feature {
    const char *name;  /* "cpu_pct" */
    const char *unit;  /* of observed and expected: "%", "s", "bytes", "" */
    const char *label; /* for people: "cpu" */
    enum feature_role role;
    bool weak; /* being large is no deed, becoming it is: counts half */
};

size_t model_feature_count(const struct model *model);
const struct feature *model_feature(const struct model *model, size_t feature);
const char *model_name(const struct model *model); /* "bundled", or the file's name without directory and ending */
/* Of the bytes that it was read from: another number is another model. 0 in one that was never read. */
uint64_t model_fingerprint(const struct model *model);
/* Of the reference: 95th percentile of the node errors in training. Else the window score from which on p is at most
 * MODEL_ALARM_P, or the highest of the healthy ones where they are too few for that; NaN without any. */
double model_threshold(const struct model *model);
/* What a model has whose window score is its strongest suspect's: all but the reference. */
bool model_scores_suspects(const struct model *model);

/* How many baselines it has of each level, from "any" to "entity" (MODEL_BASELINE_LEVELS); 0 of the reference. */
#define MODEL_BASELINE_LEVELS 4
const char *model_baseline_level(size_t level);
size_t model_baseline_count(const struct model *model, size_t level);
size_t model_parameter_count(const struct model *model);
/* What of its file this program does not know and leaves masked, a sentence a line; "" when nothing is amiss. */
const char *model_remarks(const struct model *model);

struct model_provenance {
    const char *corpus; /* what it was trained on */
    const char *date;   /* 2026-11-20 */
    uint64_t seed;
    size_t graphs, nodes, epochs;
    const double *losses; /* per epoch, loss_count of them */
    size_t loss_count;
    double held_out_loss, held_out_median_loss; /* on a held-out fifth: the model's, and of predicting each feature's
                                                   median; NaN when nothing was held out */
};
const struct model_provenance *model_provenance(const struct model *model);

/* ---- what scores healthy windows have: conformal prediction, Vovk, Gammerman and Shafer, "Algorithmic learning in a
 * random world" (2005) ---- */

/* A healthy window scores beyond the alarm's threshold that seldom; fewer windows than MODEL_CALIBRATED_FROM cannot
 * tell (p is never smaller than 1 / (windows + 1)). */
#define MODEL_ALARM_P         0.02
#define MODEL_CALIBRATED_FROM 49

/* Takes a copy of the scores of healthy windows, of which an even selection is kept when they are very many. host: they
 * are of one host, and that is the one that the model is for from now on. */
bool model_calibrate(struct model *model, const float *scores, size_t count, bool host, struct error *error);

/* Healthy windows whose scores it holds. */
size_t model_calibration_windows(const struct model *model);
/* They are of one host, and enough. */
bool model_is_calibrated(const struct model *model);

/* Share of healthy windows that score as high or higher, this one counted in: (1 + those) / (windows + 1). NaN without
 * any. */
double model_p(const struct model *model, double score);

/* ---- asking it ---- */

/* Per node and feature, node-major: [node * features + feature]. NaN where the host could not give the feature. */
struct residuals {
    size_t nodes, features;
    float *observed;  /* in the feature's unit */
    float *expected;  /* what the model reconstructs from the neighbourhood, in the same unit */
    float *deviation; /* observed minus expected (as the network sees them), less what is normal for that kind of node
                         and feature, in units of its normal spread; positive = more than normal; clipped at +-20; a
                         rise too small to mean anything in its unit counts in proportion */
    float *error;     /* per node: mean squared error over its features, comparable with the threshold */
    float score;      /* of the window: 95th percentile of the node errors */
};

bool model_residuals(const struct model *model, const struct graph *graph, struct residuals *residuals,
                     struct error *error);
/* The same with the baselines alone in the auto-encoder's place, where the model has baselines: what the network adds
 * is the difference. */
bool model_residuals_of_baselines(const struct model *model, const struct graph *graph, struct residuals *residuals,
                                  struct error *error);
void residuals_done(struct residuals *residuals);

/* How far a feature of a node of that kind went from one observed value to another, in units of its normal spread;
 * positive = more. A way too short to mean anything in the feature's unit counts in proportion. NaN where one of the
 * values is, or nothing here observes the feature. */
double model_change(const struct model *model, enum node_kind kind, size_t feature, double before, double after);

/* What is normal: 95th percentile of single waits of that kind in healthy hosts for that program (falling back to any
 * program), in seconds. INFINITY where such waits are normal for as long as one looks (a shell and its child). Of kinds
 * that training saw too little of: 0.05 s for locks, 0.5 s for devices, INFINITY for the others. */
double model_wait_normal_s(const struct model *model, enum wait_kind kind, const char *program);

#endif
