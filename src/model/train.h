/* Training: from healthy graphs to a model. */
#ifndef MODEL_TRAIN_H
#define MODEL_TRAIN_H

#include "model/model.h"

struct training {
    size_t epochs; /* 0 = 100 for the reference, up to 60 for the masked */
    uint64_t seed;
    double learning_rate;     /* the highest, after a tenth of the training; 0 = 0.01 */
    const struct model *from; /* start from its weights and blend its baselines; NULL = from scratch. A masked one keeps
                                 its weights: what is normal on a host is in the baselines */
    bool masked;              /* the masked auto-encoder; else the reference. With `from`: as that is */
    const size_t *recordings; /* per graph, of which recording it is; NULL = each of its own. Masked only */
    bool one_host;            /* all graphs are of one host: entities get baselines of their own. Masked only */
    const char *corpus;       /* one line on what the graphs are, for the provenance */
    const char *date;         /* "2026-11-20" */
    /* Called after each epoch, for a progress bar; NULL = none. */
    void (*progress)(void *context, size_t epoch, size_t epochs, double loss);
    void *context;
};

/* Trains on the graphs (a fifth of them, spread evenly, is held out for the printed comparison when there are at least
 * 10). Same graphs, seed and core type: same bytes. NULL with a sentence on failure. */
struct model *model_train(struct graph *const *graphs, size_t graph_count, const struct training *training,
                          struct error *error);

#endif
