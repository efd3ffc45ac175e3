/* Who took the memory for which another was killed. */
#include "judge/memory_kill.h"

#include <math.h>
#include <string.h>

/* As much growth is nothing to speak of. */
#define GROWTH_LEAST_BPS (256.0 * 1024)

/* Of somebody who came and went between two samples the group is unknown. What one so young had taken is little: a host
 * that ran out of memory by it is still short of it. */
#define HOST_SHORT_PCT 85.0

static bool host_was_short(const struct graph *graph)
{
    double used =
        graph->host == NODE_NONE ? (double)NAN : (double)graph_measure(graph, graph->host, MEASURE_MEMORY_USED_PCT);
    return !(used < HOST_SHORT_PCT);
}

static bool group_is_shared(const struct graph *graph, const struct node *one, const struct node *other)
{
    if (one->memory_group == NULL)
        return one->cgroup != NULL || host_was_short(graph);
    size_t length = strlen(one->memory_group);
    return other->cgroup != NULL && strncmp(other->cgroup, one->memory_group, length) == 0 &&
           (other->cgroup[length] == '\0' || other->cgroup[length] == '/');
}

static void squeeze_find(const struct graph *graph, struct memory_kill *kill)
{
    double most = SQUEEZE_FAULTS_PS;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        double faults = (double)graph_measure(graph, n, MEASURE_MAJOR_FAULTS_PS);
        if (graph->nodes[n].kind != NODE_PROCESS || graph->nodes[n].memory_group == NULL || !(faults >= most))
            continue;
        most = faults;
        kill->victim = n;
        kill->squeezed = true;
    }
}

/* The largest of the others in the group. */
static uint32_t largest_find(const struct graph *graph, uint32_t victim)
{
    uint32_t largest = NODE_NONE;
    double most = 0;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        const struct node *node = &graph->nodes[n];
        double bytes = (double)graph_measure(graph, n, MEASURE_RSS_BYTES);
        if (node->kind != NODE_PROCESS || node->self || n == victim || !(bytes > most) ||
            !group_is_shared(graph, &graph->nodes[victim], node))
            continue;
        largest = n;
        most = bytes;
    }
    return largest;
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
        squeeze_find(graph, kill);
    if (kill->victim == NODE_NONE)
        return;
    const struct node *victim = &graph->nodes[kill->victim];
    kill->group = victim->memory_group;
    kill->grower = kill->squeezed ? largest_find(graph, kill->victim) : kill->victim;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        double growth = (double)graph_measure(graph, n, MEASURE_RSS_GROWTH_BPS);
        bool larger = growth >= GROWTH_LEAST_BPS && growth > kill->growth_bps;
        if (graph->nodes[n].kind != NODE_PROCESS || graph->nodes[n].self || !larger ||
            (n != kill->victim && !group_is_shared(graph, victim, &graph->nodes[n])) ||
            (kill->squeezed && n == kill->victim))
            continue;
        kill->grower = n;
        kill->growth_bps = growth;
    }
    double bytes = kill->grower == NODE_NONE ? 0 : (double)graph_measure(graph, kill->grower, MEASURE_RSS_BYTES);
    kill->grower_bytes = bytes > 0 ? bytes : 0;
}
