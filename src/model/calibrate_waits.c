/* How long single waits last in healthy graphs, per kind of wait, and per kind and program where there are enough. */
#include "model/calibrate.h"

#include "model/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is sampled once a second cannot teach that shorter waits than this are unusual. */
#define NORMAL_MIN_S 0.05

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

/* What the edge says about the length of such waits. */
static float wait_seconds(const struct edge *edge, double window_s)
{
    bool has_end = edge->wait == WAIT_LOCK || edge->wait == WAIT_DISK;
    bool endless = edge->at_least || (edge->ongoing && window_s > 0 && edge->seconds >= window_s);
    return endless && !has_end ? INFINITY : (float)edge->seconds;
}

static bool graph_collect(struct wait_table *table, const struct graph *graph)
{
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        const struct node *waiter = &graph->nodes[edge->from];
        if (edge->kind != EDGE_WAITS || waiter->self || !(edge->seconds >= 0))
            continue;
        float seconds = wait_seconds(edge, graph->window_s);
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
        if (seen->seconds.offered < WAIT_COUNT_MIN)
            continue;
        if (!memory_grow(&model->waits, &model->wait_capacity, model->wait_count + 1, sizeof *model->waits))
            return false;
        double normal = percentile(seen->seconds.values, seen->seconds.count, 0.95);
        struct wait_normal wait = {
            .kind = seen->kind,
            .program = arena_copy(&model->arena, seen->program, strlen(seen->program)),
            .normal_s = normal > NORMAL_MIN_S ? normal : NORMAL_MIN_S,
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
