/* Training of the masked auto-encoder: Adam over batches of rows, in each of which 30 of 100 feature groups are hidden;
 * Huber's loss on what was hidden and had been observed; the worst 20th of each batch is left out (a healthy corpus is
 * never quite healthy); the weights that served a held-out fifth of the recordings best are kept. */
#include "model/masked_train.h"

#include "model/adam.h"
#include "model/baseline_learn.h"
#include "model/masked_rows.h"
#include "model/matrix.h"
#include "model/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BATCH        MASKED_BLOCK
#define HIDDEN_SHARE 0.3
#define TRIM_SHARE   0.05
#define EPOCHS       60
#define PATIENCE     12
#define RATE         0.003
/* Every fifth recording is held out when there are at least so many. */
#define HOLD_OUT_FROM 5

struct masked_trainer {
    const struct masked_training *training;
    struct model *model;
    struct masked_rows rows, held_out;
    struct network gradient, best;
    struct adam adam;
    float *activations[NETWORK_LAYERS_MAX + 1]; /* [0]: rows of input, partly hidden */
    float *down[2];
    float *weights; /* 1 = hidden and scored */
    float *row_losses, *sorted;
    size_t *order;
    size_t epochs;
    struct random random;
    struct error *error;
};

static bool trainer_rooms(struct masked_trainer *trainer)
{
    const struct network *network = &trainer->model->network;
    size_t widest = masked_inputs(trainer->model);
    trainer->activations[0] = matrix_new(BATCH, widest);
    bool made = trainer->activations[0] != NULL;
    for (size_t i = 0; i < network->layer_count; i++) {
        trainer->activations[i + 1] = matrix_new(BATCH, network->layers[i].outputs);
        made = made && trainer->activations[i + 1] != NULL;
        widest = network->layers[i].outputs > widest ? network->layers[i].outputs : widest;
    }
    trainer->down[0] = matrix_new(BATCH, widest);
    trainer->down[1] = matrix_new(BATCH, widest);
    trainer->weights = matrix_new(BATCH, trainer->model->feature_count);
    trainer->row_losses = calloc(BATCH, sizeof(float));
    trainer->sorted = calloc(BATCH, sizeof(float));
    trainer->order = calloc(trainer->rows.count + 1, sizeof *trainer->order);
    made = made && trainer->down[0] != NULL && trainer->down[1] != NULL && trainer->weights != NULL &&
           trainer->row_losses != NULL && trainer->sorted != NULL && trainer->order != NULL;
    return (made || error_memory(trainer->error)) && network_copy(&trainer->gradient, network, trainer->error) &&
           network_copy(&trainer->best, network, trainer->error) &&
           adam_init(&trainer->adam, network->value_count, trainer->error);
}

static void trainer_done(struct masked_trainer *trainer)
{
    masked_rows_done(&trainer->rows);
    masked_rows_done(&trainer->held_out);
    network_done(&trainer->gradient);
    network_done(&trainer->best);
    adam_done(&trainer->adam);
    for (size_t i = 0; i <= NETWORK_LAYERS_MAX; i++)
        free(trainer->activations[i]);
    free(trainer->down[0]);
    free(trainer->down[1]);
    free(trainer->weights);
    free(trainer->row_losses);
    free(trainer->sorted);
    free(trainer->order);
}

static void group_hide(struct masked_trainer *trainer, const struct masked_rows *rows, size_t row, size_t slot,
                       size_t group)
{
    const struct model *model = trainer->model;
    masked_hide(model, trainer->activations[0] + slot * rows->input_stride, group);
    for (size_t i = 0; i < model->feature_count; i++)
        if (model->groups[i] == group)
            trainer->weights[slot * rows->target_stride + i] = rows->scored[row * rows->target_stride + i];
}

/* Copies a row into the batch and hides some of its groups, at least one of those that were observed. */
static void slot_fill(struct masked_trainer *trainer, const struct masked_rows *rows, size_t row, size_t slot,
                      struct random *random)
{
    const struct model *model = trainer->model;
    float *input = trainer->activations[0] + slot * rows->input_stride;
    size_t seen = 0, chosen = 0, hidden = 0;
    memcpy(input, rows->inputs + row * rows->input_stride, rows->input_stride * sizeof *input);
    memset(trainer->weights + slot * rows->target_stride, 0, rows->target_stride * sizeof(float));
    for (size_t group = 0; group < model->group_count; group++) {
        if (masked_is_hidden(model, input, group))
            continue;
        if (random_below(random, ++seen) == 0)
            chosen = group;
        if (random_unit(random) < HIDDEN_SHARE) {
            group_hide(trainer, rows, row, slot, group);
            hidden++;
        }
    }
    if (seen > 0 && hidden == 0)
        group_hide(trainer, rows, row, slot, chosen);
}

static void batch_forward(struct masked_trainer *trainer, size_t count)
{
    const struct network *network = &trainer->model->network;
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        matrix_multiply(trainer->activations[i], layer->weights, trainer->activations[i + 1], count, layer->inputs,
                        layer->outputs);
        layer_activate(layer, trainer->activations[i + 1], count, i + 1 < network->layer_count);
    }
}

/* Huber's loss of a row, and its derivative into down[0]. Huber, "Robust estimation of a location parameter" (1964). */
static double row_loss(struct masked_trainer *trainer, const struct masked_rows *rows, size_t row, size_t slot)
{
    size_t features = trainer->model->feature_count, stride = rows->target_stride;
    const float *out = trainer->activations[trainer->model->network.layer_count] + slot * stride;
    const float *weights = trainer->weights + slot * stride, *target = rows->targets + row * stride;
    float *down = trainer->down[0] + slot * stride;
    double sum = 0;
    for (size_t i = 0; i < features; i++) {
        float difference = (out[i] - target[i]) * weights[i];
        float cut = fmaxf(-1, fminf(1, difference));
        down[i] = cut;
        sum += (double)(cut * difference - 0.5f * cut * cut);
    }
    return sum;
}

/* Fills a batch from the rows order[first] and on, and gives its loss per hidden entry; with `trim` the worst rows
 * count for nothing, neither in the loss nor in down[0]. */
static double batch_loss(struct masked_trainer *trainer, const struct masked_rows *rows, const size_t *order,
                         size_t count, bool trim, struct random *random)
{
    size_t stride = rows->target_stride;
    for (size_t slot = 0; slot < count; slot++)
        slot_fill(trainer, rows, order == NULL ? slot : order[slot], slot, random);
    batch_forward(trainer, count);
    memset(trainer->down[0], 0, count * stride * sizeof(float));
    for (size_t slot = 0; slot < count; slot++)
        trainer->sorted[slot] = trainer->row_losses[slot] =
            (float)row_loss(trainer, rows, order == NULL ? slot : order[slot], slot);
    float limit = trim ? percentile(trainer->sorted, count, 1 - TRIM_SHARE) : INFINITY;
    double sum = 0, entries = 0;
    for (size_t slot = 0; slot < count; slot++) {
        if (trainer->row_losses[slot] > limit) {
            memset(trainer->down[0] + slot * stride, 0, stride * sizeof(float));
            continue;
        }
        sum += (double)trainer->row_losses[slot];
        for (size_t i = 0; i < stride; i++)
            entries += (double)trainer->weights[slot * stride + i];
    }
    float scale = entries > 0 ? (float)(1 / entries) : 0;
    for (size_t i = 0; i < count * stride; i++)
        trainer->down[0][i] *= scale;
    return entries > 0 ? sum / entries : 0;
}

static void biases_sum(const float *down, size_t count, size_t stride, float *biases)
{
    memset(biases, 0, stride * sizeof *biases);
    for (size_t row = 0; row < count; row++)
        for (size_t i = 0; i < stride; i++)
            biases[i] += down[row * stride + i];
}

static void batch_backward(struct masked_trainer *trainer, size_t count)
{
    const struct network *network = &trainer->model->network;
    float *down = trainer->down[0], *below = trainer->down[1];
    for (size_t i = network->layer_count; i-- > 0;) {
        const struct layer *layer = &network->layers[i];
        struct layer *gradient = &trainer->gradient.layers[i];
        size_t stride = matrix_stride(layer->outputs);
        if (i + 1 < network->layer_count)
            for (size_t cell = 0; cell < count * stride; cell++)
                down[cell] = trainer->activations[i + 1][cell] > 0 ? down[cell] : 0;
        matrix_inner_product(trainer->activations[i], down, gradient->weights, count, layer->inputs, layer->outputs);
        biases_sum(down, count, stride, gradient->biases);
        if (i > 0)
            matrix_multiply_transposed(down, layer->weights, below, count, layer->outputs, layer->inputs);
        float *free_rows = down;
        down = below;
        below = free_rows;
    }
}

static double rate_at(double progress)
{
    const double pi = 3.14159265358979323846, warm_up = 0.05;
    double rise = progress < warm_up ? progress / warm_up : 1;
    return RATE * rise * 0.5 * (1 + cos(pi * progress));
}

static double epoch_run(struct masked_trainer *trainer, size_t epoch)
{
    double sum = 0;
    size_t batches = 0;
    for (size_t i = trainer->rows.count; i > 1; i--) {
        size_t other = random_below(&trainer->random, i), kept = trainer->order[i - 1];
        trainer->order[i - 1] = trainer->order[other];
        trainer->order[other] = kept;
    }
    for (size_t first = 0; first < trainer->rows.count; first += BATCH, batches++) {
        size_t left = trainer->rows.count - first, count = left < BATCH ? left : BATCH;
        sum += batch_loss(trainer, &trainer->rows, trainer->order + first, count, true, &trainer->random);
        batch_backward(trainer, count);
        double progress = ((double)epoch + (double)first / (double)trainer->rows.count) / (double)trainer->epochs;
        adam_step(&trainer->adam, trainer->model->network.values, trainer->gradient.values, rate_at(progress));
    }
    return batches > 0 ? sum / (double)batches : 0;
}

/* The same groups hidden each time. Also of predicting that everything is as normal: x = 0. */
static double held_out_loss(struct masked_trainer *trainer, double *of_baseline)
{
    struct random random;
    double sum = 0, baseline = 0;
    size_t batches = 0, order[BATCH];
    random_init(&random, 1);
    for (size_t first = 0; first < trainer->held_out.count; first += BATCH, batches++) {
        size_t left = trainer->held_out.count - first, count = left < BATCH ? left : BATCH;
        for (size_t i = 0; i < count; i++)
            order[i] = first + i;
        sum += batch_loss(trainer, &trainer->held_out, order, count, false, &random);
        const float *weights = trainer->weights;
        memset(trainer->activations[trainer->model->network.layer_count], 0,
               count * trainer->held_out.target_stride * sizeof(float));
        double entries = 0, plain = 0;
        for (size_t slot = 0; slot < count; slot++)
            plain += row_loss(trainer, &trainer->held_out, order[slot], slot);
        for (size_t i = 0; i < count * trainer->held_out.target_stride; i++)
            entries += (double)weights[i];
        baseline += entries > 0 ? plain / entries : 0;
    }
    *of_baseline = batches > 0 ? baseline / (double)batches : NAN;
    return batches > 0 ? sum / (double)batches : NAN;
}

static bool network_train(struct masked_trainer *trainer)
{
    struct model *model = trainer->model;
    struct model_provenance *provenance = &model->provenance;
    double *losses = arena_take(&model->arena, (trainer->epochs + 1) * sizeof *losses), best = INFINITY;
    size_t best_epoch = 0, epoch = 0;
    if (losses == NULL)
        return error_memory(trainer->error);
    if (!trainer_rooms(trainer))
        return false;
    for (size_t i = 0; i < trainer->rows.count; i++)
        trainer->order[i] = i;
    provenance->held_out_loss = provenance->held_out_median_loss = NAN;
    for (; epoch < trainer->epochs && epoch <= best_epoch + PATIENCE; epoch++) {
        double of_baseline;
        losses[epoch] = epoch_run(trainer, epoch);
        double held_out = held_out_loss(trainer, &of_baseline);
        if (!isfinite(losses[epoch]))
            return error_set(trainer->error, "training ran away in epoch %zu", epoch + 1);
        if (isnan(held_out) || held_out < best) {
            best = isnan(held_out) ? best : held_out;
            best_epoch = epoch;
            provenance->held_out_loss = held_out;
            provenance->held_out_median_loss = of_baseline;
            memcpy(trainer->best.values, model->network.values, model->network.value_count * sizeof(float));
        }
        if (trainer->training->progress != NULL)
            trainer->training->progress(trainer->training->context, epoch + 1, trainer->epochs, losses[epoch]);
    }
    memcpy(model->network.values, trainer->best.values, model->network.value_count * sizeof(float));
    provenance->losses = losses;
    provenance->loss_count = provenance->epochs = epoch;
    return true;
}

static bool rows_collect(struct masked_trainer *trainer, const bool *left_out, bool held_out, struct masked_rows *rows)
{
    const struct masked_training *training = trainer->training;
    size_t wanted = masked_rows_of(training->graphs, training->graph_count);
    double share = wanted > MASKED_ROWS_MAX ? MASKED_ROWS_MAX / (double)wanted : 1;
    bool made = masked_rows_init(rows, trainer->model, (wanted < MASKED_ROWS_MAX ? wanted : MASKED_ROWS_MAX) + 1,
                                 trainer->error);
    for (size_t i = 0; made && i < training->graph_count; i++)
        if (left_out[i] == held_out)
            made = masked_rows_add(rows, trainer->model, training->graphs[i], share, &trainer->random, trainer->error);
    return made;
}

bool masked_train(struct model *model, const struct masked_training *training, struct error *error)
{
    struct masked_trainer trainer = {.training = training,
                                     .model = model,
                                     .epochs = training->epochs == 0 ? EPOCHS : training->epochs,
                                     .error = error};
    size_t widths[] = {masked_inputs(model), 32, 16, 32, model->feature_count};
    bool *left_out = calloc(training->graph_count + 1, sizeof *left_out);
    size_t recordings = 0;
    for (size_t i = 0; i < training->graph_count; i++)
        recordings = training->recordings[i] >= recordings ? training->recordings[i] + 1 : recordings;
    for (size_t i = 0; left_out != NULL && i < training->graph_count; i++)
        left_out[i] = recordings >= HOLD_OUT_FROM && training->recordings[i] % 5 == 2;
    random_init(&trainer.random, training->seed);
    bool done = left_out != NULL || error_memory(error);
    done = done &&
           baselines_learn(model, training->graphs, left_out, training->graph_count, training->entities, training->seed,
                           error) &&
           network_init(&model->network, widths, 4, error);
    if (done)
        network_draw(&model->network, &trainer.random);
    done = done && rows_collect(&trainer, left_out, false, &trainer.rows) &&
           rows_collect(&trainer, left_out, true, &trainer.held_out) && network_train(&trainer) &&
           baselines_learn(model, training->graphs, NULL, training->graph_count, training->entities, training->seed,
                           error);
    trainer_done(&trainer);
    free(left_out);
    return done;
}
