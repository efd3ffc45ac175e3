/* The table of symptoms, and looking for them. */
#include "judge/symptom.h"

#include "base/clock.h"
#include "graph/rise.h"
#include "judge/growth.h"
#include "judge/memory_kill.h"

#include <math.h>

#define NOBODY .user = MEASURE_COUNT

/* Limits: pressure as Linux gives it, the share of time (Documentation/accounting/psi.rst). A tenth of the time in
 * which nobody at all gets on is felt by everyone; of "some" a busy but healthy host shows a lot. */
const struct symptom_rule symptom_rules[SYMPTOM_KIND_COUNT] = {
    [SYMPTOM_WAIT] = {.limit = 0.2, .measure = MEASURE_COUNT, .node_kind = NODE_KIND_COUNT, NOBODY},
    [SYMPTOM_KILLED] = {.node_kind = NODE_HOST,
                        .measure = MEASURE_OOM_KILLED,
                        .limit = 1,
                        .shortage = true,
                        .words = "The kernel killed {value} for lack of memory",
                        .user = MEASURE_RSS_BYTES,
                        .user_words = "{user} uses the most ({value})"},
    [SYMPTOM_SQUEEZE] = {.node_kind = NODE_PROCESS,
                         .measure = MEASURE_MAJOR_FAULTS_PS,
                         .limit = SQUEEZE_FAULTS_PS,
                         .words = "{who} reads its own memory back from the disk ({value}), because memory is short",
                         NOBODY},
    [SYMPTOM_SPACE] = {.node_kind = NODE_FILESYSTEM,
                       .measure = MEASURE_SPACE_USED_PCT,
                       .limit = 99,
                       .points_at = true,
                       .words = "The file system {who} is full ({value})",
                       .feature = "space_used",
                       .label = "space used",
                       .expected = 99,
                       .user = MEASURE_COUNT},
    [SYMPTOM_MEMORY_FULL] = {.node_kind = NODE_HOST,
                             .measure = MEASURE_PSI_MEMORY_FULL,
                             .limit = 0.1,
                             .shortage = true,
                             .words = "Memory is short: for {share} of the time every running process waited for it",
                             .user = MEASURE_RSS_BYTES,
                             .user_words = "{user} uses the most ({value})"},
    [SYMPTOM_MEMORY] = {.node_kind = NODE_HOST,
                        .measure = MEASURE_PSI_MEMORY,
                        .limit = 0.4,
                        .shortage = true,
                        .words = "Memory is short: for {share} of the time some process waited for it",
                        .user = MEASURE_RSS_BYTES,
                        .user_words = "{user} uses the most ({value})"},
    [SYMPTOM_MEMORY_USED] = {.node_kind = NODE_HOST,
                             .measure = MEASURE_MEMORY_USED_PCT,
                             .limit = 97,
                             .shortage = true,
                             .words = "Memory is nearly used up ({value})",
                             .user = MEASURE_RSS_BYTES,
                             .user_words = "{user} uses the most ({value})"},
    [SYMPTOM_IO_FULL] = {.node_kind = NODE_HOST,
                         .measure = MEASURE_PSI_IO_FULL,
                         .limit = 0.1,
                         .shortage = true,
                         .words = "Storage is too slow: for {share} of the time every running process waited for it",
                         .user = MEASURE_WRITE_BPS,
                         .user_words = "{user} writes the most ({value})"},
    [SYMPTOM_IO] = {.node_kind = NODE_HOST,
                    .measure = MEASURE_PSI_IO,
                    .limit = 0.4,
                    .shortage = true,
                    .words = "Storage is too slow: for {share} of the time some process waited for it",
                    .user = MEASURE_WRITE_BPS,
                    .user_words = "{user} writes the most ({value})"},
    /* A tenth of the time is what a service feels; of those in a group the ones count that used the quota up. */
    [SYMPTOM_THROTTLED] = {.node_kind = NODE_PROCESS,
                           .measure = MEASURE_THROTTLED_OWN,
                           .limit = 0.1,
                           .points_at = true,
                           .words = "{who} is held back by the quota of {group}",
                           .feature = "throttled",
                           .label = "throttled by its quota",
                           .user = MEASURE_COUNT},
    /* Shells and builds start tens. */
    [SYMPTOM_FORKS] = {.node_kind = NODE_PROCESS,
                       .measure = MEASURE_CHILDREN_PS,
                       .limit = 100,
                       .points_at = true,
                       .words = "{who} starts processes without end: {value}",
                       .feature = "children_created",
                       .label = "children started",
                       .user = MEASURE_COUNT},
    [SYMPTOM_ZOMBIES] = {.node_kind = NODE_PROCESS,
                         .measure = MEASURE_ZOMBIES,
                         .limit = 50,
                         .points_at = true,
                         .words = "{who} has not collected {value} children that exited",
                         .feature = "zombies",
                         .label = "zombies",
                         .user = MEASURE_COUNT},
    [SYMPTOM_GROWTH] = {.measure = MEASURE_COUNT,
                        .node_kind = NODE_KIND_COUNT,
                        .words = "{who} takes more and more: {value}",
                        NOBODY},
    [SYMPTOM_HOG] = {.limit = 30,
                     .measure = MEASURE_CPU_PCT,
                     .node_kind = NODE_KIND_COUNT,
                     .words = "{who} uses {value} of a core more than ever before, and cpu is short",
                     NOBODY},
};

/* Who has lived shorter than that before the window may just be starting. */
#define START_S 4.0
/* Share of time in which somebody who could run has to wait for a processor. */
#define CPU_SHORT 0.3

/* Images (squashfs, iso9660) are always full and always mounted read-only: nobody suffers from that. */
static bool filesystem_is_writable(const struct graph *graph, const struct node *node)
{
    if (graph->sample == NULL)
        return true;
    const struct table *table = &graph->sample->tables[TABLE_FILESYSTEM];
    return node->row >= table->rows || table_u64(table, node->row, FILESYSTEM_READ_ONLY, 0) == 0;
}

static bool rule_applies(const struct symptom_rule *rule, const struct graph *graph, uint32_t number, double *value)
{
    const struct node *node = &graph->nodes[number];
    if (rule->node_kind != node->kind || node->self)
        return false;
    *value = graph_measure(graph, number, rule->measure);
    if (!(*value >= rule->limit))
        return false;
    /* Who reads its program for the first time reads much, too: only where memory has a limit it is taken away. */
    if (rule->measure == MEASURE_MAJOR_FAULTS_PS && node->memory_group == NULL)
        return false;
    return node->kind != NODE_FILESYSTEM || filesystem_is_writable(graph, node);
}

enum symptom_kind symptom_of_node(const struct graph *graph, uint32_t node, double *value)
{
    for (int kind = 0; kind < SYMPTOM_KIND_COUNT; kind++)
        if (symptom_rules[kind].points_at && rule_applies(&symptom_rules[kind], graph, node, value))
            return (enum symptom_kind)kind;
    return SYMPTOM_KIND_COUNT;
}

static void symptom_note(struct symptoms *symptoms, int kind, uint32_t node, double value)
{
    struct symptom *worst = &symptoms->worst[kind];
    if (worst->node == NODE_NONE || value > worst->value)
        *worst = (struct symptom){.node = node, .value = value};
    symptoms->any = true;
    symptoms->shortage |= symptom_rules[kind].shortage;
}

/* What a process does by itself: it is judged by its own life before the window, so that a start is no symptom. */
static void deeds_note(struct symptoms *symptoms, const struct graph *graph, uint32_t node)
{
    const struct node *process = &graph->nodes[node];
    double rate, strength;
    if (process->kind != NODE_PROCESS || process->self || !(graph_life_before_s(graph, node) >= START_S))
        return;
    size_t rule = growth_of_node(graph, node, &rate, &strength);
    if (rule != GROWTH_RULES && rate >= growth_rules[rule].alarm)
        symptom_note(symptoms, SYMPTOM_GROWTH, node, strength);
    double rise = graph_rate_rise(graph, node, MEASURE_CPU_PCT, PROCESS_CPU_NS, 100.0 / NS_PER_S);
    bool shortage = graph->host != NODE_NONE && graph_measure(graph, graph->host, MEASURE_PSI_CPU) >= CPU_SHORT;
    if (shortage && rise >= symptom_rules[SYMPTOM_HOG].limit)
        symptom_note(symptoms, SYMPTOM_HOG, node, rise);
}

void symptoms_find(struct symptoms *symptoms, const struct graph *graph, const struct waits *waits)
{
    *symptoms = (struct symptoms){0};
    for (int kind = 0; kind < SYMPTOM_KIND_COUNT; kind++)
        symptoms->worst[kind].node = NODE_NONE;
    for (size_t i = 0; i < waits->count; i++)
        if (!waits->links[i].doubtful && waits->links[i].weight >= symptom_rules[SYMPTOM_WAIT].limit)
            symptom_note(symptoms, SYMPTOM_WAIT, waits->edges[i].from, waits->links[i].weight);
    for (size_t n = 0; n < graph->node_count; n++) {
        double value = 0;
        deeds_note(symptoms, graph, (uint32_t)n);
        for (int kind = SYMPTOM_WAIT + 1; kind < SYMPTOM_KIND_COUNT; kind++)
            if (rule_applies(&symptom_rules[kind], graph, (uint32_t)n, &value))
                symptom_note(symptoms, kind, (uint32_t)n, value);
    }
}
