/* Who holds or wants a file lock, and by which descriptor: what /proc/locks leaves open. */
#include "collect/proc_lock.h"

#include "collect/proc_call.h"
#include "collect/proc_read.h"
#include "collect/slow.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { FDINFO_READS_PER_PROCESS = 1024, FDINFO_READS_PER_LOCK = 4096 };

/* Does this descriptor (a name below fdinfo) hold the lock? */
static bool fdinfo_shows(int directory, uint64_t number, const struct proc_lock *lock)
{
    char path[64] = "fdinfo/", text[PROC_SMALL_BYTES];
    proc_name(path + 7, number);
    if (proc_read(directory, path, text, sizeof text) <= 0)
        return false;
    for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        line += *line == '\n';
        struct proc_lock shown;
        if (strncmp(line, "lock:", 5) == 0 && proc_lock_parse(line + 5, &shown) && shown.class == lock->class &&
            shown.inode == lock->inode && shown.device == lock->device && shown.exclusive == lock->exclusive)
            return true;
    }
    return false;
}

/* The same for the descriptor of a row: as the kernel's listing has told, else by its fdinfo, which counts among the
 * reads. directory: that of the process, -1 while it is not open. */
static bool descriptor_holds(struct source *source, const struct process_memory *process, size_t row,
                             const struct proc_lock *lock, int *directory, size_t *reads)
{
    char name[24];
    enum kernel_lock_answer answer = kernel_lock_held(source, row, lock);
    if (answer == KERNEL_LOCK_NOT_HELD)
        return false;
    if (answer == KERNEL_LOCK_HELD)
        return true;
    if (*directory == -1)
        *directory = openat(source->root, proc_name(name, process->pid), O_PATH | O_DIRECTORY | O_CLOEXEC);
    ++*reads;
    return *directory >= 0 &&
           fdinfo_shows(*directory, source->sample->tables[TABLE_DESCRIPTOR].cells[DESCRIPTOR_NUMBER][row], lock);
}

/* The row of the descriptor of that process (of those on path, when it is given) that holds the lock; SIZE_MAX: none.
 */
static size_t holder_descriptor(struct source *source, const struct process_memory *process,
                                const struct proc_lock *lock, const char *path)
{
    int directory = -1;
    size_t found = SIZE_MAX, reads = 0;
    for (size_t i = 0; i < process->descriptor_count && found == SIZE_MAX && reads < FDINFO_READS_PER_PROCESS; i++) {
        size_t row = process->descriptor_first + i;
        const char *own = sample_string(source->sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH);
        if (own == NULL || own[0] != '/' || (path != NULL && strcmp(own, path) != 0))
            continue;
        if (descriptor_holds(source, process, row, lock, &directory, &reads))
            found = row;
    }
    if (directory >= 0)
        close(directory);
    return found;
}

static const char *descriptor_path(const struct source *source, size_t row)
{
    return row == SIZE_MAX ? NULL : sample_string(source->sample, TABLE_DESCRIPTOR, row, DESCRIPTOR_PATH);
}

/* What a thread asks for, when it sits in a request for a lock (of an open file description, or not). */
static bool call_asks(struct source *source, const struct process_memory *process, const struct proc_system_call *call,
                      bool description_lock, size_t *descriptor)
{
    struct call_meaning meaning = call_meaning(call);
    if (meaning.class != CALL_LOCK || meaning.description_lock != description_lock)
        return false;
    *descriptor = source_descriptor(source, process, meaning.descriptor);
    return *descriptor != SIZE_MAX;
}

static struct proc_system_call main_call(const struct source *source, const struct process_memory *process)
{
    char path[64], text[256];
    struct proc_system_call call = process->sleep.call;
    if (call.blocked || source->complete || process->hangs)
        return call;
    strcat(proc_name(path, process->pid), "/syscall");
    if (proc_read(source->root, path, text, sizeof text) > 0)
        proc_system_call_parse(text, &call);
    return call;
}

/* The descriptor in the system call that a thread of the waiter sits in. */
static void waiter_resolve(struct source *source, struct lock_memory *waiter)
{
    struct process_memory *process = waiter->lock.has_pid ? source_process(source, waiter->lock.pid, 0) : NULL;
    if (process == NULL)
        return;
    waiter->process = process;
    if (waiter->carried && process->single_threaded)
        return;
    struct proc_system_call call = main_call(source, process);
    if (call_asks(source, process, &call, false, &waiter->descriptor)) {
        waiter->thread = process->pid;
        return;
    }
    for (size_t i = 0; i < process->thread_count; i++) {
        const struct thread_memory *thread = &source->threads.items[process->thread_first + i];
        if (call_asks(source, process, &thread->sleep.call, false, &waiter->descriptor)) {
            waiter->thread = thread->tid;
            return;
        }
    }
}

static uint64_t descriptor_inode(struct source *source, size_t row)
{
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    if (table_known(table, row, DESCRIPTOR_INODE) || !source->live)
        return table_u64(table, row, DESCRIPTOR_INODE, 0);
    struct slow_file file;
    const struct table *processes = &source->sample->tables[TABLE_PROCESS];
    const struct process_memory *process = source_process(source, table->cells[DESCRIPTOR_PID][row], 0);
    const char *path = descriptor_path(source, row);
    uint64_t device;
    if (process == NULL || process->hangs || path == NULL ||
        filesystem_slow(source, table_u64(processes, process->row, PROCESS_MOUNT_NAMESPACE, 0), process->pid, path,
                        &device))
        return 0;
    slow_file_read(source->root,
                   (struct slow_descriptor){(uint32_t)table->cells[DESCRIPTOR_PID][row],
                                            (uint32_t)table->cells[DESCRIPTOR_NUMBER][row]},
                   &file);
    return file.error == 0 ? file.inode : 0;
}

/* A thread that asks for the lock of an open file description belongs to a request without a process: any of those on
 * its file, since the kernel does not tell them apart. */
static void description_claim(struct source *source, struct process_memory *process, uint64_t thread,
                              const struct proc_system_call *call)
{
    size_t descriptor;
    if (!call_asks(source, process, call, true, &descriptor))
        return;
    uint64_t inode = descriptor_inode(source, descriptor);
    for (size_t i = 0; i < source->locks.count; i++) {
        struct lock_memory *request = &source->locks.items[i];
        if (request->lock.waiting && !request->lock.has_pid && request->thread == 0 && request->lock.inode == inode) {
            request->process = process;
            request->thread = thread;
            request->descriptor = descriptor;
            request->carried = false;
            return;
        }
    }
}

static void description_waiters_resolve(struct source *source)
{
    bool any = false;
    for (size_t i = 0; i < source->locks.count; i++)
        any = any || (source->locks.items[i].lock.waiting && !source->locks.items[i].lock.has_pid);
    for (size_t i = 0; any && i < source->processes.count; i++) {
        struct process_memory *process = &source->processes.items[i];
        if (process->descriptor_count == 0)
            continue;
        struct proc_system_call call = main_call(source, process);
        description_claim(source, process, process->pid, &call);
        for (size_t thread = 0; thread < process->thread_count; thread++) {
            const struct thread_memory *memory = &source->threads.items[process->thread_first + thread];
            description_claim(source, process, memory->tid, &memory->sleep.call);
        }
    }
}

static void holder_resolve(struct source *source, struct lock_memory *holder)
{
    struct process_memory *process = holder->lock.has_pid ? source_process(source, holder->lock.pid, 0) : NULL;
    if (holder->carried && holder->process != NULL)
        return;
    if (process != NULL)
        holder->descriptor = holder_descriptor(source, process, &holder->lock, NULL);
    /* A flock outlives its process in those that inherited the descriptor: a living process that does not show the
     * lock has merely got the number. A process that we may not look into is believed. */
    bool looked =
        process != NULL && table_known(&source->sample->tables[TABLE_PROCESS], process->row, PROCESS_DESCRIPTORS);
    if (process != NULL && (!looked || holder->descriptor != SIZE_MAX || holder->lock.class != LOCK_FLOCK))
        holder->process = process;
}

/* Looks for the oldest process that shows the lock, among those that have the same path open. */
static void owner_search(struct source *source, struct lock_memory *holder, const char *path)
{
    const struct table *table = &source->sample->tables[TABLE_DESCRIPTOR];
    uint32_t wanted = sample_intern(source->sample, path, strlen(path));
    size_t reads = 0;
    for (size_t row = 0; row < table->rows && reads < FDINFO_READS_PER_LOCK; row++) {
        if (!table->known[DESCRIPTOR_PATH][row] || table->cells[DESCRIPTOR_PATH][row] != wanted)
            continue;
        struct process_memory *process = source_process(source, table->cells[DESCRIPTOR_PID][row], 0);
        if (process == NULL || (holder->process != NULL && holder->process->start_ticks <= process->start_ticks))
            continue;
        reads++;
        size_t found = holder_descriptor(source, process, &holder->lock, path);
        if (found != SIZE_MAX) {
            holder->process = process;
            holder->descriptor = found;
        }
    }
    if (holder->process == NULL)
        sample_unread_add(source->sample, "lock holders", "not found", 1);
}

void lock_resolve(struct source *source)
{
    struct lock_memory *items = source->locks.items;
    for (size_t i = 0; i < source->locks.count; i++) {
        if (items[i].lock.waiting)
            waiter_resolve(source, &items[i]);
        else
            holder_resolve(source, &items[i]);
    }
    description_waiters_resolve(source);
    for (size_t i = 0; i < source->locks.count; i++) {
        struct lock_memory *holder = items[i].lock.waiting ? &items[items[i].holder] : NULL;
        const char *path = holder == NULL ? NULL : descriptor_path(source, items[i].descriptor);
        if (path == NULL && holder != NULL && items[i].carried)
            path = sample_string(source->previous, TABLE_LOCK, items[i].carried_row, LOCK_PATH);
        if (path != NULL && holder->process == NULL)
            owner_search(source, holder, path);
    }
}
