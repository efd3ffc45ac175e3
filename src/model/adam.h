/* Adam: Kingma and Ba, "Adam: a method for stochastic optimization" (2015), with its published constants beta1 = 0.9,
 * beta2 = 0.999, epsilon = 1e-8. */
#ifndef MODEL_ADAM_H
#define MODEL_ADAM_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct adam {
    float *means, *squares; /* running means of the gradient and of its square */
    size_t count;
    double mean_power, square_power; /* beta1 and beta2 to the number of steps */
};

bool adam_init(struct adam *adam, size_t count, struct error *error);
void adam_done(struct adam *adam);

/* One step down: changes `count` values. */
void adam_step(struct adam *adam, float *values, const float *gradient, double learning_rate);

#endif
