/* Why a suspect is one: the features and waits that its score comes from, each with its share. */
#ifndef JUDGE_EVIDENCE_H
#define JUDGE_EVIDENCE_H

#include "judge/judgement.h"
#include "judge/reception.h"

/* Names of evidence by kind of wait: of who is waited for, of the object waited on, of who waits. */
struct wait_evidence {
    const char *held_feature, *held_label;
    const char *object_label;
    const char *wait_feature, *wait_label;
};
extern const struct wait_evidence wait_evidence[WAIT_KIND_COUNT];

/* Fills why and why_count of a suspect whose node is set, in the judgement's arena. The shares of what came by waits
 * are divided by convention: four fifths for the time, by kind as blame came; one fifth for how many wait. */
bool evidence_gather(struct judgement *judgement, const struct receptions *receptions, struct suspect *suspect,
                     struct error *error);

#endif
