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

bool node_is_judged(const struct node *node)
{
    return !node->self && node->kind != NODE_HOST;
}

double points_of_feature(const struct judgement *judgement, uint32_t node, size_t feature)
{
    const struct residuals *residuals = judgement->residuals;
    const struct feature *row = judgement->knowledge->feature(judgement->knowledge->model, feature);
    if (row->role == FEATURE_CONTEXT)
        return 0;
    /* Of the states, being stopped alone is out of the order: who runs shows in its cpu, who is blocked in its waits,
     * and zombies are their parent's doing, which has a symptom of its own. */
    if (strcmp(row->name, "state") == 0 && !node_is_stopped(&judgement->graph->nodes[node]))
        return 0;
    double excess = residuals->deviation[node * residuals->features + feature] - DEAD_ZONE;
    /* Being large is no deed; growing is (judge/growth.h). */
    double weight = strcmp(row->name, "memory_rss") == 0 ? WEAK_FACTOR : 1;
    return excess > 0 ? weight * asinh(excess) : 0;
}

static void points_from_features(const struct judgement *judgement, uint32_t node, struct node_points *points)
{
    double acts = 0, felt = 0;
    const struct knowledge *knowledge = judgement->knowledge;
    for (size_t f = 0; f < judgement->residuals->features; f++) {
        double strength = points_of_feature(judgement, node, f);
        if (strength == 0)
            continue;
        if (knowledge->feature(knowledge->model, f)->role == FEATURE_ACTS)
            acts += strength * strength;
        else
            felt += strength * strength;
    }
    points->acts = log1p(sqrt(acts)) * (judgement->symptoms.shortage ? 1 : UNSHORT_FACTOR);
    points->felt = log1p(sqrt(felt)) * FELT_FACTOR;
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
    else if (node == judgement->filler)
        points->symptom = log1p(SYMPTOM_STRENGTH) * FILLER_FACTOR;
    if (it->kind != NODE_FILESYSTEM)
        points_from_features(judgement, node, points);
    growth_of_node(judgement->graph, node, &value, &points->growth);
    points->waited = points_from_waits(judgement, node);
}
