/* Why a part of the kernel source is not to be had, and what would bring it.
 *
 * The sentences have one form, which the screen's first row, the doctor and the page of what could not be read take
 * apart: "no CAP_BPF: waits for file locks are not recorded; use sudo, or ...": the reason in a word or two, what is
 * lost, what would bring it. */
#ifndef COLLECT_KERNEL_REASON_H
#define COLLECT_KERNEL_REASON_H

#include "base/error.h"

#include <stdint.h>

enum kernel_part {
    KERNEL_LOCKS,     /* recorder.h */
    KERNEL_LIFECYCLE, /* lifecycle.h */
    KERNEL_WAITS,     /* waits.h */
    KERNEL_NETWORK,   /* network.h */
    KERNEL_LISTING,   /* kernel_sample.h */
};

/* What decides. */
struct kernel_scene {
    unsigned major, minor; /* Linux's version */
    bool type_information; /* the kernel was built with it (BTF) */
    bool may_load;         /* CAP_BPF or CAP_SYS_ADMIN */
    bool may_trace;        /* CAP_PERFMON or CAP_SYS_ADMIN */
    bool locked_down;      /* lockdown=confidentiality: programs may not read the kernel's memory */
    uint64_t memory_bytes; /* RLIMIT_MEMLOCK; UINT64_MAX: none */
    int number;            /* errno value of the refusal */
};

/* Puts the sentence for that scene into error. */
void kernel_reason_tell(enum kernel_part part, const struct kernel_scene *scene, struct error *error);

/* The same for this host and process, after the kernel has refused with that errno value. Returns false. */
bool kernel_refusal_tell(enum kernel_part part, int number, struct error *error);

/* The sentence for a part that is still being loaded after seconds. */
void kernel_slow_tell(enum kernel_part part, struct error *error);

/* The sentence in a build without the kernel source. */
void kernel_absence_tell(enum kernel_part part, struct error *error);

/* Before Linux 5.11 the tables of programs count as locked memory: raises that limit, which takes CAP_SYS_RESOURCE. */
void kernel_memory_raise(void);

#endif
