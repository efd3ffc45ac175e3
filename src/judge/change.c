/* What changed most between two moments. */
#include "judge/change.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

static int change_compare(const void *a, const void *b)
{
    const struct change *left = a, *right = b;
    double difference = fabs(right->normals) - fabs(left->normals);
    if (difference != 0)
        return difference > 0 ? 1 : -1;
    if (left->node.after != right->node.after)
        return left->node.after < right->node.after ? -1 : 1;
    return left->feature < right->feature ? -1 : left->feature > right->feature;
}

bool changes_find(const struct model *model, const struct graph *after, const struct residuals *residuals_before,
                  const struct residuals *residuals_after, const struct difference *difference, struct change **changes,
                  size_t *count, struct error *error)
{
    size_t features = model_feature_count(model), capacity = 0;
    *changes = NULL;
    *count = 0;
    for (size_t i = 0; i < difference->kept_count; i++) {
        struct node_pair node = difference->kept[i];
        for (size_t feature = 0; feature < features; feature++) {
            if (model_feature(model, feature)->role == FEATURE_CONTEXT)
                continue;
            double from = (double)residuals_before->observed[node.before * features + feature];
            double to = (double)residuals_after->observed[node.after * features + feature];
            double normals = model_change(model, after->nodes[node.after].kind, feature, from, to);
            if (!(fabs(normals) >= 1))
                continue;
            if (!memory_grow(changes, &capacity, *count + 1, sizeof **changes)) {
                free(*changes);
                *changes = NULL;
                *count = 0;
                return error_memory(error);
            }
            (*changes)[(*count)++] = (struct change){node, feature, from, to, normals};
        }
    }
    if (*count > 0)
        qsort(*changes, *count, sizeof **changes, change_compare);
    return true;
}
