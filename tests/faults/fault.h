/* The classes of faults that the bench stages: one row each. */
#ifndef TESTS_FAULTS_FAULT_H
#define TESTS_FAULTS_FAULT_H

#include "tests/faults/cast.h"

struct fault {
    const char *name;
    const char *help; /* who does what to whom */
    bool healthy;     /* nobody is to blame: a burst that looks like a fault */
    void (*stage)(struct stage_set *set);
    /* Is the fault in effect? NULL = yes, else what is amiss. Called 1.5 s after it was switched on; may take 1.5 s. */
    const char *(*prove)(const struct stage_set *set);
    int over_ms; /* asked about so long after the fault began; 0 = when the recording ends */
};

extern const struct fault faults[];
extern const size_t fault_count;

const struct fault *fault_find(const char *name);

/* Honest programs that stand beside, the innocent look-alikes among them. Four mixes. */
void background_stage(struct stage_set *set);

/* A listening server; clients come with server_client. The socket is tcp in odd mixes, unix in even ones. */
struct member *server_stage(struct stage_set *set, enum part part, unsigned variant, int backlog, const char *name);
struct member *server_client(struct stage_set *set, enum part part, act *role, const struct member *server);

#endif
