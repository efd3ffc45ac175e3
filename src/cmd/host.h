/* This host as a command looks at it: the collector, started before privileges are dropped, and its samples. */
#ifndef CMD_HOST_H
#define CMD_HOST_H

#include "base/error.h"
#include "collect/collector.h"
#include "cursor/cursor.h"

#include <stdint.h>

struct host {
    struct collector *collector;
    struct cursor *cursor; /* live */
};

/* Starts the collector and drops the caller's privileges. On failure nothing is left open. */
bool host_open(struct host *host, struct error *error);
void host_close(struct host *host);

/* Takes samples for window_ns, the first at once, at least two, at most one a second when the window is long. */
bool host_watch(struct host *host, int64_t window_ns, struct error *error);

#endif
