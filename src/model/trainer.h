/* A training under way. Private to the files that train. */
#ifndef MODEL_TRAINER_H
#define MODEL_TRAINER_H

#include "model/gradient.h"
#include "model/random.h"
#include "model/structure.h"
#include "model/train.h"

struct trainer {
    struct graph *const *graphs;
    size_t graph_count, nodes_max, nodes;
    const struct training *training;
    struct model *model;      /* what is made; left half done on failure */
    struct example *examples; /* this and the next four: of the reference */
    bool *held_out;
    size_t *order; /* of the graphs trained on */
    size_t order_count;
    size_t epochs;
    double rate;
    struct random random;
    struct error *error;
};

/* Each makes trainer->model and counts the nodes. False with a sentence. */
bool reference_make(struct trainer *trainer);
bool masked_make(struct trainer *trainer);

/* False, with the sentence that the model trained from has other features. */
bool features_foreign(const struct trainer *trainer);

#endif
