/* The graph of a host at a moment: nodes, typed directed edges, and what was measured of each node over the window.
 * Derived from a window of samples (graph_build), whoever took them: live, paused and replayed graphs are the same.
 *
 * Strings are the graph's own (one arena), raw as observed: whoever prints them sanitises. Node numbers are stable
 * within a graph only; ids identify a node across graphs. */
#ifndef GRAPH_GRAPH_H
#define GRAPH_GRAPH_H

#include "base/error.h"
#include "base/index.h"
#include "base/memory.h"
#include "cursor/window.h"
#include "graph/measure.h"
#include "sample/sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(enum, "name", "plural") */
#define NODE_KINDS(X)                                \
    X(NODE_PROCESS, "process", "processes")          \
    X(NODE_FILE, "file", "files")                    \
    X(NODE_SOCKET, "socket", "sockets")              \
    X(NODE_PIPE, "pipe", "pipes")                    \
    X(NODE_DEVICE, "device", "devices")              \
    X(NODE_FILESYSTEM, "filesystem", "file systems") \
    X(NODE_HOST, "host", "hosts")

/* X(enum, "name", "read from -> to") */
#define EDGE_KINDS(X)                                                                                      \
    X(EDGE_PARENT, "parent", "is parent of")   /* process -> process */                                    \
    X(EDGE_OPENS, "opens", "opens")            /* process -> file, device */                               \
    X(EDGE_OWNS, "owns", "owns")               /* process -> socket */                                     \
    X(EDGE_CONNECTED, "connected", "talks to") /* socket -> socket, once per pair */                       \
    X(EDGE_PIPE, "pipe", "pipes")              /* process -> pipe it writes; pipe -> process that reads */ \
    X(EDGE_HOLDS, "holds", "holds a lock on")  /* process -> file; seconds = held */                       \
    X(EDGE_WAITS, "waits", "waits for")        /* process -> process (or -> object where nobody is known) */

#define GRAPH_ENUM(name, ...) name,
enum node_kind { NODE_KINDS(GRAPH_ENUM) NODE_KIND_COUNT };
enum edge_kind { EDGE_KINDS(GRAPH_ENUM) EDGE_KIND_COUNT };

extern const struct node_kind_name {
    const char *name;
    const char *plural;
} node_kinds[NODE_KIND_COUNT];

extern const struct edge_kind_name {
    const char *name;
    const char *verb;
} edge_kinds[EDGE_KIND_COUNT];

#define NODE_NONE UINT32_MAX

struct node {
    enum node_kind kind;
    const char *id;     /* unique in the graph and the same in later ones: "8472@102233", "file:/var/log/app.log" */
    const char *name;   /* program name; path; local address of a socket; mount point; host name */
    const char *label;  /* for sentences: "payment[812]", "/var/log/app.log", "10.0.0.5:443 <- 10.0.0.9:51514" */
    const char *unit;   /* systemd unit or container, NULL = unknown or none */
    const char *cgroup; /* path of the control group, NULL = unknown */
    const char *memory_group; /* of the one at or above it whose limit on memory holds, NULL = none or unknown */
    const char *quota_group;  /* of the one at or above it whose quota of cpu holds, NULL = none or unknown */
    const char *command;      /* command line of a process, NULL = unknown */
    const char *executable;   /* path, NULL = unknown */
    uint64_t start_ticks;     /* processes */
    uint32_t pid;             /* processes; 0 otherwise */
    uint32_t uid;             /* UINT32_MAX = unknown */
    uint32_t row;             /* in the newest sample's table of this kind, UINT32_MAX = not in it */
    uint32_t killer;          /* node of who ended it by a signal, NODE_NONE = nobody, or not known */
    unsigned killed_by;       /* which signal that was */
    char state;               /* letter of a process's state, 0 = unknown */
    bool exited;              /* was there in the window, is gone at its end */
    bool self;                /* belongs to this tool: shown, never a suspect */
    bool kernel_thread;
    bool
        accepted; /* a socket at whose end others connect: silence there is no answer that is missing, but no request */
    bool question; /* a socket that was opened to ask a name server */
    bool asked;    /* a socket of the end that connected, which has sent a second ago or more, and had no answer */
};

struct edge {
    uint32_t from, to;
    enum edge_kind kind;
    /* waits and holds only: */
    enum wait_kind wait; /* kind of wait; WAIT_LOCK for holds */
    uint32_t on;         /* node of the object waited on (file, socket, pipe, device), NODE_NONE = unknown */
    double seconds;      /* longest single wait, or how long the lock has been held: since it began, also before the
                            window */
    double total_s;      /* waited in all within the rows of the window */
    double count;        /* single waits */
    bool at_least;       /* it had begun before our first look */
    bool ongoing;        /* still so at the end of the window */
    bool inferred;       /* the holder is concluded, not told by the kernel */
    unsigned signal;     /* of who is stopped: which signal did it; 0 = unknown */
};

struct graph {
    int64_t time_ns;       /* end of the window, wall clock */
    double window_s;       /* its length as sampled; 0 when it came from a single sample (no rates) */
    struct sample *sample; /* the newest sample: a reference of the graph's own; NULL in hand-made graphs */
    struct node *nodes;
    size_t node_count, node_capacity;
    struct edge *edges;
    size_t edge_count, edge_capacity;
    float *measures; /* measures[node * MEASURE_COUNT + measure], NaN = not observed */
    size_t measure_capacity;
    uint32_t host; /* the host's node, NODE_NONE when there is none */

    /* After graph_finish: edges around each node, both directions. Edge numbers of node n stand in
     * adjacent[offsets[n]] ... adjacent[offsets[n + 1] - 1]; an edge appears at both of its ends. */
    uint32_t *offsets;
    uint32_t *adjacent;

    struct arena arena;
    struct index index; /* id -> node */
};

struct graph *graph_new(void); /* empty; NULL: out of memory */
void graph_free(struct graph *graph);

/* Makes room for that many nodes, so that adding need not move them. False: out of memory; the graph is as it was. */
bool graph_reserve(struct graph *graph, size_t nodes);

/* Adds a node with all measures unknown and copies id, name and label (label NULL: as name); the rest is zero (uid and
 * row UINT32_MAX) and may be set through graph->nodes. Returns its number, the existing one when the id is there, or
 * NODE_NONE: out of memory. */
uint32_t graph_node_add(struct graph *graph, enum node_kind kind, const char *id, const char *name, const char *label);

/* Adds an edge; returns it (borrowed until the next add) with `on` = NODE_NONE, or NULL: out of memory. */
struct edge *graph_edge_add(struct graph *graph, enum edge_kind kind, uint32_t from, uint32_t to);

/* Builds offsets and adjacent; call after the last add. */
bool graph_finish(struct graph *graph, struct error *error);

uint32_t graph_find(const struct graph *graph, const char *id); /* NODE_NONE when it is not there */

/* NaN = not observed. */
static inline float graph_measure(const struct graph *graph, uint32_t node, enum measure measure)
{
    return graph->measures[(size_t)node * MEASURE_COUNT + measure];
}
static inline void graph_measure_set(struct graph *graph, uint32_t node, enum measure measure, double value)
{
    graph->measures[(size_t)node * MEASURE_COUNT + measure] = (float)value;
}

/* The graph at the end of the window. With a single sample there are no rates: they stay unknown. */
struct graph *graph_build(const struct window *window, struct error *error);

#endif
