/* Scores of healthy windows, each by a model that has not seen it. */
#include "judge/calibration.h"

#include <stdlib.h>
#include <string.h>

#define FOLDS 5

static bool graph_score(const struct graph *graph, const struct model *model, float *score, struct error *error)
{
    struct verdict *verdict = verdict_new(graph, model, &(struct judge_options){.suspects_max = 1}, error);
    if (verdict == NULL)
        return false;
    *score = (float)verdict->score;
    verdict_free(verdict);
    return true;
}

/* The graphs first to end - 1 by a model that was adapted to all others. */
static bool fold_score(struct graph *const *graphs, size_t graph_count, size_t first, size_t end,
                       const struct training *training, float *scores, struct error *error)
{
    struct graph **others = malloc((graph_count + 1) * sizeof *others);
    if (others == NULL)
        return error_memory(error);
    memcpy(others, graphs, first * sizeof *others);
    memcpy(others + first, graphs + end, (graph_count - end) * sizeof *others);
    struct training silent = *training;
    silent.progress = NULL;
    silent.recordings = NULL;
    struct model *model = model_train(others, graph_count - (end - first), &silent, error);
    bool scored = model != NULL;
    for (size_t i = first; scored && i < end; i++)
        scored = graph_score(graphs[i], model, &scores[i], error);
    model_free(model);
    free(others);
    return scored;
}

bool calibration_make(struct model *model, const struct healthy_windows *windows, const struct training *training,
                      struct error *error)
{
    if (!model_scores_suspects(model))
        return true;
    size_t count = windows->graph_count;
    bool crossed = training->from != NULL && count >= 2 * FOLDS;
    float *scores = calloc(count + windows->doubtful_count + 1, sizeof *scores);
    bool made = scores != NULL || error_memory(error);
    for (size_t fold = 0; made && crossed && fold < FOLDS; fold++)
        made = fold_score(windows->graphs, count, fold * count / FOLDS, (fold + 1) * count / FOLDS, training, scores,
                          error);
    for (size_t i = 0; made && !crossed && i < count; i++)
        made = graph_score(windows->graphs[i], model, &scores[i], error);
    for (size_t i = 0; made && i < windows->doubtful_count; i++)
        made = graph_score(windows->doubtful[i], model, &scores[count + i], error);
    made = made && model_calibrate(model, scores, count + windows->doubtful_count, training->one_host, error);
    free(scores);
    return made;
}
