/* The process that writes a recording, and what it and its front (writer.h) say to each other: frames of native
 * integers over a socket pair. */
#ifndef RECORD_WRITER_SERVE_H
#define RECORD_WRITER_SERVE_H

#include "record/recording.h"

#include <stdnoreturn.h>

enum writer_kind { WRITER_SAMPLE = 1, WRITER_VERDICT };

struct writer_frame {
    uint64_t bytes; /* that follow: an encoded sample, or struct writer_verdict */
    uint32_t kind;
    uint32_t number; /* of the sample */
    int64_t time_ns, boottime_ns;
};

enum { WRITER_TEXT_BYTES = 512, WRITER_SAMPLE_BYTES_MAX = 256 << 20 };

struct writer_verdict {
    int64_t window_ns;
    double score, suspect_score;
    bool anomalous, has_suspect;
    char judge[WRITER_TEXT_BYTES], sentence[WRITER_TEXT_BYTES], suspect[WRITER_TEXT_BYTES];
};

enum writer_answer { ANSWER_OPENED = 1, ANSWER_WRITTEN, ANSWER_CLOSED };

struct writer_reply {
    uint32_t answer;
    uint32_t number; /* of the sample */
    uint64_t count;  /* samples in the recording */
    uint64_t size_bytes;
    bool done; /* else the error tells why not */
    struct error error;
};

/* Opens the recording, writes what comes, and when its front is gone, however that came about, what had come before. */
noreturn void writer_serve(const char *path, const struct recording_options *options, int channel);

#endif
