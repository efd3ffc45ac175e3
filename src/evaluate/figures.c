/* Shares, means, bootstrap intervals, the bound of a Poisson rate. */
#include "evaluate/figures.h"

#include "model/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CONFIDENCE_TAIL 0.05

/* What is resampled together. */
enum quantity { TOP1, TOP3, TOP5, RECIPROCAL, QUANTITY_COUNT };

static void quantities_of(uint32_t rank, double *quantities)
{
    quantities[TOP1] = rank <= 1;
    quantities[TOP3] = rank <= 3;
    quantities[TOP5] = rank <= 5;
    quantities[RECIPROCAL] = 1.0 / rank;
}

static int number_compare(const void *left, const void *right)
{
    double one = *(const double *)left, other = *(const double *)right;
    return (one > other) - (one < other);
}

static bool trial_belongs(const struct trial *trial, const char *class_name)
{
    return trial->label->class_name != NULL &&
           (class_name == NULL || strcmp(class_name, trial->label->class_name) == 0);
}

/* Means of the quantities over resamples of the ranks: sums[quantity * FIGURES_RESAMPLES + resample]. */
static void resample(const uint32_t *ranks, size_t count, uint64_t seed, double *means)
{
    struct random random;
    random_init(&random, seed);
    for (size_t round = 0; round < FIGURES_RESAMPLES; round++) {
        double sums[QUANTITY_COUNT] = {0};
        for (size_t i = 0; i < count; i++) {
            double one[QUANTITY_COUNT];
            quantities_of(ranks[random_below(&random, count)], one);
            for (int quantity = 0; quantity < QUANTITY_COUNT; quantity++)
                sums[quantity] += one[quantity];
        }
        for (int quantity = 0; quantity < QUANTITY_COUNT; quantity++)
            means[quantity * FIGURES_RESAMPLES + (int)round] = sums[quantity] / (double)count;
    }
}

static struct figure figure_make(const uint32_t *ranks, size_t count, enum quantity quantity, double *means)
{
    double sum = 0, *own = means + quantity * FIGURES_RESAMPLES;
    for (size_t i = 0; i < count; i++) {
        double one[QUANTITY_COUNT];
        quantities_of(ranks[i], one);
        sum += one[quantity];
    }
    qsort(own, FIGURES_RESAMPLES, sizeof *own, number_compare);
    return (struct figure){sum / (double)count, own[FIGURES_RESAMPLES * 25 / 1000],
                           own[FIGURES_RESAMPLES * 975 / 1000]};
}

bool figures_make(struct figures *figures, const struct trial *trials, size_t count, const char *class_name,
                  enum method method, uint64_t seed, struct error *error)
{
    *figures = (struct figures){.victim_above = NAN, .verdict_s = NAN};
    figures->top1 = figures->top3 = figures->top5 = figures->mrr = (struct figure){NAN, NAN, NAN};
    uint32_t *ranks = calloc(count + 1, sizeof *ranks);
    double *delays = calloc(count + 1, sizeof *delays);
    double *means = calloc(QUANTITY_COUNT * FIGURES_RESAMPLES, sizeof *means);
    bool made = ranks != NULL && delays != NULL && means != NULL;
    size_t cases = 0, above = 0;
    for (size_t i = 0; made && i < count; i++) {
        if (!trial_belongs(&trials[i], class_name))
            continue;
        ranks[cases] = trials[i].places[method].rank;
        delays[cases++] = trials[i].verdict_s;
        above += trials[i].places[method].victim_above;
    }
    if (made && cases > 0) {
        resample(ranks, cases, seed, means);
        figures->cases = cases;
        figures->top1 = figure_make(ranks, cases, TOP1, means);
        figures->top3 = figure_make(ranks, cases, TOP3, means);
        figures->top5 = figure_make(ranks, cases, TOP5, means);
        figures->mrr = figure_make(ranks, cases, RECIPROCAL, means);
        figures->victim_above = (double)above / (double)cases;
        qsort(delays, cases, sizeof *delays, number_compare);
        if (method == METHOD_DEFAULT)
            figures->verdict_s = delays[cases / 2];
    }
    free(ranks);
    free(delays);
    free(means);
    return made || error_memory(error);
}

static int name_compare(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

const char **figures_classes(const struct trial *trials, size_t count, size_t *class_count, struct error *error)
{
    const char **names = calloc(count + 1, sizeof *names);
    *class_count = 0;
    if (names == NULL) {
        error_memory(error);
        return NULL;
    }
    size_t named = 0;
    for (size_t i = 0; i < count; i++)
        if (trials[i].label->class_name != NULL)
            names[named++] = trials[i].label->class_name;
    qsort(names, named, sizeof *names, name_compare);
    for (size_t i = 0; i < named; i++)
        if (*class_count == 0 || strcmp(names[*class_count - 1], names[i]) != 0)
            names[(*class_count)++] = names[i];
    return names;
}

/* The chance of at most `events` when `expected` are expected. */
static double poisson_at_most(size_t events, double expected)
{
    double term = exp(-expected), sum = term;
    for (size_t i = 1; i <= events; i++) {
        term *= expected / (double)i;
        sum += term;
    }
    return sum;
}

/* The largest expected number under which so few events still have a chance of 5 %. */
static double poisson_bound(size_t events)
{
    if (events > 500) /* exp would underflow: the normal approximation */
        return (double)events + 1 + 1.645 * sqrt((double)events + 1);
    double low = 0, high = 2 * (double)events + 20;
    for (int step = 0; step < 100; step++) {
        double middle = (low + high) / 2;
        if (poisson_at_most(events, middle) > CONFIDENCE_TAIL)
            low = middle;
        else
            high = middle;
    }
    return high;
}

struct alarm_figures figures_alarms(const struct trial *trials, size_t count)
{
    struct alarm_figures figures = {.per_hour = NAN, .per_hour_bound = NAN};
    for (size_t i = 0; i < count; i++) {
        figures.alarms += trials[i].false_alarms;
        figures.hours += trials[i].healthy_s / 3600;
    }
    if (figures.hours > 0) {
        figures.per_hour = (double)figures.alarms / figures.hours;
        figures.per_hour_bound = poisson_bound(figures.alarms) / figures.hours;
    }
    return figures;
}
