/* A recording that is written by a process of its own: a disk that hangs holds up that process, and neither who looks
 * at the host nor who waits at the screen. What has not been written yet stands in a bounded queue; what does not fit
 * into it is dropped, and counted. Nothing here ever waits but what is said to. */
#ifndef RECORD_WRITER_H
#define RECORD_WRITER_H

#include "record/recording.h"
#include "record/timeline.h"

struct writer;

/* Forks the process, which opens or creates the recording (recording_create). NULL with a sentence: no process. */
struct writer *writer_start(const char *path, const struct recording_options *options, struct error *error);

/* Waits at most timeout_ms until the file has been opened. False with a sentence: it could not be, or not in time. */
bool writer_await(struct writer *writer, int timeout_ms, struct error *error);

/* Queues a sample. False: there is no room for it, or memory ran out, and it was dropped. */
bool writer_offer(struct writer *writer, const struct sample *sample);

/* Queues a verdict on the sample that was offered last. */
void writer_judge(struct writer *writer, const struct recorded_judge *judge, const struct recorded_verdict *verdict);

/* For poll: readable when something was written, and with writer_events' POLLOUT when more of the queue can go. */
int writer_descriptor(const struct writer *writer);
short writer_events(const struct writer *writer);
/* Hands on and takes in what can be without waiting. */
void writer_work(struct writer *writer);

struct writer_state {
    bool opened;      /* the file is there */
    bool ended;       /* the process has ended: nothing can be written any more */
    size_t written;   /* samples */
    size_t dropped;   /* because the queue was full */
    size_t failed;    /* that the disk refused */
    size_t waiting;   /* samples in the queue, and under way */
    size_t before;    /* samples that the recording held when it was opened */
    double stalled_s; /* how long the oldest of those that wait has been waiting; 0: none does */
    uint64_t size_bytes;
    const char *trouble; /* why the newest sample, or the opening, failed; NULL: it did not */
};
struct writer_state writer_state(const struct writer *writer);

/* Lets the process write what is queued and close the recording, waits at most timeout_ms for that, and frees. False
 * with a sentence: it failed, or is not done; what has been handed over by then is written as soon as the disk lets it,
 * also when the caller has ended. *last, unless NULL: how it stood in the end. NULL is allowed. */
bool writer_finish(struct writer *writer, int timeout_ms, struct writer_state *last, struct error *error);

#endif
