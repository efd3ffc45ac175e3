/* What the kernel source has read and remembers, shared by the files that read the streams and that write rows. */
#ifndef COLLECT_KERNEL_INSIDE_H
#define COLLECT_KERNEL_INSIDE_H

#include "base/buffer.h"
#include "collect/bpf/socket_shared.h"
#include "collect/kernel_sample.h"
#include "sample/schema.h"

/* The path that was last told in a slot (bpf/sample_shared.h). */
struct kernel_path {
    char *text; /* as /proc/PID/fd/NUMBER shows it; NULL: none */
    uint16_t bytes;
    bool deleted;
    bool stacked;
    bool looked; /* the file was looked at: inode and device are known */
    bool agrees; /* all was as the kernel told it */
    enum descriptor_type type;
    uint64_t kernel_inode, kernel_device;
    uint64_t inode, device; /* as stat tells them */
    uint64_t interned_for;  /* number of the sample in which the path has this number: */
    uint32_t interned;
};

/* What belongs to a row of the descriptor table. */
struct kernel_row {
    uint64_t size_bytes;
    uint32_t links;
    uint32_t slot;  /* KERNEL_NO_SLOT: the row is not the kernel's, or has no path */
    uint32_t locks; /* bits of enum sample_lock; if any, of the file: */
    uint32_t device;
    uint64_t inode;
};
#define KERNEL_NO_SLOT UINT32_MAX

/* A set of inode numbers; 0 is none. */
struct kernel_numbers {
    uint64_t *places;
    size_t room, count; /* room: a power of two, or 0 */
};

struct kernel_sample {
    struct sample_bpf *programs;
    struct bpf_link *links[2]; /* of tasks, of descriptors */
    struct buffer tasks, descriptors;
    struct kernel_process *processes; /* in order of pid */
    struct sample_task *threads;      /* in order of pid, then thread */
    size_t process_count, process_capacity, thread_count, thread_capacity;
    size_t at; /* how far the descriptors have been taken */
    struct kernel_path *paths;
    size_t path_bytes; /* of all paths */
    struct kernel_row *rows;
    size_t row_count, row_capacity;
    struct kernel_numbers pipes_told, sockets_told; /* of the sample under way */
    const struct socket_record **sockets;           /* into descriptors */
    size_t socket_count, socket_capacity;
};

/* Takes the pipe or the socket that a record tells, once: a row of the pipe table, a place in `sockets`. False: out of
 * memory. */
bool kernel_pipe_take(struct source *source, const struct sample_descriptor *record);
bool kernel_socket_take(struct kernel_sample *kernel, const struct sample_descriptor *record);
void kernel_objects_clear(struct kernel_sample *kernel);
void kernel_objects_done(struct kernel_sample *kernel);

/* Follows the rest of the stream of descriptors without making rows, so that its paths are known. False: out of memory.
 */
bool kernel_descriptors_pass(struct kernel_sample *kernel);

/* Forgets every path, so that all are told again. */
void kernel_paths_forget(struct kernel_sample *kernel);

#endif
