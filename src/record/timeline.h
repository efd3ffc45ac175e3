/* The verdicts that stand in a recording beside its samples: a cache for whoever looks for the moment that matters, and
 * for `sqlite3 FILE 'select * from timeline'`. Keyed by sample, by who judged, and by the window. It is never an
 * answer: whoever prints one judges the sample again. */
#ifndef RECORD_TIMELINE_H
#define RECORD_TIMELINE_H

#include "record/recording.h"

/* Who judged: a name that tells models and versions apart, at most 200 bytes. */
struct recorded_judge {
    const char *name;
    int64_t window_ns;
};

struct recorded_verdict {
    uint64_t serial;      /* of the sample (recording_serial) */
    double score;         /* of the window, as the model gives it */
    double suspect_score; /* of the first suspect; 0 = there is none */
    bool anomalous;
    const char *sentence; /* sanitised; cut at 400 bytes */
    const char *suspect;  /* label of the first one, raw, or NULL; sanitised when it is written, and cut */
};

/* Writing: adds the verdict of the sample that was appended last (its serial is ignored). It goes with its sample. */
bool recording_judge(struct recording *recording, const struct recorded_judge *judge,
                     const struct recorded_verdict *verdict, struct error *error);

/* Reading: what is known of a sample, without texts. */
struct recorded_score {
    bool known, anomalous;
    double score, suspect_score;
};

/* Fills scores[0 ... recording_count - 1] with what that judge said; where nothing is known, or the cache is damaged,
 * known is false. */
void recording_scores(struct recording *recording, const struct recorded_judge *judge, struct recorded_score *scores);

/* Adds verdicts to a closed recording by its path, all or none. Refused, with a sentence, while somebody records to it,
 * where it may not be written, where it comes from an older culprit, and where its schema holds anything but ours. */
bool recording_remember(const char *path, const struct recorded_judge *judge, const struct recorded_verdict *verdicts,
                        size_t count, struct error *error);

#endif
