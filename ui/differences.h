/* What is different between two moments, as lines: what appeared and vanished, what changed most in units of normal,
 * which relations are new and which are gone. A function of two moments, without a terminal. */
#ifndef UI_DIFFERENCES_H
#define UI_DIFFERENCES_H

#include "base/memory.h"
#include "ui/moment.h"

enum difference_kind { DIFFERENCE_HEADING, DIFFERENCE_NODE, DIFFERENCE_CHANGE, DIFFERENCE_RELATION, DIFFERENCE_NOTE };
enum { DIFFERENCES_OF_A_KIND_MAX = 200 };

/* Strings are raw:
 *   heading, note: label
 *   node:     label "process", text its label, other its unit
 *   change:   text whose, other "cpu from 2% to 98%", normals
 *   relation: text "payment[812] waits for ..." */
struct difference_line {
    enum difference_kind kind;
    const char *label, *text, *other;
    double normals;
    const char *id; /* of the node that Enter goes to; NULL = none */
};

struct differences {
    struct difference_line *lines;
    size_t count, capacity;
    size_t selected, top;
    int64_t before_ns, after_ns;
    struct arena arena;
};

/* Makes the lines anew; the later moment is told against the earlier. Both must have a graph. On failure there are
 * none. */
bool differences_build(struct differences *differences, const struct moment *one, const struct moment *other,
                       const struct model *model, struct error *error);
void differences_done(struct differences *differences);

#endif
