/* Training of the masked form: from scratch, or of baselines alone onto the weights of another model. */
#include "model/trainer.h"

#include "model/baseline_learn.h"
#include "model/masked_train.h"

#include <stdlib.h>
#include <string.h>

/* Baselines of these graphs merged with those of `from`, whose weights and spreads stay. */
static bool masked_adapt(struct trainer *trainer)
{
    struct model *model = trainer->model;
    const struct model *from = trainer->training->from;
    size_t cells = SPREAD_KINDS * model->feature_count;
    bool same = from->feature_count == model->feature_count && from->group_count == model->group_count;
    for (size_t i = 0; same && i < model->feature_count; i++)
        same = from->columns[i].row == model->columns[i].row && from->groups[i] == model->groups[i] &&
               from->columns[i].transform.kind == model->columns[i].transform.kind &&
               from->columns[i].transform.scale == model->columns[i].transform.scale;
    if (!same)
        return features_foreign(trainer);
    model->provenance = from->provenance;
    double *losses = arena_take(&model->arena, (from->provenance.loss_count + 1) * sizeof *losses);
    if (losses == NULL)
        return error_memory(trainer->error);
    memcpy(losses, from->provenance.losses, from->provenance.loss_count * sizeof *losses);
    model->provenance.losses = losses;
    memcpy(model->spreads, from->spreads, cells * sizeof *model->spreads);
    memcpy(model->baseline_spreads, from->baseline_spreads, cells * sizeof *model->baseline_spreads);
    return network_copy(&model->network, &from->network, trainer->error) &&
           baselines_learn(model, trainer->graphs, NULL, trainer->graph_count, trainer->training->one_host,
                           trainer->training->seed, trainer->error) &&
           (baselines_merge(&model->baselines, &from->baselines) || error_memory(trainer->error));
}

bool masked_make(struct trainer *trainer)
{
    const struct training *training = trainer->training;
    size_t *each = calloc(trainer->graph_count + 1, sizeof *each);
    trainer->model = model_new();
    bool made = (each != NULL && trainer->model != NULL) || error_memory(trainer->error);
    made = made && model_use_masked_features(trainer->model, trainer->error);
    for (size_t i = 0; made && i < trainer->graph_count; i++) {
        each[i] = i;
        trainer->nodes += trainer->graphs[i]->node_count;
    }
    const struct masked_training masked = {
        .graphs = trainer->graphs,
        .recordings = training->recordings == NULL ? each : training->recordings,
        .graph_count = trainer->graph_count,
        .entities = training->one_host,
        .epochs = training->epochs,
        .seed = training->seed,
        .progress = training->progress,
        .context = training->context,
    };
    if (made && training->from != NULL)
        made = masked_adapt(trainer);
    else if (made)
        made = masked_train(trainer->model, &masked, trainer->error) &&
               masked_calibrate_spreads(trainer->model, trainer->graphs, trainer->graph_count, training->seed,
                                        trainer->error);
    free(each);
    return made;
}
