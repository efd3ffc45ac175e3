/* The difference between two moments of a recording, in the forms that leave the program: `culprit diff`. */
#ifndef EXPORT_DIFFERENCE_H
#define EXPORT_DIFFERENCE_H

#include "base/buffer.h"
#include "graph/difference.h"
#include "judge/change.h"
#include "judge/judge.h"

struct moment_seen {
    const struct graph *graph;
    const struct verdict *verdict;
};

struct difference_input {
    struct moment_seen before, after;
    const struct model *model;
    const struct difference *difference;
    const struct change *changes;
    size_t change_count;
    int32_t utc_offset_s;
    size_t top; /* of each kind of thing; what is left out is counted */
    size_t columns;
    bool ascii;
};

bool export_difference_text(const struct difference_input *input, struct buffer *out, struct error *error);

/* One object: version, host, before, after (time, anomalous, score, verdict), appeared, vanished, changed,
 * relations_new, relations_gone (arrays of at most `top`), counts (of all). */
bool export_difference_json(const struct difference_input *input, struct buffer *out, struct error *error);

#endif
