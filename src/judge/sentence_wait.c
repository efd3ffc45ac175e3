/* Sentences about waits, by kind. */
#include "judge/sentence.h"

#include "base/units.h"
#include "judge/reception.h"
#include "judge/words.h"

#include <string.h>

/* {who} is waited for, {object} is waited on (or the second name where it is not known), {time} may begin with "at
 * least", {waiters} {wait} agree in number and tense. `nobody`: the object itself takes the blame. `outlasts`: the wait
 * goes on also when the one who is waited for is gone. `behind`: how those are told who wait for the waiters; NULL: by
 * their number. */
static const struct wait_words {
    const char *object, *object_unknown;
    const char *now, *past;
    const char *nobody_now, *nobody_past;
    bool outlasts;
    const char *behind;
    const char *nobody_object; /* the object where it takes the blame; NULL: the same */
} wait_words[WAIT_KIND_COUNT] = {
    [WAIT_LOCK] = {"the lock on {on}", "a lock", "{who} has held {object} for {time}; {waiters} {wait} for it",
                   "{who} held {object} for {time}; {waiters} {wait} for it",
                   "{blocked} {have} waited for {object} for {time}; who holds it is not known",
                   .nobody_past = "{blocked} waited for {object} for {time}; who held it is not known"},
    [WAIT_PIPE_READ] = {"its pipe", "its pipe", "{who} has not written to {object} for {time}; {waiters} {wait} for it",
                        "{who} did not write to {object} for {time}; {waiters} {wait} for it",
                        "{blocked} {have} waited for bytes in a pipe for {time}",
                        .nobody_past = "{blocked} waited for bytes in a pipe for {time}"},
    [WAIT_PIPE_WRITE] = {"its pipe", "its pipe", "{who} has not read from {object} for {time}; {waiters} {wait} for it",
                         "{who} did not read from {object} for {time}; {waiters} {wait} for it",
                         "{blocked} {have} waited for room in a pipe for {time}",
                         .nobody_past = "{blocked} waited for room in a pipe for {time}"},
    [WAIT_SOCKET_RECEIVE] = {" on {on}", "", "{who} has not answered{object} for {time}; {waiters} {wait} for it",
                             "{who} did not answer{object} for {time}; {waiters} {wait} for it",
                             "{blocked} {have} waited for an answer{object} for {time}",
                             .nobody_past = "{blocked} waited for an answer{object} for {time}"},
    [WAIT_SOCKET_SEND] = {" on {on}", "",
                          "{who} has not read what comes in{object} for {time}; {waiters} {wait} for it",
                          "{who} did not read what came in{object} for {time}; {waiters} {wait} for it",
                          "{blocked} {have} waited to send{object} for {time}",
                          .nobody_past = "{blocked} waited to send{object} for {time}"},
    [WAIT_CONNECT] = {" on {on}", "", "{who} has accepted no connection{object} for {time}; {waiters} {wait} for it",
                      "{who} accepted no connection{object} for {time}; {waiters} {wait} for it",
                      "{blocked} cannot connect{object}: no answer for {time}",
                      "{blocked} could not connect{object}: no answer for {time}", .nobody_object = " to {on}"},
    [WAIT_ACCEPT] = {" to {on}", "", "{who} has not connected{object} for {time}; {waiters} {wait} for it",
                     "{who} did not connect{object} for {time}; {waiters} {wait} for it",
                     "{blocked} {have} waited for a connection{object} for {time}",
                     .nobody_past = "{blocked} waited for a connection{object} for {time}"},
    [WAIT_CHILD] = {"", "", "{who} has not finished for {time}; {waiters} {wait} for it",
                    "{who} did not finish for {time}; {waiters} {wait} for it",
                    "{blocked} {have} waited for a child for {time}",
                    .nobody_past = "{blocked} waited for a child for {time}"},
    [WAIT_FUTEX] = {"a lock in memory", "a lock in memory",
                    "{who} has held {object} for {time}; {waiters} {wait} for it",
                    "{who} held {object} for {time}; {waiters} {wait} for it",
                    "{blocked} {have} waited for {object} for {time}",
                    .nobody_past = "{blocked} waited for {object} for {time}"},
    [WAIT_DISK] = {"{on}", "a device", "{who} has kept {object} from answering for {time}; {waiters} {wait} for it",
                   "{who} kept {object} from answering for {time}; {waiters} {wait} for it",
                   "{blocked} {have} been blocked on {object} for {time}",
                   .nobody_past = "{blocked} {were} blocked on {object} for {time}"},
    [WAIT_STOPPED] = {"", "", "{who} stopped {waiters} by {signal} {time} ago",
                      "{who} stopped {waiters} by {signal} for {time}", "{blocked} {have} been stopped for {time}",
                      "{blocked} {were} stopped for {time}", .outlasts = true,
                      .behind = "; {waiters} {wait} for {them}"},
};

/* Who waits for the node in the same way as the wait that the sentence is about, and on the same object, unless that is
 * a socket, of which everybody has one of its own. */
struct crowd {
    uint32_t node;
    size_t link; /* that wait */
    const struct edge *lead;
    size_t first[2]; /* links: the longest */
    size_t count;
    size_t behind; /* who waits for those */
    bool ongoing;
};

/* The other end's address in "10.0.0.5:51514 -> 10.0.0.9:443"; NULL when it is not told. */
static const char *remote_of(const struct node *node)
{
    const char *arrow = node->kind == NODE_SOCKET ? strstr(node->label, "-> ") : NULL;
    return arrow == NULL ? NULL : arrow + strlen("-> ");
}

/* Do both wait for the same one? Where nobody is known they do when they wait for the same address. */
static bool same_target(const struct judgement *judgement, const struct edge *edge, const struct crowd *crowd)
{
    const struct node *nodes = judgement->graph->nodes;
    const struct edge *lead = crowd->lead;
    if (edge->to != crowd->node) {
        const char *here = remote_of(&nodes[edge->to]), *there = remote_of(&nodes[crowd->node]);
        return here != NULL && there != NULL && strcmp(here, there) == 0;
    }
    return edge->on == lead->on || (lead->on != NODE_NONE && nodes[lead->on].kind == NODE_SOCKET);
}

static void crowd_add(struct crowd *crowd, struct judgement *judgement, size_t link)
{
    const struct edge *edge = wait_edge(&judgement->waits, judgement->graph, link);
    if (edge->wait != crowd->lead->wait || !same_target(judgement, edge, crowd) || edge->ongoing != crowd->ongoing ||
        !node_mark(judgement, edge->from))
        return;
    size_t place = crowd->count < 2 ? crowd->count : 2;
    crowd->count++;
    for (; place > 0 && link_before(judgement, link, crowd->first[place - 1]); place--)
        if (place < 2)
            crowd->first[place] = crowd->first[place - 1];
    if (place < 2)
        crowd->first[place] = link;
}

/* Counts who waits for the waiters; they stand at the beginning of the judgement's queue. */
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
    for (size_t i = direct; i < queued; i++)
        judgement->queue[i - direct] = judgement->queue[i];
    return queued - direct;
}

static bool is_nameless(const struct node *node)
{
    return strncmp(node->label, "unix:", 5) == 0 || strncmp(node->label, "socket:", 7) == 0;
}

/* How people know a socket that is waited on: by the address at the other end; a nameless unix socket by the other
 * end's name. NULL: not at all. */
static const char *socket_words(const struct graph *graph, uint32_t socket)
{
    const struct node *node = &graph->nodes[socket];
    const char *remote = remote_of(node);
    if (remote != NULL)
        return remote;
    if (!is_nameless(node))
        return node->label;
    for (uint32_t i = graph->offsets[socket]; i < graph->offsets[socket + 1]; i++) {
        const struct edge *edge = &graph->edges[graph->adjacent[i]];
        const struct node *other = &graph->nodes[edge->from == socket ? edge->to : edge->from];
        if (edge->kind == EDGE_CONNECTED && !is_nameless(other))
            return other->label;
    }
    return NULL;
}

static void object_append(struct buffer *out, const struct graph *graph, const struct edge *lead, uint32_t node)
{
    const struct wait_words *words = &wait_words[lead->wait];
    uint32_t on = lead->on == NODE_NONE && node_is_object(&graph->nodes[node]) ? node : lead->on;
    struct buffer label = {0};
    const char *text = NULL;
    if (on != NODE_NONE)
        text = graph->nodes[on].kind == NODE_SOCKET ? socket_words(graph, on) : graph->nodes[on].label;
    if (text != NULL)
        words_label(&label, text);
    const struct word names[] = {{"on", buffer_text(&label)}};
    bool nobody = words->nobody_object != NULL && node_is_object(&graph->nodes[node]);
    const char *template = nobody ? words->nobody_object : words->object;
    words_expand(out, text == NULL ? words->object_unknown : template, names, 1);
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

/* Gathers the crowd around the wait that leads; false when nobody waits for the node directly. */
static bool crowd_find(struct judgement *judgement, uint32_t node, struct crowd *crowd)
{
    struct receptions receptions;
    receptions_gather(judgement, node, &receptions);
    if (receptions.most == WAIT_KIND_COUNT)
        return false;
    size_t link = receptions.by_kind[receptions.most].lead;
    const struct edge *lead = wait_edge(&judgement->waits, judgement->graph, link);
    if (lead->to != node)
        return false;
    *crowd = (struct crowd){.node = node, .link = link, .lead = lead, .ongoing = lead->ongoing};
    marks_clear(judgement);
    for (size_t i = 0; i < judgement->waits.count; i++)
        crowd_add(crowd, judgement, i);
    crowd->behind = crowd_behind(judgement, node);
    return true;
}

/* An answer that does not come because nobody took the connection: it is in the listener's queue, where it has no end
 * that a process owns. */
static bool is_not_accepted(const struct graph *graph, const struct edge *lead)
{
    if (lead->wait != WAIT_SOCKET_RECEIVE || lead->on == NODE_NONE || graph->nodes[lead->to].kind != NODE_PROCESS ||
        !(graph_measure(graph, lead->to, MEASURE_BACKLOG) > 0))
        return false;
    for (uint32_t i = graph->offsets[lead->on]; i < graph->offsets[lead->on + 1]; i++)
        if (graph->edges[graph->adjacent[i]].kind == EDGE_CONNECTED)
            return false;
    return true;
}

static const char *template_choose(const struct graph *graph, const struct crowd *crowd, const struct node *node)
{
    const struct wait_words *words =
        &wait_words[is_not_accepted(graph, crowd->lead) ? WAIT_CONNECT : crowd->lead->wait];
    bool now = crowd->ongoing && (!node->exited || words->outlasts);
    if (node_is_object(node))
        return now ? words->nobody_now : words->nobody_past;
    return now ? words->now : words->past;
}

static void behind_append(struct buffer *out, const struct judgement *judgement, const struct crowd *crowd)
{
    const char *template = wait_words[crowd->lead->wait].behind, *them = crowd->count != 1 ? "them" : "it";
    if (crowd->behind > 0 && template == NULL)
        buffer_printf(out, ", and %zu more behind %s", crowd->behind, them);
    if (crowd->behind == 0 || template == NULL)
        return;
    struct buffer waiters = {0};
    words_nodes(&waiters, judgement->graph, judgement->queue, crowd->behind);
    const struct word words[] = {
        {"waiters", buffer_text(&waiters)}, {"wait", crowd->behind > 1 ? "wait" : "waits"}, {"them", them}};
    words_expand(out, template, words, sizeof words / sizeof words[0]);
    out->failed |= waiters.failed;
    buffer_done(&waiters);
}

/* " (killed by bash[812] with SIGKILL)", where it is gone. */
static void end_append(struct buffer *out, const struct graph *graph, const struct node *node)
{
    char signal[SIGNAL_WORDS_BYTES];
    if (node->exited && node->killer != NODE_NONE) {
        buffer_string(out, " (killed by ");
        words_label(out, graph->nodes[node->killer].label);
        buffer_printf(out, " with %s)", words_signal(signal, node->killed_by));
    } else {
        buffer_string(out, node->exited ? " (exited)" : node_is_stopped(node) ? " is stopped: it" : "");
    }
}

bool sentence_of_wait(struct judgement *judgement, uint32_t number, struct buffer *out)
{
    const struct graph *graph = judgement->graph;
    const struct node *node = &graph->nodes[number];
    struct crowd crowd;
    if (!crowd_find(judgement, number, &crowd))
        return false;
    bool many = crowd.count != 1;
    struct buffer who = {0}, object = {0}, time = {0}, waiters = {0}, blocked = {0};
    words_label(&who, node->label);
    end_append(&who, graph, node);
    object_append(&object, graph, crowd.lead, number);
    time_append(&time, judgement, crowd.link);
    crowd_append(&waiters, graph, judgement, &crowd);
    blocked_append(&blocked, graph, judgement, &crowd);
    const char *wait = many ? "wait" : "waits";
    char signal[SIGNAL_WORDS_BYTES];
    const struct word words[] = {
        {"who", buffer_text(&who)},         {"object", buffer_text(&object)},
        {"time", buffer_text(&time)},       {"signal", words_signal(signal, crowd.lead->signal)},
        {"waiters", buffer_text(&waiters)}, {"wait", crowd.ongoing ? wait : "waited"},
        {"blocked", buffer_text(&blocked)}, {"have", many ? "have" : "has"},
        {"were", many ? "were" : "was"}};
    words_expand(out, template_choose(graph, &crowd, node), words, sizeof words / sizeof words[0]);
    behind_append(out, judgement, &crowd);
    buffer_string(out, ".");
    struct buffer *const parts[] = {&who, &object, &time, &waiters, &blocked};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        out->failed |= parts[i]->failed;
        buffer_done(parts[i]);
    }
    return true;
}
