/* The source of samples inside the collector process: /proc and netlink, and where it can be had the
 * kernel's own listing of processes and descriptors (kernel_sample.h), which fills the same rows.
 *
 * Times. /proc tells no time of locks and waits: they begin at the first look that proves them. A sleeping thread whose
 * schedstat has not changed has not woken: its wait is as old as the first look that found it asleep so. Who sleeps on
 * a lock proves that it was held all along; a lock whose holder has run meanwhile is otherwise as old as the first of
 * the looks that saw it without a gap. `at_least` is 1 when it was there at our very first look, so that nobody knows
 * how much older it is; with 0 it began within one interval before `since`.
 *
 * Tiers. Basic: stat, schedstat, links of descriptors, locks and who waits for them, sockets. Complete: besides status,
 * io, wchan, the system call of each thread and what it waits for, how descriptors were opened, the files behind them.
 * A wait found in the complete tier is followed in the basic one as long as its thread does not run. What has not run
 * since the sample before is copied from it, dear columns included, and read again in turns. */
#ifndef COLLECT_SOURCE_H
#define COLLECT_SOURCE_H

#include "collect/collector.h"

struct source;

struct source *source_new(const struct collector_options *options, struct error *error);
void source_free(struct source *source);

/* Takes one sample, in process. It keeps what it needs between samples (static facts of processes, first looks at waits
 * and locks). complete: with the dear tier. */
struct sample *source_sample(struct source *source, bool complete, struct error *error);

/* Does what takes its time and what no first sample needs to wait for: loads the recorders and the kernel's listing,
 * each for itself, so that one that is missing takes none of the others with it. To be called between two samples;
 * waits a second at most: what is slow to load goes on beside the samples, which say so, and is taken in by a later
 * call. True: all was tried, and there is nothing more to do. */
bool source_settle(struct source *source);

/* Something is being loaded, for whose end source_free would wait. */
bool source_is_loading(const struct source *source);

#endif
