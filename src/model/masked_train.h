/* Training of the masked auto-encoder, and of what is normal about its residuals. */
#ifndef MODEL_MASKED_TRAIN_H
#define MODEL_MASKED_TRAIN_H

#include "model/structure.h"

struct masked_training {
    struct graph *const *graphs;
    const size_t *recordings; /* per graph: the number of the recording that it came from */
    size_t graph_count;
    bool entities; /* all of one host: baselines of entities are learnt */
    size_t epochs; /* at most; 0 = 60 */
    uint64_t seed;
    void (*progress)(void *context, size_t epoch, size_t epochs, double loss);
    void *context;
};

/* Baselines and weights of a model that has its features; every fifth recording decides when to stop. */
bool masked_train(struct model *model, const struct masked_training *training, struct error *error);

/* Fills `spreads` and `baseline_spreads` from the residuals of every graph, one group hidden at a time: the range is
 * such that three units reach from the median to the 99th percentile. */
bool masked_calibrate_spreads(struct model *model, struct graph *const *graphs, size_t graph_count, uint64_t seed,
                              struct error *error);

#endif
