/* Stopped processes and who stopped them. */
#include "collect/lifecycle_stop.h"

#include "collect/source_inside.h"

#include "base/clock.h"
#include "base/memory.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { STOPS_MAX = 1024 };

/* A process that is not yet seen stopped may not have run since the signal was sent. */
#define PENDING_NS (10 * NS_PER_S)

bool stops_note(struct stops *stops, const struct lifecycle_event *event)
{
    bool stops_it = event->signal == SIGSTOP || event->signal == SIGTSTP;
    if (event->kind != LIFECYCLE_SIGNAL || !stops_it || event->party.pid == 0 || event->other.pid == 0)
        return true;
    size_t place = 0;
    while (place < stops->count && stops->items[place].event.party.pid != event->party.pid)
        place++;
    if (place == STOPS_MAX)
        return true;
    if (!memory_grow(&stops->items, &stops->capacity, place + 1, sizeof *stops->items))
        return false;
    /* Who is stopped already is not stopped again. */
    bool again = place < stops->count && stops->items[place].seen &&
                 stops->items[place].event.party.start_ns == event->party.start_ns;
    if (!again)
        stops->items[place] = (struct stop){.event = *event};
    stops->count += place == stops->count;
    return true;
}

static bool stop_append(const struct stop *stop, struct source *source, const struct process_memory *process)
{
    struct sample *sample = source->sample;
    struct table *table = &sample->tables[TABLE_WAIT];
    const struct recorder_party *sender = &stop->event.other;
    uint64_t now_ns = (uint64_t)sample->boottime_ns, since_ns = stop->event.time_ns;
    size_t row = table_append(table);
    if (row == SIZE_MAX)
        return false;
    table_set_u64(table, row, WAIT_KIND, WAIT_STOPPED);
    table_set_u64(table, row, WAIT_PID, process->pid);
    table_set_u64(table, row, WAIT_START_TICKS, process->start_ticks);
    table_set_u64(table, row, WAIT_HOLDER_PID, sender->pid);
    table_set_u64(table, row, WAIT_HOLDER_START_TICKS, sender->start_ns / source->ns_per_tick);
    sample_set_string(sample, TABLE_WAIT, row, WAIT_HOLDER_NAME, sender->name,
                      strnlen(sender->name, sizeof sender->name));
    table_set_u64(table, row, WAIT_SINCE_NS, since_ns);
    table_set_u64(table, row, WAIT_UNTIL_NS, now_ns);
    table_set_u64(table, row, WAIT_AT_LEAST, 0);
    table_set_u64(table, row, WAIT_ONGOING, 1);
    table_set_u64(table, row, WAIT_COUNT, 1);
    table_set_u64(table, row, WAIT_TOTAL_NS, now_ns > since_ns ? now_ns - since_ns : 0);
    table_set_u64(table, row, WAIT_SIGNAL, stop->event.signal);
    table_set_u64(table, row, WAIT_INFERRED, 0);
    return true;
}

bool stops_append(struct stops *stops, struct source *source)
{
    const struct table *table = &source->sample->tables[TABLE_PROCESS];
    uint64_t now_ns = (uint64_t)source->sample->boottime_ns;
    size_t kept = 0;
    bool complete = true;
    for (size_t i = 0; i < stops->count && complete; i++) {
        struct stop stop = stops->items[i];
        const struct process_memory *process =
            source_process(source, stop.event.party.pid, stop.event.party.start_ns / source->ns_per_tick);
        bool stopped = process != NULL && table_u64(table, process->row, PROCESS_STATE, 0) == 'T';
        bool pending = process != NULL && !stop.seen && now_ns < stop.event.time_ns + PENDING_NS;
        complete = !stopped || stop_append(&stop, source, process);
        stop.seen = stop.seen || stopped;
        if (stopped || pending)
            stops->items[kept++] = stop;
    }
    stops->count = kept;
    return complete;
}

void stops_done(struct stops *stops)
{
    free(stops->items);
    *stops = (struct stops){0};
}
