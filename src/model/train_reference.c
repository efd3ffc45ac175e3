/* Training of the published form: Adam over the graphs one by one, in an order drawn anew each epoch. */
#include "model/trainer.h"

#include "model/adam.h"
#include "model/calibrate.h"
#include "model/matrix.h"
#include "model/statistics.h"

#include <math.h>
#include <stdlib.h>

/* Share of the training in which the rate rises to its full height, while Adam's means are still poor ones. */
#define WARM_UP 0.1
/* Every fifth graph, its middle one, is held out when there are at least so many. */
#define HOLD_OUT_FROM 10

static bool example_init(struct example *example, const struct model *model, const struct graph *graph,
                         struct error *error)
{
    size_t stride = matrix_stride(model->feature_count);
    float *observed = malloc((graph->node_count * model->feature_count + 1) * sizeof *observed);
    example->features = matrix_new(graph->node_count, model->feature_count);
    example->weights = matrix_new(graph->node_count, model->feature_count);
    bool done = observed != NULL && example->features != NULL && example->weights != NULL;
    if (!done)
        error_memory(error);
    done = done && adjacency_init(&example->adjacency, graph, error) &&
           features_observe(graph, &example->adjacency, model->columns, model->feature_count, observed,
                            example->features, error);
    for (size_t node = 0; done && node < graph->node_count; node++)
        for (size_t i = 0; i < model->feature_count; i++)
            if (!isnan(observed[node * model->feature_count + i])) {
                example->weights[node * stride + i] = 1;
                example->observed++;
            }
    free(observed);
    return done;
}

static bool trainer_init(struct trainer *trainer)
{
    trainer->model = model_new();
    trainer->examples = calloc(trainer->graph_count, sizeof *trainer->examples);
    trainer->held_out = calloc(trainer->graph_count, sizeof *trainer->held_out);
    trainer->order = calloc(trainer->graph_count, sizeof *trainer->order);
    if (trainer->model == NULL || trainer->examples == NULL || trainer->held_out == NULL || trainer->order == NULL)
        return error_memory(trainer->error);
    if (!model_use_reference_features(trainer->model, trainer->error))
        return false;
    for (size_t i = 0; i < trainer->graph_count; i++) {
        const struct graph *graph = trainer->graphs[i];
        if (!example_init(&trainer->examples[i], trainer->model, graph, trainer->error))
            return false;
        trainer->nodes_max = graph->node_count > trainer->nodes_max ? graph->node_count : trainer->nodes_max;
        trainer->nodes += graph->node_count;
        trainer->held_out[i] = trainer->graph_count >= HOLD_OUT_FROM && i % 5 == 2;
        if (!trainer->held_out[i])
            trainer->order[trainer->order_count++] = i;
    }
    return true;
}

/* The network of `from`, if it reconstructs the same features in the same way; else one drawn anew. */
static bool network_start(struct trainer *trainer)
{
    static const size_t widths[] = {FEATURE_ROWS, 32, 16, 32, FEATURE_ROWS};
    struct model *model = trainer->model;
    const struct model *from = trainer->training->from;
    if (from == NULL) {
        if (!network_init(&model->network, widths, 4, trainer->error))
            return false;
        network_draw(&model->network, &trainer->random);
        return true;
    }
    bool same = from->feature_count == model->feature_count;
    for (size_t i = 0; same && i < model->feature_count; i++) {
        const struct transform *one = &model->columns[i].transform, *other = &from->columns[i].transform;
        same = from->columns[i].row == model->columns[i].row && one->kind == other->kind && one->full == other->full &&
               one->scale == other->scale;
    }
    if (!same)
        return features_foreign(trainer);
    return network_copy(&model->network, &from->network, trainer->error);
}

static void order_shuffle(struct trainer *trainer)
{
    for (size_t i = trainer->order_count; i > 1; i--) {
        size_t other = random_below(&trainer->random, i), kept = trainer->order[i - 1];
        trainer->order[i - 1] = trainer->order[other];
        trainer->order[other] = kept;
    }
}

/* The rate rises in a line, then falls to nothing along half a cosine, so that the last steps settle: Loshchilov and
 * Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017), without a restart. */
static double rate_at(const struct trainer *trainer, double progress)
{
    const double pi = 3.14159265358979323846;
    double rise = progress < WARM_UP ? progress / WARM_UP : 1;
    return trainer->rate * rise * 0.5 * (1 + cos(pi * progress));
}

/* One step per graph; the mean of their losses, each as it was before its step. */
static double epoch_run(struct trainer *trainer, size_t epoch, struct gradient_room *room, struct network *gradient,
                        struct adam *adam)
{
    double sum = 0;
    size_t steps = trainer->epochs * trainer->order_count;
    order_shuffle(trainer);
    for (size_t i = 0; i < trainer->order_count; i++) {
        const struct example *example = &trainer->examples[trainer->order[i]];
        double progress = (double)(epoch * trainer->order_count + i + 1) / (double)steps;
        sum += gradient_compute(&trainer->model->network, example, room, gradient);
        adam_step(adam, trainer->model->network.values, gradient->values, rate_at(trainer, progress));
    }
    return sum / (double)trainer->order_count;
}

static bool network_train(struct trainer *trainer)
{
    struct model *model = trainer->model;
    const struct training *training = trainer->training;
    struct gradient_room room = {0};
    struct network gradient = {0};
    struct adam adam = {0};
    double *losses = arena_take(&model->arena, trainer->epochs * sizeof *losses);
    bool done = (losses != NULL || error_memory(trainer->error)) &&
                gradient_room_init(&room, &model->network, trainer->nodes_max, trainer->error) &&
                network_copy(&gradient, &model->network, trainer->error) &&
                adam_init(&adam, model->network.value_count, trainer->error);
    for (size_t epoch = 0; done && epoch < trainer->epochs; epoch++) {
        losses[epoch] = epoch_run(trainer, epoch, &room, &gradient, &adam);
        done = isfinite(losses[epoch]) ||
               error_set(trainer->error, "training ran away in epoch %zu: its rate of %g is too high", epoch + 1,
                         trainer->rate);
        if (training->progress != NULL)
            training->progress(training->context, epoch + 1, trainer->epochs, losses[epoch]);
    }
    model->provenance.losses = losses;
    model->provenance.loss_count = trainer->epochs;
    adam_done(&adam);
    network_done(&gradient);
    gradient_room_done(&room);
    return done;
}

/* Per feature, the median over all nodes of the graphs trained on. */
static bool medians_take(struct trainer *trainer, float *medians)
{
    size_t stride = matrix_stride(FEATURE_ROWS);
    struct random random;
    random_init(&random, trainer->training->seed);
    for (size_t feature = 0; feature < FEATURE_ROWS; feature++) {
        struct reservoir values = {0};
        bool done = true;
        for (size_t i = 0; i < trainer->order_count; i++) {
            const struct example *example = &trainer->examples[trainer->order[i]];
            for (size_t cell = feature; done && cell < example->adjacency.nodes * stride; cell += stride)
                done = example->weights[cell] == 0 || reservoir_add(&values, &random, example->features[cell]);
        }
        medians[feature] = percentile(values.values, values.count, 0.5);
        reservoir_done(&values);
        if (!done)
            return error_memory(trainer->error);
    }
    return true;
}

static double median_loss(const struct example *example, const float *medians)
{
    size_t stride = matrix_stride(FEATURE_ROWS);
    double sum = 0;
    for (size_t node = 0; node < example->adjacency.nodes; node++)
        for (size_t i = 0; i < FEATURE_ROWS; i++) {
            size_t cell = node * stride + i;
            double difference = (example->features[cell] - medians[i]) * example->weights[cell];
            sum += difference * difference;
        }
    return example->observed > 0 ? sum / (double)example->observed : 0;
}

/* The held-out graphs: how well the network reconstructs what it has not seen, beside predicting the median. */
static bool held_out_compare(struct trainer *trainer)
{
    struct model_provenance *provenance = &trainer->model->provenance;
    size_t count = trainer->graph_count - trainer->order_count;
    float medians[FEATURE_ROWS];
    struct network_room room = {0};
    provenance->held_out_loss = provenance->held_out_median_loss = count > 0 ? 0 : NAN;
    if (count == 0)
        return true;
    if (!medians_take(trainer, medians) ||
        !network_room_init(&room, &trainer->model->network, trainer->nodes_max, trainer->error))
        return false;
    for (size_t i = 0; i < trainer->graph_count; i++) {
        if (!trainer->held_out[i])
            continue;
        provenance->held_out_loss +=
            example_loss(&trainer->model->network, &trainer->examples[i], &room) / (double)count;
        provenance->held_out_median_loss += median_loss(&trainer->examples[i], medians) / (double)count;
    }
    network_room_done(&room);
    return true;
}

bool reference_make(struct trainer *trainer)
{
    const struct training *training = trainer->training;
    if (!trainer_init(trainer))
        return false;
    trainer->model->provenance.epochs = trainer->epochs;
    return network_start(trainer) && network_train(trainer) && held_out_compare(trainer) &&
           calibrate_spreads(trainer->model, trainer->graphs, trainer->examples, trainer->held_out,
                             trainer->graph_count, training->seed, trainer->error);
}
