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
    uint64_t interned_for;  /* source.strings_since when the path was given this number: */
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

/* Links[KERNEL_WALK] is NULL where the kernel does not allow the walk: the other two then tell all. */
enum { KERNEL_TASKS, KERNEL_DESCRIPTORS, KERNEL_WALK, KERNEL_LINKS };

struct kernel_cookie {
    uint64_t inode, cookie;
};

struct kernel_sample {
    struct sample_bpf *programs;
    struct bpf_link *links[KERNEL_LINKS];
    unsigned walk_pause; /* samples for which paths have no room for the walk */
    struct buffer tasks, descriptors;
    struct buffer answers;                /* of the descriptors that the walk asked for */
    struct kernel_cookie *cookies;        /* in order of inode: of sockets that the walk found without */
    size_t cookie_count, cookie_capacity; /* of the sample under way */
    struct kernel_process *processes;     /* in order of pid */
    struct sample_task *threads;          /* in order of pid, then thread */
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

/* Cookies of sockets that an answer tells: taken one by one, then put in order. False: out of memory. */
bool kernel_cookies_take(struct kernel_sample *kernel, const struct sample_descriptor *record);
void kernel_cookies_order(struct kernel_sample *kernel);

void kernel_objects_clear(struct kernel_sample *kernel);
void kernel_objects_done(struct kernel_sample *kernel);

/* Appends what a link tells to the stream. 0 or a negative errno. */
int kernel_stream_read(const struct bpf_link *link, struct buffer *stream);

/* Reads all tasks and descriptors anew: in one walk, or by the iterators. 0 or a negative errno. */
int kernel_read(struct kernel_sample *kernel);

/* The next record of a stream of descriptors, with its path put into the table; NULL: no more. */
const struct sample_descriptor *kernel_record_next(struct kernel_sample *kernel, const struct buffer *stream,
                                                   size_t *at, bool *memory);

/* Was the path of a slot asked for in vain? */
bool kernel_path_is_asked(const struct kernel_sample *kernel, uint32_t slot);

/* The path of a slot cannot be told. */
void kernel_path_drop(struct kernel_sample *kernel, uint32_t slot);

/* Follows the rest of the stream of descriptors without making rows, so that its paths are known. False: out of memory.
 */
bool kernel_descriptors_pass(struct kernel_sample *kernel);

/* Forgets every path, so that all are told again. */
void kernel_paths_forget(struct kernel_sample *kernel);

#endif
