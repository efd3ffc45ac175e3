/* The collector: a process of its own, forked before anything else by a keeper (collect/keeper.h), which starts it anew
 * when it dies; these two alone keep capabilities. It answers
 * requests for samples over a socket pair with the codec's bytes; whatever can sleep runs in probes that it can leave
 * behind. The handle below is the front's end.
 *
 * A sick host can hang the collector itself: the front never waits without a deadline, and collector_stop never waits
 * at all. */
#ifndef COLLECT_COLLECTOR_H
#define COLLECT_COLLECTOR_H

#include "base/error.h"
#include "sample/sample.h"

struct collector;

struct collector_options {
    const char *proc_path; /* NULL = /proc; tests give a frozen tree (then sockets and file systems are not asked) */
    bool no_sockets;       /* leaves out netlink: tests */
    unsigned restart_ms; /* the first rest before one that died is started again, 0 = 1000; the next are twice as long:
                            tests */
    size_t event_bytes;  /* room for the events between two samples, as lifecycle_new takes it: tests */
    size_t wait_places;  /* for threads that sleep, as wait_recorder_new takes it: tests */
};

/* Forks the keeper, and that one the collector. NULL with a sentence on failure. */
struct collector *collector_start(const struct collector_options *options, struct error *error);

/* Drops every capability of the calling process for good, and under sudo (root with SUDO_UID and SUDO_GID) its user and
 * groups too. Call after collector_start and before any model, theme or recording is opened. */
bool collector_drop_privileges(struct error *error);

/* Readable when a sample, the end of the collector or its return has arrived: for poll, to be asked anew each time. */
int collector_descriptor(const struct collector *collector);

/* Its process id; 0 while there is none. It leads a process group of its own, to which its probes belong. */
int collector_pid(const struct collector *collector);

/* The collector has died, as a sentence has said, and another one is about to be started. */
bool collector_returns(const struct collector *collector);

/* The collector is gone for good, as a sentence has said: no sample comes any more, and its descriptor, readable for
 * ever, is no longer worth a poll. */
bool collector_ended(const struct collector *collector);

/* Asks for one sample; complete: with the dear tier. A request while one is under way is merged with it; while the
 * collector is being started anew it waits for that one. */
bool collector_request(struct collector *collector, bool complete, struct error *error);

/* Takes in what has arrived, waiting at most timeout_ms (0 = not at all). A new sample with one reference; NULL with an
 * empty error->text when it is not complete yet; NULL with a sentence when the collector has died or sent damage: what
 * was asked is then to be asked again, unless it has ended. */
struct sample *collector_receive(struct collector *collector, int timeout_ms, struct error *error);

/* Request and receive in one: for commands. Waits at most 10 s. */
struct sample *collector_sample(struct collector *collector, bool complete, struct error *error);

/* Ends the collector and frees the handle. NULL is allowed. */
void collector_stop(struct collector *collector);

#endif
