/* Who took the memory for which another was killed. */
#include "judge/memory_kill.h"

#include <string.h>

/* As much growth is nothing to speak of. */
#define GROWTH_LEAST_BPS (256.0 * 1024)

static bool group_is_shared(const struct node *one, const struct node *other)
{
    if (one->memory_group == NULL)
        return true;
    size_t length = strlen(one->memory_group);
    return other->cgroup != NULL && strncmp(other->cgroup, one->memory_group, length) == 0 &&
           (other->cgroup[length] == '\0' || other->cgroup[length] == '/');
}

void memory_kill_find(const struct graph *graph, struct memory_kill *kill)
{
    *kill = (struct memory_kill){.victim = NODE_NONE, .grower = NODE_NONE};
    for (uint32_t n = 0; n < graph->node_count; n++) {
        if (graph->nodes[n].kind != NODE_PROCESS || !(graph_measure(graph, n, MEASURE_OOM_KILLED) > 0))
            continue;
        kill->victims++;
        if (kill->victim == NODE_NONE)
            kill->victim = n;
    }
    if (kill->victim == NODE_NONE)
        return;
    const struct node *victim = &graph->nodes[kill->victim];
    kill->group = victim->memory_group;
    kill->grower = kill->victim;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        double growth = (double)graph_measure(graph, n, MEASURE_RSS_GROWTH_BPS);
        bool larger = growth >= GROWTH_LEAST_BPS && growth > kill->growth_bps;
        if (graph->nodes[n].kind != NODE_PROCESS || graph->nodes[n].self || !larger ||
            !group_is_shared(victim, &graph->nodes[n]))
            continue;
        kill->grower = n;
        kill->growth_bps = growth;
    }
}
