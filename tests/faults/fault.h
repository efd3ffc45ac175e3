/* The classes of faults that the bench stages: one row each. */
#ifndef TESTS_FAULTS_FAULT_H
#define TESTS_FAULTS_FAULT_H

#include "tests/faults/stage.h"

/* What a host may lack: then the class cannot be staged there. */
enum need {
    NEEDS_CAGE = 1,   /* cgroups with limits */
    NEEDS_DISK = 2,   /* a folder that is not in memory */
    NEEDS_FUSE = 4,   /* /dev/fuse */
    NEEDS_TUNNEL = 8, /* /dev/net/tun */
    NEEDS_REDIS = 16, /* redis-server */
    NEEDS_FLOCK = 32, /* flock(1) */
    NEEDS_CPU = 64,   /* much cpu for its honest part: comes late to a host that lives on, goes early (host.h) */
};

struct fault {
    const char *name;
    const char *help; /* who does what to whom */
    bool healthy;     /* nobody is to blame: a burst that looks like a fault */
    stage *stage;
    /* Is the fault in effect? NULL = yes, else what is amiss. Called 1.5 s after it was switched on; may take 1.5 s. */
    const char *(*prove)(const struct stage_set *set);
    int over_ms;    /* asked about so long after the fault began; 0 = when the recording ends */
    unsigned needs; /* enum need */
};

extern const struct fault faults[];
extern const size_t fault_count;

const struct fault *fault_find(const char *name);

/* What this host lacks to stage it; NULL = nothing. Cgroups are only known when they are made: see cage.h. */
const char *fault_lacks(const struct fault *fault, const char *disk_folder);

#endif
