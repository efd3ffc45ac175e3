/* A model that has watched the healthy beginning of a recording, as `culprit train` would make it. */
#ifndef EVALUATE_ADAPT_H
#define EVALUATE_ADAPT_H

#include "cursor/cursor.h"
#include "model/model.h"

/* Adapts and calibrates a copy of `from` to the windows that end up to the position `end`, one after another. NULL in
 * *adapted where there is none. False with a sentence. */
bool adapt_make(struct model **adapted, struct cursor *cursor, size_t end, int64_t window_ns, const struct model *from,
                uint64_t seed, struct error *error);

#endif
