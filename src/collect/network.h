/* Connections in trouble, as the kernel tells them: those that nobody answers, of programs that wait by poll as well,
 * which no call betrays; those that failed between two samples; and those on which segments were sent again. Optional
 * like the recorder (recorder.h), and loaded beside it.
 */
#ifndef COLLECT_NETWORK_H
#define COLLECT_NETWORK_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct network;
struct source;
struct wait_ends;

/* Loads and attaches the programs: about 30 ms. NULL with a sentence that says why not; a sentence beside it says
 * what it has to do without (kernel_hook.h). */
struct network *network_new(struct error *error);
void network_free(struct network *network);

/* Appends to the sample under way: an event for each connection that failed since the time before, and for each on
 * which segments were sent again, with who has it where that is one process and known; and a wait for each
 * that has not been answered for a second, or had not when it failed. After the sockets and the other waits. False: out
 * of memory. */
bool network_append(struct source *source, struct wait_ends *ends);

#endif
