/* One row per process.
 *
 * Looking is kept cheap by schedstat: as long as it stays the same, a process with one thread has not run, and what can
 * only change by its own doing is copied from the sample before. What others can do to it meanwhile (take its memory,
 * adopt it, make it runnable without a cpu to run on) is looked at in turns, every few samples. */
#include "collect/proc_look.h"

#include "collect/proc_read.h"
#include "collect/slow.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void schedstat_read(struct look *look)
{
    char text[128];
    struct proc_schedstat *schedstat = &look->memory->sleep.schedstat;
    int result = proc_read(look->directory, "schedstat", text, sizeof text);
    if (result < 0 || !proc_schedstat_parse(text, schedstat)) {
        *schedstat = (struct proc_schedstat){0};
        look_unread(look, PART_SCHEDSTAT, result);
        return;
    }
    look_number(look, PROCESS_RUN_DELAY_NS, schedstat->run_delay_ns);
    if (look->stat.threads == 1)
        look_number(look, PROCESS_RUN_DELAY_ALL_NS, schedstat->run_delay_ns);
    /* Ticks are rounded down: one thread's schedstat is the same to the nanosecond. */
    if (look->stat.threads == 1 && schedstat->cpu_ns > look->cpu_ns)
        look->cpu_ns = schedstat->cpu_ns;
}

static void schedstat_take(struct look *look)
{
    const struct sample_task *task = &look->kernel->main;
    look->memory->sleep.schedstat = (struct proc_schedstat){task->cpu_ns, task->run_delay_ns, task->slices};
    look_number(look, PROCESS_RUN_DELAY_NS, task->run_delay_ns);
    uint64_t all_ns = task->run_delay_ns;
    for (size_t i = 0; i < look->kernel->thread_count; i++)
        all_ns += look->kernel->threads[i].run_delay_ns;
    look_number(look, PROCESS_RUN_DELAY_ALL_NS, all_ns);
}

static void sleep_look(struct look *look)
{
    struct process_memory *memory = look->memory;
    const struct process_memory *earlier = look->earlier;
    if (look->kernel != NULL)
        schedstat_take(look);
    else
        schedstat_read(look);
    if (!table_known(look->table, look->row, PROCESS_RUN_DELAY_NS))
        return;
    sleep_settle(look->source, &memory->sleep, earlier == NULL ? NULL : &earlier->sleep, look->stat.state != 'R',
                 look_is_late(look));
    memory->unchanged = memory->sleep.still && memory->single_threaded && earlier->image == memory->image;
}

static void counters_set(struct look *look)
{
    const struct proc_stat *stat = &look->stat;
    const struct source *source = look->source;
    uint64_t cpu_ns = look->cpu_ns;
    if (look->earlier != NULL) {
        uint64_t before = table_u64(&source->previous->tables[TABLE_PROCESS], look->earlier->row, PROCESS_CPU_NS, 0);
        cpu_ns = cpu_ns < before ? before : cpu_ns;
    }
    look_number(look, PROCESS_PID, stat->pid);
    look_number(look, PROCESS_START_TICKS, stat->start_ticks);
    look_number(look, PROCESS_PARENT_PID, stat->parent_pid);
    look_string(look, PROCESS_NAME, stat->name, stat->name_length);
    look_number(look, PROCESS_UID, look->uid);
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
        return false; /* could not be read, but may be by now */
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
    if (look->kernel != NULL) {
        int count = kernel_descriptors_collect(look->source, look->row);
        if (count < 0)
            return count;
        memory->descriptor_count = (size_t)count;
    } else if (!descriptors_carry(look)) {
        int count = descriptor_collect(look->source, look->directory, look->row, look->earlier);
        if (proc_is_gone(count) || count == -ENOMEM)
            return count;
        memory->unread[PART_DESCRIPTOR] = 0;
        if (count < 0) {
            look_unread(look, PART_DESCRIPTOR, count);
            return 0;
        }
        memory->descriptor_count = (size_t)count;
    }
    look_number(look, PROCESS_DESCRIPTORS, memory->descriptor_count);
    return 0;
}

static bool threads_collect(struct look *look)
{
    bool due = look->source->complete && look->stat.threads > 1 && !look->memory->hangs;
    if (due && !(look->stat.flags & PROC_FLAG_KERNEL_THREAD)) {
        struct thread_scene scene = {look->directory, look->kernel, look->stat.threads, look_is_late(look)};
        thread_collect(look->source, &scene, look->memory, look->earlier);
        return true;
    }
    return thread_carry(look->source, look->memory, look->earlier);
}

int look_directory(struct look *look)
{
    char name[24];
    if (look->directory == -1) {
        int directory =
            openat(look->source->root, proc_name(name, look->memory->pid), O_PATH | O_DIRECTORY | O_CLOEXEC);
        look->directory = directory >= 0 ? directory : errno == EPERM ? -EACCES : -errno; /* EPERM is 1 */
    }
    return look->directory;
}

/* 0, or a negative errno. */
static int stat_read(struct look *look)
{
    struct stat owner;
    if (look_directory(look) < 0)
        return look->directory;
    int length = proc_read(look->directory, "stat", look->text, PROC_SMALL_BYTES);
    if (length <= 0 || fstat(look->directory, &owner) != 0)
        return length < 0 ? length : -ESRCH;
    if (!proc_stat_parse(look->text, (size_t)length, &look->stat))
        return -EIO;
    if (look->earlier != NULL && look->earlier->start_ticks != look->stat.start_ticks)
        look->earlier = NULL;
    look->uid = owner.st_uid;
    look->cpu_ns = (look->stat.user_ticks + look->stat.system_ticks) * look->source->ns_per_tick;
    return 0;
}

/* 0, or a negative errno: the process has gone or may not be looked at, and no row of it is left. */
static int process_look(struct look *look)
{
    int result = 0;
    if (look->kernel != NULL)
        look_kernel(look);
    else
        result = stat_read(look);
    if (result < 0)
        return result;
    look->row = table_append(look->table);
    if (look->row == SIZE_MAX)
        return -ENOMEM;
    look->memory->row = (uint32_t)look->row;
    look->memory->start_ticks = look->stat.start_ticks;
    look->memory->image = look->stat.image;
    look->memory->place = look->kernel != NULL ? look->kernel->process.place : 0;
    look->memory->single_threaded = look->stat.threads == 1;
    sleep_look(look);
    counters_set(look);
    look_facts(look);
    look_dear(look);
    if (look->kernel != NULL)
        look_kernel_dear(look);
    result = threads_collect(look) ? descriptors_collect(look) : -ENOMEM;
    if (result < 0)
        table_drop_last(look->table);
    return result;
}

/* The whole row from the sample before, when the process has not run and it is not its turn. 1: done; 0: look at it;
 * else a negative errno. */
static int process_carry(struct look *look)
{
    char path[48], text[128];
    const struct process_memory *earlier = look->earlier;
    struct process_memory *memory = look->memory;
    struct proc_schedstat schedstat;
    if (earlier == NULL || !earlier->single_threaded || earlier->sleep.asleep_since_ns == 0 ||
        (look->source->complete && !earlier->dear) || look_in_turn(look, STAT_EVERY_SAMPLES))
        return 0;
    strcat(proc_name(path, memory->pid), "/schedstat");
    int result = proc_read(look->source->root, path, text, sizeof text);
    if (result < 0 || !proc_schedstat_parse(text, &schedstat) || schedstat.cpu_ns == 0 ||
        memcmp(&schedstat, &earlier->sleep.schedstat, sizeof schedstat) != 0)
        return result < 0 ? result : 0;
    look->row = look->table->rows;
    if (!source_carry_row(look->source, TABLE_PROCESS, earlier->row) || !thread_carry(look->source, memory, earlier))
        return -ENOMEM;
    bool hangs = memory->hangs;
    *memory = *earlier;
    memory->hangs = hangs;
    memory->row = (uint32_t)look->row;
    memory->sleep.still = memory->unchanged = true;
    memory->sleep.looked_ns = look->source->sample->boottime_ns;
    memory->descriptor_first = look->source->sample->tables[TABLE_DESCRIPTOR].rows;
    for (size_t i = 0; i < earlier->descriptor_count; i++)
        if (!source_carry_row(look->source, TABLE_DESCRIPTOR, earlier->descriptor_first + i))
            return -ENOMEM;
    return 1;
}

static void unread_count(const struct look *look)
{
    static const char *const parts[PART_COUNT] = {
        [PART_DESCRIPTOR] = "descriptors",
        [PART_SCHEDSTAT] = "schedstat",
        [PART_EXECUTABLE] = "executables",
        [PART_CGROUP] = "cgroups",
        [PART_NAMESPACE] = "namespaces",
        [PART_STATUS] = "status",
        [PART_IO] = "io",
        [PART_WAIT_CHANNEL] = "wait channels",
        [PART_SYSTEM_CALL] = "system calls",
    };
    for (size_t part = 0; part < PART_COUNT; part++)
        if (look->memory->unread[part] != 0)
            sample_unread_add(look->source->sample, parts[part], proc_reason(look->memory->unread[part]), 1);
}

static bool pid_add(uint32_t **pids, size_t *count, size_t *capacity, uint32_t pid)
{
    bool room = memory_grow(pids, capacity, *count + 1, sizeof **pids);
    if (room)
        (*pids)[(*count)++] = pid;
    return room;
}

static bool pids_list(struct source *source, uint32_t **pids, size_t *count, struct error *error)
{
    struct proc_listing listing;
    size_t capacity = 0;
    uint64_t number;
    const char *name;
    int result = proc_listing_open(&listing, source->root, ".", source->live);
    if (result < 0)
        return error_errno(error, -result, "cannot list the processes in /proc");
    bool done = true;
    while (done && proc_listing_next(&listing, &number, &name))
        done = pid_add(pids, count, &capacity, (uint32_t)number);
    proc_listing_close(&listing);
    return done || error_memory(error);
}

/* What the kernel has told, and what it left out before. */
static bool pids_told(struct source *source, uint32_t **pids, size_t *count, struct error *error)
{
    size_t capacity = 0, told_count;
    bool done = true;
    const struct kernel_process *told = kernel_sample_processes(source->kernel, &told_count);
    const struct process_memories *earlier = &source->earlier_processes;
    for (size_t i = 0; done && i < told_count; i++)
        done = pid_add(pids, count, &capacity, told[i].main.pid);
    for (size_t i = 0; done && i < earlier->count; i++)
        if (earlier->items[i].left_out && kernel_sample_process(source->kernel, earlier->items[i].pid) == NULL)
            done = pid_add(pids, count, &capacity, earlier->items[i].pid);
    return done || error_memory(error);
}

static int pid_compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Is it to be looked at in a way that may make whoever looks sleep? What the kernel tells has a reason when it is. */
static bool scout_wants(const struct source *source, uint32_t pid, const struct process_memory *earlier)
{
    const struct kernel_process *kernel = source->kernel_read ? kernel_sample_process(source->kernel, pid) : NULL;
    bool turn = (source->number + pid) % FACTS_EVERY_SAMPLES == 0;
    return kernel == NULL || earlier == NULL || turn || earlier->hangs || (source->complete && !earlier->dear) ||
           kernel->main.slices != earlier->sleep.schedstat.slices;
}

/* A process in the midst of an exec that closes a file on a dead file system lets nobody look who wants more than its
 * status: found out by somebody else, where there are such file systems. False: out of memory. */
static bool processes_scout(struct source *source, const uint32_t *pids, size_t count)
{
    if (!source->live || !filesystem_any_slow(source))
        return true;
    const struct process_memories *earlier = &source->earlier_processes;
    size_t wanted_count = 0, at = 0;
    uint32_t *wanted = malloc((count + 1) * sizeof *wanted);
    if (wanted == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        while (at < earlier->count && earlier->items[at].pid < pids[i])
            at++;
        bool known = at < earlier->count && earlier->items[at].pid == pids[i];
        if (scout_wants(source, pids[i], known ? &earlier->items[at] : NULL))
            wanted[wanted_count++] = pids[i];
    }
    slow_scout(source->slow, wanted, wanted_count);
    free(wanted);
    return true;
}

static int pid_look(struct source *source, uint32_t pid, const struct process_memory *earlier)
{
    char text[PROC_SMALL_BYTES];
    struct process_memories *memories = &source->processes;
    if (!memory_grow(&memories->items, &memories->capacity, memories->count + 1, sizeof *memories->items))
        return -ENOMEM;
    struct process_memory *memory = &memories->items[memories->count];
    *memory = (struct process_memory){.pid = pid, .sleep.call = {.number = -1}};
    struct look look = {.source = source,
                        .table = &source->sample->tables[TABLE_PROCESS],
                        .earlier = earlier,
                        .kernel = source->kernel_read ? kernel_sample_process(source->kernel, pid) : NULL,
                        .memory = memory,
                        .text = text,
                        .directory = -1};
    if (source->live && slow_hangs(source->slow, pid)) {
        memory->hangs = true;
        look.directory = -ETIMEDOUT;
    }
    int result = look.kernel != NULL ? 0 : process_carry(&look);
    memory->left_out = source->kernel_read && look.kernel == NULL;
    if (result == 0) {
        result = process_look(&look);
        if (look.directory >= 0)
            close(look.directory);
    }
    if (result < 0)
        return result;
    unread_count(&look);
    memories->count++;
    return 0;
}

bool process_collect(struct source *source, struct error *error)
{
    uint32_t *pids = NULL;
    size_t count = 0;
    bool listed = !source->kernel_read || !source->kernel_read_before || source->number % LISTED_EVERY_SAMPLES == 0;
    bool done = listed ? pids_list(source, &pids, &count, error) : pids_told(source, &pids, &count, error);
    if (done && count > 1)
        qsort(pids, count, sizeof *pids, pid_compare);
    done = done && (processes_scout(source, pids, count) || error_memory(error));
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
