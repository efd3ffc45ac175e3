/* How thoroughly a test repeats itself: under valgrind, where a round takes forty times as long, it takes every tenth.
 */
#ifndef TESTS_UNIT_ROUNDS_H
#define TESTS_UNIT_ROUNDS_H

#include <stdlib.h>

/* The step from one round to the next. CULPRIT_FEWER_ROUNDS is set by tests/unit/under_valgrind. */
static inline unsigned rounds_step(void)
{
    return getenv("CULPRIT_FEWER_ROUNDS") == NULL ? 1 : 10;
}

#endif
