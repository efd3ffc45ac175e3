/* The threads of processes that have several: what they sleep in, and since when. */
#include "collect/proc_read.h"
#include "collect/source_inside.h"

#include "base/memory.h"

#include <string.h>

void sleep_settle(const struct source *source, struct sleep_memory *now, const struct sleep_memory *earlier,
                  bool asleep, bool first_look)
{
    now->looked_ns = source->sample->boottime_ns;
    now->still = earlier != NULL && now->schedstat.cpu_ns > 0 &&
                 memcmp(&earlier->schedstat, &now->schedstat, sizeof now->schedstat) == 0;
    if (now->still && asleep && earlier->asleep_since_ns > 0) {
        now->asleep_since_ns = earlier->asleep_since_ns;
        now->at_first_look = earlier->at_first_look;
        now->awake_ns = earlier->awake_ns;
    } else if (asleep) {
        now->asleep_since_ns = now->looked_ns;
        now->at_first_look = earlier == NULL && first_look;
        if (earlier != NULL)
            now->awake_ns = earlier->looked_ns;
        else if (!first_look && source->previous != NULL)
            now->awake_ns = source->previous->boottime_ns;
    }
}

static const struct thread_memory *thread_earlier(const struct source *source, const struct process_memory *process,
                                                  uint32_t tid)
{
    if (process->thread_count == 0)
        return NULL;
    const struct thread_memory *items = source->earlier_threads.items + process->thread_first;
    size_t low = 0, high = process->thread_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (items[middle].tid < tid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < process->thread_count && items[low].tid == tid ? &items[low] : NULL;
}

static int call_read(const struct source *source, uint32_t pid, uint32_t tid, struct proc_system_call *call)
{
    char path[96], name[24], text[256];
    char *end = stpcpy(stpcpy(path, proc_name(name, pid)), "/task/");
    strcpy(stpcpy(end, proc_name(name, tid)), "/syscall");
    int result = proc_read(source->root, path, text, sizeof text);
    if (result >= 0)
        proc_system_call_parse(text, call);
    return result;
}

/* Takes in a thread with that schedstat. False: it has ended, or memory ran out. */
static bool thread_add(struct source *source, const struct process_memory *process, uint32_t tid,
                       const struct proc_schedstat *schedstat, const struct process_memory *earlier_process,
                       bool first_look)
{
    struct thread_memories *threads = &source->threads;
    struct thread_memory thread = {.tid = tid, .sleep = {.schedstat = *schedstat, .call = {.number = -1}}};
    const struct thread_memory *earlier = earlier_process == NULL ? NULL : thread_earlier(source, earlier_process, tid);
    bool still = earlier != NULL && schedstat->cpu_ns > 0 &&
                 memcmp(&earlier->sleep.schedstat, schedstat, sizeof *schedstat) == 0;
    if (still && earlier->sleep.call.blocked)
        thread.sleep.call = earlier->sleep.call;
    else if (call_read(source, process->pid, tid, &thread.sleep.call) < 0)
        return false;
    sleep_settle(source, &thread.sleep, earlier == NULL ? NULL : &earlier->sleep, thread.sleep.call.blocked,
                 first_look);
    if (!memory_grow(&threads->items, &threads->capacity, threads->count + 1, sizeof *threads->items))
        return false;
    threads->items[threads->count++] = thread;
    return true;
}

static void threads_list(struct source *source, const struct thread_scene *scene, const struct process_memory *process,
                         const struct process_memory *earlier)
{
    struct proc_listing listing;
    uint64_t tid;
    const char *name;
    if (proc_listing_open(&listing, scene->directory, "task", source->live) < 0)
        return;
    while (proc_listing_next(&listing, &tid, &name)) {
        char path[48], text[256];
        struct proc_schedstat schedstat;
        strcpy(stpcpy(path, name), "/schedstat");
        if (tid != process->pid && proc_read(listing.descriptor, path, text, sizeof text) >= 0 &&
            proc_schedstat_parse(text, &schedstat))
            thread_add(source, process, (uint32_t)tid, &schedstat, earlier, scene->first_look);
    }
    proc_listing_close(&listing);
}

void thread_collect(struct source *source, const struct thread_scene *scene, struct process_memory *process,
                    const struct process_memory *earlier)
{
    const struct kernel_process *kernel = scene->kernel;
    if (scene->threads > THREADS_LOOKED_AT) {
        sample_unread_add(source->sample, "threads", "too many in one process", scene->threads - 1);
        return;
    }
    process->thread_first = source->threads.count;
    if (kernel == NULL)
        threads_list(source, scene, process, earlier);
    for (size_t i = 0; kernel != NULL && i < kernel->thread_count; i++) {
        const struct sample_task *thread = &kernel->threads[i];
        struct proc_schedstat schedstat = {thread->cpu_ns, thread->run_delay_ns, thread->slices};
        thread_add(source, process, thread->thread, &schedstat, earlier, scene->first_look);
    }
    process->thread_count = source->threads.count - process->thread_first;
}

bool thread_carry(struct source *source, struct process_memory *process, const struct process_memory *earlier)
{
    struct thread_memories *threads = &source->threads;
    process->thread_first = threads->count;
    process->thread_count = 0;
    if (earlier == NULL || earlier->thread_count == 0)
        return true;
    if (!memory_grow(&threads->items, &threads->capacity, threads->count + earlier->thread_count,
                     sizeof *threads->items))
        return false;
    memcpy(threads->items + threads->count, source->earlier_threads.items + earlier->thread_first,
           earlier->thread_count * sizeof *threads->items);
    threads->count += earlier->thread_count;
    process->thread_count = earlier->thread_count;
    return true;
}
