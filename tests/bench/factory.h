/* Makes a crowd of idle processes with descriptors and sockets to be looked at, and takes all of it down again. */
#ifndef BENCH_FACTORY_H
#define BENCH_FACTORY_H

#include "base/error.h"

#include <stddef.h>

struct factory;

/* Forks `processes` children that together hold about `descriptors` open descriptors, of which `sockets` are sockets, a
 * third of the rest pipes and the others regular files in a temporary directory. They sleep until factory_free, and end
 * by themselves when the caller dies. NULL with a sentence on failure; nothing is left behind then. */
struct factory *factory_new(size_t processes, size_t descriptors, size_t sockets, struct error *error);

/* Lets `count` of the processes, from that one on and around, each do something once: use a millisecond of cpu time, write
 * to its own file, and open another one or close it again. Does not wait for it. */
void factory_stir(struct factory *factory, size_t first, size_t count);

/* Ends and reaps the children and removes the directory. NULL is allowed. */
void factory_free(struct factory *factory);

#endif
