/* Calibration: which scores the windows of a healthy host have, so that others can be called unusual. */
#ifndef JUDGE_CALIBRATION_H
#define JUDGE_CALIBRATION_H

#include "judge/judge.h"
#include "model/train.h"

/* What the windows of a host showed that somebody calls healthy. */
struct healthy_windows {
    struct graph *const *graphs; /* what the model was trained on */
    size_t graph_count;
    struct graph *const
        *doubtful; /* what it was not trained on, because a symptom was there: it happens on this host */
    size_t doubtful_count;
};

/* Scores every window and gives the scores to the model. Where it was adapted from another (training->from), each fifth
 * of the graphs is scored by a model that was adapted to the other four only: a window that the baselines know scores
 * lower than one they do not. Models that do not score suspects are left as they are. */
bool calibration_make(struct model *model, const struct healthy_windows *windows, const struct training *training,
                      struct error *error);

#endif
