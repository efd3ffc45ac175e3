/* The recorder: programs in the kernel that note who waited for whose file lock, also when all is over by the time of
 * the sample. This is the half in the collector, which loads them, reads their maps and writes rows.
 *
 * Everything about it is optional: without the privilege, on a kernel that lacks a hook, or in a build without it there
 * is none, and /proc carries on. The kernel takes the programs away when the collector ends, however it ends. */
#ifndef COLLECT_RECORDER_H
#define COLLECT_RECORDER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recorder;
struct source;
struct lock_memory;

/* Loads and attaches the programs, which takes 65 to 180 ms. NULL with a sentence that says why not and what would
 * bring it; a sentence beside a recorder says what it has to do without (kernel_hook.h). */
struct recorder *recorder_new(struct error *error);
void recorder_free(struct recorder *recorder);

/* A sample begins: what ends from now on belongs to the next one. */
void recorder_begin(struct recorder *recorder);

/* Reads what was noted up to now. False: out of memory. */
bool recorder_read(struct recorder *recorder);

/* Since when that process has held a lock, or waited for one, on that file (boot time); 0: not known. pid 0: a lock of
 * an open file description, whose process the lock table does not tell. family: enum recorder_family. */
uint64_t recorder_held_since(const struct recorder *recorder, uint64_t device, uint64_t inode, unsigned family,
                             uint64_t pid);
uint64_t recorder_waits_since(const struct recorder *recorder, uint64_t device, uint64_t inode, uint64_t pid);

/* Appends the rows of the waits that were read to the sample under way. False: out of memory. */
bool recorder_append(struct source *source);

#endif
