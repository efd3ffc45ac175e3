/* Who waits for a node: the waits that handed it blame directly, gathered by kind. Of an object: the waits on it. */
#ifndef JUDGE_RECEPTION_H
#define JUDGE_RECEPTION_H

#include "judge/judgement.h"

#define LINK_NONE SIZE_MAX

struct reception {
    double blame;
    double total_s; /* longest single waits, summed, each waiter once */
    size_t longest; /* link; LINK_NONE = no wait of this kind */
    size_t lead;    /* the longest of those that go on, or of all when none does */
    bool ongoing;   /* some of them go on */
};

struct receptions {
    struct reception by_kind[WAIT_KIND_COUNT];
    enum wait_kind most; /* which of them brought most blame; WAIT_KIND_COUNT = nobody waits */
    double blame;        /* of all kinds */
    size_t waiters;      /* distinct nodes */
};

void receptions_gather(struct judgement *judgement, uint32_t node, struct receptions *receptions);

/* Calls `visit` for each link that hands blame directly to the node, or, of an object, that is a wait on it. */
typedef void link_visit(void *context, struct judgement *judgement, size_t link);
void links_visit(struct judgement *judgement, uint32_t node, link_visit *visit, void *context);

/* Is link a before link b? Longer waits first, then by the waiter's id. */
bool link_before(const struct judgement *judgement, size_t a, size_t b);

/* How long the target of a lock wait has held that lock: what its HOLDS edge tells, and at least the wait itself. */
double lock_held_s(const struct judgement *judgement, size_t link, bool *at_least);

/* The wait of a node that weighs most; LINK_NONE when it waits for nobody. */
size_t wait_heaviest(const struct judgement *judgement, uint32_t node);

#endif
