/* Loads the programs of the kernel source and reads their stream of tasks. */
#include "collect/kernel_inside.h"

#include "base/memory.h"
#include "collect/bpf/sample.skel.h"
#include "collect/kernel_reason.h"
#include "collect/proc_parse.h"
#include "collect/proc_read.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 65536, STREAM_BYTES_MAX = 1 << 30, PATH_BYTES_MAX = 16 << 20, NS_PER_SECOND = 1000000000 };

static int library_silence(enum libbpf_print_level level, const char *format, va_list arguments)
{
    (void)level, (void)format, (void)arguments;
    return 0;
}

/* Does the kernel let programs load through any address? Since 6.2. */
static bool kernel_walks(void)
{
    struct btf *types = btf__load_vmlinux_btf();
    bool walks = types != NULL && btf__find_by_name_kind(types, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;
    btf__free(types);
    return walks;
}

/* 0 or a negative errno. */
static int programs_open(struct kernel_sample *kernel, bool walks)
{
    kernel->programs = sample_bpf__open();
    if (kernel->programs == NULL)
        return -errno;
    bpf_program__set_autoload(kernel->programs->progs.walk_tasks, walks);
    int result = sample_bpf__load(kernel->programs);
    if (result == 0)
        return 0;
    sample_bpf__destroy(kernel->programs);
    kernel->programs = NULL;
    return walks ? programs_open(kernel, false) : result;
}

/* 0 or a negative errno. */
static int programs_load(struct kernel_sample *kernel)
{
    libbpf_print_fn_t loud = libbpf_set_print(library_silence);
    int result = programs_open(kernel, kernel_walks());
    if (result == 0) {
        const struct bpf_program *programs[] = {[KERNEL_TASKS] = kernel->programs->progs.read_tasks,
                                                [KERNEL_DESCRIPTORS] = kernel->programs->progs.read_descriptors,
                                                [KERNEL_WALK] = kernel->programs->progs.walk_tasks};
        for (size_t i = 0; result == 0 && i < KERNEL_LINKS; i++) {
            if (bpf_program__fd(programs[i]) < 0)
                continue; /* not loaded */
            kernel->links[i] = bpf_program__attach_iter(programs[i], NULL);
            result = kernel->links[i] == NULL ? -errno : 0;
        }
    }
    libbpf_set_print(loud);
    return result;
}

/* Silent errors in what was taken for the layout of a structure, another pid or time namespace than that of /proc: all
 * would show in what is told of ourselves. */
static bool self_compare(const struct kernel_sample *kernel, struct error *error)
{
    char text[PROC_SMALL_BYTES];
    struct proc_stat stat;
    int length = proc_read(AT_FDCWD, "/proc/self/stat", text, sizeof text);
    if (length <= 0 || !proc_stat_parse(text, (size_t)length, &stat))
        return error_set(error, "refused: processes are listed by /proc alone; /proc/self/stat cannot be read");
    const struct kernel_process *self = kernel_sample_process(kernel, (uint32_t)stat.pid);
    uint64_t ns_per_tick = NS_PER_SECOND / (uint64_t)sysconf(_SC_CLK_TCK);
    bool same = self != NULL && self->process.start_ns / ns_per_tick == stat.start_ticks &&
                self->process.parent_pid == stat.parent_pid && self->process.threads == stat.threads &&
                self->process.uid == geteuid() && strlen(self->process.name) == stat.name_length &&
                memcmp(self->process.name, stat.name, stat.name_length) == 0;
    return same || error_set(error, "other /proc: processes are listed by /proc alone; the kernel does not agree with "
                                    "it (is it that of another pid or time namespace?)");
}

struct kernel_sample *kernel_sample_new(struct error *error)
{
    struct kernel_sample *kernel = calloc(1, sizeof *kernel);
    if (kernel != NULL)
        kernel->paths = calloc(SAMPLE_SLOTS, sizeof *kernel->paths);
    if (kernel == NULL || kernel->paths == NULL) {
        error_memory(error);
        goto failed;
    }
    int result = programs_load(kernel);
    if (result != 0) {
        kernel_refusal_tell(KERNEL_LISTING, -result, error);
        goto failed;
    }
    if (kernel_sample_read(kernel, error) && self_compare(kernel, error)) {
        kernel_paths_forget(kernel);
        return kernel;
    }
failed:
    kernel_sample_free(kernel);
    return NULL;
}

void kernel_paths_forget(struct kernel_sample *kernel)
{
    memset(kernel->programs->bss->seen, 0, sizeof kernel->programs->bss->seen);
    for (size_t slot = 0; slot < SAMPLE_SLOTS; slot++)
        free(kernel->paths[slot].text);
    memset(kernel->paths, 0, SAMPLE_SLOTS * sizeof *kernel->paths);
    kernel->path_bytes = 0;
    kernel->at = kernel->descriptors.length;
}

void kernel_sample_free(struct kernel_sample *kernel)
{
    if (kernel == NULL)
        return;
    for (size_t slot = 0; kernel->paths != NULL && slot < SAMPLE_SLOTS; slot++)
        free(kernel->paths[slot].text);
    for (size_t i = 0; i < sizeof kernel->links / sizeof kernel->links[0]; i++)
        bpf_link__destroy(kernel->links[i]);
    sample_bpf__destroy(kernel->programs);
    buffer_done(&kernel->tasks);
    buffer_done(&kernel->descriptors);
    buffer_done(&kernel->answers);
    free(kernel->cookies);
    free(kernel->processes);
    free(kernel->threads);
    free(kernel->paths);
    free(kernel->rows);
    kernel_objects_done(kernel);
    free(kernel);
}

int kernel_stream_read(const struct bpf_link *link, struct buffer *stream)
{
    int file = bpf_iter_create(bpf_link__fd(link));
    if (file < 0)
        return -errno;
    int result = 0;
    for (;;) {
        size_t before = stream->length;
        char *room = before < STREAM_BYTES_MAX ? buffer_extend(stream, READ_BYTES) : NULL;
        if (room == NULL) {
            result = -ENOMEM;
            break;
        }
        ssize_t bytes = read(file, room, READ_BYTES);
        stream->length = before + (bytes > 0 ? (size_t)bytes : 0);
        if (bytes > 0 || (bytes < 0 && (errno == EAGAIN || errno == EINTR)))
            continue;
        result = bytes < 0 ? -errno : 0;
        break;
    }
    close(file);
    return result;
}

static bool process_add(struct kernel_sample *kernel, const struct sample_task *task,
                        const struct sample_process *process)
{
    if (!memory_grow(&kernel->processes, &kernel->process_capacity, kernel->process_count + 1,
                     sizeof *kernel->processes))
        return false;
    kernel->processes[kernel->process_count++] =
        (struct kernel_process){.main = *task,
                                .process = *process,
                                .cpu_ns = task->cpu_ns + process->dead_cpu_ns,
                                .minor_faults = task->minor_faults + process->dead_minor_faults,
                                .major_faults = task->major_faults + process->dead_major_faults,
                                .read_bytes = task->read_bytes + process->dead_read_bytes,
                                .write_bytes = task->write_bytes + process->dead_write_bytes};
    return true;
}

static bool thread_add(struct kernel_sample *kernel, const struct sample_task *task)
{
    if (!memory_grow(&kernel->threads, &kernel->thread_capacity, kernel->thread_count + 1, sizeof *kernel->threads))
        return false;
    kernel->threads[kernel->thread_count++] = *task;
    return true;
}

/* False: out of memory. */
static bool tasks_parse(struct kernel_sample *kernel)
{
    kernel->process_count = kernel->thread_count = 0;
    for (size_t at = 0; at + sizeof(struct sample_task) <= kernel->tasks.length;) {
        const struct sample_task *task = (const void *)(kernel->tasks.data + at);
        at += sizeof *task;
        if (task->pid != task->thread) {
            if (!thread_add(kernel, task))
                return false;
            continue;
        }
        const struct sample_process *process = (const void *)(kernel->tasks.data + at);
        at += sizeof *process;
        if (at > kernel->tasks.length || !process_add(kernel, task, process))
            return at > kernel->tasks.length;
    }
    return true;
}

static int number_compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int thread_compare(const void *left, const void *right)
{
    const struct sample_task *a = left, *b = right;
    int order = number_compare(a->pid, b->pid);
    return order != 0 ? order : number_compare(a->thread, b->thread);
}

static int process_compare(const void *left, const void *right)
{
    const struct kernel_process *a = left, *b = right;
    return number_compare(a->main.pid, b->main.pid);
}

/* Processes come in order already, so that this costs a pass; threads mostly do. */
static void tasks_order(struct kernel_sample *kernel)
{
    bool ordered = true;
    for (size_t i = 1; ordered && i < kernel->process_count; i++)
        ordered = kernel->processes[i - 1].main.pid < kernel->processes[i].main.pid;
    if (!ordered)
        qsort(kernel->processes, kernel->process_count, sizeof *kernel->processes, process_compare);
    if (kernel->thread_count > 1)
        qsort(kernel->threads, kernel->thread_count, sizeof *kernel->threads, thread_compare);
}

static void threads_sum(struct kernel_sample *kernel)
{
    size_t at = 0;
    for (size_t i = 0; i < kernel->process_count; i++) {
        struct kernel_process *process = &kernel->processes[i];
        while (at < kernel->thread_count && kernel->threads[at].pid < process->main.pid)
            at++;
        process->threads = kernel->threads == NULL ? NULL : kernel->threads + at;
        for (; at < kernel->thread_count && kernel->threads[at].pid == process->main.pid; at++) {
            const struct sample_task *thread = &kernel->threads[at];
            process->thread_count++;
            process->cpu_ns += thread->cpu_ns;
            process->minor_faults += thread->minor_faults;
            process->major_faults += thread->major_faults;
            process->read_bytes += thread->read_bytes;
            process->write_bytes += thread->write_bytes;
        }
    }
}

bool kernel_sample_read(struct kernel_sample *kernel, struct error *error)
{
    if (!kernel_descriptors_pass(kernel) || kernel->path_bytes > PATH_BYTES_MAX)
        kernel_paths_forget(kernel);
    kernel->row_count = 0;
    kernel_objects_clear(kernel);
    kernel->programs->bss->turn++;
    int result = kernel_read(kernel);
    kernel->at = 0;
    if (result == 0 && !tasks_parse(kernel))
        result = -ENOMEM;
    if (result < 0) {
        kernel_paths_forget(kernel);
        return error_errno(error, -result, "the kernel's own listing of processes cannot be read");
    }
    tasks_order(kernel);
    threads_sum(kernel);
    return true;
}

bool kernel_sample_sockets(const struct kernel_sample *kernel, const struct socket_record *const **records,
                           size_t *count)
{
    *records = kernel->sockets;
    *count = kernel->socket_count;
    return kernel->programs->bss->sockets_left_out == 0;
}

const struct kernel_process *kernel_sample_processes(const struct kernel_sample *kernel, size_t *count)
{
    *count = kernel->process_count;
    return kernel->processes;
}

const struct kernel_process *kernel_sample_process(const struct kernel_sample *kernel, uint32_t pid)
{
    struct kernel_process wanted = {.main.pid = pid};
    return kernel->process_count == 0
               ? NULL
               : bsearch(&wanted, kernel->processes, kernel->process_count, sizeof *kernel->processes, process_compare);
}

/* get_task_state and task_state_index, fs/proc/array.c and include/linux/sched.h */
char kernel_task_state(const struct sample_task *task)
{
    enum { UNINTERRUPTIBLE = 2, REPORTED = 0x7f, NO_LOAD = 0x400, RT_LOCK_WAIT = 0x1000, FROZEN = 0x8000 };
    static const char letters[] = "RSDTtXZP";
    unsigned state = (task->state | task->exit_state) & REPORTED, index = 0;
    if ((task->state & (NO_LOAD | UNINTERRUPTIBLE)) == (NO_LOAD | UNINTERRUPTIBLE))
        return 'I';
    if (task->state & (RT_LOCK_WAIT | FROZEN))
        state = UNINTERRUPTIBLE;
    for (; state != 0; state >>= 1)
        index++;
    return letters[index];
}
