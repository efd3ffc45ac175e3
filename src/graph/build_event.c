/* What happened to processes: whom the kernel killed for memory, and who ended whom by a signal. */
#include "graph/build.h"

#include <signal.h>

/* Told by the victim's event where the kernel's events are seen, and counted on the host in any case. */
static void kills_count(struct build *build)
{
    const struct table *first = &build->window->samples[0]->tables[TABLE_HOST];
    const struct table *last = &build->newest->tables[TABLE_HOST];
    if (build->window->count < 2 || first->rows == 0 || last->rows == 0 || !table_known(first, 0, HOST_OOM_KILLS) ||
        !table_known(last, 0, HOST_OOM_KILLS))
        return;
    uint64_t before = table_u64(first, 0, HOST_OOM_KILLS, 0), after = table_u64(last, 0, HOST_OOM_KILLS, 0);
    build_measure(build, build->graph->host, MEASURE_OOM_KILLED, after > before ? (double)(after - before) : 0);
}

/* Who is there in the window anyway; one that asks the victim to end counts once it has ended. */
static void killer_note(struct build *build, const struct table *table, size_t row)
{
    uint64_t signal = table_u64(table, row, EVENT_SIGNAL_NUMBER, 0);
    uint64_t pid = table_u64(table, row, EVENT_PID, 0), sender = table_u64(table, row, EVENT_OTHER_PID, 0);
    if ((signal != SIGKILL && signal != SIGTERM && signal != SIGABRT) || pid == 0 || sender == 0)
        return;
    uint32_t victim = build_find(build, NODE_PROCESS, pid, table_u64(table, row, EVENT_START_TICKS, 0));
    uint32_t killer = build_find(build, NODE_PROCESS, sender, table_u64(table, row, EVENT_OTHER_START_TICKS, 0));
    if (victim == NODE_NONE || killer == NODE_NONE || victim == killer || !build->graph->nodes[victim].exited)
        return;
    build->graph->nodes[victim].killer = killer;
    build->graph->nodes[victim].killed_by = (unsigned)signal;
}

static bool event_take(struct build *build, const struct sample *sample, size_t row, bool *killed)
{
    const struct table *table = &sample->tables[TABLE_EVENT];
    uint32_t victim;
    uint64_t kind = table_u64(table, row, EVENT_KIND, EVENT_KIND_COUNT);
    if (kind == EVENT_SIGNAL)
        killer_note(build, table, row);
    if (kind != EVENT_OOM)
        return true;
    if (!build_process_find(build, table_u64(table, row, EVENT_PID, 0), table_u64(table, row, EVENT_START_TICKS, 0),
                            sample_string(sample, TABLE_EVENT, row, EVENT_NAME), &victim))
        return false;
    *killed = true;
    if (victim != NODE_NONE)
        build_measure(build, victim, MEASURE_OOM_KILLED, 1);
    return true;
}

/* Where events are seen, a kill without one happened elsewhere: among processes of another namespace, which cannot be
 * seen from here. */
bool build_events(struct build *build)
{
    bool seen = false, killed = false;
    kills_count(build);
    for (size_t s = 1; s < build->window->count; s++)
        for (size_t row = 0; row < build->window->samples[s]->tables[TABLE_EVENT].rows; row++) {
            seen = true;
            if (!event_take(build, build->window->samples[s], row, &killed))
                return false;
        }
    if (seen && !killed && build->graph->host != NODE_NONE)
        build_measure(build, build->graph->host, MEASURE_OOM_KILLED, 0);
    return true;
}
