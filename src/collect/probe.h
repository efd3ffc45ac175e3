/* A probe: a small forked process that does what may sleep in the kernel for longer than a sample may take (a dump that
 * waits for a held socket lock, a stat on a dead network mount, the command line of a process whose memory is locked).
 * Not a thread: a thread in state D cannot be abandoned, neither _exit nor SIGKILL end its process before it wakes.
 *
 * The process is forked at the first question and answers until it misses a deadline. Then it is killed and left
 * behind (reaped at a later question, never waited for), and the next question forks a fresh one. Those that cannot
 * even be killed pile up to PROBE_LEFT_MAX; a probe that keeps missing rests for longer and longer, up to a minute. */
#ifndef COLLECT_PROBE_H
#define COLLECT_PROBE_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROBE_LEFT_MAX = 8 };

/* Runs in the probe's process: answers one request. False: the question could not be answered (what stands in
 * `answer` is then the sentence for the user). */
typedef bool probe_work(void *context, const void *request, size_t request_bytes, struct buffer *answer);

struct probe_options {
    const char *name; /* of the process, at most 15 characters; borrowed for the probe's life */
    probe_work *work;
    void *context; /* borrowed; the probe works on the copy that the fork made */
    /* A descriptor above 2 that the work needs, or 0 for none: the process closes all others, so that what it holds
     * open when it is stuck is nothing that anybody waits for. */
    int descriptor;
};

enum probe_result {
    PROBE_ANSWERED,
    PROBE_FAILED, /* work said no, the process died, or none could be forked: error has the sentence */
    PROBE_MISSED, /* the deadline passed: left behind */
    PROBE_RESTING /* not asked: it missed too often of late, or too many that were left behind still live */
};

struct probe;

/* Forks nothing yet. NULL: out of memory. */
struct probe *probe_new(const struct probe_options *options);

/* Asks and waits for the answer, in all at most deadline_ms (a fork where one is needed included). `answer` is emptied
 * first and holds the answer only for PROBE_ANSWERED. error is set for every other result. */
enum probe_result probe_ask(struct probe *probe, const void *request, size_t request_bytes, int deadline_ms,
                            struct buffer *answer, struct error *error);

/* Cpu time that this probe's processes took for the answers that arrived, in all: for the sample's own cost. */
int64_t probe_cpu_ns(const struct probe *probe);

/* Process id of the process that answers now, 0 when there is none. */
int probe_pid(const struct probe *probe);

/* How many that were left behind have not ended yet. */
size_t probe_left(struct probe *probe);

/* The process that was left behind last, 0 when there was none; and whether that one has not ended yet. */
int probe_left_last(const struct probe *probe);
bool probe_is_left(struct probe *probe, int pid);

/* What it missed was not the probe's fault: it need not rest. */
void probe_excuse(struct probe *probe);

/* Kills what is left of it, and gives that 50 ms to end, so that a well one leaves no zombie. NULL is allowed. */
void probe_free(struct probe *probe);

#endif
