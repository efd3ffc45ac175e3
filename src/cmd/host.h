/* This host as a command looks at it: the collector, started before privileges are dropped, and its samples. */
#ifndef CMD_HOST_H
#define CMD_HOST_H

#include "base/error.h"
#include "cmd/command.h"
#include "collect/collector.h"
#include "cursor/attach.h"
#include "cursor/cursor.h"
#include "export/export.h"

#include <stdint.h>

struct host {
    struct collector *collector;
    struct attachment *attachment; /* to the recorder that was already running; NULL: there is none */
    struct cursor *cursor;         /* live; begins with that recorder's past */
};

/* Starts the collector, looks for a recorder, and drops the caller's privileges. On failure nothing is left open. */
bool host_open(struct host *host, struct error *error);
void host_close(struct host *host);

/* The same without looking for a recorder: for one. */
bool host_open_alone(struct host *host, struct error *error);

/* Sees to it that the cursor holds a window up to now. A recorder's samples serve, up to the next one; else it takes
 * its own for window_ns, the first at once, at least two, at most one a second when the window is long. */
bool host_watch(struct host *host, int64_t window_ns, struct error *error);

/* Where its past came from; the path is borrowed. */
struct export_history host_history(const struct host *host);

/* Notes when a recorder of somebody else's, who is not root, runs on the host. Only root's and the caller's are
 * believed: who writes a recording could write into it whom to blame. */
void host_stranger_tell(const struct command *command, const struct host *host);

#endif
