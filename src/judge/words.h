/* Words for sentences and summaries: labels made safe and short, lists of names, templates. */
#ifndef JUDGE_WORDS_H
#define JUDGE_WORDS_H

#include "base/buffer.h"
#include "graph/graph.h"

#include <stddef.h>

/* The label, sanitised so that it stays one line, cut in the middle ("/srv/a…/b.log") above 60 columns. */
void words_label(struct buffer *out, const char *label);

/* "a[1]", "a[1] and b[2]", "a[1], b[2] and 3 others": the first two of the nodes by label. */
void words_nodes(struct buffer *out, const struct graph *graph, const uint32_t *nodes, size_t count);

/* "SIGKILL"; "signal 42" where it has no name; "a signal" when it is not known (0). */
enum { SIGNAL_WORDS_BYTES = 32 };
const char *words_signal(char words[SIGNAL_WORDS_BYTES], unsigned signal);

/* One {name} of a template and what stands for it. */
struct word {
    const char *name;
    const char *value;
};

/* Appends the template with each {name} replaced; a name that is not among the words is left out. */
void words_expand(struct buffer *out, const char *template, const struct word *words, size_t count);

#endif
