/* The keeper: a small process between front and collector. It keeps the privileges that the front gives up, and does
 * nothing with them but start a collector, and another one when that died: after 1, 2, 4 and 8 s; at the fifth death
 * within a minute it gives up. It reads nothing of the host and nothing that the front could send.
 *
 *     front ── control ─▶ keeper ── fork ─▶ collector
 *       └───────── channel and leash, new with each collector ──────┘
 *
 * Over `control` only the keeper speaks: structs keeper_news, the front's ends of a new collector's channel and leash
 * with them (SCM_RIGHTS). The front's end of it closed is the keeper's end, and `leash` is to the keeper what a
 * collector's is to that one (collector_serve.h). */
#ifndef COLLECT_KEEPER_H
#define COLLECT_KEEPER_H

#include "collect/collector.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum keeper_event {
    KEEPER_STARTED = 1, /* a collector: with its pid and two descriptors */
    KEEPER_LOST,        /* it died: with its status; another one comes after `after_ms` */
    KEEPER_GAVE_UP,     /* it died too often: with the last status */
    KEEPER_CANNOT,      /* it could not be started: with the errno value; tried again after `after_ms`, 0: never */
};

struct keeper_news {
    enum keeper_event event;
    pid_t pid;
    int status; /* as of waitpid; errno value of KEEPER_CANNOT */
    uint32_t after_ms;
};

/* Runs in the forked process until the front is gone. control and leash are above 2. */
_Noreturn void keeper_run(const struct collector_options *options, int control, int leash);

/* The front's side: takes the next news if they are there. ends: of KEEPER_STARTED the channel and the leash, both to
 * be closed by the caller. False with errno EAGAIN: there are none; else the keeper is gone. */
bool keeper_news_take(int control, struct keeper_news *news, int ends[2]);

#endif
