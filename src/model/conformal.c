/* Scores of healthy windows, and how unusual another one is beside them. */
#include "model/structure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int score_compare(const void *left, const void *right)
{
    float one = *(const float *)left, other = *(const float *)right;
    return (one > other) - (one < other);
}

bool model_calibrate(struct model *model, const float *scores, size_t count, bool host, struct error *error)
{
    size_t kept = count < CALIBRATION_MAX ? count : CALIBRATION_MAX;
    float *copy = calloc(kept + 1, sizeof *copy);
    if (copy == NULL)
        return error_memory(error);
    for (size_t i = 0; i < kept; i++)
        copy[i] = scores[i * count / kept];
    qsort(copy, kept, sizeof *copy, score_compare);
    free(model->calibration.scores);
    model->calibration = (struct calibration){copy, kept, host};
    return true;
}

size_t model_calibration_windows(const struct model *model)
{
    return model->calibration.count;
}

bool model_is_calibrated(const struct model *model)
{
    return model->calibration.host && model->calibration.count >= MODEL_CALIBRATED_FROM;
}

double model_p(const struct model *model, double score)
{
    const struct calibration *calibration = &model->calibration;
    size_t below = 0;
    if (calibration->count == 0)
        return NAN;
    while (below < calibration->count && (double)calibration->scores[below] < score - CALIBRATION_GRAIN)
        below++;
    return (double)(1 + calibration->count - below) / (double)(calibration->count + 1);
}

double calibration_threshold(const struct calibration *calibration)
{
    if (calibration->count == 0)
        return NAN;
    /* The scores that may lie at or above it: those with which p still is small enough. */
    double may = floor(MODEL_ALARM_P * (double)(calibration->count + 1)) - 1;
    size_t above = may > 0 ? (size_t)may : 0;
    return (double)calibration->scores[calibration->count - 1 - above];
}
