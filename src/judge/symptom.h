/* The symptom gate: does anybody suffer at all? Without a symptom nothing is anomalous, however unusual it is. */
#ifndef JUDGE_SYMPTOM_H
#define JUDGE_SYMPTOM_H

#include "graph/graph.h"
#include "judge/waits.h"

/* What is wrong, in the order in which it is said when several are. */
enum symptom_kind {
    SYMPTOM_WAIT,        /* somebody waits beyond the normal, for a fifth of T or more */
    SYMPTOM_KILLED,      /* the kernel killed somebody for memory */
    SYMPTOM_SQUEEZE,     /* the memory of a limited group is taken away from somebody who needs it */
    SYMPTOM_SPACE,       /* a file system is full */
    SYMPTOM_MEMORY_FULL, /* all tasks waited for memory */
    SYMPTOM_MEMORY,      /* some did */
    SYMPTOM_MEMORY_USED, /* next to none is left */
    SYMPTOM_IO_FULL,     /* all tasks waited for io */
    SYMPTOM_IO,          /* some did */
    SYMPTOM_THROTTLED,   /* a quota of cpu holds back */
    SYMPTOM_FORKS,       /* somebody starts processes without end */
    SYMPTOM_ZOMBIES,     /* exited children that nobody collects */
    SYMPTOM_GROWTH,      /* somebody takes more and more of what a host has a bounded amount of */
    SYMPTOM_HOG,         /* cpu is short, and somebody uses far more of it than in all of its life */
    SYMPTOM_KIND_COUNT
};

/* One rule each; the sentences are made of their words (words.h: {who}, {value}, ...). */
struct symptom_rule {
    enum node_kind node_kind;
    enum measure measure;
    double limit;        /* the measure at or above it is a symptom; of waits, the share of T */
    bool points_at;      /* the node itself answers for it (else: somebody does, see its `user`) */
    bool shortage;       /* something on the host is short: whoever uses more than is normal may be the cause */
    const char *words;   /* the sentence's first half */
    const char *feature; /* of the evidence, where the node answers for it */
    const char *label;
    double expected;
    enum measure user;      /* who uses most of what is short; MEASURE_COUNT = nobody is asked for */
    const char *user_words; /* "{user} uses the most of it ({value})" */
};
extern const struct symptom_rule symptom_rules[SYMPTOM_KIND_COUNT];

struct symptom {
    uint32_t
        node; /* the worst: the file system, the host, the parent; of waits, who waits. NODE_NONE: no such symptom */
    double value; /* of the measure; of waits, their weight; of growth, its strength; of a hog, its rise in percent */
};

struct symptoms {
    struct symptom worst[SYMPTOM_KIND_COUNT];
    bool any;
    bool shortage;
};

void symptoms_find(struct symptoms *symptoms, const struct graph *graph, const struct waits *waits);

/* The symptom that this node itself answers for (a full file system, a parent of zombies); SYMPTOM_KIND_COUNT: none.
 * Stores the value. */
enum symptom_kind symptom_of_node(const struct graph *graph, uint32_t node, double *value);

#endif
