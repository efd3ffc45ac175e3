/* Clients that await an answer in poll or select: what a library does that gives up after a time.
 *
 * Event loops sleep in the same calls when all is well. Told apart are the two by the connection: the client's has sent
 * since it last received, and it is among those that the thread polls for bytes. The wait began with the question, also
 * when the thread woke meanwhile to look at the clock.
 *
 * A loop over epoll (a proxy) awaits answers in the same sense, while it serves others: its waits are told as inferred,
 * and of each process only the first few. */
#include "collect/proc_call.h"
#include "collect/proc_wait.h"
#include "collect/slow.h"

#include "base/clock.h"

#include <stdlib.h>

enum {
    UNANSWERED_LEAST_MS = 1000, /* sooner, it is the rule */
    POLLS_MAX = 256,            /* told in a sample */
    LOOP_POLLS_MAX = 16,        /* told of an event loop */
    SINCE_SLACK_MS = 200,       /* the kernel tells the beginning no better */
};

struct poller {
    const struct process_memory *process;
    uint64_t thread, inode, unanswered_ms;
    uint64_t remote; /* string of the address that is asked */
    bool loops;      /* over epoll */
    bool waits;
};

struct pollers {
    struct source *source;
    struct wait_ends *ends;
    struct poller items[POLLS_MAX];
    size_t count;
    struct slow_poll questions[POLLS_MAX]; /* what only the caller's memory tells */
    size_t askers[POLLS_MAX];              /* places in items */
    size_t question_count;
};

static bool anybody_asked(const struct sample *sample)
{
    const struct table *table = &sample->tables[TABLE_SOCKET];
    for (size_t row = 0; row < table->rows; row++)
        if (table_u64(table, row, SOCKET_UNANSWERED_MS, 0) >= UNANSWERED_LEAST_MS)
            return true;
    return false;
}

/* Fills in how long the socket has had no answer (0: it had, or nobody knows), and from where. */
static void socket_look(const struct pollers *pollers, struct poller *poller)
{
    const struct table *table = &pollers->source->sample->tables[TABLE_SOCKET];
    size_t row = wait_socket_row(pollers->ends, poller->inode);
    if (row == SIZE_MAX)
        return;
    poller->unanswered_ms = table_u64(table, row, SOCKET_UNANSWERED_MS, 0);
    poller->remote = table_u64(table, row, SOCKET_REMOTE, UINT64_MAX);
}

/* Of an event loop the oldest question to each address is told, once. */
static bool loop_merge(struct pollers *pollers, const struct poller *poller)
{
    for (size_t i = 0; i < pollers->count; i++) {
        struct poller *told = &pollers->items[i];
        if (!told->loops || told->process != poller->process || told->remote != poller->remote)
            continue;
        if (told->unanswered_ms < poller->unanswered_ms)
            *told = *poller;
        return true;
    }
    return false;
}

static void poller_add(struct pollers *pollers, const struct poller *poller, const struct call_poll *call,
                       uint64_t descriptor)
{
    if (!poller->loops) {
        pollers->askers[pollers->question_count] = pollers->count;
        pollers->questions[pollers->question_count++] = (struct slow_poll){.list = call->list,
                                                                           .pid = poller->process->pid,
                                                                           .count = call->count,
                                                                           .descriptor = (uint32_t)descriptor,
                                                                           .selects = call->selects};
    }
    pollers->items[pollers->count++] = *poller;
}

static void thread_gather(struct pollers *pollers, const struct process_memory *process,
                          const struct sleep_memory *sleep, uint64_t thread)
{
    const struct table *table = &pollers->source->sample->tables[TABLE_DESCRIPTOR];
    struct call_poll call;
    if (!call_poll(&sleep->call, &call))
        return;
    size_t room = POLLS_MAX - pollers->count, first = pollers->count;
    size_t most = first + (call.events && room > LOOP_POLLS_MAX ? LOOP_POLLS_MAX : room);
    for (size_t i = 0; i < process->descriptor_count && pollers->count < most; i++) {
        size_t row = process->descriptor_first + i;
        uint64_t inode = table_u64(table, row, DESCRIPTOR_INODE, 0);
        if (table->cells[DESCRIPTOR_TYPE][row] != DESCRIPTOR_SOCKET || inode == 0)
            continue;
        struct poller poller = {
            .process = process, .thread = thread, .inode = inode, .loops = call.events, .waits = call.events};
        socket_look(pollers, &poller);
        if (poller.unanswered_ms >= UNANSWERED_LEAST_MS && !(call.events && loop_merge(pollers, &poller)))
            poller_add(pollers, &poller, &call, table->cells[DESCRIPTOR_NUMBER][row]);
    }
}

static void threads_gather(struct pollers *pollers)
{
    const struct source *source = pollers->source;
    for (size_t i = 0; i < source->processes.count; i++) {
        const struct process_memory *process = &source->processes.items[i];
        thread_gather(pollers, process, &process->sleep, process->pid);
        for (size_t thread = 0; thread < process->thread_count; thread++) {
            const struct thread_memory *memory = &source->threads.items[process->thread_first + thread];
            thread_gather(pollers, process, &memory->sleep, memory->tid);
        }
    }
}

/* When it was asked, as the sample before had it where that is the same within what the kernel tells. */
static int64_t since_settle(const struct source *source, const struct poller *poller)
{
    int64_t since_ns = source->sample->boottime_ns - (int64_t)poller->unanswered_ms * NS_PER_MS;
    for (size_t i = 0; i < source->earlier_waits.count; i++) {
        const struct wait_key *key = &source->earlier_waits.items[i].key;
        if (key->pid == poller->process->pid && key->thread == poller->thread && key->inode == poller->inode &&
            llabs((int64_t)key->since_ns - since_ns) <= SINCE_SLACK_MS * NS_PER_MS)
            return (int64_t)key->since_ns;
    }
    return since_ns;
}

static bool poller_append(struct pollers *pollers, const struct poller *poller)
{
    struct wait wait = {.kind = WAIT_SOCKET_RECEIVE,
                        .at_least = true,
                        .inferred = poller->loops,
                        .waiter = poller->process,
                        .thread = poller->thread,
                        .inode = poller->inode,
                        .since_ns = since_settle(pollers->source, poller)};
    return wait_socket_append(pollers->source, pollers->ends, &wait);
}

/* Asks for what stands in the callers' memory. */
static void questions_ask(struct pollers *pollers)
{
    bool waits[POLLS_MAX];
    if (pollers->question_count > 0)
        slow_polls_ask(pollers->source->slow, pollers->questions, pollers->question_count, waits);
    for (size_t i = 0; i < pollers->question_count; i++)
        pollers->items[pollers->askers[i]].waits = waits[i];
}

bool wait_polls_append(struct source *source, struct wait_ends *ends)
{
    if (source->slow == NULL || !anybody_asked(source->sample))
        return true;
    struct pollers *pollers = calloc(1, sizeof *pollers);
    bool done = pollers != NULL;
    if (!done)
        return false;
    pollers->source = source;
    pollers->ends = ends;
    threads_gather(pollers);
    questions_ask(pollers);
    for (size_t i = 0; done && i < pollers->count; i++)
        done = !pollers->items[i].waits || poller_append(pollers, &pollers->items[i]);
    free(pollers);
    return done;
}
