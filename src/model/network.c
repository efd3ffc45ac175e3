/* The stack of graph convolutions: its shape, its initial weights, its forward pass. */
#include "model/network.h"

#include "model/matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_ROWS 256

bool network_init(struct network *network, const size_t *widths, size_t layer_count, struct error *error)
{
    *network = (struct network){.layer_count = layer_count};
    for (size_t i = 0; i < layer_count; i++)
        network->value_count += (widths[i] + 1) * matrix_stride(widths[i + 1]);
    network->values = matrix_new(network->value_count / MATRIX_LANES, MATRIX_LANES);
    if (network->values == NULL) {
        *network = (struct network){0};
        return error_memory(error);
    }
    float *next = network->values;
    for (size_t i = 0; i < layer_count; i++) {
        struct layer *layer = &network->layers[i];
        *layer = (struct layer){.inputs = widths[i], .outputs = widths[i + 1], .weights = next};
        layer->biases = layer->weights + layer->inputs * matrix_stride(layer->outputs);
        next = layer->biases + matrix_stride(layer->outputs);
    }
    return true;
}

bool network_copy(struct network *network, const struct network *from, struct error *error)
{
    size_t widths[NETWORK_LAYERS_MAX + 1];
    for (size_t i = 0; i < from->layer_count; i++) {
        widths[i] = from->layers[i].inputs;
        widths[i + 1] = from->layers[i].outputs;
    }
    if (!network_init(network, widths, from->layer_count, error))
        return false;
    memcpy(network->values, from->values, from->value_count * sizeof *from->values);
    return true;
}

void network_done(struct network *network)
{
    free(network->values);
    *network = (struct network){0};
}

bool network_same_shape(const struct network *one, const struct network *other)
{
    if (one->layer_count != other->layer_count)
        return false;
    for (size_t i = 0; i < one->layer_count; i++)
        if (one->layers[i].inputs != other->layers[i].inputs || one->layers[i].outputs != other->layers[i].outputs)
            return false;
    return true;
}

size_t network_parameter_count(const struct network *network)
{
    size_t count = 0;
    for (size_t i = 0; i < network->layer_count; i++)
        count += (network->layers[i].inputs + 1) * network->layers[i].outputs;
    return count;
}

void network_draw(struct network *network, struct random *random)
{
    memset(network->values, 0, network->value_count * sizeof *network->values);
    for (size_t i = 0; i < network->layer_count; i++) {
        struct layer *layer = &network->layers[i];
        double limit = sqrt(6.0 / (double)(layer->inputs + layer->outputs));
        for (size_t row = 0; row < layer->inputs; row++)
            for (size_t column = 0; column < layer->outputs; column++)
                layer->weights[row * matrix_stride(layer->outputs) + column] =
                    (float)((2 * random_unit(random) - 1) * limit);
    }
}

/* Without `restrict` and a choice made outside of the loop compilers do not vectorise these. */
static inline void line_add(float *restrict line, const float *restrict biases)
{
    for (size_t lane = 0; lane < MATRIX_LANES; lane++)
        line[lane] += biases[lane];
}

static inline void line_cut(float *restrict line)
{
    for (size_t lane = 0; lane < MATRIX_LANES; lane++)
        line[lane] = line[lane] < 0 ? 0 : line[lane];
}

void layer_activate(const struct layer *layer, float *rows, size_t count, bool cut)
{
    size_t stride = matrix_stride(layer->outputs);
    for (size_t column = 0; column < stride; column += MATRIX_LANES)
        for (size_t row = 0; row < count; row++) {
            line_add(rows + row * stride + column, layer->biases + column);
            if (cut)
                line_cut(rows + row * stride + column);
        }
}

/* The next layer, when its dense product comes before its sparse one: that product then ends this layer's stage. */
static const struct layer *layer_dense_after(const struct network *network, size_t place)
{
    const struct layer *next = place + 1 < network->layer_count ? &network->layers[place + 1] : NULL;
    return next != NULL && !layer_spreads_first(next) ? next : NULL;
}

/* Columns of what stage `place` hands to the next sparse product. */
static size_t stage_columns(const struct network *network, size_t place)
{
    const struct layer *next = layer_dense_after(network, place);
    return next != NULL ? next->outputs : network->layers[place].outputs;
}

bool network_room_init(struct network_room *room, const struct network *network, size_t nodes, struct error *error)
{
    size_t widest = 0, across = network->layers[0].outputs < network->layers[0].inputs ? network->layers[0].outputs : 0;
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        size_t wide = layer->inputs > layer->outputs ? layer->inputs : layer->outputs;
        widest = wide > widest ? wide : widest;
        across = stage_columns(network, i) > across ? stage_columns(network, i) : across;
    }
    *room = (struct network_room){.nodes = nodes};
    for (int i = 0; i < 2; i++) {
        room->across[i] = matrix_new(nodes, across);
        room->block[i] = matrix_new(BLOCK_ROWS, widest);
    }
    if (room->across[0] == NULL || room->across[1] == NULL || room->block[0] == NULL || room->block[1] == NULL) {
        network_room_done(room);
        return error_memory(error);
    }
    return true;
}

void network_room_done(struct network_room *room)
{
    for (int i = 0; i < 2; i++) {
        free(room->across[i]);
        free(room->block[i]);
    }
    *room = (struct network_room){0};
}

/* One stage for one block of rows: the layer's sparse product, the rest of the layer, and the dense product that the
 * next layer begins with. */
static void block_forward(const struct network *network, size_t place, const struct adjacency *adjacency,
                          const float *in, size_t first, size_t count, struct network_room *room, float *out)
{
    const struct layer *layer = &network->layers[place];
    const struct layer *next = layer_dense_after(network, place);
    float *rows = next != NULL ? room->block[1] : out;
    if (layer_spreads_first(layer)) {
        adjacency_multiply(adjacency, in, room->block[0], matrix_stride(layer->inputs), first, count);
        matrix_multiply(room->block[0], layer->weights, rows, count, layer->inputs, layer->outputs);
    } else {
        adjacency_multiply(adjacency, in, rows, matrix_stride(layer->outputs), first, count);
    }
    layer_activate(layer, rows, count, place + 1 < network->layer_count);
    if (next != NULL)
        matrix_multiply(rows, next->weights, out, count, layer->outputs, next->outputs);
}

const float *network_forward(const struct network *network, const struct adjacency *adjacency, const float *features,
                             struct network_room *room)
{
    const float *in = features;
    size_t turn = 0;
    if (!layer_spreads_first(&network->layers[0])) {
        const struct layer *layer = &network->layers[0];
        matrix_multiply(features, layer->weights, room->across[1], adjacency->nodes, layer->inputs, layer->outputs);
        in = room->across[1];
    }
    for (size_t place = 0; place < network->layer_count; place++) {
        float *out = room->across[turn];
        size_t stride = matrix_stride(stage_columns(network, place));
        for (size_t first = 0; first < adjacency->nodes; first += BLOCK_ROWS) {
            size_t left = adjacency->nodes - first;
            block_forward(network, place, adjacency, in, first, left < BLOCK_ROWS ? left : BLOCK_ROWS, room,
                          out + first * stride);
        }
        in = out;
        turn = 1 - turn;
    }
    return in;
}
