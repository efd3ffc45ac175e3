/* Waits and holds over the samples of a window: the same one is told again by every sample that saw it. */
#include "graph/build.h"

#include "base/clock.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    SPAN_IDENTITY_BYTES = offsetof(struct span, until_s),
    SPAN_RELATION_BYTES = offsetof(struct span, thread),
};

static bool span_equal(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    const struct span *spans = items;
    return memcmp(&spans[place], key, key_bytes) == 0;
}

void spans_init(struct spans *spans)
{
    *spans = (struct spans){0};
    index_init(&spans->index, span_equal);
}

void spans_done(struct spans *spans)
{
    free(spans->items);
    index_done(&spans->index);
}

double span_seconds(const struct span *span)
{
    return fmax(0, span->until_s - (double)span->since_ns / NS_PER_S);
}

bool span_relates(const struct span *one, const struct span *other)
{
    return memcmp(one, other, SPAN_RELATION_BYTES) == 0;
}

void span_extend(struct span *span, const struct span *other)
{
    span->until_s = fmax(span->until_s, other->until_s);
    span->total_s = fmax(fmax(span->total_s, other->total_s), span_seconds(span));
    span->count = fmax(span->count, other->count);
    span->ongoing = span->ongoing || other->ongoing;
    span->inferred = span->inferred && other->inferred;
}

uint32_t spans_put(struct spans *spans, const struct span *span)
{
    uint32_t place = index_find(&spans->index, spans->items, span, SPAN_IDENTITY_BYTES);
    if (place != INDEX_NONE) {
        span_extend(&spans->items[place], span);
        return place;
    }
    if (!memory_grow(&spans->items, &spans->capacity, spans->count + 1, sizeof *spans->items) ||
        !index_add(&spans->index, span, SPAN_IDENTITY_BYTES, (uint32_t)spans->count))
        return INDEX_NONE;
    spans->items[spans->count] = *span;
    return (uint32_t)spans->count++;
}

bool spans_add(struct spans *spans, const struct span *span)
{
    return spans_put(spans, span) != INDEX_NONE;
}

static int number_compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int span_compare(const void *left, const void *right)
{
    const struct span *a = left, *b = right;
    int order = number_compare(a->from, b->from);
    if (order == 0)
        order = number_compare(a->to, b->to);
    if (order == 0)
        order = number_compare(a->on, b->on);
    if (order == 0)
        order = number_compare(a->kind, b->kind);
    if (order == 0)
        order = number_compare(a->thread, b->thread);
    return order != 0 ? order : number_compare(a->since_ns, b->since_ns);
}

void spans_sort(struct spans *spans)
{
    index_clear(&spans->index);
    if (spans->count > 1)
        qsort(spans->items, spans->count, sizeof *spans->items, span_compare);
}

static bool same_wait(const struct span *one, const struct span *later)
{
    return span_relates(one, later) && one->thread == later->thread &&
           (double)later->since_ns / NS_PER_S < one->until_s;
}

/* Another wait of the same relation. */
static void span_sum(struct span *span, const struct span *other)
{
    struct span longest = span_seconds(other) > span_seconds(span) ? *other : *span;
    longest.total_s = span->total_s + other->total_s;
    longest.count = span->count + other->count;
    longest.ongoing = span->ongoing || other->ongoing;
    *span = longest;
}

/* Folds each span into the one before it where `same` says so. */
static void spans_fold(struct spans *spans, bool (*same)(const struct span *, const struct span *),
                       void (*fold)(struct span *, const struct span *))
{
    size_t last = 0;
    for (size_t i = 1; i < spans->count; i++) {
        if (same(&spans->items[last], &spans->items[i]))
            fold(&spans->items[last], &spans->items[i]);
        else
            spans->items[++last] = spans->items[i];
    }
    if (spans->count > 0)
        spans->count = last + 1;
}

/* The key of a wait whose holder is not known: who waits, on what, how. */
static const struct span *span_anonymous(const struct span *span, struct span *anonymous)
{
    *anonymous = *span;
    anonymous->to = NODE_NONE;
    return anonymous;
}

static bool span_equal_but_for_holder(const void *items, uint32_t place, const void *key, size_t key_bytes)
{
    struct span anonymous;
    return memcmp(span_anonymous((const struct span *)items + place, &anonymous), key, key_bytes) == 0;
}

static bool anonymous_drop(struct spans *spans)
{
    struct index named;
    struct span anonymous;
    bool complete = true;
    size_t kept = 0;
    index_init(&named, span_equal_but_for_holder);
    for (size_t i = 0; i < spans->count && complete; i++) {
        const struct span *span = span_anonymous(&spans->items[i], &anonymous);
        if (spans->items[i].to != NODE_NONE &&
            index_find(&named, spans->items, span, SPAN_RELATION_BYTES) == INDEX_NONE)
            complete = index_add(&named, span, SPAN_RELATION_BYTES, (uint32_t)i);
    }
    /* Marked first, because the index knows places. */
    for (size_t i = 0; i < spans->count && complete; i++)
        if (spans->items[i].to == NODE_NONE && spans->items[i].on != NODE_NONE &&
            index_find(&named, spans->items, &spans->items[i], SPAN_RELATION_BYTES) != INDEX_NONE)
            spans->items[i].kind = WAIT_KIND_COUNT;
    for (size_t i = 0; i < spans->count && complete; i++)
        if (spans->items[i].kind != WAIT_KIND_COUNT)
            spans->items[kept++] = spans->items[i];
    if (complete)
        spans->count = kept;
    index_done(&named);
    return complete;
}

bool spans_gather(struct spans *spans)
{
    spans_fold(spans, same_wait, span_extend);
    spans_fold(spans, span_relates, span_sum);
    return anonymous_drop(spans);
}
