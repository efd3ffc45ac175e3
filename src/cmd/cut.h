/* A stretch of a recording as a recording of its own. */
#ifndef CMD_CUT_H
#define CMD_CUT_H

#include "cmd/answer.h"

struct cut_options {
    size_t first, last; /* positions that the stretch is judged at, inclusive */
    int64_t window_ns;  /* so much before the first goes along, so that its verdict stays the same */
    bool redact;        /* see sample/redact.h */
    bool anonymise;     /* refused where it is anonymised already */
};

/* Writes path, which must not exist: whole or not at all, mode 0600. The samples stay as they are (an anonymised
 * recording stays one); damaged ones are left out and counted in *damaged. *kept: how many were written. */
bool recording_cut(struct replay *replay, const struct cut_options *options, const char *path, size_t *kept,
                   size_t *damaged, struct error *error);

#endif
