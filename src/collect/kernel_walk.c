/* Reads all tasks and descriptors: in one walk (bpf/walk.bpf.h) and the paths and cookies that it asks for, or by the
 * iterators. */
#include "collect/kernel_inside.h"

#include "collect/bpf/sample.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <unistd.h>

enum { WALK_PAUSE_SAMPLES = 256 };

bool kernel_path_is_asked(const struct kernel_sample *kernel, uint32_t slot)
{
    const struct sample_bpf__bss *shared = kernel->programs->bss;
    return shared->asked_paths > 0 && (shared->seen[slot] & SAMPLE_SLOT_ASKED) != 0;
}

static bool told_take(struct buffer *stream, const unsigned char *told, unsigned *bytes)
{
    buffer_append(stream, told, *bytes);
    *bytes = 0;
    return !stream->failed;
}

/* 0 or a negative errno. Nothing is told through the file itself: a read ends when there is no room for more. */
static int walk_read(struct kernel_sample *kernel)
{
    struct sample_bpf__bss *shared = kernel->programs->bss;
    int file = bpf_iter_create(bpf_link__fd(kernel->links[KERNEL_WALK])), result;
    if (file < 0)
        return -errno;
    do {
        char nothing;
        result = read(file, &nothing, sizeof nothing) < 0 ? -errno : 0;
        if (!told_take(&kernel->tasks, shared->tasks_told, &shared->tasks_bytes) ||
            !told_take(&kernel->descriptors, shared->descriptors_told, &shared->descriptors_bytes))
            result = -ENOMEM;
    } while (result == -EAGAIN || result == -EINTR);
    close(file);
    return result;
}

/* The descriptors of one process. 0 or a negative errno. */
static int process_ask(struct kernel_sample *kernel, uint32_t pid)
{
    union bpf_iter_link_info one = {.task.tid = pid};
    LIBBPF_OPTS(bpf_iter_attach_opts, options, .link_info = &one, .link_info_len = sizeof one);
    struct bpf_link *link = bpf_program__attach_iter(kernel->programs->progs.read_descriptors, &options);
    int result = link == NULL ? -errno : kernel_stream_read(link, &kernel->answers);
    bpf_link__destroy(link);
    return result == -ESRCH || result == -EINVAL ? 0 : result;
}

/* A file may have been closed by who was seen with it first, while others still have it. 0 or a negative errno. */
static int others_ask(struct kernel_sample *kernel)
{
    const struct sample_descriptor *record;
    uint32_t asked = 0;
    bool memory = true;
    int result = 0;
    for (size_t at = 0; result == 0 && (record = kernel_record_next(kernel, &kernel->descriptors, &at, &memory));) {
        if (record->object != SAMPLE_PATH || record->pid == asked || !kernel_path_is_asked(kernel, record->slot))
            continue;
        asked = record->pid;
        result = process_ask(kernel, asked);
    }
    return result;
}

/* 0 or a negative errno. */
static int answers_read(struct kernel_sample *kernel)
{
    struct sample_bpf__bss *shared = kernel->programs->bss;
    bool few = shared->asked_count <= SAMPLE_ASKED;
    int result = 0;
    shared->paths_only = 1;
    if (!few)
        result = kernel_stream_read(kernel->links[KERNEL_DESCRIPTORS], &kernel->answers);
    for (unsigned i = 0; few && result == 0 && i < shared->asked_count; i++)
        result = process_ask(kernel, shared->asked[i]);
    if (few && result == 0 && shared->asked_paths > 0)
        result = others_ask(kernel);
    shared->paths_only = 0;
    return result;
}

/* False: out of memory. */
static bool answers_take(struct kernel_sample *kernel)
{
    const struct sample_descriptor *record;
    bool memory = true;
    for (size_t at = 0; (record = kernel_record_next(kernel, &kernel->answers, &at, &memory)) != NULL;)
        if (record->object == SAMPLE_SOCKET)
            memory = kernel_cookies_take(kernel, record) && memory;
        else if (record->unnamed)
            kernel_path_drop(kernel, record->slot);
    kernel_cookies_order(kernel);
    return memory;
}

/* 0 or a negative errno; -ENOSPC: the paths have no room, so that some of them are told wrong. */
static int walk(struct kernel_sample *kernel)
{
    struct sample_bpf__bss *shared = kernel->programs->bss;
    shared->tasks_bytes = shared->descriptors_bytes = shared->resume_pid = 0;
    shared->asked_count = shared->asked_paths = shared->crowded = 0;
    buffer_clear(&kernel->tasks);
    buffer_clear(&kernel->descriptors);
    buffer_clear(&kernel->answers);
    kernel->cookie_count = 0;
    int result = walk_read(kernel);
    if (result == 0 && shared->crowded)
        return -ENOSPC;
    if (result == 0 && shared->asked_count > 0)
        result = answers_read(kernel);
    return result < 0 ? result : answers_take(kernel) ? 0 : -ENOMEM;
}

/* By the iterators: about twice as dear, and paths need no room. 0 or a negative errno. */
static int streams_read(struct kernel_sample *kernel)
{
    kernel->cookie_count = 0;
    buffer_clear(&kernel->tasks);
    buffer_clear(&kernel->descriptors);
    int result = kernel_stream_read(kernel->links[KERNEL_TASKS], &kernel->tasks);
    return result < 0 ? result : kernel_stream_read(kernel->links[KERNEL_DESCRIPTORS], &kernel->descriptors);
}

int kernel_read(struct kernel_sample *kernel)
{
    int result = -ENOSPC;
    if (kernel->links[KERNEL_WALK] == NULL)
        return streams_read(kernel);
    if (kernel->walk_pause > 0) {
        kernel->walk_pause--;
        return streams_read(kernel);
    }
    /* Paths of files that are long closed keep their room until it is wanted. */
    for (int attempt = 0; attempt < 2 && result == -ENOSPC; attempt++) {
        if (attempt > 0)
            kernel_paths_forget(kernel);
        result = walk(kernel);
    }
    if (result != -ENOSPC)
        return result;
    kernel->walk_pause = WALK_PAUSE_SAMPLES;
    kernel_paths_forget(kernel);
    return streams_read(kernel);
}
