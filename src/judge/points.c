/* Points of each node (formulas: points.h). */
#include "judge/points.h"

#include "judge/growth.h"

#include <math.h>
#include <string.h>

#define DEAD_ZONE        3.0
#define FELT_FACTOR      0.25
#define UNSHORT_FACTOR   0.5
#define SYMPTOM_STRENGTH 3.0
#define FILLER_FACTOR    0.9 /* the file system itself stays the first to be named */
#define WEAK_FACTOR      0.5
#define WAIT_SCALE       10.0
#define WAIT_SPREAD      0.3
#define FAULT_BYTES      16384.0
#define FAULT_CPU_PCT    0.003 /* 30 us of cpu */

bool node_is_judged(const struct node *node)
{
    return !node->self && node->kind != NODE_HOST;
}

double points_of_feature(const struct judgement *judgement, uint32_t node, size_t feature)
{
    const struct residuals *residuals = judgement->residuals;
    double excess = residuals->deviation[node * residuals->features + feature] - DEAD_ZONE;
    if (!(excess > 0))
        return 0;
    const struct feature *row = judgement->knowledge->feature(judgement->knowledge->model, feature);
    if (row->role == FEATURE_CONTEXT)
        return 0;
    /* Of the states, being stopped alone is out of the order: who runs shows in its cpu, who is blocked in its waits,
     * and zombies are their parent's doing, which has a symptom of its own. */
    if (strcmp(row->name, "state") == 0 && !node_is_stopped(&judgement->graph->nodes[node]))
        return 0;
    double weight = row->weak ? WEAK_FACTOR : 1;
    return weight * asinh(excess);
}

enum feature_role points_role(const struct judgement *judgement, uint32_t node, const struct feature *feature)
{
    const struct graph *graph = judgement->graph;
    double faults_ps = (double)graph_measure(graph, node, MEASURE_MAJOR_FAULTS_PS), used, by_faults;
    if (strncmp(feature->name, "read", 4) == 0) {
        used = (double)graph_measure(graph, node, MEASURE_READ_BPS);
        by_faults = FAULT_BYTES * faults_ps;
    } else if (strncmp(feature->name, "cpu", 3) == 0) {
        used = (double)graph_measure(graph, node, MEASURE_CPU_PCT);
        by_faults = FAULT_CPU_PCT * faults_ps;
    } else {
        return feature->role;
    }
    return faults_ps > 0 && by_faults >= used ? FEATURE_SUFFERS : feature->role;
}

/* Sums of squares of the strengths. The feature of that name is left out: a rule speaks of it more strongly than so. */
struct strengths {
    double acts, felt;
};

static struct strengths strengths_of_node(const struct judgement *judgement, uint32_t node, const char *ruled,
                                          double rule)
{
    struct strengths strengths = {0};
    const struct knowledge *knowledge = judgement->knowledge;
    const double share = judgement->symptoms.shortage ? 1 : UNSHORT_FACTOR;
    const float *deviations = judgement->residuals->deviation + node * judgement->residuals->features;
    for (size_t f = 0; f < judgement->residuals->features; f++) {
        if (!((double)deviations[f] > DEAD_ZONE)) /* nearly all: asked before anything is called */
            continue;
        double strength = points_of_feature(judgement, node, f);
        const struct feature *feature = strength == 0 ? NULL : knowledge->feature(knowledge->model, f);
        if (feature == NULL)
            continue;
        if (points_role(judgement, node, feature) == FEATURE_SUFFERS)
            strengths.felt += strength * strength;
        else if (ruled == NULL || strength * share > rule || strcmp(feature->name, ruled) != 0)
            strengths.acts += share * share * strength * strength;
    }
    return strengths;
}

double points_of_residuals(const struct judgement *judgement, uint32_t node)
{
    struct strengths strengths = strengths_of_node(judgement, node, NULL, 0);
    return log1p(sqrt(strengths.acts)) + log1p(sqrt(strengths.felt)) * FELT_FACTOR;
}

static void points_from_deeds(const struct judgement *judgement, uint32_t node, struct node_points *points)
{
    double rate, strength;
    size_t rule = growth_of_node(judgement->graph, node, &rate, &strength);
    const char *ruled = rule == GROWTH_RULES ? NULL : measures[growth_rules[rule].measure].name;
    struct strengths strengths = strengths_of_node(judgement, node, ruled, strength);
    double squares = strengths.acts + strength * strength;
    double done = log1p(sqrt(squares));
    points->acts = squares > 0 ? done * strengths.acts / squares : 0;
    points->growth = done - points->acts;
    points->felt = log1p(sqrt(strengths.felt)) * FELT_FACTOR;
}

static double points_from_waits(const struct judgement *judgement, uint32_t node)
{
    const struct waits *waits = &judgement->waits;
    double longest_s = 0;
    for (uint32_t i = waits->out_offsets[node]; i < waits->out_offsets[node + 1]; i++)
        longest_s = fmax(longest_s, waits->links[waits->out[i]].excess_s);
    if (longest_s == 0)
        return 0;
    return sqrt(waits_share(waits, node)) * log1p(asinh(log1p(WAIT_SCALE * longest_s) / WAIT_SPREAD));
}

void points_of_node(const struct judgement *judgement, uint32_t node, struct node_points *points)
{
    *points = (struct node_points){0};
    const struct node *it = &judgement->graph->nodes[node];
    if (!node_is_judged(it))
        return;
    double value;
    if (symptom_of_node(judgement->graph, node, &value) != SYMPTOM_KIND_COUNT)
        points->symptom = log1p(SYMPTOM_STRENGTH);
    else if (node == judgement->memory_kill.grower)
        points->symptom = log1p(SYMPTOM_STRENGTH);
    else if (node == judgement->filler)
        points->symptom = log1p(SYMPTOM_STRENGTH) * FILLER_FACTOR;
    if (it->kind != NODE_FILESYSTEM)
        points_from_deeds(judgement, node, points);
    points->waited = points_from_waits(judgement, node);
}
