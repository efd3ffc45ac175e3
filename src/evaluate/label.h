/* What is known of a recording: which fault it shows, from when to when, who did it, who suffered. The format is
 * documented in doc/label-format.md. Labels come from others: reading trusts nothing in them. */
#ifndef EVALUATE_LABEL_H
#define EVALUATE_LABEL_H

#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LABEL_BYTES_MAX   (1024 * 1024)
#define LABEL_MEMBERS_MAX 256

/* A process: by pid and start, else by name (then every process of that name is meant). Or an address where nobody is:
 * by its port, then every connection to that port is meant. */
struct label_process {
    uint32_t pid; /* 0: by name or port */
    uint64_t start_ticks;
    const char *name;     /* NULL: by pid or port */
    uint32_t remote_port; /* 0: a process */
};

struct label_processes {
    struct label_process *items;
    size_t count;
};

enum label_split { SPLIT_DESIGN, SPLIT_TEST };
extern const char *const label_splits[2];

struct label {
    const char *class_name; /* sanitised; NULL: healthy from beginning to end */
    const char *intensity;  /* sanitised; "" = not told */
    const char *model;      /* the name of a file beside the label: a model of this host; NULL = none */
    enum label_split split;
    int64_t begin_ns, end_ns;        /* of the fault, wall clock; what lies before is healthy. Healthy: 0, 0 */
    struct label_processes culprits; /* at least one, unless healthy */
    struct label_processes victims, innocents;
    struct arena arena;
};

/* NULL with a sentence that names the file and what is wrong with it. */
struct label *label_read(const char *path, struct error *error);
/* The same from bytes; `origin` names them in sentences. */
struct label *label_parse(const char *json, size_t length, const char *origin, struct error *error);
void label_free(struct label *label);

#endif
