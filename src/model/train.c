/* From healthy graphs to a model: which form, what is normal about it, and where it came from. */
#include "model/train.h"

#include "model/calibrate.h"
#include "model/trainer.h"

#include <stdlib.h>

#define EPOCHS_DEFAULT 100
#define RATE_DEFAULT   0.01

static bool trainer_check(const struct trainer *trainer)
{
    if (trainer->graph_count == 0)
        return error_set(trainer->error, "nothing to train on: the recordings give no graph");
    for (size_t i = 0; i < trainer->graph_count; i++)
        if (trainer->graphs[i]->node_count == 0)
            return error_set(trainer->error, "nothing to train on: graph %zu of %zu has no nodes", i + 1,
                             trainer->graph_count);
    return true;
}

static void trainer_done(struct trainer *trainer)
{
    for (size_t i = 0; trainer->examples != NULL && i < trainer->graph_count; i++)
        example_done(&trainer->examples[i]);
    free(trainer->examples);
    free(trainer->held_out);
    free(trainer->order);
}

bool features_foreign(const struct trainer *trainer)
{
    return error_set(trainer->error,
                     "the model \"%s\" has other features than this program trains: start from scratch (--from none)",
                     trainer->training->from->name);
}

static bool provenance_fill(struct trainer *trainer)
{
    struct model *model = trainer->model;
    const struct training *training = trainer->training;
    model->provenance.seed = training->seed;
    model->provenance.graphs = trainer->graph_count;
    model->provenance.nodes = trainer->nodes;
    model->name = model_text(model, "trained");
    model->provenance.corpus = model_text(model, training->corpus == NULL ? "" : training->corpus);
    model->provenance.date = model_text(model, training->date == NULL ? "" : training->date);
    return (model->name != NULL && model->provenance.corpus != NULL && model->provenance.date != NULL) ||
           error_memory(trainer->error);
}

struct model *model_train(struct graph *const *graphs, size_t graph_count, const struct training *training,
                          struct error *error)
{
    struct trainer trainer = {
        .graphs = graphs,
        .graph_count = graph_count,
        .training = training,
        .epochs = training->epochs == 0 ? EPOCHS_DEFAULT : training->epochs,
        .rate = training->learning_rate > 0 ? training->learning_rate : RATE_DEFAULT,
        .error = error,
    };
    bool masked = training->from != NULL ? training->from->form == FORM_MASKED : training->masked;
    random_init(&trainer.random, training->seed);
    bool done = trainer_check(&trainer) && (masked ? masked_make(&trainer) : reference_make(&trainer)) &&
                calibrate_waits(trainer.model, graphs, graph_count, training->seed, error) &&
                (training->from == NULL || calibrate_blend(trainer.model, training->from, graph_count, error)) &&
                provenance_fill(&trainer);
    trainer_done(&trainer);
    if (done)
        return trainer.model;
    model_free(trainer.model);
    return NULL;
}
