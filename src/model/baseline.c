/* Keys of baselines, finding and blending them. */
#include "model/baseline.h"

#include "base/buffer.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const baseline_levels[BASELINE_LEVELS] = {"any", "kind", "program", "entity"};

static bool key_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const struct baseline *item = (const struct baseline *)items + place;
    return strlen(item->key) == key_bytes && memcmp(item->key, key, key_bytes) == 0;
}

void baselines_init(struct baselines *baselines, size_t features)
{
    *baselines = (struct baselines){.features = features};
    index_init(&baselines->index, key_equal);
}

void baselines_done(struct baselines *baselines)
{
    free(baselines->items);
    index_done(&baselines->index);
    arena_done(&baselines->arena);
    *baselines = (struct baselines){0};
}

const struct baseline *baselines_find(const struct baselines *baselines, const char *key)
{
    uint32_t place =
        baselines->count == 0 ? INDEX_NONE : index_find(&baselines->index, baselines->items, key, strlen(key));
    return place == INDEX_NONE ? NULL : &baselines->items[place];
}

struct baseline *baselines_add(struct baselines *baselines, const char *key)
{
    const struct baseline *known = baselines_find(baselines, key);
    if (known != NULL)
        return &baselines->items[known - baselines->items];
    struct baseline fresh = {
        .key = arena_copy(&baselines->arena, key, strlen(key)),
        .cells = arena_take(&baselines->arena, (baselines->features + 1) * sizeof *fresh.cells),
    };
    if (fresh.key == NULL || fresh.cells == NULL ||
        !memory_grow(&baselines->items, &baselines->capacity, baselines->count + 1, sizeof fresh) ||
        !index_add(&baselines->index, fresh.key, strlen(fresh.key), (uint32_t)baselines->count))
        return NULL;
    baselines->items[baselines->count] = fresh;
    return &baselines->items[baselines->count++];
}

int baseline_level(const char *key)
{
    size_t length = strcspn(key, ":");
    int level = 0;
    while (level < BASELINE_LEVELS &&
           (strlen(baseline_levels[level]) != length || memcmp(baseline_levels[level], key, length) != 0))
        level++;
    return level;
}

bool baseline_key(const struct graph *graph, uint32_t node, uint32_t parent, int level, char key[BASELINE_KEY_BYTES])
{
    const struct node *it = &graph->nodes[node];
    char raw[BASELINE_KEY_BYTES];
    bool process = it->kind == NODE_PROCESS && it->name[0] != '\0';
    switch (level) {
    case BASELINE_ANY:
        snprintf(key, BASELINE_KEY_BYTES, "any");
        return true;
    case BASELINE_KIND:
        snprintf(key, BASELINE_KEY_BYTES, "kind:%s", it->kernel_thread ? "kernel thread" : node_kinds[it->kind].name);
        return true;
    case BASELINE_PROGRAM:
        snprintf(raw, sizeof raw, "program:%s", it->name);
        break;
    default: {
        process = process && it->executable != NULL && it->executable[0] != '\0';
        bool worker = process && parent != NODE_NONE && strcmp(graph->nodes[parent].name, it->name) == 0;
        snprintf(raw, sizeof raw, "entity:%.*s|%.*s|%.*s|%s", BASELINE_KEY_BYTES / 2, process ? it->executable : "",
                 BASELINE_KEY_BYTES / 8, it->name, BASELINE_KEY_BYTES / 5, it->unit == NULL ? "" : it->unit,
                 worker ? "worker" : "first");
    }
    }
    if (process)
        text_clean_into(key, BASELINE_KEY_BYTES, raw);
    return process;
}

void baselines_blend(const struct baselines *baselines, const struct baseline *const levels[BASELINE_LEVELS],
                     const float *floors, struct normal *normals)
{
    for (size_t i = 0; i < baselines->features; i++) {
        double centre = 0, unit = 0;
        bool known = false;
        for (int level = 0; level < BASELINE_LEVELS; level++) {
            if (levels[level] == NULL || levels[level]->cells[i].count == 0)
                continue;
            const struct baseline_cell *cell = &levels[level]->cells[i];
            double share = known ? cell->count / (cell->count + BASELINE_BLEND) : 1;
            centre += share * ((double)cell->median - centre);
            unit += share * ((double)cell->spread - unit);
            known = true;
        }
        normals[i] = (struct normal){(float)centre, fmaxf((float)unit, floors[i]), NAN, NAN};
    }
}

bool baselines_merge(struct baselines *fresh, const struct baselines *old)
{
    for (size_t i = 0; i < old->count; i++) {
        struct baseline *item = baselines_add(fresh, old->items[i].key);
        if (item == NULL)
            return false;
        for (size_t f = 0; f < fresh->features; f++) {
            struct baseline_cell *cell = &item->cells[f];
            const struct baseline_cell *before = &old->items[i].cells[f];
            float share = (float)(cell->count / (cell->count + BASELINE_BLEND));
            if (before->count == 0)
                continue;
            cell->median = share * cell->median + (1 - share) * before->median;
            cell->spread = share * cell->spread + (1 - share) * before->spread;
            uint64_t sum = (uint64_t)cell->count + before->count;
            cell->count = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
        }
    }
    return true;
}
