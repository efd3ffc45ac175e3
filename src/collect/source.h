/* The source of samples inside the collector process: /proc and netlink (the kernel source will stand beside it). */
#ifndef COLLECT_SOURCE_H
#define COLLECT_SOURCE_H

#include "collect/collector.h"

struct source;

struct source *source_new(const struct collector_options *options, struct error *error);
void source_free(struct source *source);

/* Takes one sample, in process. It keeps what it needs between samples (static facts of processes, first looks at waits
 * and locks). complete: with the dear tier. */
struct sample *source_sample(struct source *source, bool complete, struct error *error);

#endif
