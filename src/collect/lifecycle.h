/* The lifecycle of processes as the kernel tells it: how many children each made, who ended, who was sent a signal that
 * stops or ends, whom the kernel killed for memory. Optional like the recorder (recorder.h), and loaded beside it. */
#ifndef COLLECT_LIFECYCLE_H
#define COLLECT_LIFECYCLE_H

#include "base/error.h"
#include "collect/bpf/lifecycle_shared.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lifecycle;
struct source;

/* Loads and attaches the programs: about 50 ms. event_bytes: room for the events between two samples, a power of two
 * and a multiple of the page size; 0: 2 MB, 6,000 events. What does not fit is counted. NULL with a sentence that says
 * why not; a sentence beside it says what it has to do without (kernel_hook.h). */
struct lifecycle *lifecycle_new(size_t event_bytes, struct error *error);
void lifecycle_free(struct lifecycle *lifecycle);

/* The arguments of the last exec of a process, as the kernel saw it: joined with blanks, not terminated. Returns their
 * length; 0: not known (an exec before the programs were loaded, more than LIFECYCLE_COMMAND_BYTES, or a pid namespace
 * of our own). */
size_t lifecycle_command(const struct lifecycle *lifecycle, uint32_t pid, char *text);

/* Reads what happened since the last time, and appends it to the sample under way: rows of the event table, the
 * count of children in the rows of the processes, and the waits of those who are stopped. False: out of memory. */
bool lifecycle_collect(struct source *source);

#endif
