/* A few words on a suspect, for a row of a list. They name no rank, so that they stay true in any order. */
#include "base/quantity.h"
#include "base/units.h"
#include "judge/circle.h"
#include "judge/evidence.h"
#include "judge/suspect.h"
#include "judge/words.h"

#include <math.h>
#include <string.h>

/* From this share of T on, a process that waits is described by its waiting. */
#define WAITER_SHARE 0.5

static const char *lower_bound(bool at_least)
{
    return at_least ? "at least " : "";
}

static void summary_of_holder(struct buffer *out, const struct judgement *judgement,
                              const struct receptions *receptions, const struct suspect *suspect)
{
    enum wait_kind kind = receptions->most;
    const struct reception *reception = &receptions->by_kind[kind];
    const struct node *node = &judgement->graph->nodes[suspect->node];
    const struct edge *edge = wait_edge(&judgement->waits, judgement->graph, reception->lead);
    bool now = reception->ongoing && !node->exited;
    bool at_least = edge->at_least;
    double seconds = edge->seconds;
    if (kind == WAIT_LOCK)
        seconds = lock_held_s(judgement, reception->lead, &at_least);
    char time[32];
    duration_format(time, sizeof time, seconds);
    if (kind == WAIT_STOPPED) {
        buffer_string(out, "stopped ");
        words_label(out, judgement->graph->nodes[edge->from].label);
        buffer_printf(out, reception->ongoing ? " %s ago" : " for %s", time);
        return;
    }
    const char *what = wait_evidence[kind].held_label;
    if (kind == WAIT_LOCK)
        what = now ? "holds a lock" : "held a lock";
    buffer_printf(out, "%s %s%s, %zu ", what, kind == WAIT_LOCK ? "" : lower_bound(at_least), time,
                  receptions->waiters);
    buffer_string(out, !reception->ongoing ? "waited" : receptions->waiters == 1 ? "waits" : "wait");
}

static void summary_of_waiter(struct buffer *out, const struct judgement *judgement, size_t link)
{
    const struct edge *edge = wait_edge(&judgement->waits, judgement->graph, link);
    char time[32];
    if (edge->wait == WAIT_STOPPED)
        buffer_string(out, edge->ongoing ? "is stopped by " : "was stopped by ");
    else
        buffer_string(out, edge->ongoing ? "waits for " : "waited for ");
    words_label(out, judgement->graph->nodes[edge->to].label);
    buffer_printf(out, ": %s", duration_format(time, sizeof time, edge->seconds));
}

/* "deadlock with orders[815], 41 s, 3 wait" */
static void summary_of_circle(struct buffer *out, struct judgement *judgement, uint32_t node)
{
    struct circle circle;
    if (!circle_find(judgement, node, &circle, NULL)) {
        out->failed = true;
        return;
    }
    const struct edge *edge = wait_edge(&judgement->waits, judgement->graph, circle.longest);
    char time[32];
    buffer_string(out, circle.locks ? "deadlock with " : "waits in a circle with ");
    words_nodes(out, judgement->graph, circle.members + 1, circle.count - 1);
    buffer_printf(out, ", %s%s", lower_bound(edge->at_least), duration_format(time, sizeof time, edge->seconds));
    if (circle.behind > 0)
        buffer_printf(out, ", %zu wait%s", circle.behind, circle.behind == 1 ? "s" : "");
}

static void summary_of_object(struct buffer *out, const struct receptions *receptions)
{
    char time[32];
    duration_format(time, sizeof time, receptions->by_kind[receptions->most].total_s);
    buffer_printf(out, "%s %s", wait_evidence[receptions->most].object_label, time);
}

/* The state feature is a number that tells people nothing. */
static const char *state_words(char letter)
{
    static const struct {
        char letter;
        const char *words;
    } states[] = {{'T', "stopped"}, {'t', "stopped by a debugger"}};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (states[i].letter == letter)
            return states[i].words;
    return NULL;
}

static void summary_of_evidence(struct buffer *out, const struct node *node, const struct evidence *evidence)
{
    const char *state = strcmp(evidence->feature, "stopped") == 0 ? state_words(node->state) : NULL;
    if (state != NULL) {
        buffer_string(out, state);
        return;
    }
    if (strcmp(evidence->feature, "has_blocked") == 0) {
        buffer_string(out, "blocked, which is unusual for it");
        return;
    }
    char observed[48], expected[48];
    quantity_words(observed, sizeof observed, evidence->observed, evidence->unit);
    double normal = quantity_beside(evidence->observed, evidence->expected, evidence->unit);
    quantity_words(expected, sizeof expected, normal, evidence->unit);
    buffer_printf(out, "%s %s", evidence->label, observed);
    if (isfinite(evidence->expected))
        buffer_printf(out, ", normally %s", expected);
}

bool summary_write(struct judgement *judgement, const struct receptions *receptions, struct suspect *suspect,
                   struct error *error)
{
    struct buffer out = {0};
    const struct node *node = &judgement->graph->nodes[suspect->node];
    double value;
    size_t wait = wait_heaviest(judgement, suspect->node);
    bool waited_for = receptions->waiters > 0 && suspect->blame >= suspect->own;
    bool waits = wait != LINK_NONE && (waits_share(&judgement->waits, suspect->node) >= WAITER_SHARE ||
                                       judgement->kept_own[suspect->node] <= judgement->suffered[suspect->node]);
    enum symptom_kind symptom = symptom_of_node(judgement->graph, suspect->node, &value);
    if (suspect->member_count > 1)
        summary_of_circle(&out, judgement, suspect->node);
    else if (symptom == SYMPTOM_SPACE)
        buffer_printf(&out, "full (%.0f %%)", floor(value));
    else if (waited_for && node_is_object(node))
        summary_of_object(&out, receptions);
    else if (waits)
        summary_of_waiter(&out, judgement, wait);
    else if (waited_for)
        summary_of_holder(&out, judgement, receptions, suspect);
    else if (suspect->why_count > 0)
        summary_of_evidence(&out, node, &suspect->why[0]);
    suspect->summary = out.failed ? NULL : arena_copy(judgement->arena, buffer_text(&out), out.length);
    buffer_done(&out);
    return suspect->summary != NULL || error_memory(error);
}
