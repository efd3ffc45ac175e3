/* Loads the recorder's programs and reads their maps. */
#include "collect/recorder_inside.h"

#include "base/memory.h"
#include "collect/bpf/recorder.skel.h"
#include "collect/kernel_hook.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { BATCH = 1024 };

/* PROC_PID_INIT_INO, include/linux/proc_ns.h */
static const uint32_t HOST_PID_NAMESPACE = 0xEFFFFFFC;

static int message_drop(enum libbpf_print_level level, const char *format, va_list arguments)
{
    (void)level, (void)format, (void)arguments;
    return 0;
}

void recorder_library_silence(void)
{
    libbpf_set_print(message_drop);
}

struct recorder_namespace recorder_own_namespace(void)
{
    struct stat own = {0};
    stat("/proc/self/ns/pid", &own);
    return (struct recorder_namespace){.inode = (uint32_t)own.st_ino,
                                       .device = major(own.st_dev) << 20 | minor(own.st_dev)};
}

struct recorder *recorder_new(struct error *error)
{
    struct recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL) {
        error_memory(error);
        return NULL;
    }
    recorder_library_silence();
    struct recorder_namespace own = recorder_own_namespace();
    recorder->outermost = own.inode == HOST_PID_NAMESPACE;
    recorder->programs = recorder_bpf__open();
    int result = recorder->programs == NULL ? -errno : 0;
    if (result == 0 && !kernel_hooks_choose(KERNEL_LOCKS, recorder->programs->obj, error))
        goto failed;
    if (result == 0) {
        recorder->programs->rodata->own_namespace = own.inode;
        recorder->programs->rodata->own_namespace_device = own.device;
        result = recorder_bpf__load(recorder->programs);
    }
    if (result == 0)
        result = recorder_bpf__attach(recorder->programs);
    if (result == 0)
        return recorder;
    kernel_refusal_tell(KERNEL_LOCKS, -result, error);
failed:
    recorder_free(recorder);
    return NULL;
}

void recorder_rows_done(struct recorder_rows *rows)
{
    free(rows->keys);
    free(rows->values);
}

void recorder_free(struct recorder *recorder)
{
    if (recorder == NULL)
        return;
    recorder_bpf__destroy(recorder->programs);
    recorder_rows_done(&recorder->holds);
    recorder_rows_done(&recorder->waits);
    recorder_rows_done(&recorder->ended);
    free(recorder->held.items);
    free(recorder->awaited.items);
    free(recorder);
}

void recorder_begin(struct recorder *recorder)
{
    recorder->programs->bss->generation ^= 1;
}

bool recorder_map_read(const struct bpf_map *map, struct recorder_rows *rows, size_t key_bytes, size_t value_bytes)
{
    char position[64];
    bool more = true;
    rows->count = 0;
    for (bool first = true; more; first = false) {
        uint32_t count = BATCH;
        if (!memory_grow(&rows->keys, &rows->key_capacity, (rows->count + BATCH) * key_bytes, 1) ||
            !memory_grow(&rows->values, &rows->value_capacity, (rows->count + BATCH) * value_bytes, 1))
            return false;
        int result = bpf_map_lookup_batch(bpf_map__fd(map), first ? NULL : position, position,
                                          rows->keys + rows->count * key_bytes,
                                          rows->values + rows->count * value_bytes, &count, NULL);
        more = result == 0;
        if (more || result == -ENOENT)
            rows->count += count;
    }
    return true;
}

static bool claim_add(struct recorder_claims *claims, const struct recorder_claim *claim)
{
    if (!memory_grow(&claims->items, &claims->capacity, claims->count + 1, sizeof *claims->items))
        return false;
    claims->items[claims->count++] = *claim;
    return true;
}

static int number_compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int claim_compare(const void *left, const void *right)
{
    const struct recorder_claim *a = left, *b = right;
    int order = number_compare(a->inode, b->inode);
    if (order == 0)
        order = number_compare(a->device, b->device);
    if (order == 0)
        order = number_compare(a->family, b->family);
    return order != 0 ? order : number_compare(a->pid, b->pid);
}

static void claims_sort(struct recorder_claims *claims)
{
    if (claims->count > 1)
        qsort(claims->items, claims->count, sizeof *claims->items, claim_compare);
}

static bool claims_gather(struct recorder *recorder)
{
    const struct recorder_hold_key *keys = (const void *)recorder->holds.keys;
    const struct recorder_hold *holds = (const void *)recorder->holds.values;
    const struct recorder_wait *waits = (const void *)recorder->waits.values;
    recorder->held.count = recorder->awaited.count = 0;
    for (size_t i = 0; i < recorder->holds.count; i++) {
        bool shown = (holds[i].flags & RECORDER_DESCRIPTION) == 0;
        struct recorder_claim claim = {.inode = holds[i].inode_number,
                                       .device = holds[i].device,
                                       .family = keys[i].family,
                                       .pid = shown ? holds[i].party.pid : 0,
                                       .since_ns = holds[i].since_ns};
        if (claim.since_ns != 0 && !claim_add(&recorder->held, &claim))
            return false;
    }
    for (size_t i = 0; i < recorder->waits.count; i++) {
        struct recorder_claim claim = {.inode = waits[i].inode_number,
                                       .device = waits[i].device,
                                       .pid = waits[i].party.pid,
                                       .since_ns = waits[i].since_ns};
        if (waits[i].interrupted_ns == 0 && !claim_add(&recorder->awaited, &claim))
            return false;
    }
    claims_sort(&recorder->held);
    claims_sort(&recorder->awaited);
    return true;
}

/* Leaves only what ended before the sample began, and takes it out of the map. */
static void ended_choose(struct recorder *recorder)
{
    struct recorder_ended_key *keys = (void *)recorder->ended.keys;
    struct recorder_ended *values = (void *)recorder->ended.values;
    uint32_t filling = recorder->programs->bss->generation;
    size_t kept = 0;
    for (size_t i = 0; i < recorder->ended.count; i++) {
        if (keys[i].generation == filling)
            continue;
        bpf_map_delete_elem(bpf_map__fd(recorder->programs->maps.ended), &keys[i]);
        keys[kept] = keys[i];
        values[kept++] = values[i];
    }
    recorder->ended.count = kept;
}

bool recorder_read(struct recorder *recorder)
{
    const struct recorder_bpf *programs = recorder->programs;
    bool read =
        recorder_map_read(programs->maps.holds, &recorder->holds, sizeof(struct recorder_hold_key),
                          sizeof(struct recorder_hold)) &&
        recorder_map_read(programs->maps.waits, &recorder->waits, sizeof(uint32_t), sizeof(struct recorder_wait)) &&
        recorder_map_read(programs->maps.ended, &recorder->ended, sizeof(struct recorder_ended_key),
                          sizeof(struct recorder_ended));
    if (!read)
        return false;
    ended_choose(recorder);
    uint64_t lost = programs->bss->lost;
    recorder->lost_now = lost - recorder->lost;
    recorder->lost = lost;
    return claims_gather(recorder);
}

bool recorder_queue_find(const struct recorder *recorder, const struct recorder_queue_key *key,
                         struct recorder_queue *queue)
{
    return bpf_map_lookup_elem(bpf_map__fd(recorder->programs->maps.queues), key, queue) == 0;
}

bool recorder_path_find(const struct recorder *recorder, uint64_t device, uint64_t inode, char path[PATH_MAX])
{
    struct recorder_path found;
    struct recorder_path_key key = {.inode_number = inode, .device = device};
    if (bpf_map_lookup_elem(bpf_map__fd(recorder->programs->maps.paths), &key, &found) != 0 || found.complete == 0 ||
        found.bytes == 0 || found.bytes > sizeof found.text || found.text[found.bytes - 1] != '\0')
        return false;
    char *end = path;
    for (size_t at = found.bytes - 1; at > 0;) {
        size_t first = at;
        while (first > 0 && found.text[first - 1] != '\0')
            first--;
        *end++ = '/';
        memcpy(end, found.text + first, at - first);
        end += at - first;
        at = first > 0 ? first - 1 : 0;
    }
    *end = '\0';
    return end > path;
}

void recorder_wait_forget(const struct recorder *recorder, size_t row)
{
    const uint32_t *threads = (const void *)recorder->waits.keys;
    bpf_map_delete_elem(bpf_map__fd(recorder->programs->maps.waits), &threads[row]);
}

static const struct recorder_claim *claim_find(const struct recorder_claims *claims,
                                               const struct recorder_claim *wanted)
{
    return claims->count == 0 ? NULL
                              : bsearch(wanted, claims->items, claims->count, sizeof *claims->items, claim_compare);
}

uint64_t recorder_held_since(const struct recorder *recorder, uint64_t device, uint64_t inode, unsigned family,
                             uint64_t pid)
{
    struct recorder_claim wanted = {.inode = inode, .device = device, .family = family, .pid = pid};
    const struct recorder_claim *claim = claim_find(&recorder->held, &wanted);
    return claim == NULL ? 0 : claim->since_ns;
}

uint64_t recorder_waits_since(const struct recorder *recorder, uint64_t device, uint64_t inode, uint64_t pid)
{
    struct recorder_claim wanted = {.inode = inode, .device = device, .pid = pid};
    const struct recorder_claim *claim = claim_find(&recorder->awaited, &wanted);
    return claim == NULL ? 0 : claim->since_ns;
}
