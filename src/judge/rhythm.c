/* The rhythm of a waiter (formula: rhythm.h). */
#include "judge/rhythm.h"

#include <math.h>

#define NORMAL_LEAST_S 0.5
#define ASKED_NORMAL_S 2.0
#define BEATS          30.0
#define LOCK_BEATS     10.0
#define BEATS_LEAST    50
#define AGE_LEAST_S    2.0

/* Of which kinds of wait a rhythm tells, and of which it tells for sure: who cannot get rid of what it has to say, or
 * has asked and gets no answer, is not idle. */
static const struct {
    bool told, sure;
} kinds[WAIT_KIND_COUNT] = {
    [WAIT_PIPE_READ] = {true, false},  [WAIT_PIPE_WRITE] = {true, true}, [WAIT_SOCKET_RECEIVE] = {true, true},
    [WAIT_SOCKET_SEND] = {true, true}, [WAIT_CONNECT] = {true, true},    [WAIT_FUTEX] = {true, true},
};

static bool kind_is_doubtful(const struct edge *edge)
{
    bool semaphore = edge->wait == WAIT_FUTEX && edge->inferred && !edge->ongoing;
    return !kinds[edge->wait].sure || semaphore;
}

/* By the waiter's turns on a cpu; INFINITY: it has none that tells. */
static double beat_normal_s(const struct graph *graph, const struct edge *edge)
{
    const struct node *waiter = &graph->nodes[edge->from];
    const struct table *table = &graph->sample->tables[TABLE_PROCESS];
    /* While it waits, it has no rhythm. */
    double age_s = (double)graph_measure(graph, edge->from, MEASURE_AGE_S) - (edge->ongoing ? edge->seconds : 0);
    uint64_t beats = waiter->row < table->rows ? table_u64(table, waiter->row, PROCESS_VOLUNTARY_SWITCHES, 0) : 0;
    if (beats < BEATS_LEAST || !(age_s >= AGE_LEAST_S))
        return INFINITY;
    double kept = edge->wait == WAIT_FUTEX ? LOCK_BEATS : BEATS;
    return fmax(NORMAL_LEAST_S, kept * age_s / (double)beats);
}

double rhythm_normal_s(const struct graph *graph, const struct edge *edge, bool *doubtful)
{
    *doubtful = kind_is_doubtful(edge);
    if (!kinds[edge->wait].told || graph->sample == NULL || graph->nodes[edge->from].kind != NODE_PROCESS)
        return INFINITY;
    const struct node *socket =
        edge->wait == WAIT_SOCKET_RECEIVE && edge->on != NODE_NONE ? &graph->nodes[edge->on] : NULL;
    if (edge->wait == WAIT_SOCKET_RECEIVE && (socket == NULL || socket->accepted))
        return INFINITY;
    if (socket != NULL && socket->question)
        return NORMAL_LEAST_S;
    /* An event loop has no rhythm of its own: it serves others meanwhile. */
    bool loops = socket != NULL && edge->inferred;
    double normal_s = loops ? INFINITY : beat_normal_s(graph, edge);
    if (socket == NULL || !(socket->asked || loops) || normal_s <= ASKED_NORMAL_S)
        return normal_s;
    *doubtful = true;
    return ASKED_NORMAL_S;
}
