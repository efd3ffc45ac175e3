/* Loads the lifecycle's programs, reads what they noted and writes it into the sample. */
#include "collect/lifecycle.h"

#include "base/memory.h"
#include "collect/bpf/lifecycle_shared.h"
#include "collect/bpf/lifecycle.skel.h"
#include "collect/lifecycle_stop.h"
#include "collect/kernel_hook.h"
#include "collect/recorder_inside.h"
#include "collect/source_inside.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a sample takes: signals and deaths for memory before plain exits. */
enum { EVENTS_MAX = 1024 };

/* PROC_PID_INIT_INO, include/linux/proc_ns.h */
static const uint64_t OUTERMOST_NAMESPACE = 0xEFFFFFFC;

struct lifecycle {
    struct lifecycle_bpf *programs;
    struct ring_buffer *ring;
    struct buffer events; /* struct lifecycle_event */
    struct recorder_rows children;
    struct stops stops;
    uint64_t lost;  /* as told to earlier samples */
    bool outermost; /* our process numbers are the kernel's own */
};

static int event_take(void *context, void *bytes, size_t count)
{
    struct lifecycle *lifecycle = context;
    if (count == sizeof(struct lifecycle_event))
        buffer_append(&lifecycle->events, bytes, count);
    return 0;
}

struct lifecycle *lifecycle_new(size_t event_bytes, struct error *error)
{
    struct lifecycle *lifecycle = calloc(1, sizeof *lifecycle);
    if (lifecycle == NULL) {
        error_memory(error);
        return NULL;
    }
    lifecycle->outermost = recorder_own_namespace().inode == OUTERMOST_NAMESPACE;
    recorder_library_silence();
    lifecycle->programs = lifecycle_bpf__open();
    int result = lifecycle->programs == NULL ? -errno : 0;
    if (result == 0 && !kernel_hooks_choose(KERNEL_LIFECYCLE, lifecycle->programs->obj, error))
        goto failed;
    if (result == 0) {
        lifecycle->programs->rodata->own_namespace = recorder_own_namespace().inode;
        if (event_bytes != 0)
            bpf_map__set_max_entries(lifecycle->programs->maps.events, (uint32_t)event_bytes);
        result = lifecycle_bpf__load(lifecycle->programs);
    }
    if (result == 0)
        result = lifecycle_bpf__attach(lifecycle->programs);
    if (result == 0) {
        lifecycle->ring = ring_buffer__new(bpf_map__fd(lifecycle->programs->maps.events), event_take, lifecycle, NULL);
        result = lifecycle->ring == NULL ? -errno : 0;
    }
    if (result == 0)
        return lifecycle;
    kernel_refusal_tell(KERNEL_LIFECYCLE, -result, error);
failed:
    lifecycle_free(lifecycle);
    return NULL;
}

void lifecycle_free(struct lifecycle *lifecycle)
{
    if (lifecycle == NULL)
        return;
    ring_buffer__free(lifecycle->ring);
    lifecycle_bpf__destroy(lifecycle->programs);
    buffer_done(&lifecycle->events);
    recorder_rows_done(&lifecycle->children);
    stops_done(&lifecycle->stops);
    free(lifecycle);
}

/* Its processes are told by number and start in ticks: two with the same start in nanoseconds are the same. */
static bool children_collect(struct source *source)
{
    struct lifecycle *lifecycle = source->lifecycle;
    struct table *table = &source->sample->tables[TABLE_PROCESS];
    if (!recorder_map_read(lifecycle->programs->maps.children, &lifecycle->children, sizeof(struct lifecycle_parent),
                           sizeof(uint64_t)))
        return false;
    const struct lifecycle_parent *parents = (const void *)lifecycle->children.keys;
    const uint64_t *counts = (const void *)lifecycle->children.values;
    for (size_t row = 0; row < table->rows; row++)
        table_set_u64(table, row, PROCESS_CHILDREN_CREATED, 0);
    for (size_t i = 0; i < lifecycle->children.count; i++) {
        const struct process_memory *process =
            source_process(source, parents[i].pid, parents[i].start_ns / source->ns_per_tick);
        if (process != NULL)
            table_set_u64(table, process->row, PROCESS_CHILDREN_CREATED, counts[i]);
    }
    return true;
}

static void party_set(const struct source *source, size_t row, const struct recorder_party *party, size_t pid,
                      size_t start_ticks, size_t name)
{
    struct table *table = &source->sample->tables[TABLE_EVENT];
    if (party->pid == 0)
        return;
    table_set_u64(table, row, pid, party->pid);
    table_set_u64(table, row, start_ticks, party->start_ns / source->ns_per_tick);
    sample_set_string(source->sample, TABLE_EVENT, row, name, party->name, strnlen(party->name, sizeof party->name));
}

/* Makes arguments with their NUL a line; returns its length. */
static size_t command_join(char *command, size_t bytes)
{
    while (bytes > 0 && command[bytes - 1] == '\0')
        bytes--;
    for (size_t i = 0; i < bytes; i++)
        command[i] = command[i] == '\0' ? ' ' : command[i];
    return bytes;
}

static void command_set(const struct source *source, size_t row, const struct lifecycle_event *event)
{
    char command[LIFECYCLE_COMMAND_BYTES];
    size_t bytes = event->command_bytes < sizeof command ? event->command_bytes : sizeof command;
    memcpy(command, event->command, bytes);
    bytes = command_join(command, bytes);
    if (bytes > 0)
        sample_set_string(source->sample, TABLE_EVENT, row, EVENT_COMMAND, command, bytes);
}

size_t lifecycle_command(const struct lifecycle *lifecycle, uint32_t pid, char *text)
{
    struct lifecycle_command command;
    if (lifecycle == NULL || !lifecycle->outermost ||
        bpf_map_lookup_elem(bpf_map__fd(lifecycle->programs->maps.commands), &pid, &command) != 0 ||
        command.bytes >= sizeof command.text)
        return 0;
    memcpy(text, command.text, command.bytes);
    return command_join(text, command.bytes);
}

static bool event_append(const struct source *source, const struct lifecycle_event *event)
{
    static const enum event_kind kinds[] = {
        [LIFECYCLE_EXIT] = EVENT_EXIT, [LIFECYCLE_SIGNAL] = EVENT_SIGNAL, [LIFECYCLE_OUT_OF_MEMORY] = EVENT_OOM};
    struct table *table = &source->sample->tables[TABLE_EVENT];
    size_t row = table_append(table);
    if (row == SIZE_MAX)
        return false;
    table_set_u64(table, row, EVENT_KIND, kinds[event->kind]);
    table_set_u64(table, row, EVENT_TIME_NS, event->time_ns);
    party_set(source, row, &event->party, EVENT_PID, EVENT_START_TICKS, EVENT_NAME);
    party_set(source, row, &event->other, EVENT_OTHER_PID, EVENT_OTHER_START_TICKS, EVENT_OTHER_NAME);
    if (event->signal != 0)
        table_set_u64(table, row, EVENT_SIGNAL_NUMBER, event->signal);
    command_set(source, row, event);
    return true;
}

static bool events_append(struct source *source)
{
    struct lifecycle *lifecycle = source->lifecycle;
    const struct lifecycle_event *events = (const void *)lifecycle->events.data;
    size_t count = lifecycle->events.length / sizeof *events, taken = 0, left_out = 0;
    for (int exits = 0; exits < 2; exits++)
        for (size_t i = 0; i < count; i++) {
            bool ours = events[i].party.pid != 0 && (events[i].kind == LIFECYCLE_EXIT) == exits;
            left_out += ours && taken == EVENTS_MAX;
            if (!ours || taken == EVENTS_MAX)
                continue;
            taken++;
            if (!event_append(source, &events[i]))
                return false;
        }
    if (left_out > 0)
        sample_unread_add(source->sample, "events", "more than a sample takes", left_out);
    return true;
}

static bool stops_collect(struct source *source)
{
    struct lifecycle *lifecycle = source->lifecycle;
    const struct lifecycle_event *events = (const void *)lifecycle->events.data;
    for (size_t i = 0; i < lifecycle->events.length / sizeof *events; i++)
        if (!stops_note(&lifecycle->stops, &events[i]))
            return false;
    return stops_append(&lifecycle->stops, source);
}

bool lifecycle_collect(struct source *source)
{
    struct lifecycle *lifecycle = source->lifecycle;
    if (lifecycle == NULL)
        return true;
    ring_buffer__consume(lifecycle->ring);
    uint64_t lost = lifecycle->programs->bss->lost, lost_now = lost - lifecycle->lost;
    lifecycle->lost = lost;
    if (lost_now != 0)
        sample_unread_add(source->sample, "events", "lost by the recorder", lost_now);
    bool done = !lifecycle->events.failed && children_collect(source) && events_append(source) && stops_collect(source);
    buffer_clear(&lifecycle->events);
    return done;
}
