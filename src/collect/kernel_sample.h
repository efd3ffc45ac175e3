/* The kernel source of a sample: programs that walk over all tasks and descriptors inside the kernel (BPF iterators)
 * and tell them in two streams, which costs a fraction of /proc and neither sleeps nor waits for a lock that a process
 * holds; since Linux 6.2 one of them does it in one walk, at less cost still (bpf/walk.bpf.h). It fills the same rows
 * with the same values as /proc; what the iterators do not tell (executable, command line, cgroup, namespaces, wait
 * channel, system call) still comes from there.
 *
 * Everything about it is optional: without the privilege, on a kernel that lacks the iterators, or in a build without
 * it there is none, and /proc carries on; so it does for each process that the iterators leave out. */
#ifndef COLLECT_KERNEL_SAMPLE_H
#define COLLECT_KERNEL_SAMPLE_H

#include "base/error.h"
#include "collect/bpf/sample_shared.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kernel_sample;
struct slow_file;
struct socket_record;
struct source;

/* A process as the kernel tells it. Borrowed until the next read. */
struct kernel_process {
    struct sample_task main;
    struct sample_process process;
    uint64_t cpu_ns; /* of all threads, those that have ended included, as the four below */
    uint64_t minor_faults, major_faults, read_bytes, write_bytes;
    const struct sample_task *threads; /* without the main one, in order of their numbers */
    size_t thread_count;
};

/* Loads the programs, which takes about 30 ms, and compares what they tell of the caller with /proc. NULL with a
 * sentence that says why not and what would bring it. */
struct kernel_sample *kernel_sample_new(struct error *error);
void kernel_sample_free(struct kernel_sample *kernel);

/* Reads all tasks and descriptors anew. False with a sentence: nothing can be read now. */
bool kernel_sample_read(struct kernel_sample *kernel, struct error *error);

/* All that were told, in order of pid. */
const struct kernel_process *kernel_sample_processes(const struct kernel_sample *kernel, size_t *count);

/* NULL: the kernel did not tell that one. */
const struct kernel_process *kernel_sample_process(const struct kernel_sample *kernel, uint32_t pid);

/* The sockets behind the descriptors that were taken up to now, each once. Borrowed until the next read. False: this
 * kernel does not tell those of every protocol. */
bool kernel_sample_sockets(const struct kernel_sample *kernel, const struct socket_record *const **records,
                           size_t *count);

/* The letter of the state, as in /proc/PID/stat. */
char kernel_task_state(const struct sample_task *task);

/* Appends the rows of the descriptors of the process of that row. Processes come in order of pid. Returns the count, or
 * -ENOMEM (rows it appended are gone again). */
int kernel_descriptors_collect(struct source *source, size_t process_row);

/* What a look at the file behind a descriptor (a row of the table under way) would say, when the kernel has told it and
 * an earlier look has shown that it says the same. */
bool kernel_file_answer(struct source *source, size_t row, struct slow_file *file);
/* Does the descriptor of that row hold a lock of the same class and kind on its file? */
struct proc_lock;
enum kernel_lock_answer { KERNEL_LOCK_UNKNOWN, KERNEL_LOCK_NOT_HELD, KERNEL_LOCK_HELD };
enum kernel_lock_answer kernel_lock_held(const struct source *source, size_t row, const struct proc_lock *lock);

/* What that look did say. */
void kernel_file_learn(struct source *source, size_t row, const struct slow_file *file);

#endif
