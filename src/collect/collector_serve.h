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

/* Runs in the forked process until the front is gone. channel and leash are above 2; front is the parent's pid. */
_Noreturn void collector_serve(const struct collector_options *options, int channel, int leash, int front);

#endif
