/* The recorder's verdicts: every sample is judged as it is recorded, as long as that is cheap, and the verdict stands
 * beside it in the recording. */
#ifndef CMD_JUDGING_H
#define CMD_JUDGING_H

#include "base/error.h"
#include "record/recording.h"

struct judging;

/* With the bundled model, over windows of window_ns (what diagnose uses unless it is told otherwise). */
struct judging *judging_new(const struct recording *recording, int64_t window_ns, struct error *error);
void judging_free(struct judging *judging);

/* Judges the sample that was appended last. What fails is left out: the recording matters more. */
void judging_take(struct judging *judging, struct recording *recording, struct sample *sample);

#endif
