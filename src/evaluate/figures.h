/* From trials to figures: how often the culprit came first, with the uncertainty of that. */
#ifndef EVALUATE_FIGURES_H
#define EVALUATE_FIGURES_H

#include "evaluate/trial.h"

#define FIGURES_RESAMPLES 1000

/* A share or mean with its 95 % bootstrap interval: Efron, "Bootstrap methods: another look at the jackknife" (1979),
 * percentiles over FIGURES_RESAMPLES resamples of the cases. */
struct figure {
    double value, low, high;
};

struct figures {
    size_t cases; /* with a fault; 0: the rest is NaN */
    struct figure top1, top3, top5;
    struct figure mrr; /* mean of 1 / rank */
    double victim_above;
    double verdict_s; /* median seconds to the verdict; INFINITY: in half of the cases it never came. METHOD_DEFAULT
                         only, else NaN */
};

/* Of the trials of a class (NULL = of all) by one method. The same seed gives the same intervals. */
bool figures_make(struct figures *figures, const struct trial *trials, size_t count, const char *class_name,
                  enum method method, uint64_t seed, struct error *error);

/* The classes in the order of their names: pointers into the labels, `*class_count` of them; freed by the caller. */
const char **figures_classes(const struct trial *trials, size_t count, size_t *class_count, struct error *error);

struct alarm_figures {
    size_t alarms;
    double hours;
    double per_hour;       /* NaN without healthy time */
    double per_hour_bound; /* one-sided 95 % upper bound of a Poisson rate; 3.0 / hours when there was none */
};
struct alarm_figures figures_alarms(const struct trial *trials, size_t count);

#endif
