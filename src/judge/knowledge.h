/* What the judging floor asks a model, apart from the residuals: private to this floor, so that everything above the
 * residuals can be judged without a model file. verdict.c fills it from a struct model. */
#ifndef JUDGE_KNOWLEDGE_H
#define JUDGE_KNOWLEDGE_H

#include "model/model.h"

struct knowledge {
    const void *model; /* handed to the functions */
    const struct feature *(*feature)(const void *model, size_t feature);
    double (*wait_normal_s)(const void *model, enum wait_kind kind, const char *program); /* as model_wait_normal_s */
};

/* The knowledge of a real model, borrowed. */
struct knowledge knowledge_of_model(const struct model *model);

#endif
