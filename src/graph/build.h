/* How a graph is built from a window of samples: what the parts of build*.c share. Private to this floor.
 *
 * All parts answer false (or NODE_NONE) only when memory ran out. Samples may come from a damaged or hostile recording:
 * every coded value is checked, every count is bounded. */
#ifndef GRAPH_BUILD_H
#define GRAPH_BUILD_H

#include "base/buffer.h"
#include "graph/graph.h"
#include "graph/rates.h"

enum {
    GONE_MAX = 10000, /* processes that are no longer there: the latest ones are kept */
    HOLDERS_MAX = 32, /* holders of one file that its waiters are related to, per sample */
};

/* What is remembered of a node while building. */
struct scratch {
    uint64_t kind;            /* of the node, beside the key: they are compared together */
    uint64_t key[2];          /* process: pid, start; file: device, inode; socket: inode, cookie; pipe: inode */
    uint64_t mount_namespace; /* of a process; 0 = unknown */
    uint64_t parent_pid;      /* of a process; 0 = unknown */
    uint32_t last_opener;     /* process node plus 1 that was last seen to have it open, so that it counts once */
    uint32_t last_reader;
    uint32_t last_writer;
    uint32_t openers, writers;
    uint32_t lock_wait_sample; /* number plus 1 of the sample that told a wait of this process for a file lock */
    bool access_known;
    bool children_counted; /* the kernel told how many it made: those that were seen need no counting */
};

/* The node that a path of the newest sample led to, by the path's string number: most are met many times. */
struct path_memory {
    uint64_t mount_namespace;
    uint32_t node;
};

struct build {
    struct graph *graph;
    const struct window *window;
    const struct sample *newest;
    uint64_t main_namespace; /* mount namespace whose paths stand bare in ids; 0 = unknown */
    bool other_namespaces;   /* some process lives in another one */
    double ticks_per_s;
    struct index keys;       /* (kind, scratch.key) -> node */
    struct scratch *scratch; /* one per node */
    size_t scratch_capacity;
    struct path_memory *paths; /* one per string of the newest sample */
    size_t gone;
    struct buffer id, label; /* being written */
};

/* ---- build.c ---- */

/* As graph_node_add, with its scratch. The id is build->id, the label build->label when has_label. */
uint32_t build_node(struct build *build, enum node_kind kind, const char *name, bool has_label);

/* The node of a kind with that key, or NODE_NONE. A process with start 0: whichever has the pid, the living one first.
 */
uint32_t build_find(const struct build *build, enum node_kind kind, uint64_t first, uint64_t second);

/* Makes the node known by its key; a key that is known stays with its first node. */
bool build_key(struct build *build, uint32_t node, uint64_t first, uint64_t second);

/* Starts build->id with the text; appends a number in decimal. */
void build_id(struct build *build, const char *text);
void build_number(struct buffer *text, uint64_t number);

/* Sets a measure unless the value is not a finite number. */
void build_measure(struct build *build, uint32_t node, enum measure measure, double value);
/* Adds to a measure, or raises it to the value; unknown counts as nothing yet. */
void build_measure_sum(struct build *build, uint32_t node, enum measure measure, double value);
void build_measure_raise(struct build *build, uint32_t node, enum measure measure, double value);
/* Sets the measure to a column of integers times scale, where it is known. */
void build_measure_column(struct build *build, uint32_t node, enum measure measure, enum table_kind table, size_t row,
                          size_t column, double scale);

/* Seconds since boot; differences in double, because times in recordings may be anything. */
double build_seconds(int64_t boottime_ns);

/* ---- build_host.c: the host and its file systems ---- */
bool build_host(struct build *build);
bool build_filesystems(struct build *build);

/* ---- build_process.c ---- */
bool build_processes(struct build *build);
bool build_parents(struct build *build);
/* A process by its identity, also one that only a wait tells of (name NULL: unknown). start 0 = unknown. Stores
 * NODE_NONE when the pid is none or too many are gone. */
bool build_process_find(struct build *build, uint64_t pid, uint64_t start_ticks, const char *name, uint32_t *node);

/* ---- build_event.c: after build_processes ---- */
bool build_events(struct build *build);

/* ---- build_cgroup.c: after build_processes ---- */
bool build_cgroups(struct build *build);

/* ---- build_file.c, build_descriptor.c: files, devices and pipes, and who has them open ---- */

struct file_identity {
    enum node_kind kind;      /* NODE_FILE or NODE_DEVICE */
    uint64_t mount_namespace; /* 0 = unknown: the main one */
    const char *path;
    uint64_t device; /* as build_device gives it, 0 = unknown */
    uint64_t inode;  /* 0 = unknown */
    bool deleted;
};

bool build_files(struct build *build);
bool build_descriptors(struct build *build);
/* Found or added. */
uint32_t build_file_node(struct build *build, const struct file_identity *identity);
/* The device of that path when it is known as one or must be one, else the file. */
uint32_t build_path_node(struct build *build, struct file_identity identity, bool must_be_device);
uint32_t build_pipe_node(struct build *build, uint64_t inode);
void build_pipes(struct build *build); /* after all that may tell of a pipe */
/* The lock table's way to write a device. */
uint64_t build_device(uint64_t st_dev);

/* ---- build_socket.c ---- */
bool build_sockets(struct build *build);
uint32_t build_socket_node(struct build *build, uint64_t inode); /* found, or added as known by its inode only */
/* An address that is asked for connections and does not answer: found or added, labelled "-> 10.0.0.9:443". */
uint32_t build_endpoint_node(struct build *build, const char *address);
bool build_connections(struct build *build); /* after build_descriptors */

/* ---- span.c, build_wait.c, build_lock.c: who waits for whom, who holds what ---- */

/* One wait or hold as observed. The identity is all that stands before `until_s`: no padding there. */
struct span {
    uint32_t from; /* waiter; holder */
    uint32_t to;   /* process waited for, NODE_NONE = unknown; of a hold the file */
    uint32_t on;   /* object, NODE_NONE = unknown */
    uint32_t kind; /* enum wait_kind */
    uint64_t thread;
    uint64_t since_ns; /* since boot; 0 with until_s 0: unknown */
    double until_s;
    double total_s, count;
    uint32_t signal; /* of who is stopped; 0 = unknown */
    bool at_least, ongoing, inferred;
};

/* Spans by identity: the same one seen in several samples is one, with the longest extent. */
struct spans {
    struct span *items;
    size_t count, capacity;
    struct index index;
};

void spans_init(struct spans *spans);
void spans_done(struct spans *spans);
bool spans_add(struct spans *spans, const struct span *span);
/* The same; returns its place, which holds until spans_sort, or INDEX_NONE: out of memory. */
uint32_t spans_put(struct spans *spans, const struct span *span);
/* Takes in what another look at the same span told. */
void span_extend(struct span *span, const struct span *other);
double span_seconds(const struct span *span);
/* Do both relate the same nodes in the same way? */
bool span_relates(const struct span *one, const struct span *other);

/* Puts them in order of from, to, on, kind, thread and since. No more spans_add after that. */
void spans_sort(struct spans *spans);
/* Of sorted spans: merges those of a thread that overlap, because that is one wait whose beginning became better known;
 * then those of each (from, to, on, kind): the longest, with totals and counts summed. A wait for nobody known is left
 * out where the same process waited for somebody on the same object. False: out of memory. */
bool spans_gather(struct spans *spans);

bool build_waits(struct build *build);

/* build_question.c: adds the waits for name servers whose last sample is that of this number. */
bool build_questions(struct build *build, size_t number, struct spans *waits);

/* The lock table of a sample: one entry per row whose file is known, in order of inode. */
struct lock {
    uint64_t inode, device;
    size_t row;
    uint32_t file; /* node */
};
struct lock_table {
    struct lock *locks;
    size_t count;
};

/* Reads the lock table of sample number `number`; adds what is held to holds. */
bool lock_table_read(struct build *build, size_t number, struct lock_table *table, struct spans *holds);
/* The locked file with that inode, NODE_NONE: none, or not the only one. */
uint32_t lock_table_file(const struct lock_table *table, uint64_t inode);
/* Adds the waits that the lock table alone tells: of processes without a row in the wait table. */
bool lock_table_waits(struct build *build, size_t number, const struct lock_table *table, struct spans *waits);
void lock_table_done(struct lock_table *table);

/* build_hold.c: edges of the sorted holds; after the edges of the waits. */
bool build_holds(struct build *build, const struct spans *holds);

#endif
