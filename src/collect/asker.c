/* Questions about many items, some of which hang. */
#include "collect/asker.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUNG_MAX = 64, AT_ONCE = 256, ROUNDS_MAX = 3, REST_DOUBLINGS_MAX = 6 };

struct hung {
    uint64_t key;
    int process; /* that hangs at it; 0: it has ended */
    unsigned misses;
    int64_t rest_until_ns;
};

struct asker {
    struct probe *probe;
    uint32_t *at; /* shared with the probe: which item it looks at */
    struct hung hung[HUNG_MAX];
    size_t hung_count;
};

struct asker *asker_new(const struct probe_options *options)
{
    struct asker *asker = calloc(1, sizeof *asker);
    if (asker == NULL)
        return NULL;
    asker->at = mmap(NULL, sizeof *asker->at, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    asker->probe = probe_new(options);
    if (asker->at != MAP_FAILED && asker->probe != NULL)
        return asker;
    asker_free(asker);
    return NULL;
}

void asker_free(struct asker *asker)
{
    if (asker == NULL)
        return;
    probe_free(asker->probe);
    if (asker->at != MAP_FAILED)
        munmap(asker->at, sizeof *asker->at);
    free(asker);
}

void asker_step(struct asker *asker, size_t item)
{
    __atomic_store_n(asker->at, (uint32_t)item, __ATOMIC_RELAXED);
}

static struct hung *hung_find(struct asker *asker, uint64_t key)
{
    for (size_t i = 0; i < asker->hung_count; i++)
        if (asker->hung[i].key == key)
            return &asker->hung[i];
    return NULL;
}

bool asker_hangs(struct asker *asker, uint64_t key)
{
    struct hung *hung = hung_find(asker, key);
    if (hung == NULL)
        return false;
    if (hung->process != 0 && !probe_is_left(asker->probe, hung->process))
        hung->process = 0;
    return hung->process != 0 || clock_boottime_ns() < hung->rest_until_ns;
}

/* When there is no room, the one whose time comes first is forgotten. */
static struct hung *hung_place(struct asker *asker)
{
    if (asker->hung_count < HUNG_MAX)
        return &asker->hung[asker->hung_count++];
    struct hung *first = &asker->hung[0];
    for (size_t i = 1; i < HUNG_MAX; i++)
        if (asker->hung[i].rest_until_ns < first->rest_until_ns)
            first = &asker->hung[i];
    return first;
}

static void hung_note(struct asker *asker, uint64_t key)
{
    struct hung *hung = hung_find(asker, key);
    if (hung == NULL) {
        hung = hung_place(asker);
        *hung = (struct hung){.key = key};
    }
    unsigned doublings = hung->misses < REST_DOUBLINGS_MAX ? hung->misses : REST_DOUBLINGS_MAX;
    hung->rest_until_ns = clock_boottime_ns() + (NS_PER_S << doublings);
    hung->misses++;
    hung->process = probe_left_last(asker->probe);
    probe_excuse(asker->probe);
}

static void hung_forget(struct asker *asker, uint64_t key)
{
    struct hung *hung = hung_find(asker, key);
    if (hung != NULL)
        *hung = asker->hung[--asker->hung_count];
}

/* A stretch of the items. */
struct stretch {
    const struct asker_items *items;
    size_t first, count;
};

/* Those of the stretch that do not hang, as a request; chosen: their places. False: out of memory. */
static bool request_make(struct asker *asker, const struct stretch *stretch, struct buffer *request, size_t *chosen,
                         size_t *chosen_count)
{
    const struct asker_items *items = stretch->items;
    buffer_clear(request);
    *chosen_count = 0;
    for (size_t i = stretch->first; i < stretch->first + stretch->count; i++) {
        if (asker->hung_count > 0 && asker_hangs(asker, items->keys[i]))
            continue;
        buffer_append(request, (const char *)items->items + i * items->item_bytes, items->item_bytes);
        chosen[(*chosen_count)++] = i;
    }
    return !request->failed;
}

static enum probe_result stretch_ask(struct asker *asker, const struct stretch *stretch, int deadline_ms,
                                     unsigned *rounds, bool *answered, struct buffer *answers)
{
    struct buffer request = {0}, answer = {0};
    size_t chosen[AT_ONCE], count = 0;
    enum probe_result result = PROBE_MISSED;
    while (result == PROBE_MISSED && *rounds < ROUNDS_MAX) {
        result = PROBE_FAILED;
        if (!request_make(asker, stretch, &request, chosen, &count))
            break;
        result = PROBE_ANSWERED;
        if (count == 0)
            break;
        asker_step(asker, 0);
        result = probe_ask(asker->probe, request.data, request.length, deadline_ms, &answer, NULL);
        uint32_t at = __atomic_load_n(asker->at, __ATOMIC_RELAXED);
        if (result == PROBE_MISSED && at < count) {
            hung_note(asker, stretch->items->keys[chosen[at]]);
            (*rounds)++;
        }
    }
    for (size_t i = 0; result == PROBE_ANSWERED && i < count; i++) {
        answered[chosen[i]] = true;
        hung_forget(asker, stretch->items->keys[chosen[i]]);
    }
    if (result == PROBE_ANSWERED && count > 0)
        buffer_append(answers, answer.data, answer.length);
    buffer_done(&request);
    buffer_done(&answer);
    return answers->failed ? PROBE_FAILED : result;
}

enum probe_result asker_ask(struct asker *asker, const struct asker_items *items, int deadline_ms, bool *answered,
                            struct buffer *answers)
{
    enum probe_result result = PROBE_ANSWERED;
    unsigned rounds = 0;
    buffer_clear(answers);
    memset(answered, 0, items->count * sizeof *answered);
    for (size_t first = 0; result == PROBE_ANSWERED && first < items->count; first += AT_ONCE) {
        size_t left = items->count - first;
        struct stretch stretch = {items, first, left < AT_ONCE ? left : AT_ONCE};
        result = stretch_ask(asker, &stretch, deadline_ms, &rounds, answered, answers);
    }
    return result;
}

int64_t asker_cpu_ns(const struct asker *asker)
{
    return probe_cpu_ns(asker->probe);
}
