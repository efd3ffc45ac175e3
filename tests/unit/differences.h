/* What differs between two ways of looking at a host that does not stand still: only what differs in every round is the
 * fault of one of them. */
#ifndef TESTS_DIFFERENCES_H
#define TESTS_DIFFERENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct differences {
    uint64_t keys[512]; /* who, which of its things, in which column */
    size_t count;
};

void differences_add(struct differences *differences, uint64_t who, uint64_t thing, uint64_t column);

/* Keeps those that are in the newest round too; at first all of that round. */
void differences_keep(struct differences *lasting, const struct differences *newest, bool first);

#endif
