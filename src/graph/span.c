/* Waits and holds over the samples of a window: the same one is told again by every sample that saw it. */
#include "graph/build.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    SPAN_IDENTITY_BYTES = offsetof(struct span, seconds),
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

static void span_extend(struct span *span, const struct span *other)
{
    if (other->seconds > span->seconds) {
        span->seconds = other->seconds;
        span->at_least = other->at_least;
        span->inferred = other->inferred;
    }
    span->ongoing = span->ongoing || other->ongoing;
}

bool spans_add(struct spans *spans, const struct span *span)
{
    uint32_t place = index_find(&spans->index, spans->items, span, SPAN_IDENTITY_BYTES);
    if (place != INDEX_NONE) {
        struct span *known = &spans->items[place];
        span_extend(known, span);
        known->total_s = span->total_s > known->total_s ? span->total_s : known->total_s;
        known->count = span->count > known->count ? span->count : known->count;
        return true;
    }
    if (!memory_grow(&spans->items, &spans->capacity, spans->count + 1, sizeof *spans->items) ||
        !index_add(&spans->index, span, SPAN_IDENTITY_BYTES, (uint32_t)spans->count))
        return false;
    spans->items[spans->count++] = *span;
    return true;
}

static int span_compare(const void *left, const void *right)
{
    const struct span *a = left, *b = right;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    if (a->on != b->on)
        return a->on < b->on ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->since_ns != b->since_ns)
        return a->since_ns < b->since_ns ? -1 : 1;
    return (a->thread > b->thread) - (a->thread < b->thread);
}

void spans_gather(struct spans *spans)
{
    index_clear(&spans->index);
    if (spans->count == 0)
        return;
    qsort(spans->items, spans->count, sizeof *spans->items, span_compare);
    struct span *last = spans->items;
    for (size_t i = 1; i < spans->count; i++) {
        const struct span *span = &spans->items[i];
        if (memcmp(last, span, SPAN_RELATION_BYTES) == 0) {
            span_extend(last, span);
            last->total_s += span->total_s;
            last->count += span->count;
        } else {
            *++last = *span;
        }
    }
    spans->count = (size_t)(last - spans->items) + 1;
}
