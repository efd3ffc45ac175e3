/* The masked auto-encoder's input and its forward pass. */
#include "model/masked.h"

#include "model/matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t masked_inputs(const struct model *model)
{
    return model->feature_count * (1 + RELATION_COUNT) + model->group_count + NODE_KIND_COUNT;
}

static float input_cut(float value)
{
    return fmaxf(-MASKED_INPUT_MAX, fminf(MASKED_INPUT_MAX, value));
}

void masked_row(const struct model *model, const struct graph *graph, const struct standing *standing,
                const struct relations *relations, const float *observed, uint32_t node, float *row)
{
    size_t features = model->feature_count;
    float *hidden = row + features, *kind = hidden + model->group_count, *means = kind + NODE_KIND_COUNT;
    for (size_t group = 0; group < model->group_count; group++)
        hidden[group] = 1;
    for (size_t i = 0; i < features; i++) {
        row[i] = input_cut(standing->values[node * standing->stride + i]);
        if (!isnan(observed[node * features + i]))
            hidden[model->groups[i]] = 0;
    }
    for (int i = 0; i < NODE_KIND_COUNT; i++)
        kind[i] = (int)graph->nodes[node].kind == i;
    for (int relation = 0; relation < RELATION_COUNT; relation++, means += features) {
        relation_mean(relations, (enum relation)relation, node, standing->values, standing->stride, features, means);
        for (size_t i = 0; i < features; i++)
            means[i] = input_cut(means[i]);
    }
}

void masked_hide(const struct model *model, float *row, size_t group)
{
    for (size_t i = 0; i < model->feature_count; i++)
        if (model->groups[i] == group)
            row[i] = 0;
    row[model->feature_count + group] = 1;
}

bool masked_is_hidden(const struct model *model, const float *row, size_t group)
{
    return row[model->feature_count + group] != 0;
}

bool masked_room_init(struct masked_room *room, const struct model *model, struct error *error)
{
    size_t widest = 1;
    for (size_t i = 0; i < model->network.layer_count; i++)
        widest = model->network.layers[i].outputs > widest ? model->network.layers[i].outputs : widest;
    room->rows = matrix_new(MASKED_BLOCK, masked_inputs(model));
    room->out[0] = matrix_new(MASKED_BLOCK, widest);
    room->out[1] = matrix_new(MASKED_BLOCK, widest);
    if (room->rows != NULL && room->out[0] != NULL && room->out[1] != NULL)
        return true;
    masked_room_done(room);
    return error_memory(error);
}

void masked_room_done(struct masked_room *room)
{
    free(room->rows);
    free(room->out[0]);
    free(room->out[1]);
    *room = (struct masked_room){0};
}

const float *masked_forward(const struct model *model, struct masked_room *room, size_t count)
{
    const struct network *network = &model->network;
    const float *in = room->rows;
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        float *out = room->out[i % 2];
        matrix_multiply(in, layer->weights, out, count, layer->inputs, layer->outputs);
        layer_activate(layer, out, count, i + 1 < network->layer_count);
        in = out;
    }
    return in;
}
