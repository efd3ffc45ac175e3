/* What the recorder of waits has read of its maps, shared by the file that reads them and the one that writes rows. */
#ifndef COLLECT_WAITS_INSIDE_H
#define COLLECT_WAITS_INSIDE_H

#include "base/buffer.h"
#include "collect/bpf/waits_shared.h"
#include "collect/recorder_inside.h"
#include "collect/waits.h"

struct bpf_link;

/* A row whose file is only known by its file system. */
struct waits_place {
    uint64_t row;
    uint64_t device; /* as st_dev */
};

/* A sleep that is by design. */
struct waits_design {
    uint64_t thread, since_ns;
};

struct wait_recorder {
    struct waits_bpf *programs;
    struct bpf_link *list;                  /* NULL: the kernel cannot list what goes on; /proc does */
    struct recorder_rows sums;              /* of what ended before the sample began, the longest first */
    struct buffer ongoing;                  /* struct waits_ongoing, in order of thread */
    struct buffer designs, earlier_designs; /* struct waits_design, of the sample under way and the one before */
    struct buffer places;                   /* struct waits_place, of the sample under way */
    int64_t loaded_ns;                      /* boot time since which all is seen */
    uint64_t lost;                          /* as told to earlier samples */
    uint64_t lost_now;
};

#endif
