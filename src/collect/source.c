/* Takes samples from /proc and netlink: the order of the parts, and what passes from one sample to the next. */
#include "collect/source.h"

#include "collect/proc_lock.h"
#include "collect/proc_read.h"
#include "collect/proc_wait.h"
#include "collect/slow.h"
#include "collect/sockets.h"
#include "collect/source_inside.h"

#include "base/clock.h"
#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SOCKETS_DEADLINE_MS = 500, SETTLE_MS = 1000 };

/* As the executable column has it: without the " (deleted)" of a program that was replaced while it runs. */
static void self_executable_read(struct source *source)
{
    char *text = source->self_executable;
    struct proc_link link;
    int length = proc_read_link(source->root, "self/exe", text, sizeof source->self_executable);
    if (length <= 0)
        return;
    proc_link_parse(text, (size_t)length, &link);
    text[link.path == NULL ? 0 : link.path_length] = '\0';
}

struct source *source_new(const struct collector_options *options, struct error *error)
{
    const char *path = options->proc_path != NULL ? options->proc_path : "/proc";
    struct source *source = calloc(1, sizeof *source);
    if (source == NULL) {
        error_memory(error);
        return NULL;
    }
    source->live = options->proc_path == NULL;
    source->event_bytes = options->event_bytes;
    source->wait_places = options->wait_places;
    source->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    source->ns_per_tick = (uint64_t)(NS_PER_S / sysconf(_SC_CLK_TCK));
    lock_init(source);
    wait_init(source);
    source->root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (source->root < 0) {
        error_errno(error, errno, "cannot open %s", path);
        source_free(source);
        return NULL;
    }
    bool sockets = source->live && !options->no_sockets;
    source->filesystems = filesystems_new();
    source->cgroups = source->live ? cgroups_new("/sys/fs/cgroup") : NULL;
    if ((sockets && (source->sockets = sockets_new(error)) == NULL) ||
        (source->live && (source->slow = slow_new(source->root, error)) == NULL) || source->filesystems == NULL ||
        (source->live && source->cgroups == NULL)) {
        error_memory(error);
        source_free(source);
        return NULL;
    }
    if (source->live)
        self_executable_read(source);
    return source;
}

void source_free(struct source *source)
{
    if (source == NULL)
        return;
    if (source->root >= 0)
        close(source->root);
    sockets_free(source->sockets);
    settle_free(source->settle);
    slow_free(source->slow);
    filesystems_free(source->filesystems);
    cgroups_free(source->cgroups);
    recorder_free(source->recorder);
    kernel_sample_free(source->kernel);
    lifecycle_free(source->lifecycle);
    network_free(source->network);
    wait_recorder_free(source->wait_recorder);
    sample_release(source->previous);
    free(source->carried);
    free(source->processes.items);
    free(source->earlier_processes.items);
    free(source->threads.items);
    free(source->earlier_threads.items);
    free(source->locks.items);
    free(source->earlier_locks.items);
    free(source->waits.items);
    free(source->earlier_waits.items);
    index_done(&source->locks.index);
    index_done(&source->earlier_locks.index);
    index_done(&source->waits.index);
    index_done(&source->earlier_waits.index);
    free(source);
}

static uint32_t string_carry(struct source *source, uint64_t number)
{
    const struct sample *previous = source->previous;
    if (source->strings_since < source->number)
        return (uint32_t)number;
    if (source->carried[number] == UINT32_MAX) {
        const char *text = previous->string_bytes.data + previous->string_offsets[number];
        source->carried[number] = sample_intern(source->sample, text, strlen(text));
    }
    return source->carried[number];
}

void source_carry_cell(struct source *source, enum table_kind kind, size_t row, size_t previous_row, size_t column)
{
    struct table *table = &source->sample->tables[kind];
    const struct table *previous = &source->previous->tables[kind];
    uint64_t cell = previous->cells[column][previous_row];
    uint8_t known = previous->known[column][previous_row];
    if (known && table->schema->columns[column].type == COLUMN_STRING) {
        cell = string_carry(source, cell);
        if (cell == UINT32_MAX)
            cell = known = 0;
    }
    table->cells[column][row] = cell;
    table->known[column][row] = known;
}

bool source_carry_row(struct source *source, enum table_kind kind, size_t previous_row)
{
    enum { COLUMNS_MAX = 64 };
    struct table *table = &source->sample->tables[kind];
    const struct table *previous = &source->previous->tables[kind];
    uint64_t cells[COLUMNS_MAX];
    uint8_t known[COLUMNS_MAX];
    assert(table->schema->column_count <= COLUMNS_MAX);
    for (size_t column = 0; column < table->schema->column_count; column++) {
        cells[column] = previous->cells[column][previous_row];
        known[column] = previous->known[column][previous_row];
        if (known[column] == 0 || table->schema->columns[column].type != COLUMN_STRING)
            continue;
        cells[column] = string_carry(source, cells[column]);
        if (cells[column] == UINT32_MAX)
            cells[column] = known[column] = 0;
    }
    return table_append_row(table, cells, known) != SIZE_MAX;
}

struct process_memory *source_process(struct source *source, uint64_t pid, uint64_t start_ticks)
{
    size_t low = 0, high = source->processes.count;
    struct process_memory *items = source->processes.items;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (items[middle].pid < pid)
            low = middle + 1;
        else
            high = middle;
    }
    bool here = low < source->processes.count && items[low].pid == pid &&
                (start_ticks == 0 || items[low].start_ticks == start_ticks);
    return here ? &items[low] : NULL;
}

size_t source_number_row(const struct table *table, const struct process_memory *process, uint64_t number)
{
    const uint64_t *numbers = table->rows > 0 ? table->cells[DESCRIPTOR_NUMBER] : NULL;
    size_t low = process->descriptor_first, end = low + process->descriptor_count, high = end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (numbers[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < end && numbers[low] == number)
        return low;
    for (size_t row = process->descriptor_first; row < end; row++) /* a frozen tree has no order */
        if (numbers[row] == number)
            return row;
    return SIZE_MAX;
}

size_t source_descriptor(const struct source *source, const struct process_memory *process, uint64_t number)
{
    return source_number_row(&source->sample->tables[TABLE_DESCRIPTOR], process, number);
}

#define SWAP(type, a, b)  \
    do {                  \
        type moved = (a); \
        (a) = (b);        \
        (b) = moved;      \
    } while (0)

/* Most strings are those of the sample before. Once a quarter of them may be of no cell any more they are gathered
 * anew, by and by, as they appear. */
static void strings_begin(struct source *source)
{
    const struct sample *previous = source->previous;
    if (previous != NULL && source->number > 1 && source->strings_since == source->number - 1)
        source->strings_first = previous->string_count;
    if (previous == NULL || previous->string_count > source->strings_first + source->strings_first / 4 ||
        !sample_copy_strings(source->sample, previous))
        source->strings_since = source->number;
}

/* Moves what was remembered one sample back, and empties the place for the next. */
static bool memories_turn(struct source *source)
{
    SWAP(struct process_memories, source->processes, source->earlier_processes);
    SWAP(struct thread_memories, source->threads, source->earlier_threads);
    SWAP(struct lock_memories, source->locks, source->earlier_locks);
    SWAP(struct wait_memories, source->waits, source->earlier_waits);
    source->processes.count = source->threads.count = source->locks.count = source->waits.count = 0;
    index_clear(&source->locks.index);
    index_clear(&source->waits.index);
    if (source->previous == NULL || source->strings_since < source->number)
        return true;
    size_t count = source->previous->string_count;
    if (!memory_grow(&source->carried, &source->carried_capacity, count, sizeof *source->carried))
        return false;
    memset(source->carried, 0xff, count * sizeof *source->carried);
    return true;
}

/* A sample that failed leaves nothing behind: the next one begins as the first. */
static void memories_forget(struct source *source)
{
    sample_release(source->previous);
    source->previous = NULL;
    source->processes.count = source->threads.count = source->locks.count = source->waits.count = 0;
    index_clear(&source->locks.index);
    index_clear(&source->waits.index);
}

/* A frozen tree has a clock of its own. */
static int64_t tree_boottime_ns(const struct source *source)
{
    char text[128];
    if (source->live || proc_read(source->root, "uptime", text, sizeof text) <= 0)
        return clock_boottime_ns();
    return (int64_t)(strtod(text, NULL) * (double)NS_PER_S);
}

/* The collector, its keeper, the front that forked that one, and what the collector forked. */
static void self_mark(struct source *source)
{
    struct sample *sample = source->sample;
    struct table *table = &sample->tables[TABLE_PROCESS];
    uint64_t own = source->live ? (uint64_t)getpid() : UINT64_MAX;
    uint64_t keeper = source->live ? (uint64_t)getppid() : UINT64_MAX;
    size_t keeper_row = sample_process_row(sample, keeper, 0);
    uint64_t front = keeper_row == SIZE_MAX ? UINT64_MAX : table_u64(table, keeper_row, PROCESS_PARENT_PID, UINT64_MAX);
    for (size_t row = 0; row < table->rows; row++) {
        uint64_t pid = table->cells[PROCESS_PID][row];
        const char *executable = sample_string(sample, TABLE_PROCESS, row, PROCESS_EXECUTABLE);
        bool kin = pid == keeper || pid == front || table->cells[PROCESS_PARENT_PID][row] == own;
        bool same = executable != NULL && strcmp(executable, source->self_executable) == 0;
        table_set_u64(table, row, PROCESS_SELF, pid == own || (kin && same));
    }
}

/* Network namespaces that processes live in, each with one process to enter it by. */
static bool namespaces_list(const struct source *source, struct net_namespace **namespaces, size_t *count)
{
    const struct table *table = &source->sample->tables[TABLE_PROCESS];
    size_t capacity = 0;
    for (size_t row = 0; row < table->rows; row++) {
        if (!table->known[PROCESS_NET_NAMESPACE][row])
            continue;
        uint64_t inode = table->cells[PROCESS_NET_NAMESPACE][row];
        size_t at = 0;
        while (at < *count && (*namespaces)[at].inode != inode)
            at++;
        if (at < *count)
            continue;
        if (!memory_grow(namespaces, &capacity, *count + 1, sizeof **namespaces))
            return false;
        (*namespaces)[(*count)++] =
            (struct net_namespace){.inode = inode, .pid = (int64_t)table->cells[PROCESS_PID][row]};
    }
    return true;
}

static bool sockets_gather(struct source *source, struct error *error)
{
    struct net_namespace *namespaces = NULL;
    size_t count = 0;
    if (source->sockets == NULL)
        return true;
    struct socket_listing listing = {.root = source->root};
    bool listed = source->kernel_read && kernel_sample_sockets(source->kernel, &listing.records, &listing.count);
    bool done = namespaces_list(source, &namespaces, &count)
                    ? sockets_collect(source->sockets, source->sample, namespaces, count, listed ? &listing : NULL,
                                      SOCKETS_DEADLINE_MS, error)
                    : error_memory(error);
    free(namespaces);
    return done;
}

bool source_settle(struct source *source)
{
    if (!source->live || source->is_settled)
        return true;
    if (source->settle == NULL)
        source->settle = settle_begin(source->event_bytes, source->wait_places);
    if (source->settle == NULL) { /* tried again at the next call */
        error_set(&source->recorder_missing, "no memory: waits for file locks are not recorded; free some");
        return false;
    }
    struct settled settled = {
        source->recorder,        source->wait_recorder,    source->lifecycle,     source->network,
        source->kernel,          source->recorder_missing, source->waits_missing, source->lifecycle_missing,
        source->network_missing, source->kernel_missing};
    source->is_settled = settle_take(source->settle, SETTLE_MS, &settled);
    source->recorder = settled.recorder;
    source->wait_recorder = settled.waits;
    source->lifecycle = settled.lifecycle;
    source->network = settled.network;
    source->kernel = settled.kernel;
    source->recorder_missing = settled.recorder_missing;
    source->waits_missing = settled.waits_missing;
    source->lifecycle_missing = settled.lifecycle_missing;
    source->network_missing = settled.network_missing;
    source->kernel_missing = settled.kernel_missing;
    return source->is_settled;
}

bool source_is_loading(const struct source *source)
{
    return source->settle != NULL && !source->is_settled;
}

/* What fails once is left alone: /proc carries on. */
static void kernel_gather(struct source *source)
{
    source->kernel_read_before = source->kernel_read && source->previous != NULL;
    source->kernel_read = source->kernel != NULL && kernel_sample_read(source->kernel, &source->kernel_missing);
    if (source->kernel != NULL && !source->kernel_read) {
        kernel_sample_free(source->kernel);
        source->kernel = NULL;
    }
}

static bool recorder_gather(struct source *source, struct error *error)
{
    bool done = (source->recorder == NULL || recorder_read(source->recorder)) &&
                (source->lifecycle == NULL || lifecycle_collect(source)) &&
                (source->wait_recorder == NULL || wait_recorder_read(source->wait_recorder));
    return done || error_memory(error);
}

static int64_t probes_cpu_ns(const struct source *source)
{
    return (source->sockets != NULL ? sockets_cpu_ns(source->sockets) : 0) +
           (source->slow != NULL ? slow_cpu_ns(source->slow) : 0);
}

/* A sample is about as large as the one before. */
static void room_reserve(struct source *source)
{
    const struct sample *previous = source->previous;
    if (previous != NULL && source->strings_since == source->number)
        sample_reserve_strings(source->sample, previous->string_count + previous->string_count / 16,
                               previous->string_bytes.length + previous->string_bytes.length / 16);
    for (size_t kind = 0; source->previous != NULL && kind < TABLE_COUNT; kind++) {
        size_t rows = source->previous->tables[kind].rows;
        if (rows > 0)
            table_reserve(&source->sample->tables[kind], rows + rows / 16 + 16);
    }
}

struct sample *source_sample(struct source *source, bool complete, struct error *error)
{
    int64_t wall_ns = clock_boottime_ns(), cpu_ns = clock_cpu_ns() + probes_cpu_ns(source);
    struct sample *sample = sample_new();
    source->sample = sample;
    source->complete = complete;
    source->number++;
    if (sample != NULL)
        strings_begin(source);
    if (sample == NULL || !memories_turn(source)) {
        error_memory(error);
        goto failed;
    }
    room_reserve(source);
    sample->time_ns = clock_realtime_ns();
    sample->boottime_ns = tree_boottime_ns(source);
    sample->sources = SAMPLE_SOURCE_PROC;
    sample->complete = complete;
    if (source->recorder != NULL)
        recorder_begin(source->recorder);
    if (source->wait_recorder != NULL)
        wait_recorder_begin(source->wait_recorder);
    kernel_gather(source);
    if (source->recorder != NULL || source->wait_recorder != NULL || source->lifecycle != NULL || source->kernel_read)
        sample->sources |= SAMPLE_SOURCE_KERNEL;
    bool done = process_collect(source, error) && command_collect(source, error) && file_collect(source, error) &&
                sockets_gather(source, error) && recorder_gather(source, error) && lock_collect(source, error) &&
                wait_collect(source, error) && host_collect(source, error) && filesystem_collect(source, error) &&
                cgroup_collect(source, error);
    if (!done)
        goto failed;
    wait_recorder_name(source);
    self_mark(source);
    sample->taken_ns = clock_boottime_ns() - wall_ns;
    sample->cpu_ns = clock_cpu_ns() + probes_cpu_ns(source) - cpu_ns;
    sample_release(source->previous);
    source->previous = sample_reference(sample);
    return sample;
failed:
    sample_release(sample);
    memories_forget(source);
    return NULL;
}
