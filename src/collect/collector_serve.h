/* The collector's own process, and what it says to the front. Both are one program, forked, so that frames are plain
 * structs.
 *
 *     request: one byte, enum collector_ask; requests that wait together are answered together
 *     answer:  struct collector_frame, then `bytes` bytes: the codec's, or a sentence
 *
 * Beside the channel there is a leash: a socket pair over which nothing is ever sent. When the front's end closes,
 * however the front ended, the kernel itself kills the collector's whole process group, in the middle of whatever it
 * does. (PR_SET_PDEATHSIG cannot do that alone: a front that has become another user may not signal root's process.) */
#ifndef COLLECT_COLLECTOR_SERVE_H
#define COLLECT_COLLECTOR_SERVE_H

#include "collect/collector.h"

#include <stdint.h>

enum collector_ask { ASK_NOTHING, ASK_BASIC, ASK_COMPLETE };

enum collector_frame_kind { FRAME_SAMPLE = 1, FRAME_SENTENCE = 2 };

struct collector_frame {
    uint64_t bytes;
    uint32_t kind; /* enum collector_frame_kind */
    uint32_t ask;  /* the enum collector_ask that it answers */
};

/* Runs in the forked process until the front is gone. channel and leash are above 2; parent is the keeper's pid. */
_Noreturn void collector_serve(const struct collector_options *options, int channel, int leash, int parent);

/* What the keeper settles as a collector does. ^C, ^Z, a lost terminal and a service manager's SIGTERM are the front's
 * to handle; SIGCHLD is as at the start of a program, and nothing is blocked. */
void collector_leave_signals(void);
/* From now on the kernel kills the process's group when the other end is closed. */
void collector_take_leash(int leash);
/* A host that runs out of memory must not take the one who looks first. */
void collector_spare_from_oom(void);

#endif
