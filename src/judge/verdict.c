/* The verdict on a graph: the model's residuals, then the judgement. */
#include "judge/judge.h"

#include "judge/alarm.h"
#include "judge/judgement.h"

#include <math.h>
#include <stdlib.h>

static const struct feature *feature_of(const void *model, size_t feature)
{
    return model_feature(model, feature);
}

static double wait_normal_of(const void *model, enum wait_kind kind, const char *program)
{
    return model_wait_normal_s(model, kind, program);
}

struct knowledge knowledge_of_model(const struct model *model)
{
    return (struct knowledge){.model = model, .feature = feature_of, .wait_normal_s = wait_normal_of};
}

static void alarm_decide(struct verdict *verdict, const struct symptoms *symptoms, const struct model *model,
                         struct alarm_history *history)
{
    double strongest = verdict->suspect_count > 0 ? verdict->suspects[0].score : 0;
    verdict->score = model_scores_suspects(model) ? alarm_score(symptoms, strongest) : (double)verdict->residuals.score;
    verdict->calibrated = model_is_calibrated(model);
    if (verdict->calibrated)
        verdict->p = model_p(model, verdict->score);
    verdict->anomalous = alarm_is_due(symptoms, model, verdict->score, history);
}

struct verdict *verdict_new(const struct graph *graph, const struct model *model, const struct judge_options *options,
                            struct error *error)
{
    const struct knowledge knowledge = knowledge_of_model(model);
    struct judgement judgement = {0};
    struct verdict *verdict = calloc(1, sizeof *verdict);
    bool judged = false;
    if (verdict == NULL) {
        error_memory(error);
        return NULL;
    }
    verdict->p = NAN;
    verdict->window_s = graph->window_s;
    verdict->threshold = model_threshold(model);
    if (!model_residuals(model, graph, &verdict->residuals, error))
        goto out;
    judged = judgement_make(&judgement, graph, &verdict->residuals, &knowledge, &verdict->arena, error) &&
             judgement_conclude(&judgement, options == NULL ? 0 : options->suspects_max, verdict, error);
    if (judged)
        alarm_decide(verdict, &judgement.symptoms, model, options == NULL ? NULL : options->history);
out:
    judgement_done(&judgement);
    if (!judged) {
        verdict_free(verdict);
        return NULL;
    }
    return verdict;
}

void verdict_free(struct verdict *verdict)
{
    if (verdict == NULL)
        return;
    residuals_done(&verdict->residuals);
    arena_done(&verdict->arena);
    free(verdict);
}

const struct suspect *verdict_suspect(const struct verdict *verdict, uint32_t node)
{
    for (size_t i = 0; i < verdict->suspect_count; i++) {
        const struct suspect *suspect = &verdict->suspects[i];
        if (suspect->node == node)
            return suspect;
        for (size_t member = 1; member < suspect->member_count; member++)
            if (suspect->members[member] == node)
                return suspect;
    }
    return NULL;
}
