/* What a model consists of. Private to this floor: others see model.h. */
#ifndef MODEL_STRUCTURE_H
#define MODEL_STRUCTURE_H

#include "base/buffer.h"
#include "base/memory.h"
#include "model/baseline.h"
#include "model/feature.h"
#include "model/model.h"
#include "model/network.h"

#define MODEL_FEATURES_MAX 64
#define MODEL_WAITS_MAX    16384
#define MODEL_LOSSES_MAX   100000

/* Normal residual of a feature in nodes of a kind, in network values. */
struct spread {
    float median, range; /* range: between the quartiles */
    size_t count;        /* residuals that it was taken from */
};

/* Spreads of too few residuals are not used: those of all kinds together are. */
#define SPREAD_COUNT_MIN 8
#define SPREAD_ANY_KIND  NODE_KIND_COUNT
#define SPREAD_KINDS     (NODE_KIND_COUNT + 1)

/* 95th percentile of single waits. */
struct wait_normal {
    enum wait_kind kind;
    const char *program; /* sanitised; "" = any program */
    double normal_s;     /* INFINITY: normal for as long as one looks */
    size_t count;        /* waits that it was taken from */
};

/* Fewer waits than that teach nothing. */
#define WAIT_COUNT_MIN 20

/* How the network explains a node. X(enum, "name in model files") */
#define MODEL_FORMS(X)             \
    X(FORM_REFERENCE, "reference") \
    X(FORM_MASKED, "masked")
#define FORM_ENUM(form, name) form,
enum model_form { MODEL_FORMS(FORM_ENUM) FORM_COUNT };
extern const char *const form_names[FORM_COUNT];

/* Window scores of healthy windows that the baselines had not learnt from. */
#define CALIBRATION_MAX 4096
struct calibration {
    float *scores; /* in order */
    size_t count;
    bool host; /* of one host, which it then is for */
};

/* Scores are written with five digits: closer ones are the same. */
#define CALIBRATION_GRAIN 1e-5

/* The highest score of a healthy window that is no alarm yet; NaN without any. */
double calibration_threshold(const struct calibration *calibration);

struct model {
    enum model_form form;
    const char *name;
    uint64_t fingerprint;
    size_t feature_count;
    struct feature features[MODEL_FEATURES_MAX];
    struct feature_column columns[MODEL_FEATURES_MAX];
    struct network network;
    double threshold;
    struct spread *spreads; /* [kind * feature_count + feature], SPREAD_KINDS of them, the last for any kind */

    /* Of the masked form only. */
    size_t group_count;
    uint8_t groups[MODEL_FEATURES_MAX]; /* per feature: which group it is hidden with */
    const char *group_names[MODEL_FEATURES_MAX];
    struct spread *baseline_spreads; /* as `spreads`, where the baseline is what is expected: no network */
    struct baselines baselines;
    struct calibration calibration;

    struct wait_normal *waits; /* by kind, then program */
    size_t wait_count, wait_capacity;
    struct model_provenance provenance;
    struct buffer remarks;
    struct arena arena; /* strings and losses */
};

/* An empty model; NULL: out of memory. */
struct model *model_new(void);

/* The eleven features of the table, spreads zero. */
bool model_use_reference_features(struct model *model, struct error *error);

/* The features of the masked auto-encoder, with their groups. */
bool model_use_masked_features(struct model *model, struct error *error);

/* The group of that name, added if it is not there. */
uint8_t model_group(struct model *model, const char *name);

/* Room for the spreads of feature_count features. */
bool model_spreads_new(struct model *model, struct error *error);

/* A sanitised copy that lives with the model; NULL: out of memory. */
const char *model_text(struct model *model, const char *text);

/* "bundled" for "(bundled)"; else the file's name without directory and ending. */
const char *model_text_name(struct model *model, const char *path);

/* Brings the waits into the order that model_wait_normal_s needs. */
void model_waits_sort(struct model *model);

/* The spread that counts for a node of that kind. */
const struct spread *model_spread(const struct model *model, enum node_kind kind, size_t feature);

/* The same among other spreads: `spreads` or `baseline_spreads`. */
const struct spread *spread_find(const struct model *model, const struct spread *spreads, enum node_kind kind,
                                 size_t feature);

/* How a program is looked up: sanitised, cut to the kernel's 15 bytes and more. */
#define PROGRAM_KEY_BYTES 64
void program_key(char key[PROGRAM_KEY_BYTES], const char *program);

#endif
