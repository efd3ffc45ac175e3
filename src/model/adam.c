/* The optimiser. */
#include "model/adam.h"

#include <math.h>
#include <stdlib.h>

#define BETA_MEAN   0.9
#define BETA_SQUARE 0.999
#define EPSILON     1e-8

bool adam_init(struct adam *adam, size_t count, struct error *error)
{
    *adam = (struct adam){.count = count, .mean_power = 1, .square_power = 1};
    adam->means = calloc(count, sizeof *adam->means);
    adam->squares = calloc(count, sizeof *adam->squares);
    if (adam->means != NULL && adam->squares != NULL)
        return true;
    adam_done(adam);
    return error_memory(error);
}

void adam_done(struct adam *adam)
{
    free(adam->means);
    free(adam->squares);
    *adam = (struct adam){0};
}

void adam_step(struct adam *adam, float *values, const float *gradient, double learning_rate)
{
    adam->mean_power *= BETA_MEAN;
    adam->square_power *= BETA_SQUARE;
    float step = (float)(learning_rate * sqrt(1 - adam->square_power) / (1 - adam->mean_power));
    float epsilon = (float)(EPSILON * sqrt(1 - adam->square_power));
    for (size_t i = 0; i < adam->count; i++) {
        adam->means[i] = (float)BETA_MEAN * adam->means[i] + (float)(1 - BETA_MEAN) * gradient[i];
        adam->squares[i] = (float)BETA_SQUARE * adam->squares[i] + (float)(1 - BETA_SQUARE) * gradient[i] * gradient[i];
        values[i] -= step * adam->means[i] / (sqrtf(adam->squares[i]) + epsilon);
    }
}
