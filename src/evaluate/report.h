/* The figures of an evaluation as text for people and as JSON for programs. */
#ifndef EVALUATE_REPORT_H
#define EVALUATE_REPORT_H

#include "base/buffer.h"
#include "evaluate/figures.h"

struct report {
    const struct trial *trials;
    size_t count;
    const struct trial_options *options;
};

bool report_text(const struct report *report, struct buffer *out, struct error *error);
bool report_json(const struct report *report, struct buffer *out, struct error *error);

#endif
