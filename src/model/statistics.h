/* Percentiles, and a bounded sample of a stream to take them from. */
#ifndef MODEL_STATISTICS_H
#define MODEL_STATISTICS_H

#include "model/random.h"

#include <stdbool.h>
#include <stddef.h>

/* The value below which `share` (0 to 1) of the values lie: the one at place floor(share * (count - 1) + 0.5) in order.
 * Reorders the values; no NaN among them, infinities allowed. 0 when there are none. */
float percentile(float *values, size_t count, double share);

/* Keeps at most RESERVOIR_MAX of the values offered, each with the same chance: Vitter, "Random sampling with a
 * reservoir" (1985), algorithm R. Zeroed = empty. */
#define RESERVOIR_MAX 65536
struct reservoir {
    float *values;
    size_t count, capacity;
    size_t offered;
};

bool reservoir_add(struct reservoir *reservoir, struct random *random, float value);
void reservoir_done(struct reservoir *reservoir);

#endif
