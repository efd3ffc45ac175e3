/* The waits that the kernel tells of: futexes, pipes, sockets, children, devices. Beside the recorder of file locks
 * (recorder.h), and optional like it.
 *
 * How they merge with the waits that /proc shows (proc_wait.h). Each single sleep is told by one of the two. The kernel
 * tells of every sleep that began after the programs were loaded, from 1 ms on, once it is over or while it goes on,
 * with its exact beginning. /proc is left those that are older, and the threads that the kernel's listing leaves out.
 *
 * Not a wait for anybody: poll, select and epoll, in which event loops sleep when all is well (a client that awaits its
 * answer in poll or select is told by /proc's half, proc_poll.c); sleeping for a time; conditions and
 * semaphores inside one process, in which a pool of threads is at rest. */
#ifndef COLLECT_WAITS_H
#define COLLECT_WAITS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process_memory;
struct sleep_memory;
struct source;
struct wait_ends;
struct wait_recorder;

/* Loads and attaches the programs. places: for threads that sleep, by the lowest bits of their numbers, a power of two;
 * 0: 65,536. Those who find theirs taken are kept too, at more cost. NULL with a sentence that says why not. */
struct wait_recorder *wait_recorder_new(size_t places, struct error *error);
void wait_recorder_free(struct wait_recorder *recorder);

/* A sample begins: what ends from now on belongs to the next one. */
void wait_recorder_begin(struct wait_recorder *recorder);

/* Reads what was noted up to now. False: out of memory. */
bool wait_recorder_read(struct wait_recorder *recorder);

/* Is that sleep of a thread the kernel's to tell of? NULL: it never is. */
bool wait_recorder_tells(const struct wait_recorder *recorder, const struct process_memory *process, uint64_t thread,
                         const struct sleep_memory *sleep);

/* Appends the rows of the waits that were read to the sample under way. False: out of memory. */
bool wait_recorder_append(struct source *source, struct wait_ends *ends);

/* Names the file systems that are waited for, of which the sample has the mounts by now. */
void wait_recorder_name(struct source *source);

#endif
