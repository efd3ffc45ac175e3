/* A probe whose questions are lists of items, any of which may make whoever looks sleep: a process whose memory is
 * locked, a mount whose server is gone. An item that does so costs itself, not the others: the probe writes into shared
 * memory which item it is at, the one that it hangs at is remembered, and the rest is asked again.
 *
 * An item that hung is not asked for as long as the process that it holds has not ended, which proves that it still
 * does, and then for longer and longer, up to a minute. */
#ifndef COLLECT_ASKER_H
#define COLLECT_ASKER_H

#include "collect/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct asker;

/* The probe is forked at the first question. NULL: out of memory. */
struct asker *asker_new(const struct probe_options *options);
/* NULL is allowed. */
void asker_free(struct asker *asker);

/* For the probe's work, before it looks at an item: its place in the request. */
void asker_step(struct asker *asker, size_t item);

/* Items, and what each is remembered by when it hangs. */
struct asker_items {
    const void *items;
    size_t item_bytes, count;
    const uint64_t *keys;
};

/* Asks for all items but those that are known to hang, in questions that have deadline_ms each, three times that in all
 * at most. answered[i]: that item is among the answers, which stand in the buffer one behind the other, in order.
 * Returns PROBE_ANSWERED, also when items hung, or what became of a question that none of them is to blame for. */
enum probe_result asker_ask(struct asker *asker, const struct asker_items *items, int deadline_ms, bool *answered,
                            struct buffer *answers);

/* Is that item known to hang? */
bool asker_hangs(struct asker *asker, uint64_t key);

int64_t asker_cpu_ns(const struct asker *asker);

#endif
