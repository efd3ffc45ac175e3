/* Command lines of processes seen for the first time (or in turn): read by a probe, because a process that hangs in the
 * kernel may hold the lock that reading them takes. */
#include "collect/slow.h"
#include "collect/source_inside.h"

#include <stdlib.h>
#include <string.h>

enum { COMMAND_BYTES = 4096 };

static void command_set(struct source *source, struct process_memory *process, const char *text, size_t length)
{
    sample_set_string(source->sample, TABLE_PROCESS, process->row, PROCESS_COMMAND, text, length);
    process->command_due = false;
}

/* False: the answer is damaged. */
static bool answer_take(struct source *source, const uint32_t *pids, const bool *answered, size_t count,
                        const struct buffer *answer)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t length;
        struct process_memory *process = source_process(source, pids[i], 0);
        if (!answered[i])
            continue;
        if (process == NULL || answer->length - at < sizeof length)
            return false;
        memcpy(&length, answer->data + at, sizeof length);
        at += sizeof length;
        if (length == UINT32_MAX) {
            process->command_due = false;
            continue;
        }
        if (answer->length - at < length)
            return false;
        command_set(source, process, answer->data + at, length);
        at += length;
    }
    return at == answer->length;
}

/* False: out of memory. */
static bool commands_ask(struct source *source, const uint32_t *pids, size_t count)
{
    struct buffer answer = {0};
    if (count == 0)
        return true;
    bool *answered = calloc(count, sizeof *answered);
    if (answered == NULL)
        return false;
    enum probe_result result = slow_commands_ask(source->slow, pids, count, answered, &answer);
    size_t missed = 0;
    for (size_t i = 0; i < count; i++)
        missed += !answered[i];
    if (missed > 0)
        sample_unread_add(source->sample, "command lines",
                          slow_reason(result == PROBE_ANSWERED ? PROBE_MISSED : result), missed);
    if (!answer_take(source, pids, answered, count, &answer))
        sample_unread_add(source->sample, "command lines", "read error", 1);
    buffer_done(&answer);
    free(answered);
    return true;
}

static void command_read(struct source *source, struct process_memory *process)
{
    char text[COMMAND_BYTES + 1];
    int length = slow_command_read(source->root, process->pid, text, sizeof text);
    if (length >= 0)
        command_set(source, process, text, (size_t)length);
}

/* What was executed since the recorder watches needs no question: the kernel told the arguments. */
static bool command_known(struct source *source, struct process_memory *process)
{
    char text[LIFECYCLE_COMMAND_BYTES];
    bool first_sight = !table_known(&source->sample->tables[TABLE_PROCESS], process->row, PROCESS_COMMAND);
    size_t length = first_sight ? lifecycle_command(source->lifecycle, process->pid, text) : 0;
    if (length > 0)
        command_set(source, process, text, length);
    return length > 0;
}

bool command_collect(struct source *source, struct error *error)
{
    uint32_t *pids = malloc((source->processes.count + 1) * sizeof *pids);
    if (pids == NULL)
        return error_memory(error);
    size_t count = 0;
    for (size_t i = 0; i < source->processes.count; i++) {
        struct process_memory *process = &source->processes.items[i];
        if (!process->command_due)
            continue;
        if (source->slow == NULL)
            command_read(source, process);
        else if (!command_known(source, process))
            pids[count++] = process->pid;
    }
    bool done = commands_ask(source, pids, count);
    free(pids);
    return done || error_memory(error);
}
