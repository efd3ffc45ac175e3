/* Baselines: what is normal for an entity, feature by feature, as transformed (y in model/feature.h). Kept under keys
 * from the general to the particular, and blended along them with n / (n + 20), n = times seen:
 *
 *     any -> kind:process -> program:nginx -> entity:/usr/sbin/nginx|nginx.service|worker
 *
 * An entity is an executable in a unit in a role: "worker" where its parent runs the same program, else "first". What
 * is no process is known by its kind; threads of the kernel are a kind of their own. Names serve to look a baseline up,
 * and for nothing else. */
#ifndef MODEL_BASELINE_H
#define MODEL_BASELINE_H

#include "base/error.h"
#include "base/index.h"
#include "base/memory.h"
#include "graph/graph.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BASELINE_BLEND     20.0
#define BASELINE_KEY_BYTES 512
/* More keys than that no host has; the rarest are left out first. */
#define BASELINES_MAX 4096

struct baseline_cell {
    float median;
    float spread; /* one unit: the quartiles' range / 1.349, or a third of the way to the 95th percentile where that is
                     more, so that bursts which come again and again are normal */
    uint32_t count;
};

struct baseline {
    const char *key;             /* sanitised */
    struct baseline_cell *cells; /* per feature */
};

struct baselines {
    size_t features;
    struct baseline *items;
    size_t count, capacity;
    struct index index; /* key -> item */
    struct arena arena;
};

void baselines_init(struct baselines *baselines, size_t features);
void baselines_done(struct baselines *baselines);

/* Takes a copy of the key, with empty cells; the existing one where the key is there. NULL: out of memory. */
struct baseline *baselines_add(struct baselines *baselines, const char *key);
/* NULL: not there. */
const struct baseline *baselines_find(const struct baselines *baselines, const char *key);

enum { BASELINE_ANY, BASELINE_KIND, BASELINE_PROGRAM, BASELINE_ENTITY, BASELINE_LEVELS };
extern const char *const baseline_levels[BASELINE_LEVELS]; /* "any", "kind", "program", "entity" */

/* The level of a key by how it begins, or BASELINE_LEVELS. */
int baseline_level(const char *key);

/* Writes the node's key of that level; false where it has none. parent: NODE_NONE = unknown. */
bool baseline_key(const struct graph *graph, uint32_t node, uint32_t parent, int level, char key[BASELINE_KEY_BYTES]);

/* Normal centre and unit of every feature, blended over the levels 0 to `deepest`; floors: least units. */
struct normal {
    float centre, unit;
    float at_zero;  /* x of an observed 0, once it was asked for; else NaN (model/standing.h) */
    float expected; /* the centre in the feature's unit, likewise */
};
void baselines_blend(const struct baselines *baselines, const struct baseline *const levels[BASELINE_LEVELS],
                     const float *floors, struct normal *normals);

/* Merges another set of the same features: cells that both have are blended n / (n + 20), n = times seen in `fresh`;
 * keys that only one has stay. Changes `fresh`. */
bool baselines_merge(struct baselines *fresh, const struct baselines *old);

#endif
