/* Evidence: where a suspect's score comes from. */
#include "judge/evidence.h"

#include "judge/growth.h"
#include "judge/points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TIME_SHARE    0.8
#define WAITERS_SHARE 0.2
#define FULL_SHARE    0.2 /* of the time: the pipe that nobody reads is seen to be full */

const struct wait_evidence wait_evidence[WAIT_KIND_COUNT] = {
    [WAIT_LOCK] = {"lock_held", "lock held", "lock waited for", "lock_wait", "waits for a lock"},
    [WAIT_PIPE_READ] = {"waited_for", "pipe not written", "bytes waited for", "blocked", "waits for bytes"},
    [WAIT_PIPE_WRITE] = {"waited_for", "pipe not read", "room waited for", "blocked", "waits for room"},
    [WAIT_SOCKET_RECEIVE] = {"waited_for", "not answered", "bytes waited for", "blocked", "waits for an answer"},
    [WAIT_SOCKET_SEND] = {"waited_for", "socket not read", "room waited for", "blocked", "waits for room"},
    [WAIT_CONNECT] = {"waited_for", "not accepted", "connection waited for", "blocked", "waits to connect"},
    [WAIT_ACCEPT] = {"waited_for", "not connected", "client waited for", "blocked", "waits for a client"},
    [WAIT_CHILD] = {"waited_for", "not finished", "child waited for", "blocked", "waits for a child"},
    [WAIT_FUTEX] = {"waited_for", "lock in memory held", "lock in memory waited for", "blocked", "waits for a lock"},
    [WAIT_DISK] = {"waited_for", "io not done", "io waited for", "blocked", "waits for io"},
    [WAIT_STOPPED] = {"stopped_others", "stopped others", "stopped", "stopped", "is stopped"},
};

struct gathering {
    struct judgement *judgement;
    struct suspect *suspect;
    double total; /* points that the shares are parts of */
};

/* Adds a reason; points of a feature that is there already join it. */
static void evidence_add(struct gathering *gathering, struct evidence evidence, double points)
{
    struct suspect *suspect = gathering->suspect;
    if (!(points > 0))
        return;
    evidence.share = points / gathering->total;
    for (size_t i = 0; i < suspect->why_count; i++) {
        if (strcmp(suspect->why[i].feature, evidence.feature) == 0 && evidence.observed <= suspect->why[i].observed) {
            suspect->why[i].share += evidence.share;
            return;
        }
    }
    suspect->why[suspect->why_count++] = evidence;
}

/* Who waits for room in a pipe waits for its reader: the bytes in it are the proof. Returns its part of the points. */
static double evidence_of_pipe(struct gathering *gathering, const struct edge *edge, double points)
{
    const struct graph *graph = gathering->judgement->graph;
    float full = edge->on == NODE_NONE ? NAN : graph_measure(graph, edge->on, MEASURE_PIPE_FULL_PCT);
    if (edge->wait != WAIT_PIPE_WRITE || !(full > 0))
        return 0;
    evidence_add(
        gathering,
        (struct evidence){.feature = "pipe_full", .label = "pipe full", .unit = "%", .observed = full, .expected = 0},
        points * FULL_SHARE);
    return points * FULL_SHARE;
}

static void evidence_of_held(struct gathering *gathering, const struct receptions *receptions, enum wait_kind kind,
                             double points)
{
    const struct reception *reception = &receptions->by_kind[kind];
    if (reception->longest == LINK_NONE)
        return;
    struct judgement *judgement = gathering->judgement;
    const struct wait_link *link = &judgement->waits.links[reception->longest];
    const struct edge *edge = wait_edge(&judgement->waits, judgement->graph, reception->longest);
    bool object = node_is_object(&judgement->graph->nodes[gathering->suspect->node]);
    struct evidence evidence = {.feature = wait_evidence[kind].held_feature,
                                .label = object ? wait_evidence[kind].object_label : wait_evidence[kind].held_label,
                                .unit = "s",
                                .observed = object ? reception->total_s : edge->seconds,
                                .expected = kind == WAIT_LOCK ? 0 : link->normal_s,
                                .at_least = edge->at_least};
    if (kind == WAIT_LOCK && object)
        evidence.feature = "lock_wait";
    else if (kind == WAIT_LOCK)
        evidence.observed = lock_held_s(judgement, reception->longest, &evidence.at_least);
    evidence_add(gathering, evidence, points - evidence_of_pipe(gathering, edge, points));
}

static void evidence_of_waiters(struct gathering *gathering, const struct receptions *receptions, double points)
{
    if (receptions->waiters == 0 || !(receptions->blame > 0))
        return;
    for (int kind = 0; kind < WAIT_KIND_COUNT; kind++)
        evidence_of_held(gathering, receptions, (enum wait_kind)kind,
                         points * TIME_SHARE * receptions->by_kind[kind].blame / receptions->blame);
    evidence_add(
        gathering,
        (struct evidence){
            .feature = "waiters", .label = "waiters on it", .unit = "", .observed = (double)receptions->waiters},
        points * WAITERS_SHARE);
}

static void evidence_of_waiting(struct gathering *gathering, double points)
{
    struct judgement *judgement = gathering->judgement;
    size_t link = wait_heaviest(judgement, gathering->suspect->node);
    if (link == LINK_NONE)
        return;
    const struct edge *edge = wait_edge(&judgement->waits, judgement->graph, link);
    evidence_add(gathering,
                 (struct evidence){.feature = wait_evidence[edge->wait].wait_feature,
                                   .label = wait_evidence[edge->wait].wait_label,
                                   .unit = "s",
                                   .observed = edge->seconds,
                                   .expected = judgement->waits.links[link].normal_s,
                                   .at_least = edge->at_least},
                 points);
}

static void evidence_of_symptom(struct gathering *gathering, double points)
{
    double value;
    const struct judgement *judgement = gathering->judgement;
    enum symptom_kind kind = symptom_of_node(judgement->graph, gathering->suspect->node, &value);
    const struct memory_kill *kill = &judgement->memory_kill;
    if (kind == SYMPTOM_KIND_COUNT && gathering->suspect->node == kill->grower && kill->squeezed) {
        evidence_add(gathering,
                     (struct evidence){.feature = "squeezes",
                                       .label = "memory that others lack",
                                       .unit = "bytes",
                                       .observed = kill->grower_bytes,
                                       .expected = NAN},
                     points);
        return;
    }
    if (kind == SYMPTOM_KIND_COUNT && gathering->suspect->node == kill->grower) {
        bool itself = kill->growth_bps == 0;
        evidence_add(gathering,
                     (struct evidence){.feature = itself ? "oom_killed" : "memory_growth",
                                       .label = itself ? "killed for memory" : "memory taken",
                                       .unit = itself ? "" : "bytes/s",
                                       .observed = itself ? 1 : kill->growth_bps},
                     points);
        return;
    }
    if (kind == SYMPTOM_KIND_COUNT) {
        evidence_add(gathering,
                     (struct evidence){.feature = "fills",
                                       .label = "largest file where it is full",
                                       .unit = "bytes",
                                       .observed = judgement->filled_bytes,
                                       .expected = NAN},
                     points);
        return;
    }
    const struct symptom_rule *rule = &symptom_rules[kind];
    evidence_add(gathering,
                 (struct evidence){.feature = rule->feature,
                                   .label = rule->label,
                                   .unit = measures[rule->measure].unit,
                                   .observed = value,
                                   .expected = rule->expected},
                 points);
}

static void evidence_of_growth(struct gathering *gathering, double points)
{
    double rate, unused;
    size_t rule = growth_of_node(gathering->judgement->graph, gathering->suspect->node, &rate, &unused);
    if (rule == GROWTH_RULES)
        return;
    const struct measure_schema *measure = &measures[growth_rules[rule].measure];
    evidence_add(
        gathering,
        (struct evidence){
            .feature = measure->name, .label = growth_rules[rule].label, .unit = measure->unit, .observed = rate},
        points);
}

/* The code of a state tells people nothing, and being stopped is the only one that counts (points_of_feature). */
static struct evidence feature_evidence(const struct feature *feature, const struct residuals *residuals, size_t place)
{
    if (strcmp(feature->name, "state") == 0)
        return (struct evidence){.feature = "stopped", .label = "stopped", .unit = "", .observed = 1};
    return (struct evidence){.feature = feature->name,
                             .label = feature->label,
                             .unit = feature->unit,
                             .observed = residuals->observed[place],
                             .expected = residuals->expected[place]};
}

/* The features of one role, by the squares of what they contribute. */
static void evidence_of_features(struct gathering *gathering, enum feature_role role, double points)
{
    const struct judgement *judgement = gathering->judgement;
    const struct knowledge *knowledge = judgement->knowledge;
    const struct residuals *residuals = judgement->residuals;
    uint32_t node = gathering->suspect->node;
    double sum = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t f = 0; f < residuals->features; f++) {
            const struct feature *feature = knowledge->feature(knowledge->model, f);
            double strength = points_role(judgement, node, feature) == role ? points_of_feature(judgement, node, f) : 0;
            size_t place = node * residuals->features + f;
            if (pass == 0)
                sum += strength * strength;
            else if (strength > 0)
                evidence_add(gathering, feature_evidence(feature, residuals, place),
                             points * strength * strength / sum);
        }
    }
}

static int evidence_order(const void *a, const void *b)
{
    const struct evidence *first = a, *second = b;
    if (first->share != second->share)
        return first->share > second->share ? -1 : 1;
    return strcmp(first->feature, second->feature);
}

bool evidence_gather(struct judgement *judgement, const struct receptions *receptions, struct suspect *suspect,
                     struct error *error)
{
    enum {
        OTHER_REASONS = WAIT_KIND_COUNT + 5
    }; /* kinds of wait, a full pipe, waiters, its own wait, a symptom, growth */
    suspect->why_count = 0;
    suspect->why =
        arena_take(judgement->arena, (judgement->residuals->features + OTHER_REASONS) * sizeof *suspect->why);
    if (suspect->why == NULL)
        return error_memory(error);
    uint32_t node = suspect->node;
    struct node_points points;
    points_of_node(judgement, node, &points);
    double stays = 1 - BLAME_ALPHA * waits_share(&judgement->waits, node);
    double came = judgement->kept[node] - judgement->kept_own[node] + judgement->passed[node];
    struct gathering gathering = {judgement, suspect, judgement->kept[node] + judgement->passed[node]};
    evidence_of_waiters(&gathering, receptions, came);
    evidence_of_waiting(&gathering, points.waited * (1 - BLAME_ALPHA));
    evidence_of_symptom(&gathering, points.symptom * stays);
    evidence_of_growth(&gathering, points.growth * stays);
    evidence_of_features(&gathering, FEATURE_ACTS, points.acts * stays);
    evidence_of_features(&gathering, FEATURE_SUFFERS, points.felt * stays);
    qsort(suspect->why, suspect->why_count, sizeof *suspect->why, evidence_order);
    return true;
}
