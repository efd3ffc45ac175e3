/* What /proc tells of a process in stat, schedstat, status and io, from the kernel's stream of tasks. */
#include "collect/proc_look.h"

#include "collect/proc_read.h"

#include <string.h>

/* /proc shows the names of kernel threads in full, and behind those of workers what they work on. The stream has their
 * first 15 characters only: they are read, in turns. */
static void kernel_thread_name(struct look *look)
{
    struct source *source = look->source;
    char path[48];
    const char *name = NULL;
    if (look->earlier != NULL && !look_in_turn(look, FACTS_EVERY_SAMPLES))
        name = sample_string(source->previous, TABLE_PROCESS, look->earlier->row, PROCESS_NAME);
    if (name != NULL) {
        look->stat.name = name;
        look->stat.name_length = strlen(name);
        return;
    }
    strcat(proc_name(path, look->memory->pid), "/comm");
    int length = proc_read(source->root, path, look->text, PROC_SMALL_BYTES);
    if (length <= 0)
        return;
    look->stat.name = look->text;
    look->stat.name_length = strcspn(look->text, "\n");
}

static uint64_t pages_sum(const struct sample_process *process)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof process->rss_pages / sizeof process->rss_pages[0]; i++)
        sum += process->rss_pages[i] > 0 ? (uint64_t)process->rss_pages[i] : 0;
    return sum;
}

void look_kernel(struct look *look)
{
    const struct kernel_process *kernel = look->kernel;
    const struct sample_process *process = &kernel->process;
    look->stat = (struct proc_stat){.name = process->name,
                                    .name_length = strnlen(process->name, sizeof process->name),
                                    .pid = kernel->main.pid,
                                    .parent_pid = process->parent_pid,
                                    .flags = process->flags,
                                    .minor_faults = kernel->minor_faults,
                                    .major_faults = kernel->major_faults,
                                    .threads = process->threads,
                                    .start_ticks = process->start_ns / look->source->ns_per_tick,
                                    .rss_pages = pages_sum(process),
                                    .image = process->image,
                                    .state = kernel_task_state(&kernel->main)};
    look->uid = process->uid;
    look->cpu_ns = kernel->cpu_ns;
    if (look->earlier != NULL && look->earlier->start_ticks != look->stat.start_ticks)
        look->earlier = NULL;
    if (look->stat.flags & PROC_FLAG_KERNEL_THREAD)
        kernel_thread_name(look);
}

void look_kernel_dear(struct look *look)
{
    const struct kernel_process *kernel = look->kernel;
    look_number(look, PROCESS_READ_BYTES, kernel->read_bytes);
    look_number(look, PROCESS_WRITE_BYTES, kernel->write_bytes);
    if (look->stat.flags & PROC_FLAG_KERNEL_THREAD)
        return;
    look_number(look, PROCESS_VOLUNTARY_SWITCHES, kernel->process.voluntary_switches);
    look_number(look, PROCESS_INVOLUNTARY_SWITCHES, kernel->process.involuntary_switches);
}
