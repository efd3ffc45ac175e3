/* Backpropagation through the graph convolutions. The adjacency is symmetric: its own transpose. */
#include "model/gradient.h"

#include "model/matrix.h"

#include <stdlib.h>
#include <string.h>

void example_done(struct example *example)
{
    adjacency_done(&example->adjacency);
    free(example->features);
    free(example->weights);
    *example = (struct example){0};
}

bool gradient_room_init(struct gradient_room *room, const struct network *network, size_t nodes, struct error *error)
{
    size_t widest = 0;
    *room = (struct gradient_room){.layer_count = network->layer_count};
    bool fits = true;
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        widest = layer->inputs > widest ? layer->inputs : widest;
        widest = layer->outputs > widest ? layer->outputs : widest;
        room->inputs[i + 1] = matrix_new(nodes, layer->outputs);
        fits = fits && room->inputs[i + 1] != NULL;
        if (layer_spreads_first(layer)) {
            room->spread[i] = matrix_new(nodes, layer->inputs);
            fits = fits && room->spread[i] != NULL;
        }
    }
    room->down[0] = matrix_new(nodes, widest);
    room->down[1] = matrix_new(nodes, widest);
    room->scratch = matrix_new(nodes, widest);
    if (fits && room->down[0] != NULL && room->down[1] != NULL && room->scratch != NULL)
        return true;
    gradient_room_done(room);
    return error_memory(error);
}

void gradient_room_done(struct gradient_room *room)
{
    for (size_t i = 0; i < room->layer_count; i++) {
        free(room->inputs[i + 1]);
        free(room->spread[i]);
    }
    free(room->down[0]);
    free(room->down[1]);
    free(room->scratch);
    *room = (struct gradient_room){0};
}

static void layer_forward(const struct layer *layer, const struct adjacency *adjacency, const float *in, float *spread,
                          float *scratch, float *out, bool cut)
{
    size_t nodes = adjacency->nodes;
    if (layer_spreads_first(layer)) {
        adjacency_multiply(adjacency, in, spread, matrix_stride(layer->inputs), 0, nodes);
        matrix_multiply(spread, layer->weights, out, nodes, layer->inputs, layer->outputs);
    } else {
        matrix_multiply(in, layer->weights, scratch, nodes, layer->inputs, layer->outputs);
        adjacency_multiply(adjacency, scratch, out, matrix_stride(layer->outputs), 0, nodes);
    }
    layer_activate(layer, out, nodes, cut);
}

/* Loss, and its derivative by the reconstruction. */
static double loss_compute(const struct example *example, const float *restrict reconstruction, size_t columns,
                           float *restrict down)
{
    const float *restrict features = example->features, *restrict weights = example->weights;
    size_t entries = example->adjacency.nodes * matrix_stride(columns);
    double sum = 0;
    float scale = example->observed > 0 ? 2.0f / (float)example->observed : 0;
    for (size_t line = 0; line < entries; line += MATRIX_LANES) {
        float sums[MATRIX_LANES];
        for (size_t lane = 0; lane < MATRIX_LANES; lane++) {
            size_t i = line + lane;
            float difference = (reconstruction[i] - features[i]) * weights[i];
            sums[lane] = difference * difference;
            down[i] = scale * difference;
        }
        for (size_t lane = 0; lane < MATRIX_LANES; lane++)
            sum += sums[lane];
    }
    return example->observed > 0 ? sum / (double)example->observed : 0;
}

static void biases_gradient(const float *restrict down, size_t rows, size_t stride, float *restrict biases)
{
    for (size_t column = 0; column < stride; column += MATRIX_LANES) {
        float sums[MATRIX_LANES] = {0};
        for (size_t row = 0; row < rows; row++)
            for (size_t lane = 0; lane < MATRIX_LANES; lane++)
                sums[lane] += down[row * stride + column + lane];
        memcpy(biases + column, sums, sizeof sums);
    }
}

static inline void line_cut_gradient(const float *restrict output, float *restrict down)
{
    for (size_t lane = 0; lane < MATRIX_LANES; lane++)
        down[lane] = output[lane] > 0 ? down[lane] : 0;
}

/* Where the layer's output was cut at zero nothing flows back. */
static void cut_gradient(const float *output, float *down, size_t entries)
{
    for (size_t line = 0; line < entries; line += MATRIX_LANES)
        line_cut_gradient(output + line, down + line);
}

/* From the derivative by the layer's sums (`down`) to those by its weights, its biases and, unless `below` is NULL, its
 * input. */
static void layer_backward(const struct layer *layer, const struct adjacency *adjacency, const float *in,
                           const float *spread, const float *down, float *scratch, struct layer *gradient, float *below)
{
    size_t nodes = adjacency->nodes, inputs = layer->inputs, outputs = layer->outputs;
    biases_gradient(down, nodes, matrix_stride(outputs), gradient->biases);
    if (layer_spreads_first(layer)) {
        matrix_inner_product(spread, down, gradient->weights, nodes, inputs, outputs);
        if (below == NULL)
            return;
        matrix_multiply_transposed(down, layer->weights, scratch, nodes, outputs, inputs);
        adjacency_multiply(adjacency, scratch, below, matrix_stride(inputs), 0, nodes);
    } else {
        adjacency_multiply(adjacency, down, scratch, matrix_stride(outputs), 0, nodes);
        matrix_inner_product(in, scratch, gradient->weights, nodes, inputs, outputs);
        if (below != NULL)
            matrix_multiply_transposed(scratch, layer->weights, below, nodes, outputs, inputs);
    }
}

double gradient_compute(const struct network *network, const struct example *example, struct gradient_room *room,
                        struct network *gradient)
{
    const struct adjacency *adjacency = &example->adjacency;
    size_t last = network->layer_count - 1;
    room->inputs[0] = example->features;
    for (size_t i = 0; i <= last; i++)
        layer_forward(&network->layers[i], adjacency, room->inputs[i], room->spread[i], room->scratch,
                      room->inputs[i + 1], i < last);
    float *down = room->down[0], *below = room->down[1];
    double loss = loss_compute(example, room->inputs[last + 1], network->layers[last].outputs, down);
    for (size_t i = last + 1; i-- > 0;) {
        const struct layer *layer = &network->layers[i];
        if (i < last)
            cut_gradient(room->inputs[i + 1], down, adjacency->nodes * matrix_stride(layer->outputs));
        layer_backward(layer, adjacency, room->inputs[i], room->spread[i], down, room->scratch, &gradient->layers[i],
                       i > 0 ? below : NULL);
        float *free_rows = down;
        down = below;
        below = free_rows;
    }
    return loss;
}

double example_loss(const struct network *network, const struct example *example, struct network_room *room)
{
    const float *reconstruction = network_forward(network, &example->adjacency, example->features, room);
    size_t stride = matrix_stride(network->layers[network->layer_count - 1].outputs);
    double sum = 0;
    for (size_t i = 0; i < example->adjacency.nodes * stride; i++) {
        double difference = (reconstruction[i] - example->features[i]) * example->weights[i];
        sum += difference * difference;
    }
    return example->observed > 0 ? sum / (double)example->observed : 0;
}
