/* The drill-down of a node as lines: why it is a suspect, whom its blame came from, what was measured, what it is tied
 * to. A function of graph and verdict, without a terminal. */
#ifndef UI_WHY_H
#define UI_WHY_H

#include "base/memory.h"
#include "graph/graph.h"
#include "judge/judge.h"
#include "ui/story.h"

enum why_line_kind { WHY_HEADING, WHY_EVIDENCE, WHY_BLAME, WHY_FACTS, WHY_RELATION, WHY_EVENT, WHY_NOTE };
enum { WHY_FACTS_PER_LINE = 2 };

/* Strings are raw. Which of them a line has depends on its kind:
 *   heading:  label
 *   evidence: label, observed (text, value), expected (other, expected), share (NaN = none), measure
 *   blame:    label "who", text "how", other "whom"
 *   facts:    measures in a row, MEASURE_COUNT = none
 *   event:    label "14:02:31", text
 *   relation: label "holds a lock on", text "whom", other "for 41 s"
 *   note:     label */
struct why_line {
    enum why_line_kind kind;
    const char *label, *text, *other;
    double share;
    double value, expected; /* NaN = none */
    enum measure measures[WHY_FACTS_PER_LINE];
    uint32_t target; /* node that Enter goes to, NODE_NONE = none */
};

enum { WHY_DEPTH = 32, WHY_RELATIONS_MAX = 2000 };

struct why {
    /* The way here: the last one is shown. */
    struct why_step {
        char *id;
        char label[96]; /* clean */
        size_t selected, top;
        uint64_t mark; /* of the selected line, by which it is found again in another graph; 0 = just entered */
    } steps[WHY_DEPTH];
    size_t step_count;

    struct why_line *lines;
    size_t line_count, line_capacity;
    uint32_t node; /* in the graph that the lines were made from; NODE_NONE: it is not in it */
    struct arena arena;

    /* Set by whoever has them, before why_build: what happened (borrowed, NULL = not known), and the zone of its times.
     */
    const struct story *story;
    int32_t utc_offset_s;
};

/* Goes on to a node / back to the one before; false when there is none before. */
bool why_enter(struct why *why, const struct graph *graph, uint32_t node);
bool why_leave(struct why *why);
void why_leave_all(struct why *why);
struct why_step *why_here(struct why *why);

/* Makes the lines of the last step from this graph. verdict may be NULL. */
bool why_build(struct why *why, const struct graph *graph, const struct verdict *verdict, const struct model *model,
               struct error *error);

/* Selects a line (clamped), which stays selected across graphs. */
void why_select(struct why *why, size_t line);

void why_done(struct why *why);

/* why_relations.c: appends the relations of why->node, the weightiest first. */
bool why_relations(struct why *why, const struct graph *graph);

/* why_past.c: appends what happened to it, the newest first, and a process's open descriptors. */
bool why_events(struct why *why, const struct graph *graph);
bool why_descriptors(struct why *why, const struct graph *graph);

/* Appends a line; NULL: out of memory. */
struct why_line *why_add(struct why *why, enum why_line_kind kind, const char *label);

#endif
