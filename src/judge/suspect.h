/* The ranking: the nodes that keep most, each with its evidence, the way the blame came, and a few words. */
#ifndef JUDGE_SUSPECT_H
#define JUDGE_SUSPECT_H

#include "judge/judgement.h"
#include "judge/reception.h"

/* Fills the verdict's suspects (0 = 20, at most 1,000). The score is kept / (1 + kept), own and blame its parts. */
bool suspects_rank(struct judgement *judgement, size_t suspects_max, struct verdict *verdict, struct error *error);

/* Every wait whose blame could reach the suspect, longest first, at most 64 (trail.c). */
bool path_trace(struct judgement *judgement, struct suspect *suspect, struct error *error);

/* "holds a lock 41 s, 3 wait", "waits for log-rotate[8472]: 41 s", "cpu 98 %, normally 4 %" (summary.c). */
bool summary_write(struct judgement *judgement, const struct receptions *receptions, struct suspect *suspect,
                   struct error *error);

#endif
