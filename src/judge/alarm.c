/* The alarm rule (alarm.h). */
#include "judge/alarm.h"

#define WINDOWS        4U
#define WINDOWS_BEYOND 3

/* Symptoms that are over when one looks again, or that are certain at the first look. */
static bool episode_is_there(const struct symptoms *symptoms)
{
    static const enum symptom_kind episodes[] = {SYMPTOM_WAIT, SYMPTOM_KILLED, SYMPTOM_SPACE, SYMPTOM_ZOMBIES};
    for (size_t i = 0; i < sizeof episodes / sizeof episodes[0]; i++)
        if (symptoms->worst[episodes[i]].node != NODE_NONE)
            return true;
    return false;
}

static int bits_count(unsigned bits)
{
    int count = 0;
    for (; bits != 0; bits >>= 1)
        count += bits & 1;
    return count;
}

double alarm_score(const struct symptoms *symptoms, double strongest)
{
    return symptoms->any ? strongest : 0;
}

bool alarm_is_due(const struct symptoms *symptoms, const struct model *model, double score,
                  struct alarm_history *history)
{
    if (!model_is_calibrated(model))
        return symptoms->any;
    bool beyond = symptoms->any && model_p(model, score) <= MODEL_ALARM_P;
    if (history != NULL) {
        history->beyond = ((history->beyond << 1) | beyond) & ((1U << WINDOWS) - 1);
        history->count = history->count < WINDOWS ? history->count + 1 : WINDOWS;
    }
    if (!beyond || history == NULL || history->count < WINDOWS_BEYOND)
        return beyond;
    return episode_is_there(symptoms) || bits_count(history->beyond) >= WINDOWS_BEYOND;
}
