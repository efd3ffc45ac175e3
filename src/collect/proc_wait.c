/* What each sleeping thread waits for: its system call, joined with its descriptors, the locks, the children. */
#include "collect/proc_wait.h"

#include "collect/proc_call.h"
#include "collect/proc_read.h"
#include "collect/waits.h"

#include <string.h>

/* One thread while its wait is looked for. */
struct sleeper {
    struct source *source;
    struct wait_ends *ends;
    const struct process_memory *process;
    const struct sleep_memory *sleep;
    uint64_t thread;
    struct wait wait;
};

static bool append_on_descriptor(struct sleeper *sleeper, size_t row, enum wait_kind pipe_kind,
                                 enum wait_kind socket_kind)
{
    struct source *source = sleeper->source;
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    struct wait *wait = &sleeper->wait;
    wait->inode = table_u64(table, row, DESCRIPTOR_INODE, 0);
    wait->path = sample_string(source->sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH);
    uint64_t type = table->cells[DESCRIPTOR_TYPE][row];
    if (type == DESCRIPTOR_PIPE) {
        wait->kind = pipe_kind;
        return wait_pipe_append(source, sleeper->ends, wait);
    }
    wait->kind = socket_kind;
    return wait_socket_append(source, sleeper->ends, wait);
}

static bool is_stream(const struct sleeper *sleeper, size_t row)
{
    const struct table *table = &sleeper->source->sample->tables[TABLE_DESCRIPTOR];
    return row != SIZE_MAX && (table->cells[DESCRIPTOR_TYPE][row] == DESCRIPTOR_PIPE ||
                               table->cells[DESCRIPTOR_TYPE][row] == DESCRIPTOR_SOCKET);
}

/* In state D it sleeps in a device or a file system. The state of threads other than the main one costs a read. */
static bool is_in_device(const struct sleeper *sleeper)
{
    struct source *source = sleeper->source;
    if (sleeper->thread == sleeper->process->pid)
        return table_u64(&source->sample->tables[TABLE_PROCESS], sleeper->process->row, PROCESS_STATE, 0) == 'D';
    if (sleeper->process->hangs)
        return false;
    char path[96], text[PROC_SMALL_BYTES];
    struct proc_stat stat;
    char *end = stpcpy(stpcpy(path, proc_name(text, sleeper->process->pid)), "/task/");
    strcpy(stpcpy(end, proc_name(text, sleeper->thread)), "/stat");
    int length = proc_read(source->root, path, text, sizeof text);
    return length > 0 && proc_stat_parse(text, (size_t)length, &stat) && stat.state == 'D';
}

static bool append_on_device(struct sleeper *sleeper, size_t row)
{
    const struct source *source = sleeper->source;
    if (!is_in_device(sleeper))
        return true;
    sleeper->wait.kind = WAIT_DISK;
    if (row != SIZE_MAX) {
        sleeper->wait.path = sample_string(source->sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH);
        sleeper->wait.inode = table_u64(&source->sample->tables[TABLE_DESCRIPTOR], row, DESCRIPTOR_INODE, 0);
    }
    return wait_append(sleeper->source, &sleeper->wait);
}

static bool append_on_child(struct sleeper *sleeper, uint64_t child)
{
    struct wait *wait = &sleeper->wait;
    wait->kind = WAIT_CHILD;
    wait->holder = wait_child(sleeper->source, sleeper->ends, sleeper->process, child);
    return wait->holder == NULL || wait_append(sleeper->source, wait);
}

static bool sleeper_append(struct sleeper *sleeper)
{
    struct call_meaning meaning = call_meaning(&sleeper->sleep->call);
    bool on_descriptor = meaning.class >= CALL_FILE && meaning.class <= CALL_ACCEPT;
    size_t row = on_descriptor ? source_descriptor(sleeper->source, sleeper->process, meaning.descriptor) : SIZE_MAX;
    size_t other = on_descriptor && meaning.other_descriptor != UINT64_MAX
                       ? source_descriptor(sleeper->source, sleeper->process, meaning.other_descriptor)
                       : SIZE_MAX;
    switch (meaning.class) {
    case CALL_READ:
        if (is_stream(sleeper, row))
            return append_on_descriptor(sleeper, row, WAIT_PIPE_READ, WAIT_SOCKET_RECEIVE);
        return is_stream(sleeper, other) ? append_on_descriptor(sleeper, other, WAIT_PIPE_WRITE, WAIT_SOCKET_SEND)
                                         : append_on_device(sleeper, row);
    case CALL_WRITE:
        return is_stream(sleeper, row) ? append_on_descriptor(sleeper, row, WAIT_PIPE_WRITE, WAIT_SOCKET_SEND)
                                       : append_on_device(sleeper, row);
    case CALL_FILE:
        return append_on_device(sleeper, row);
    case CALL_CONNECT:
        return !is_stream(sleeper, row) || append_on_descriptor(sleeper, row, WAIT_CONNECT, WAIT_CONNECT);
    case CALL_ACCEPT:
        return !is_stream(sleeper, row) || append_on_descriptor(sleeper, row, WAIT_ACCEPT, WAIT_ACCEPT);
    case CALL_CHILD:
    case CALL_VFORK:
        return append_on_child(sleeper, meaning.child);
    case CALL_OTHER:
        return append_on_device(sleeper, SIZE_MAX);
    case CALL_IDLE:
    case CALL_FUTEX:
    case CALL_LOCK: /* the lock table tells */
        break;
    }
    return true;
}

static bool thread_append(struct source *source, struct wait_ends *ends, const struct process_memory *process,
                          const struct sleep_memory *sleep, uint64_t thread)
{
    if (!sleep->call.blocked || sleep->asleep_since_ns == 0 ||
        wait_recorder_tells(source->wait_recorder, process, thread, sleep))
        return true;
    const struct table *table = &source->sample->tables[TABLE_PROCESS];
    struct sleeper sleeper = {.source = source,
                              .ends = ends,
                              .process = process,
                              .sleep = sleep,
                              .thread = thread,
                              .wait = {.at_least = sleep->at_first_look,
                                       .waiter = process,
                                       .thread = thread,
                                       .mount_namespace = table_u64(table, process->row, PROCESS_MOUNT_NAMESPACE, 0),
                                       .since_ns = sleep->asleep_since_ns}};
    return sleeper_append(&sleeper);
}

static bool threads_append(struct source *source, struct wait_ends *ends)
{
    for (size_t i = 0; i < source->processes.count; i++) {
        const struct process_memory *process = &source->processes.items[i];
        if (!thread_append(source, ends, process, &process->sleep, process->pid))
            return false;
        for (size_t thread = 0; thread < process->thread_count; thread++) {
            const struct thread_memory *memory = &source->threads.items[process->thread_first + thread];
            if (!thread_append(source, ends, process, &memory->sleep, memory->tid))
                return false;
        }
    }
    return true;
}

bool wait_collect(struct source *source, struct error *error)
{
    struct wait_ends ends = {0};
    bool done = wait_recorder_append(source, &ends);
    if (done && source->complete)
        done = wait_ends_need(source, &ends) && threads_append(source, &ends) && wait_polls_append(source, &ends);
    done = done && wait_finish(source) && network_append(source, &ends);
    wait_ends_done(&ends);
    return done || error_memory(error);
}
