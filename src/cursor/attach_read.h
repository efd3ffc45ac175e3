/* The reader's process of an attachment, and what it sends: frames of native integers over a socket pair. */
#ifndef CURSOR_ATTACH_READ_H
#define CURSOR_ATTACH_READ_H

#include "record/announce.h"

#include <stdnoreturn.h>

enum attach_kind { ATTACH_SAMPLE = 1, ATTACH_PAST_COMPLETE };

struct attach_frame {
    uint32_t kind;
    uint32_t packed_bytes; /* that follow */
    uint64_t serial, keyframe;
    int64_t time_ns, boottime_ns;
};

enum { ATTACH_PACKED_BYTES_MAX = 64 << 20 };

/* Reads the announced recording as that user and group until the recorder or the front (a process id) has ended. */
noreturn void attach_read(const struct announcement *announcement, uid_t uid, gid_t gid, int channel, int front);

#endif
