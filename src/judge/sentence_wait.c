/* Sentences about waits, by kind. */
#include "judge/sentence.h"

#include "base/units.h"
#include "judge/reception.h"
#include "judge/words.h"

#include <stdio.h>
#include <string.h>

/* {who} is waited for, {object} is waited on (or the second name where it is not known), {time} may begin with "at
 * least", {waiters} {wait} agree in number and tense. `nobody`: the object itself takes the blame. */
static const struct wait_words {
    const char *object, *object_unknown;
    const char *now, *past;
    const char *nobody_now, *nobody_past;
} wait_words[WAIT_KIND_COUNT] = {
    [WAIT_LOCK] = {"the lock on {on}", "a lock", "{who} has held {object} for {time}; {waiters} {wait} for it",
                   "{who} held {object} for {time}; {waiters} {wait} for it",
                   "{blocked} {have} waited for {object} for {time}; who holds it is not known",
                   "{blocked} waited for {object} for {time}; who held it is not known"},
    [WAIT_PIPE_READ] = {"its pipe", "its pipe", "{who} has not written to {object} for {time}; {waiters} {wait} for it",
                        "{who} did not write to {object} for {time}; {waiters} {wait} for it",
                        "{blocked} {have} waited for bytes in a pipe for {time}",
                        "{blocked} waited for bytes in a pipe for {time}"},
    [WAIT_PIPE_WRITE] = {"its pipe", "its pipe", "{who} has not read from {object} for {time}; {waiters} {wait} for it",
                         "{who} did not read from {object} for {time}; {waiters} {wait} for it",
                         "{blocked} {have} waited for room in a pipe for {time}",
                         "{blocked} waited for room in a pipe for {time}"},
    [WAIT_SOCKET_RECEIVE] = {" on {on}", "", "{who} has not answered{object} for {time}; {waiters} {wait} for it",
                             "{who} did not answer{object} for {time}; {waiters} {wait} for it",
                             "{blocked} {have} waited for an answer{object} for {time}",
                             "{blocked} waited for an answer{object} for {time}"},
    [WAIT_SOCKET_SEND] = {" on {on}", "",
                          "{who} has not read what comes in{object} for {time}; {waiters} {wait} for it",
                          "{who} did not read what came in{object} for {time}; {waiters} {wait} for it",
                          "{blocked} {have} waited to send{object} for {time}",
                          "{blocked} waited to send{object} for {time}"},
    [WAIT_CONNECT] = {" on {on}", "", "{who} has accepted no connection{object} for {time}; {waiters} {wait} for it",
                      "{who} accepted no connection{object} for {time}; {waiters} {wait} for it",
                      "{blocked} {have} tried to connect{object} for {time}; nobody answers",
                      "{blocked} tried to connect{object} for {time}; nobody answered"},
    [WAIT_ACCEPT] = {" to {on}", "", "{who} has not connected{object} for {time}; {waiters} {wait} for it",
                     "{who} did not connect{object} for {time}; {waiters} {wait} for it",
                     "{blocked} {have} waited for a connection{object} for {time}",
                     "{blocked} waited for a connection{object} for {time}"},
    [WAIT_CHILD] = {"", "", "{who} has not finished for {time}; {waiters} {wait} for it",
                    "{who} did not finish for {time}; {waiters} {wait} for it",
                    "{blocked} {have} waited for a child for {time}", "{blocked} waited for a child for {time}"},
    [WAIT_FUTEX] = {"a lock in memory", "a lock in memory",
                    "{who} has held {object} for {time}; {waiters} {wait} for it",
                    "{who} held {object} for {time}; {waiters} {wait} for it",
                    "{blocked} {have} waited for {object} for {time}", "{blocked} waited for {object} for {time}"},
    [WAIT_DISK] = {"{on}", "a device", "{who} has kept {object} from answering for {time}; {waiters} {wait} for it",
                   "{who} kept {object} from answering for {time}; {waiters} {wait} for it",
                   "{blocked} {have} been blocked on {object} for {time}",
                   "{blocked} {were} blocked on {object} for {time}"},
};

/* Who waits for the node in the same way and on the same object as the wait that the sentence is about. */
struct crowd {
    uint32_t node;
    const struct edge *lead;
    size_t first[2]; /* links: the longest */
    size_t count;
    size_t behind; /* who waits for those */
    bool ongoing;
};

static void crowd_add(void *context, struct judgement *judgement, size_t link)
{
    struct crowd *crowd = context;
    const struct edge *edge = wait_edge(&judgement->waits, judgement->graph, link);
    if (edge->wait != crowd->lead->wait || edge->on != crowd->lead->on || edge->to != crowd->node ||
        edge->ongoing != crowd->ongoing || !node_mark(judgement, edge->from))
        return;
    size_t place = crowd->count < 2 ? crowd->count : 2;
    crowd->count++;
    for (; place > 0 && link_before(judgement, link, crowd->first[place - 1]); place--)
        if (place < 2)
            crowd->first[place] = crowd->first[place - 1];
    if (place < 2)
        crowd->first[place] = link;
}

/* Counts who waits for the waiters. */
static size_t crowd_behind(struct judgement *judgement, uint32_t node)
{
    const struct waits *waits = &judgement->waits;
    size_t queued = 0;
    marks_clear(judgement);
    node_mark(judgement, node);
    for (uint32_t i = waits->in_offsets[node]; i < waits->in_offsets[node + 1]; i++)
        if (node_mark(judgement, waits->edges[waits->in[i]].from))
            judgement->queue[queued++] = waits->edges[waits->in[i]].from;
    size_t direct = queued;
    for (size_t at = 0; at < queued; at++) {
        uint32_t waiter = judgement->queue[at];
        for (uint32_t i = waits->in_offsets[waiter]; i < waits->in_offsets[waiter + 1]; i++)
            if (node_mark(judgement, waits->edges[waits->in[i]].from))
                judgement->queue[queued++] = waits->edges[waits->in[i]].from;
    }
    return queued - direct;
}

static void object_append(struct buffer *out, const struct graph *graph, const struct edge *lead, uint32_t node)
{
    const struct wait_words *words = &wait_words[lead->wait];
    uint32_t on = lead->on == NODE_NONE && node_is_object(&graph->nodes[node]) ? node : lead->on;
    struct buffer label = {0};
    if (on != NODE_NONE)
        words_label(&label, graph->nodes[on].label);
    const struct word names[] = {{"on", buffer_text(&label)}};
    words_expand(out, on == NODE_NONE ? words->object_unknown : words->object, names, 1);
    out->failed |= label.failed;
    buffer_done(&label);
}

static void crowd_append(struct buffer *out, const struct graph *graph, const struct judgement *judgement,
                         const struct crowd *crowd)
{
    uint32_t nodes[2];
    for (size_t i = 0; i < crowd->count && i < 2; i++)
        nodes[i] = wait_edge(&judgement->waits, graph, crowd->first[i])->from;
    words_nodes(out, graph, nodes, crowd->count);
}

/* "payment[812]" or "3 processes (payment[812], orders[815] and 1 other)". */
static void blocked_append(struct buffer *out, const struct graph *graph, const struct judgement *judgement,
                           const struct crowd *crowd)
{
    if (crowd->count > 1)
        buffer_printf(out, "%zu processes (", crowd->count);
    crowd_append(out, graph, judgement, crowd);
    if (crowd->count > 1)
        buffer_string(out, ")");
}

static void time_append(struct buffer *out, const struct judgement *judgement, size_t link)
{
    const struct edge *edge = wait_edge(&judgement->waits, judgement->graph, link);
    bool at_least = edge->at_least;
    double seconds = edge->seconds;
    if (edge->wait == WAIT_LOCK && !node_is_object(&judgement->graph->nodes[edge->to]))
        seconds = lock_held_s(judgement, link, &at_least);
    char time[32];
    buffer_printf(out, "%s%s", at_least ? "at least " : "", duration_format(time, sizeof time, seconds));
}

bool sentence_of_wait(struct judgement *judgement, uint32_t node, struct buffer *out)
{
    const struct graph *graph = judgement->graph;
    struct receptions receptions;
    receptions_gather(judgement, node, &receptions);
    if (receptions.most == WAIT_KIND_COUNT)
        return false;
    size_t longest = receptions.by_kind[receptions.most].longest;
    const struct edge *lead = wait_edge(&judgement->waits, graph, longest);
    if (lead->to != node)
        return false;
    struct crowd crowd = {.node = node, .lead = lead, .ongoing = lead->ongoing};
    marks_clear(judgement);
    links_visit(judgement, node, crowd_add, &crowd);
    crowd.behind = crowd_behind(judgement, node);

    bool exited = graph->nodes[node].exited, many = crowd.count != 1;
    bool now = crowd.ongoing && !exited;
    struct buffer who = {0}, object = {0}, time = {0}, waiters = {0}, blocked = {0};
    words_label(&who, graph->nodes[node].label);
    buffer_string(&who, exited ? " (exited)" : "");
    object_append(&object, graph, lead, node);
    time_append(&time, judgement, longest);
    crowd_append(&waiters, graph, judgement, &crowd);
    blocked_append(&blocked, graph, judgement, &crowd);
    const struct word words[] = {{"who", buffer_text(&who)},
                                 {"object", buffer_text(&object)},
                                 {"time", buffer_text(&time)},
                                 {"waiters", buffer_text(&waiters)},
                                 {"wait", !crowd.ongoing ? "waited"
                                          : many         ? "wait"
                                                         : "waits"},
                                 {"blocked", buffer_text(&blocked)},
                                 {"have", many ? "have" : "has"},
                                 {"were", many ? "were" : "was"}};
    const struct wait_words *templates = &wait_words[lead->wait];
    const char *template = now ? templates->now : templates->past;
    if (node_is_object(&graph->nodes[node]))
        template = now ? templates->nobody_now : templates->nobody_past;
    words_expand(out, template, words, sizeof words / sizeof words[0]);
    if (crowd.behind > 0)
        buffer_printf(out, ", and %zu more behind %s", crowd.behind, many ? "them" : "it");
    buffer_string(out, ".");
    out->failed |= who.failed || object.failed || time.failed || waiters.failed || blocked.failed;
    buffer_done(&who);
    buffer_done(&object);
    buffer_done(&time);
    buffer_done(&waiters);
    buffer_done(&blocked);
    return true;
}

struct circle {
    uint32_t members[2]; /* the node itself, and the first of the others by id */
    size_t count;
    size_t longest; /* link inside of it */
    bool ongoing;   /* all of its waits go on */
    bool locks;     /* all of them are for locks: nobody will ever get on */
};

static void circle_measure(const struct judgement *judgement, uint32_t node, struct circle *circle)
{
    const struct waits *waits = &judgement->waits;
    const struct graph *graph = judgement->graph;
    uint32_t component = waits->component[node];
    *circle = (struct circle){.members = {node, NODE_NONE}, .longest = LINK_NONE, .ongoing = true, .locks = true};
    for (uint32_t n = 0; n < graph->node_count; n++) {
        if (waits->component[n] != component)
            continue;
        circle->count++;
        if (n != node &&
            (circle->members[1] == NODE_NONE || strcmp(graph->nodes[n].id, graph->nodes[circle->members[1]].id) < 0))
            circle->members[1] = n;
    }
    for (size_t i = 0; circle->count > 1 && i < waits->count; i++) {
        const struct edge *edge = wait_edge(waits, graph, i);
        if (waits->component[edge->from] != component || waits->component[edge->to] != component)
            continue;
        circle->ongoing &= edge->ongoing;
        circle->locks &= edge->wait == WAIT_LOCK || edge->wait == WAIT_FUTEX;
        if (circle->longest == LINK_NONE || link_before(judgement, i, circle->longest))
            circle->longest = i;
    }
}

bool sentence_of_circle(struct judgement *judgement, uint32_t node, struct buffer *out)
{
    struct circle circle;
    circle_measure(judgement, node, &circle);
    if (circle.count < 2 || !circle.ongoing)
        return false;
    const struct edge *edge = wait_edge(&judgement->waits, judgement->graph, circle.longest);
    char time[32];
    words_nodes(out, judgement->graph, circle.members, circle.count);
    buffer_printf(out, " wait for each other%s, for %s%s by now.", circle.locks ? " (deadlock)" : "",
                  edge->at_least ? "at least " : "", duration_format(time, sizeof time, edge->seconds));
    return true;
}
