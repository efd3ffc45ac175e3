/* Residuals of the masked auto-encoder, by triage: what a node's features should be is asked only for the nodes that
 * lie furthest above their own baselines, one group hidden at a time; of all others the baseline is what is expected.
 * Who is nowhere above its baseline has nothing to answer for, whatever a network would say of it. */
#include "model/masked.h"
#include "model/residual.h"

#include "model/matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In x: a rise of one and a half normal spreads. */
#define UNUSUAL 1.2f
/* So many nodes at most are asked for. */
#define TRIAGE_MAX 128
/* Least normal spread of a residual, in x. */
#define RESIDUAL_FLOOR      0.3f
#define RANGE_PER_DEVIATION 1.349f
#define DEVIATION_MAX       20.0f

struct unusual {
    uint32_t node;
    float strength;
};

struct asking {
    const struct model *model;
    const struct graph *graph;
    struct residuals *residuals;
    struct relations relations;
    struct standing standing;
    struct masked_room room;
    struct unusual *unusual;
    float *row;
    size_t slots; /* rows of the room that are filled */
    struct {
        uint32_t node;
        size_t group;
    } slot[MASKED_BLOCK];
    uint32_t *asked; /* per node: 1 + its row of `expected`; 0 = the baseline is expected */
    float *expected; /* x, rows of features; NaN = the baseline is */
    bool useless;    /* the network gave what is no number */
};

static bool is_scored(const struct asking *asking, uint32_t node, size_t feature)
{
    return asking->model->features[feature].role != FEATURE_CONTEXT &&
           !isnan(asking->residuals->observed[node * asking->model->feature_count + feature]);
}

static int unusual_compare(const void *left, const void *right)
{
    const struct unusual *one = left, *other = right;
    if (one->strength != other->strength)
        return one->strength > other->strength ? -1 : 1;
    return (one->node > other->node) - (one->node < other->node);
}

/* The nodes to ask for, most unusual first. */
static size_t triage(struct asking *asking)
{
    size_t count = 0;
    for (uint32_t node = 0; node < asking->graph->node_count; node++) {
        float most = 0, squares = 0;
        for (size_t i = 0; i < asking->model->feature_count; i++) {
            float x = asking->standing.values[node * asking->standing.stride + i];
            if (x <= 0 || !is_scored(asking, node, i))
                continue;
            most = fmaxf(most, x);
            squares += x * x;
        }
        if (most > UNUSUAL && !asking->graph->nodes[node].self)
            asking->unusual[count++] = (struct unusual){node, squares};
    }
    qsort(asking->unusual, count, sizeof *asking->unusual, unusual_compare);
    return count < TRIAGE_MAX ? count : TRIAGE_MAX;
}

static void slots_flush(struct asking *asking)
{
    const struct model *model = asking->model;
    size_t stride = matrix_stride(model->feature_count);
    const float *out = masked_forward(model, &asking->room, asking->slots);
    for (size_t i = 0; i < asking->slots; i++)
        for (size_t f = 0; f < model->feature_count; f++)
            if (model->groups[f] == asking->slot[i].group) {
                asking->useless = asking->useless || !isfinite(out[i * stride + f]);
                asking->expected[(asking->asked[asking->slot[i].node] - 1) * model->feature_count + f] =
                    out[i * stride + f];
            }
    asking->slots = 0;
}

static void node_ask(struct asking *asking, uint32_t node)
{
    const struct model *model = asking->model;
    size_t stride = matrix_stride(masked_inputs(model));
    masked_row(model, asking->graph, &asking->standing, &asking->relations, asking->residuals->observed, node,
               asking->row);
    for (size_t group = 0; group < model->group_count; group++) {
        if (masked_is_hidden(model, asking->row, group))
            continue;
        float *slot = asking->room.rows + asking->slots * stride;
        memcpy(slot, asking->row, stride * sizeof *slot);
        masked_hide(model, slot, group);
        asking->slot[asking->slots].node = node;
        asking->slot[asking->slots].group = group;
        if (++asking->slots == MASKED_BLOCK)
            slots_flush(asking);
    }
}

/* In normal spreads of the residual: of the network's, or where the baseline is what is expected of the baseline's. */
static float deviation_of(const struct asking *asking, uint32_t node, size_t feature, float x, float expected,
                          const struct spread *spreads)
{
    const struct spread *spread = spread_find(asking->model, spreads, asking->graph->nodes[node].kind, feature);
    float unit = fmaxf(spread->range / RANGE_PER_DEVIATION, RESIDUAL_FLOOR);
    return fmaxf(-DEVIATION_MAX, fminf(DEVIATION_MAX, (x - expected - spread->median) / unit));
}

/* The network may explain a rise by what else the node and its neighbours do; it may not make one. */
static void residual_fill(struct asking *asking, uint32_t node, size_t feature, double *squares)
{
    const struct model *model = asking->model;
    struct residuals *residuals = asking->residuals;
    size_t cell = node * model->feature_count + feature;
    uint32_t row = asking->asked[node];
    float told = row == 0 ? NAN : asking->expected[(row - 1) * model->feature_count + feature];
    float x = asking->standing.values[node * asking->standing.stride + feature], expected = 0;
    float deviation = deviation_of(asking, node, feature, x, 0, model->baseline_spreads);
    if (!isnan(told) && model->features[feature].role != FEATURE_CONTEXT) {
        float by_network = deviation_of(asking, node, feature, x, told, model->spreads);
        if (by_network < deviation) {
            deviation = by_network;
            expected = told;
        }
    }
    residuals->expected[cell] = (float)standing_expected(model, &asking->standing, node, feature, (double)expected);
    double rise = (double)residuals->observed[cell] - (double)residuals->expected[cell];
    if (deviation > 0)
        deviation *= (float)feature_material_share(model->columns[feature].row, rise);
    residuals->deviation[cell] = deviation;
    *squares += (double)(x - expected) * (double)(x - expected);
}

static void node_fill(struct asking *asking, uint32_t node)
{
    struct residuals *residuals = asking->residuals;
    double squares = 0;
    size_t count = 0;
    for (size_t i = 0; i < residuals->features; i++) {
        size_t cell = node * residuals->features + i;
        if (isnan(residuals->observed[cell])) {
            residuals->expected[cell] = residuals->deviation[cell] = NAN;
            continue;
        }
        residual_fill(asking, node, i, &squares);
        count++;
    }
    residuals->error[node] = count > 0 ? (float)fmin(squares / (double)count, 1e30) : 0;
}

static bool asking_init(struct asking *asking, struct error *error)
{
    const struct model *model = asking->model;
    const struct graph *graph = asking->graph;
    size_t cells = TRIAGE_MAX * model->feature_count;
    asking->asked = calloc(graph->node_count + 1, sizeof *asking->asked);
    asking->expected = malloc(cells * sizeof *asking->expected);
    asking->unusual = calloc(graph->node_count + 1, sizeof *asking->unusual);
    asking->row = matrix_new(1, masked_inputs(model));
    if (asking->asked == NULL || asking->expected == NULL || asking->unusual == NULL || asking->row == NULL)
        return error_memory(error);
    for (size_t i = 0; i < cells; i++)
        asking->expected[i] = NAN;
    standing_observe(model, graph, asking->residuals->observed);
    return relations_init(&asking->relations, graph, error) &&
           standing_make(&asking->standing, model, graph, &asking->relations, asking->residuals->observed,
                         BASELINE_ENTITY, error) &&
           masked_room_init(&asking->room, model, error);
}

bool residuals_of_masked(const struct model *model, const struct graph *graph, bool by_network,
                         struct residuals *residuals, struct error *error)
{
    struct asking asking = {.model = model, .graph = graph, .residuals = residuals};
    bool done = asking_init(&asking, error);
    size_t count = done && by_network ? triage(&asking) : 0;
    for (size_t i = 0; i < count; i++) {
        asking.asked[asking.unusual[i].node] = (uint32_t)i + 1;
        node_ask(&asking, asking.unusual[i].node);
    }
    if (asking.slots > 0)
        slots_flush(&asking);
    if (asking.useless)
        done = error_set(error, "the model \"%s\" expects what is not a number: its weights are of no use; try another",
                         model->name);
    for (uint32_t node = 0; done && node < graph->node_count; node++)
        node_fill(&asking, node);
    free(asking.asked);
    free(asking.expected);
    free(asking.unusual);
    free(asking.row);
    relations_done(&asking.relations);
    standing_done(&asking.standing);
    masked_room_done(&asking.room);
    return done;
}
