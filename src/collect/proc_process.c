/* One row per process: counters at every look, facts that seldom change at first sight and then in turns, and what is
 * dear to read only in the complete tier, or not at all while the process has not run. */
#include "collect/proc_read.h"
#include "collect/proc_unit.h"
#include "collect/source_inside.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One process while it is looked at. */
struct look {
    struct source *source;
    struct table *table;
    const struct process_memory *earlier; /* NULL at first sight */
    struct process_memory *memory;
    struct proc_stat stat;
    int directory;
    size_t row;
};

static const int fact_columns[] = {PROCESS_EXECUTABLE, PROCESS_COMMAND,         PROCESS_CGROUP,
                                   PROCESS_UNIT,       PROCESS_MOUNT_NAMESPACE, PROCESS_NET_NAMESPACE};
static const int dear_columns[] = {PROCESS_READ_BYTES,           PROCESS_WRITE_BYTES,  PROCESS_VOLUNTARY_SWITCHES,
                                   PROCESS_INVOLUNTARY_SWITCHES, PROCESS_WAIT_CHANNEL, PROCESS_SYSTEM_CALL};
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static void look_string(struct look *look, size_t column, const char *text, size_t length)
{
    sample_set_string(look->source->sample, TABLE_PROCESS, look->row, column, text, length);
}

static void look_number(struct look *look, size_t column, uint64_t value)
{
    table_set_u64(look->table, look->row, column, value);
}

static void look_unread(struct look *look, const char *kind, int result)
{
    if (!proc_is_gone(result))
        sample_unread_add(look->source->sample, kind, proc_reason(result), 1);
}

static void executable_read(struct look *look)
{
    char target[PATH_MAX];
    int length = proc_read_link(look->directory, "exe", target, sizeof target);
    if (length < 0) {
        look_unread(look, "executables", length);
        return;
    }
    struct proc_link link;
    proc_link_parse(target, (size_t)length, &link);
    if (link.path != NULL)
        look_string(look, PROCESS_EXECUTABLE, link.path, link.path_length);
}

static void cgroup_read(struct look *look)
{
    char text[PROC_SMALL_BYTES];
    char unit[256];
    const char *path;
    size_t length;
    int result = proc_read(look->directory, "cgroup", text, sizeof text);
    if (result < 0) {
        look_unread(look, "cgroups", result);
        return;
    }
    if (!proc_cgroup_path(text, &path, &length))
        return;
    look_string(look, PROCESS_CGROUP, path, length);
    size_t unit_length = proc_unit_name(path, length, unit, sizeof unit);
    if (unit_length > 0)
        look_string(look, PROCESS_UNIT, unit, unit_length);
}

static void namespace_read(struct look *look, const char *name, size_t column)
{
    char target[64];
    uint64_t inode;
    int result = proc_read_link(look->directory, name, target, sizeof target);
    if (result < 0)
        look_unread(look, "namespaces", result);
    else if (proc_namespace_parse(target, &inode))
        look_number(look, column, inode);
}

/* Was it there before we could look at it? Otherwise it began after the sample before. */
static bool look_is_late(const struct look *look)
{
    const struct source *source = look->source;
    return source->previous == NULL ||
           look->stat.start_ticks * source->ns_per_tick < (uint64_t)source->previous->boottime_ns;
}

static bool look_in_turn(const struct look *look, unsigned every)
{
    return (look->source->number + look->memory->pid) % every == 0;
}

static void facts_collect(struct look *look)
{
    const struct process_memory *earlier = look->earlier;
    if (earlier != NULL && earlier->image == look->stat.image && !look_in_turn(look, FACTS_EVERY_SAMPLES)) {
        const char *name = sample_string(look->source->previous, TABLE_PROCESS, earlier->row, PROCESS_NAME);
        if (name != NULL && strlen(name) == look->stat.name_length &&
            memcmp(name, look->stat.name, look->stat.name_length) == 0) {
            for (size_t i = 0; i < COUNT_OF(fact_columns); i++)
                source_carry_cell(look->source, TABLE_PROCESS, look->row, earlier->row, (size_t)fact_columns[i]);
            look->memory->command_due = earlier->command_due;
            return;
        }
    }
    cgroup_read(look);
    if (look->stat.flags & PROC_FLAG_KERNEL_THREAD)
        return;
    look->memory->command_due = look->stat.state != 'Z';
    executable_read(look);
    namespace_read(look, "ns/mnt", PROCESS_MOUNT_NAMESPACE);
    namespace_read(look, "ns/net", PROCESS_NET_NAMESPACE);
}

static void switches_read(struct look *look)
{
    char text[PROC_SMALL_BYTES];
    uint64_t number;
    int result = proc_read(look->directory, "status", text, sizeof text);
    if (result < 0) {
        look_unread(look, "status", result);
        return;
    }
    if (proc_field(text, "voluntary_ctxt_switches:", &number))
        look_number(look, PROCESS_VOLUNTARY_SWITCHES, number);
    if (proc_field(text, "nonvoluntary_ctxt_switches:", &number))
        look_number(look, PROCESS_INVOLUNTARY_SWITCHES, number);
}

static void io_read(struct look *look)
{
    char text[PROC_SMALL_BYTES];
    uint64_t number;
    int result = proc_read(look->directory, "io", text, sizeof text);
    if (result < 0) {
        look_unread(look, "io", result);
        return;
    }
    if (proc_field(text, "read_bytes:", &number))
        look_number(look, PROCESS_READ_BYTES, number);
    if (proc_field(text, "write_bytes:", &number))
        look_number(look, PROCESS_WRITE_BYTES, number);
}

static void wait_channel_read(struct look *look)
{
    char text[128];
    int length = proc_read(look->directory, "wchan", text, sizeof text);
    if (length < 0)
        look_unread(look, "wait channels", length);
    else if (length > 0 && strcmp(text, "0") != 0)
        look_string(look, PROCESS_WAIT_CHANNEL, text, (size_t)length);
}

static void system_call_read(struct look *look)
{
    char text[256];
    int result = proc_read(look->directory, "syscall", text, sizeof text);
    if (result < 0)
        look_unread(look, "system calls", result);
    else if (proc_system_call_parse(text, &look->memory->sleep.call) && look->memory->sleep.call.number >= 0)
        look_number(look, PROCESS_SYSTEM_CALL, (uint64_t)look->memory->sleep.call.number);
}

static void dear_collect(struct look *look)
{
    struct process_memory *memory = look->memory;
    if (memory->unchanged && look->earlier->dear && !look_in_turn(look, UNCHANGED_EVERY_SAMPLES)) {
        for (size_t i = 0; i < COUNT_OF(dear_columns); i++)
            source_carry_cell(look->source, TABLE_PROCESS, look->row, look->earlier->row, (size_t)dear_columns[i]);
        memory->sleep.call = look->earlier->sleep.call;
        memory->dear = true;
        return;
    }
    memory->dear = look->source->complete;
    if (!memory->dear)
        return;
    io_read(look);
    if (look->stat.flags & PROC_FLAG_KERNEL_THREAD)
        return;
    switches_read(look);
    wait_channel_read(look);
    system_call_read(look);
}

static void schedstat_read(struct look *look)
{
    struct process_memory *memory = look->memory;
    const struct process_memory *earlier = look->earlier;
    const struct source *source = look->source;
    char text[128];
    int result = proc_read(look->directory, "schedstat", text, sizeof text);
    if (result < 0 || !proc_schedstat_parse(text, &memory->sleep.schedstat)) {
        look_unread(look, "schedstat", result);
        return;
    }
    look_number(look, PROCESS_RUN_DELAY_NS, memory->sleep.schedstat.run_delay_ns);
    sleep_settle(&memory->sleep, earlier == NULL ? NULL : &earlier->sleep, look->stat.state != 'R', look_is_late(look),
                 source->sample->boottime_ns);
    memory->unchanged = memory->sleep.still && memory->single_threaded && earlier->image == memory->image;
}

static void counters_set(struct look *look, uint32_t uid)
{
    const struct proc_stat *stat = &look->stat;
    const struct source *source = look->source;
    const struct process_memory *memory = look->memory;
    uint64_t cpu_ns = (stat->user_ticks + stat->system_ticks) * source->ns_per_tick;
    /* Ticks are rounded down: one thread's schedstat is the same to the nanosecond. */
    if (stat->threads == 1 && memory->sleep.schedstat.cpu_ns > cpu_ns)
        cpu_ns = memory->sleep.schedstat.cpu_ns;
    if (look->earlier != NULL) {
        uint64_t before = table_u64(&source->previous->tables[TABLE_PROCESS], look->earlier->row, PROCESS_CPU_NS, 0);
        cpu_ns = cpu_ns < before ? before : cpu_ns;
    }
    look_number(look, PROCESS_PID, stat->pid);
    look_number(look, PROCESS_START_TICKS, stat->start_ticks);
    look_number(look, PROCESS_PARENT_PID, stat->parent_pid);
    look_string(look, PROCESS_NAME, stat->name, stat->name_length);
    look_number(look, PROCESS_UID, uid);
    look_number(look, PROCESS_STATE, (unsigned char)stat->state);
    look_number(look, PROCESS_KERNEL_THREAD, (stat->flags & PROC_FLAG_KERNEL_THREAD) != 0);
    look_number(look, PROCESS_CPU_NS, cpu_ns);
    look_number(look, PROCESS_RSS_BYTES, stat->rss_pages * source->page_bytes);
    look_number(look, PROCESS_MINOR_FAULTS, stat->minor_faults);
    look_number(look, PROCESS_MAJOR_FAULTS, stat->major_faults);
    look_number(look, PROCESS_THREADS, stat->threads);
}

static bool descriptors_carry(struct look *look)
{
    struct process_memory *memory = look->memory;
    const struct process_memory *earlier = look->earlier;
    if (!memory->unchanged || !memory->dear != !earlier->dear || look_in_turn(look, UNCHANGED_EVERY_SAMPLES))
        return false;
    if (!table_known(&look->source->previous->tables[TABLE_PROCESS], earlier->row, PROCESS_DESCRIPTORS))
        return false;
    for (size_t i = 0; i < earlier->descriptor_count; i++)
        if (!source_carry_row(look->source, TABLE_DESCRIPTOR, earlier->descriptor_first + i))
            return false;
    memory->descriptor_count = earlier->descriptor_count;
    return true;
}

/* 0, or a negative errno when the process has gone. */
static int descriptors_collect(struct look *look)
{
    struct process_memory *memory = look->memory;
    memory->descriptor_first = look->source->sample->tables[TABLE_DESCRIPTOR].rows;
    if (look->stat.state == 'Z' || (look->stat.flags & PROC_FLAG_KERNEL_THREAD)) {
        look_number(look, PROCESS_DESCRIPTORS, 0);
        return 0;
    }
    if (!descriptors_carry(look)) {
        int count = descriptor_collect(look->source, look->directory, look->row);
        if (proc_is_gone(count) || count == -ENOMEM)
            return count;
        if (count < 0) {
            look_unread(look, "descriptors", count);
            return 0;
        }
        memory->descriptor_count = (size_t)count;
    }
    look_number(look, PROCESS_DESCRIPTORS, memory->descriptor_count);
    return 0;
}

static bool threads_collect(struct look *look)
{
    if (look->source->complete && look->stat.threads > 1 && !(look->stat.flags & PROC_FLAG_KERNEL_THREAD)) {
        thread_collect(look->source, look->directory, look->memory, look->earlier, look->stat.threads,
                       look_is_late(look));
        return true;
    }
    return thread_carry(look->source, look->memory, look->earlier);
}

/* 0, or a negative errno: the process has gone or may not be looked at, and no row of it is left. */
static int process_look(struct look *look)
{
    char text[PROC_SMALL_BYTES];
    struct stat owner;
    int length = proc_read(look->directory, "stat", text, sizeof text);
    if (length <= 0 || fstat(look->directory, &owner) != 0)
        return length < 0 ? length : -ESRCH;
    if (!proc_stat_parse(text, (size_t)length, &look->stat))
        return -EIO;
    if (look->earlier != NULL && look->earlier->start_ticks != look->stat.start_ticks)
        look->earlier = NULL;
    look->row = table_append(look->table);
    if (look->row == SIZE_MAX)
        return -ENOMEM;
    look->memory->row = (uint32_t)look->row;
    look->memory->start_ticks = look->stat.start_ticks;
    look->memory->image = look->stat.image;
    look->memory->single_threaded = look->stat.threads == 1;
    schedstat_read(look);
    counters_set(look, owner.st_uid);
    facts_collect(look);
    dear_collect(look);
    int result = threads_collect(look) ? descriptors_collect(look) : -ENOMEM;
    if (result < 0)
        table_drop_last(look->table);
    return result;
}

static bool pids_list(struct source *source, uint32_t **pids, size_t *count, struct error *error)
{
    struct proc_listing listing;
    size_t capacity = 0;
    uint64_t number;
    const char *name;
    int result = proc_listing_open(&listing, source->root, ".");
    if (result < 0)
        return error_errno(error, -result, "cannot list the processes in /proc");
    bool done = true;
    while (done && proc_listing_next(&listing, &number, &name)) {
        done = memory_grow(pids, &capacity, *count + 1, sizeof **pids);
        if (done)
            (*pids)[(*count)++] = (uint32_t)number;
    }
    proc_listing_close(&listing);
    return done || error_memory(error);
}

static int pid_compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static int pid_look(struct source *source, uint32_t pid, const struct process_memory *earlier)
{
    char name[24];
    struct process_memories *memories = &source->processes;
    if (!memory_grow(&memories->items, &memories->capacity, memories->count + 1, sizeof *memories->items))
        return -ENOMEM;
    struct process_memory *memory = &memories->items[memories->count];
    *memory = (struct process_memory){.pid = pid, .sleep.call = {.number = -1}};
    struct look look = {.source = source,
                        .table = &source->sample->tables[TABLE_PROCESS],
                        .earlier = earlier,
                        .memory = memory,
                        .directory = openat(source->root, proc_name(name, pid), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (look.directory < 0)
        return -errno;
    int result = process_look(&look);
    close(look.directory);
    memories->count += result == 0;
    return result;
}

bool process_collect(struct source *source, struct error *error)
{
    uint32_t *pids = NULL;
    size_t count = 0;
    bool done = pids_list(source, &pids, &count, error);
    if (done && count > 1)
        qsort(pids, count, sizeof *pids, pid_compare);
    const struct process_memories *earlier = &source->earlier_processes;
    size_t at = 0;
    for (size_t i = 0; done && i < count; i++) {
        while (at < earlier->count && earlier->items[at].pid < pids[i])
            at++;
        bool known = at < earlier->count && earlier->items[at].pid == pids[i];
        int result = pid_look(source, pids[i], known ? &earlier->items[at] : NULL);
        if (result == -ENOMEM)
            done = error_memory(error);
        else if (result < 0 && !proc_is_gone(result))
            sample_unread_add(source->sample, "processes", proc_reason(result), 1);
    }
    free(pids);
    return done;
}
