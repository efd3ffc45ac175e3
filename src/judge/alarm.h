/* The alarm. A window's score is that of its strongest suspect, or 0 where there is no symptom (judge/symptom.h): what
 * is merely unusual harms nobody. Calibrated, anomalous is
 *
 *     a score that windows of this host hardly have while it is well (p <= MODEL_ALARM_P), and
 *     either an episode that happens once (a wait, a kill, a full file system) or so in 3 of the last 4 windows
 *
 * so that a symptom which belongs to a host's healthy life raises none. Without a calibration it is the symptom alone.
 */
#ifndef JUDGE_ALARM_H
#define JUDGE_ALARM_H

#include "judge/symptom.h"

#include "model/model.h"

/* What the last windows said; zeroed = none yet. Windows follow one another in time. */
struct alarm_history {
    unsigned beyond; /* a bit a window, the newest lowest */
    unsigned count;  /* windows seen, at most 4 */
};

/* The window's score; `strongest`: of its suspects. */
double alarm_score(const struct symptoms *symptoms, double strongest);

/* Judges a window by its score and, unless NULL, notes it in the history. Without a history, or before it holds three
 * windows, this one window decides. */
bool alarm_is_due(const struct symptoms *symptoms, const struct model *model, double score,
                  struct alarm_history *history);

#endif
