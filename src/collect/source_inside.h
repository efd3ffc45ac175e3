/* The inside of the source, shared by the files that fill one table each (proc_*.c, host.c, filesystem.c).
 *
 * What is remembered from one sample to the next: the sample before itself, whose rows are copied where nothing can
 * have changed, and per process and lock the little that tells whether it has. */
#ifndef COLLECT_SOURCE_INSIDE_H
#define COLLECT_SOURCE_INSIDE_H

#include "base/index.h"
#include "collect/cgroup.h"
#include "collect/kernel_sample.h"
#include "collect/lifecycle.h"
#include "collect/network.h"
#include "collect/proc_parse.h"
#include "collect/recorder.h"
#include "collect/settle.h"
#include "collect/source.h"
#include "collect/waits.h"
#include "sample/sample.h"

#include <limits.h>

enum {
    THREADS_LOOKED_AT = 64,       /* of a process with more only the main thread is */
    FACTS_EVERY_SAMPLES = 32,     /* how often exe, argv, cgroup, ... are read again without a reason */
    LISTED_EVERY_SAMPLES = 16,    /* how often /proc is asked for processes that the kernel's listing leaves out */
    STAT_EVERY_SAMPLES = 4,       /* how often even a process that has not run is looked at; divides the others */
    UNCHANGED_EVERY_SAMPLES = 16, /* how often what cannot have changed by itself is read again all the same */
    TOLD_EVERY_SAMPLES = 256,     /* and how often what the kernel would have told a change of */
};

/* What is remembered of a thread's sleep. As long as its schedstat stays the same it has slept on, in the same call. */
struct sleep_memory {
    struct proc_schedstat schedstat;
    struct proc_system_call call; /* dear tier; number -1 otherwise */
    int64_t asleep_since_ns;      /* first look at which it slept with this schedstat; 0: it does not sleep */
    bool at_first_look;           /* that was our very first look at it: it may have slept before */
    int64_t looked_ns;            /* boot time of the look */
    int64_t awake_ns;             /* of the look before the sleep: it began later; 0: there was none */
    bool still;                   /* it has not run since the look before */
};

/* The other threads of a process with several, from the dear tier; in order of tid. */
struct thread_memory {
    uint32_t tid;
    struct sleep_memory sleep;
};

/* Parts of a process that may be kept from us. */
enum process_part {
    PART_DESCRIPTOR,
    PART_SCHEDSTAT,
    PART_EXECUTABLE, /* facts */
    PART_CGROUP,
    PART_NAMESPACE,
    PART_STATUS, /* dear */
    PART_IO,
    PART_WAIT_CHANNEL,
    PART_SYSTEM_CALL,
    PART_COUNT
};

/* What is remembered of a process. In order of pid, as the rows of the sample it belongs to. */
struct process_memory {
    uint32_t pid;
    uint32_t row; /* in the sample that was taken with it */
    uint64_t start_ticks;
    uint64_t image;            /* changes with exec */
    uint64_t place;            /* changes with cgroup and namespaces, where the kernel tells them; else 0 */
    struct sleep_memory sleep; /* of its main thread */
    bool single_threaded;
    bool left_out;              /* the kernel's listing did not have it */
    bool unchanged;             /* single-threaded and has not run since the sample before */
    int16_t unread[PART_COUNT]; /* negative errno of what could not be read, else 0 */
    bool command_due;           /* its command line is to be read */
    bool hangs;                 /* whoever reads what /proc tells of it sleeps */
    bool dear;                  /* its dear columns and those of its descriptors are known */
    size_t descriptor_first, descriptor_count;
    size_t thread_first, thread_count; /* in source->threads, without the main thread */
};

struct thread_memories {
    struct thread_memory *items;
    size_t count, capacity;
};

struct process_memories {
    struct process_memory *items;
    size_t count, capacity;
};

struct lock_memory; /* proc_lock.h */

struct lock_memories {
    struct lock_memory *items;
    size_t count, capacity;
    struct index index; /* by what identifies a lock */
};

struct wait_memory; /* proc_wait.h */

struct wait_memories {
    struct wait_memory *items;
    size_t count, capacity;
    struct index index; /* by what identifies a wait */
};

struct source {
    int root;  /* /proc, O_PATH */
    bool live; /* false: a frozen tree */
    uint32_t self_pid;
    char self_executable[PATH_MAX];
    struct sockets *sockets; /* NULL: not asked */
    struct slow *slow;       /* NULL: a frozen tree, in which nothing sleeps */
    struct filesystems *filesystems;
    struct cgroups *cgroups;             /* NULL: a frozen tree */
    struct settle *settle;               /* NULL: nothing is loaded yet */
    bool is_settled;                     /* all was tried */
    struct recorder *recorder;           /* NULL: none, or not yet */
    struct lifecycle *lifecycle;         /* NULL: none, or not yet */
    struct wait_recorder *wait_recorder; /* NULL: none, or not yet */
    struct network *network;             /* NULL: none, or not yet */
    struct error network_missing;        /* why there is none; empty while it was not tried */
    struct error waits_missing;          /* why there is none; empty while it was not tried */
    struct error lifecycle_missing;      /* why there is none; empty while it was not tried */
    struct error recorder_missing;       /* why there is none; empty while it was not tried */
    struct kernel_sample *kernel;        /* NULL: none, or not yet */
    struct error kernel_missing;         /* why there is none; empty while it was not tried */
    bool kernel_read;                    /* it has told all for the sample under way */
    bool kernel_read_before;             /* and for the one before */
    uint64_t page_bytes, ns_per_tick;
    size_t event_bytes; /* as lifecycle_new takes it */
    size_t wait_places; /* as wait_recorder_new takes it */

    uint64_t number; /* of the sample under way, from 1 */
    bool complete;
    struct sample *sample;   /* under way */
    struct sample *previous; /* NULL at first */
    uint32_t *carried;       /* number of a string of `previous` -> of `sample`; UINT32_MAX = not yet */
    size_t carried_capacity;
    uint64_t strings_since; /* number of the first sample in which strings have the numbers that they have now */
    size_t strings_first;   /* how many there were in that one */

    struct process_memories processes, earlier_processes;
    struct thread_memories threads, earlier_threads;
    struct lock_memories locks, earlier_locks;
    struct wait_memories waits, earlier_waits;
};

/* Copies one row of the sample before to the end of the same table. False: out of memory. */
bool source_carry_row(struct source *source, enum table_kind kind, size_t previous_row);

/* Copies one cell (also a masked one) of the sample before. */
void source_carry_cell(struct source *source, enum table_kind kind, size_t row, size_t previous_row, size_t column);

/* What is remembered of a process in the sample under way; NULL: it is not there. start_ticks 0 = any. */
struct process_memory *source_process(struct source *source, uint64_t pid, uint64_t start_ticks);

/* Settles since when a thread sleeps, from what was remembered of it (NULL: not seen before). first_look: it was there
 * before we could look at it. */
void sleep_settle(const struct source *source, struct sleep_memory *now, const struct sleep_memory *earlier,
                  bool asleep, bool first_look);

/* Looks at the threads other than the main one (directory: /proc/PID; or those that the kernel told, directory -1), or
 * takes over what was remembered of them. */
struct thread_scene {
    int directory;
    const struct kernel_process *kernel; /* NULL: not told */
    uint64_t threads;
    bool first_look;
};
void thread_collect(struct source *source, const struct thread_scene *scene, struct process_memory *process,
                    const struct process_memory *earlier);
bool thread_carry(struct source *source, struct process_memory *process, const struct process_memory *earlier);

/* The row of a process's descriptor by its number, in a table or in that of the sample under way; SIZE_MAX: not
 * there. */
size_t source_number_row(const struct table *descriptors, const struct process_memory *process, uint64_t number);
size_t source_descriptor(const struct source *source, const struct process_memory *process, uint64_t number);

/* Each fills its tables. False with a sentence: out of memory, or /proc itself cannot be read. */
bool process_collect(struct source *source, struct error *error);
void lock_init(struct source *source);
bool command_collect(struct source *source, struct error *error);
bool filesystem_collect(struct source *source, struct error *error);
bool lock_collect(struct source *source, struct error *error);
bool file_collect(struct source *source, struct error *error);
void wait_init(struct source *source);
bool wait_collect(struct source *source, struct error *error);
bool host_collect(struct source *source, struct error *error);

/* What filesystem.c remembers. */
struct filesystems *filesystems_new(void);
void filesystems_free(struct filesystems *filesystems);

/* May looking at that path of a process make whoever looks sleep? device: of the file system that it would wait for,
 * 0 when that is not known. */
bool filesystem_slow(struct source *source, uint64_t mount_namespace, uint64_t pid, const char *path, uint64_t *device);
/* Is any file system known that may? */
bool filesystem_any_slow(struct source *source);

/* Appends the rows of the descriptors of the process of that row (directory: its /proc/PID; earlier: NULL at first
 * sight). Returns the count, or a
 * negative errno when it went away (rows it appended are gone again) or may not be looked at. */
int descriptor_collect(struct source *source, int directory, size_t process_row, const struct process_memory *earlier);

#endif
