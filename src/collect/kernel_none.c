/* A build without the kernel source: /proc tells all. */
#include "collect/kernel_reason.h"
#include "collect/proc_look.h"

#include <errno.h>

struct kernel_sample *kernel_sample_new(struct error *error)
{
    kernel_absence_tell(KERNEL_LISTING, error);
    return NULL;
}

void kernel_sample_free(struct kernel_sample *kernel)
{
    (void)kernel;
}

bool kernel_sample_read(struct kernel_sample *kernel, struct error *error)
{
    (void)kernel;
    return error_set(error, "there is no kernel source");
}

const struct kernel_process *kernel_sample_processes(const struct kernel_sample *kernel, size_t *count)
{
    (void)kernel;
    *count = 0;
    return NULL;
}

const struct kernel_process *kernel_sample_process(const struct kernel_sample *kernel, uint32_t pid)
{
    (void)kernel, (void)pid;
    return NULL;
}

bool kernel_sample_sockets(const struct kernel_sample *kernel, const struct socket_record *const **records,
                           size_t *count)
{
    (void)kernel, (void)records, (void)count;
    return false;
}

int kernel_descriptors_collect(struct source *source, size_t process_row)
{
    (void)source, (void)process_row;
    return -ENOTSUP;
}

bool kernel_file_answer(struct source *source, size_t row, struct slow_file *file)
{
    (void)source, (void)row, (void)file;
    return false;
}

void kernel_file_learn(struct source *source, size_t row, const struct slow_file *file)
{
    (void)source, (void)row, (void)file;
}

enum kernel_lock_answer kernel_lock_held(const struct source *source, size_t row, const struct proc_lock *lock)
{
    (void)source, (void)row, (void)lock;
    return KERNEL_LOCK_UNKNOWN;
}

void look_kernel(struct look *look)
{
    (void)look;
}

void look_kernel_dear(struct look *look)
{
    (void)look;
}
