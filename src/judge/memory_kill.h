/* The kernel has killed a process because memory ran out: the largest, and seldom the one that took it. The culprit is
 * whoever had grown in the control group whose limit was hit (where there is none: on the host); the victim itself when
 * it grew most, or when nobody did, or when its group is unknown (it came and went between two samples) while the host has
 * memory left: then the limit was that of some group, and nobody on the host can be blamed for it.
 *
 * Before it kills, the kernel takes pages away: a process of a limited group that fetches its own from the disk again,
 * hundreds of times a second, is squeezed. By whoever grows there, else by the largest of the others. */
#ifndef JUDGE_MEMORY_KILL_H
#define JUDGE_MEMORY_KILL_H

#include "graph/graph.h"

struct memory_kill {
    uint32_t victim; /* of several the one with the lowest node number; NODE_NONE = nobody was killed, or not seen */
    uint32_t grower;
    double growth_bps; /* of the grower; 0: nobody grew */
    const char *group; /* borrowed from the graph; NULL: no limited group is known */
    size_t victims;
    bool squeezed;       /* nobody was killed, `victim` is squeezed; the grower may be NODE_NONE then */
    double grower_bytes; /* how large the grower is; 0 = unknown */
};

/* Pages a second that are fetched again. */
#define SQUEEZE_FAULTS_PS 500

void memory_kill_find(const struct graph *graph, struct memory_kill *kill);

#endif
