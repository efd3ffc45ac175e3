/* A verdict and its graph, in the forms that leave the program. Every string passes the sanitiser here.
 * All append to `out`; false with a sentence: out of memory. */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "base/buffer.h"
#include "graph/graph.h"
#include "judge/judge.h"

/* The past that came from a recorder which was already running. */
struct export_history {
    int64_t pid; /* of the recorder */
    const char *recording;
    size_t samples; /* 0: there was none */
    int64_t from_ns;
};

/* A line of a report's time line. */
struct export_moment {
    int64_t from_ns, to_ns; /* wall clock */
    const char *text;       /* raw */
    bool verdict;           /* it stood out; else it is something that happened */
};

struct export_input {
    const struct graph *graph;
    const struct verdict *verdict;
    const struct model *model;
    int32_t utc_offset_s;  /* for times that people read */
    size_t top;            /* suspects shown; 0 = 10 */
    size_t hops;           /* dot: neighbourhood around the suspects */
    const uint32_t *nodes; /* dot: drawn in place of the suspects, node_count of them; 0 = the suspects */
    size_t node_count;
    size_t columns;                      /* text: width to wrap at; 0 = 80 */
    bool ascii;                          /* text: the terminal shows no UTF-8 */
    const struct export_moment *moments; /* markdown: the time line, moment_count of them in order of time */
    size_t moment_count;
    struct export_history history;
    double age_s; /* live: how long ago the moment was that is answered for; 0 = it is now */
};

/* `culprit diagnose`: one sentence, the ranked suspects, the status line. Plain text, no colours. */
bool export_text(const struct export_input *input, struct buffer *out, struct error *error);

/* The contract's object, version 1 (culprit(1)). Numbers have six significant digits, whole ones all; unknown values
 * are absent. */
bool export_json(const struct export_input *input, struct buffer *out, struct error *error);

/* A report for the postmortem. */
bool export_markdown(const struct export_input *input, struct buffer *out, struct error *error);

/* The suspect subgraph as Graphviz DOT (libcgraph): the suspects, those on their blame paths, and `hops` around.
 * Without a verdict: who waits and what is locked, then the others. At most 150 nodes; the figure says how many more
 * there are. */
bool export_dot(const struct export_input *input, struct buffer *out, struct error *error);

/* All nodes of all kinds through the column table: `culprit export --format csv`. RFC 4180; cells that a spreadsheet
 * would run as a formula are quoted with a leading apostrophe. */
bool export_csv(const struct export_input *input, struct buffer *out, struct error *error);

/* `culprit capture`: what was observed, without a verdict (input->verdict may be NULL). */
bool export_capture_text(const struct export_input *input, struct buffer *out, struct error *error);
bool export_capture_json(const struct export_input *input, struct buffer *out, struct error *error);

/* "kernel+proc", "proc": the sources of a sample, for status lines. Static string. */
const char *export_sources(const struct sample *sample);

/* "412 processes, 9,120 descriptors and 318 sockets looked at, 12 not readable". */
void export_seen(const struct sample *sample, struct buffer *out);

#endif
