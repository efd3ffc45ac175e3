/* The recorder's verdicts: samples are judged as they are recorded, as often as 0.25 % of a core allows, and the
 * verdict stands beside its sample in the recording. */
#ifndef CMD_JUDGING_H
#define CMD_JUDGING_H

#include "base/error.h"
#include "record/writer.h"

struct judging;

/* With the bundled model, over windows of window_ns (what diagnose uses unless it is told otherwise). continued: the
 * recording held samples already. */
struct judging *judging_new(bool continued, int64_t window_ns, struct error *error);
void judging_free(struct judging *judging);

/* Judges the sample that was offered last. What fails is left out: the recording matters more. */
void judging_take(struct judging *judging, struct writer *writer, struct sample *sample);

#endif
