/* Loads the parts of the kernel source, in a thread of its own: on a sick host the kernel may take minutes to check and
 * attach the programs, and meanwhile /proc carries on. */
#ifndef COLLECT_SETTLE_H
#define COLLECT_SETTLE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct kernel_sample;
struct lifecycle;
struct network;
struct recorder;
struct wait_recorder;

/* What is loaded, each with why it is not, or what it has to do without; NULL with an empty sentence: not yet. */
struct settled {
    struct recorder *recorder;
    struct wait_recorder *waits;
    struct lifecycle *lifecycle;
    struct network *network;
    struct kernel_sample *kernel;
    struct error recorder_missing, waits_missing, lifecycle_missing, network_missing, kernel_missing;
};

struct settle;

/* Begins to load, in the order above. event_bytes and wait_places: as lifecycle_new and wait_recorder_new take them.
 * NULL: out of memory, or there is no thread to be had. */
struct settle *settle_begin(size_t event_bytes, size_t wait_places);

/* Waits at most so long for all to be loaded, and moves what has become ready since the last call into settled, where
 * the caller frees it. What is on its way for longer than two seconds gets a sentence that says so, until it is there.
 * True: all was tried. */
bool settle_take(struct settle *settle, int patience_ms, struct settled *settled);

/* Waits for the end of what is being loaded, and frees all that was not taken. NULL is allowed. */
void settle_free(struct settle *settle);

#endif
