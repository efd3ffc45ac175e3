/* From residuals, rules and waits to points: how unusual is what a node does, and how much does it suffer?
 *
 *     e_f      = asinh(max(0, deviation_f - 3))                 only rises, only beyond three normal spreads
 *     g        = asinh(rate / limit - 1)                        the rule that it exceeds most (judge/growth.h)
 *     done     = log1p(sqrt(g^2 + sum of (w e_f)^2 over FEATURE_ACTS))
 *     felt     = log1p(sqrt(sum of e_f^2 over FEATURE_SUFFERS)) / 4
 *     waited   = sqrt(phi) log1p(max over its waits of asinh(log1p(10 excess_s) / 0.3))
 *
 * The asinh brings deviations to the scale of the waits. The root of the sum of squares, because features that rise
 * from one cause (cpu, faults, switches) must not count like as many causes, as in a sum, and yet several tell more
 * than one, which a maximum forgets. A rule and a residual are strengths of the same kind, and where both speak of one
 * feature the stronger counts. w is 1/2 while nothing on the host is short: a process that is merely unusual harms
 * nobody. `felt` counts a quarter, because who suffers and cannot say for whom it waits is seldom the culprit. A node
 * that a symptom points at (full file system, zombies) gets log1p(3) points. */
#ifndef JUDGE_POINTS_H
#define JUDGE_POINTS_H

#include "judge/judgement.h"

struct node_points {
    double acts, growth; /* the parts of `done` by residuals and by the rule */
    double felt, symptom, waited;
};

void points_of_node(const struct judgement *judgement, uint32_t node, struct node_points *points);

/* The role of a feature for this node: its own, unless the node reads and computes because its memory was taken (at most
 * four pages and 30 us of cpu for each major fault): that it suffers. */
enum feature_role points_role(const struct judgement *judgement, uint32_t node, const struct feature *feature);

/* What the residuals alone give: done without a rule, and felt. */
double points_of_residuals(const struct judgement *judgement, uint32_t node);

/* e_f of one feature of one node; 0 for FEATURE_CONTEXT and what was not observed. */
double points_of_feature(const struct judgement *judgement, uint32_t node, size_t feature);

/* Who never is a suspect: this tool, the host as a whole. */
bool node_is_judged(const struct node *node);

#endif
