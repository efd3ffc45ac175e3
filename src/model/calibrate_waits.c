/* How long single waits last in healthy graphs, per kind of wait, and per kind and program where there are enough. */
#include "model/calibrate.h"

#include "model/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is sampled once a second cannot teach that shorter waits than this are unusual. */
#define NORMAL_MIN_S 0.05

/* Of a kind that may last for ever so many must have been seen to end before it counts as one that ends. */
#define ENDS_MIN 100

struct seen_waits {
    enum wait_kind kind;
    char program[PROGRAM_KEY_BYTES]; /* "" = any */
    struct reservoir seconds;
};

struct wait_table {
    struct seen_waits *items;
    size_t count, capacity;
    struct index index; /* kind and program -> item */
    struct random random;
};

struct wait_key {
    uint32_t kind;
    char program[PROGRAM_KEY_BYTES]; /* zero behind the name */
};

static bool wait_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const struct seen_waits *item = (const struct seen_waits *)items + place;
    const struct wait_key *wanted = key;
    (void)key_bytes;
    return item->kind == wanted->kind && strcmp(item->program, wanted->program) == 0;
}

static bool wait_add(struct wait_table *table, enum wait_kind kind, const char *program, float seconds)
{
    struct wait_key key = {.kind = kind};
    program_key(key.program, program);
    memset(key.program + strlen(key.program), 0, sizeof key.program - strlen(key.program));
    uint32_t place = index_find(&table->index, table->items, &key, sizeof key);
    if (place == INDEX_NONE) {
        if (!memory_grow(&table->items, &table->capacity, table->count + 1, sizeof *table->items))
            return false;
        struct seen_waits fresh = {.kind = kind};
        memcpy(fresh.program, key.program, sizeof fresh.program);
        place = (uint32_t)table->count;
        if (!index_add(&table->index, &key, sizeof key, place))
            return false;
        table->items[table->count++] = fresh;
    }
    return reservoir_add(&table->items[place].seconds, &table->random, seconds);
}

static bool kind_ends(enum wait_kind kind)
{
    return kind == WAIT_LOCK || kind == WAIT_DISK;
}

/* How long the wait was; negative, -0 included, when only a lower bound is known: it goes on, or had begun before our
 * first look. Of locks and devices what was seen counts as all: nobody waits for those for ever and is well. */
static float wait_seconds(const struct edge *edge)
{
    bool bound = !kind_ends(edge->wait) && (edge->at_least || edge->ongoing);
    return copysignf((float)edge->seconds, bound ? -1 : 1);
}

static int seconds_compare(const void *left, const void *right)
{
    float one = *(const float *)left, other = *(const float *)right;
    if (fabsf(one) != fabsf(other))
        return fabsf(one) < fabsf(other) ? -1 : 1;
    return (signbit(one) != 0) - (signbit(other) != 0);
}

/* The length that 95 of 100 waits stay below: the estimate of Kaplan and Meier, "Nonparametric estimation from
 * incomplete observations" (1958), which takes lower bounds for what they are. INFINITY where more than 5 of 100 never
 * were seen to end, NaN where fewer than ends_min were. */
static double normal_seconds(struct reservoir *seconds, size_t ends_min)
{
    double surviving = 1, normal = INFINITY;
    size_t ends = 0;
    qsort(seconds->values, seconds->count, sizeof *seconds->values, seconds_compare);
    for (size_t i = 0; i < seconds->count; i++) {
        if (signbit(seconds->values[i]))
            continue;
        ends++;
        size_t at_risk = seconds->count - i;
        surviving *= (double)(at_risk - 1) / (double)at_risk;
        if (surviving <= 0.05 + 1e-9 && normal == INFINITY)
            normal = seconds->values[i] > NORMAL_MIN_S ? seconds->values[i] : NORMAL_MIN_S;
    }
    return isinf(normal) || ends >= ends_min ? normal : NAN;
}

static bool graph_collect(struct wait_table *table, const struct graph *graph)
{
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        const struct node *waiter = &graph->nodes[edge->from];
        if (edge->kind != EDGE_WAITS || waiter->self || !(edge->seconds >= 0))
            continue;
        float seconds = wait_seconds(edge);
        if (!wait_add(table, edge->wait, "", seconds))
            return false;
        if (waiter->kind == NODE_PROCESS && waiter->name[0] != '\0' &&
            !wait_add(table, edge->wait, waiter->name, seconds))
            return false;
    }
    return true;
}

static bool waits_fill(struct model *model, struct wait_table *table)
{
    for (size_t i = 0; i < table->count && model->wait_count < MODEL_WAITS_MAX; i++) {
        struct seen_waits *seen = &table->items[i];
        double normal = normal_seconds(&seen->seconds, kind_ends(seen->kind) ? 1 : ENDS_MIN);
        /* A program of which too little is known goes by what holds for any. */
        if (seen->seconds.offered < WAIT_COUNT_MIN || (isnan(normal) && seen->program[0] != '\0'))
            continue;
        if (!memory_grow(&model->waits, &model->wait_capacity, model->wait_count + 1, sizeof *model->waits))
            return false;
        struct wait_normal wait = {
            .kind = seen->kind,
            .program = arena_copy(&model->arena, seen->program, strlen(seen->program)),
            .normal_s = isnan(normal) ? INFINITY : normal,
            .count = seen->seconds.offered,
        };
        if (wait.program == NULL)
            return false;
        model->waits[model->wait_count++] = wait;
    }
    model_waits_sort(model);
    return true;
}

bool calibrate_waits(struct model *model, struct graph *const *graphs, size_t graph_count, uint64_t seed,
                     struct error *error)
{
    struct wait_table table = {0};
    index_init(&table.index, wait_equal);
    random_init(&table.random, seed);
    bool done = true;
    for (size_t i = 0; done && i < graph_count; i++)
        done = graph_collect(&table, graphs[i]);
    done = (done && waits_fill(model, &table)) || error_memory(error);
    for (size_t i = 0; i < table.count; i++)
        reservoir_done(&table.items[i].seconds);
    free(table.items);
    index_done(&table.index);
    return done;
}
