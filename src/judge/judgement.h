/* A judgement under way: what the steps from residuals to verdict share. Private to this floor. */
#ifndef JUDGE_JUDGEMENT_H
#define JUDGE_JUDGEMENT_H

#include "judge/judge.h"
#include "judge/knowledge.h"
#include "judge/memory_kill.h"
#include "judge/symptom.h"
#include "judge/waits.h"

struct judgement {
    const struct graph *graph;
    const struct residuals *residuals;
    const struct knowledge *knowledge;
    struct arena *arena; /* of the verdict: what suspects point to */
    struct waits waits;
    struct symptoms symptoms;
    uint32_t filler;     /* who fills the fullest file system; NODE_NONE = none is full, or nobody is known */
    double filled_bytes; /* its largest file there */

    struct memory_kill memory_kill;

    /* Per node, in points. */
    double *own;      /* does and feels itself */
    double *suffered; /* by waiting */
    double *kept;     /* after the walk */
    double *kept_own;
    double *passed; /* of objects: their part of the blame that passed over them */

    uint32_t *marks; /* per node: equal to `mark` = seen in the walk around the graph that is under way */
    uint32_t mark;
    uint32_t *queue; /* per node: room for such a walk */
};

/* Collects waits and symptoms and gives every node its points, walk included. False: out of memory; judgement_done is
 * due either way. */
bool judgement_make(struct judgement *judgement, const struct graph *graph, const struct residuals *residuals,
                    const struct knowledge *knowledge, struct arena *arena, struct error *error);
void judgement_done(struct judgement *judgement);

/* Suspects, sentence, the symptom gate into the verdict; all but model scores, residuals and calibration. */
bool judgement_conclude(struct judgement *judgement, size_t suspects_max, struct verdict *verdict, struct error *error);

/* Forgets which nodes were seen; node_mark returns true the first time that a node is seen since then. */
void marks_clear(struct judgement *judgement);
bool node_mark(struct judgement *judgement, uint32_t node);

/* A process answers for what it does; the other kinds conduct blame. */
bool node_is_object(const struct node *node);

#endif
