/* From residuals and waits to a verdict: who did it, why, and in one sentence. A function of graph and model: no clock,
 * no terminal, no files. */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

#include "graph/graph.h"
#include "model/model.h"

/* One reason. From a feature of the model, or from the waits that brought blame (lock_held, waiters). */
struct evidence {
    const char *feature; /* "cpu_pct", "lock_held": static, or the model's */
    const char *label;   /* for people: "lock held" */
    const char *unit;    /* "s", "%", "bytes", "" */
    double observed;
    double expected; /* NaN = there is no number for it */
    bool at_least;   /* observed is a lower bound */
    double share;    /* of the suspect's score, 0 to 1; the shares of a suspect sum to 1 (when it has any) */
};

/* One step of the way that blame took. */
struct blame_step {
    uint32_t from, to; /* nodes */
    uint32_t on;       /* object, NODE_NONE = unknown */
    enum wait_kind by;
    double seconds; /* longest single wait */
    bool at_least, inferred;
};

struct suspect {
    uint32_t node;
    double score;         /* 0 to 1 */
    double own;           /* the part of it that comes from what it did itself */
    double blame;         /* and from those who waited for it */
    struct evidence *why; /* by share, largest first */
    size_t why_count;
    struct blame_step *path; /* every wait that handed it blame, directly or onward, longest first, at most 64; for a
                                waiter none */
    size_t path_count;
    uint32_t *members; /* of a circle of waits that go on: `node`, then the others, who are no suspects of their own */
    size_t member_count; /* 0: it is in none */
    char *summary;       /* a few words for a list: "holds a lock 41 s, 3 wait"; sanitise when printing */
};

struct verdict {
    bool anomalous; /* calibrated: the alarm; else the symptom gate alone */
    bool calibrated;
    double p;         /* NaN = unknown (uncalibrated) */
    double score;     /* of the window: judge/alarm.h, or as the reference gives it */
    double threshold; /* the model's; NaN = it has none */
    double window_s;
    char *sentence;           /* never empty, one line; labels in it are sanitised and cut at 60 columns */
    struct suspect *suspects; /* by score, largest first; ties by id */
    size_t suspect_count;
    struct residuals residuals; /* of every node, for the drill-down */
    struct arena arena;         /* holds the suspects and all strings */
};

struct alarm_history;

struct judge_options {
    size_t suspects_max;           /* 0 = 20; at most 1,000 are given */
    struct alarm_history *history; /* of the windows before, and of this one afterwards (judge/alarm.h); NULL = none */
};

/* NULL with a sentence: out of memory or a model that does not fit. The graph and model must outlive the verdict. */
struct verdict *verdict_new(const struct graph *graph, const struct model *model, const struct judge_options *options,
                            struct error *error);
void verdict_free(struct verdict *verdict);

/* The suspect that is this node, or has it as a member; or NULL. */
const struct suspect *verdict_suspect(const struct verdict *verdict, uint32_t node);

#endif
