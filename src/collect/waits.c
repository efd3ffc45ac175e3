/* Loads the programs that note waits, and reads their maps. */
#include "collect/waits.h"

#include "base/clock.h"
#include "collect/bpf/waits.skel.h"
#include "collect/kernel_hook.h"
#include "collect/proc_call.h"
#include "collect/source_inside.h"
#include "collect/waits_inside.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert((int)CALL_VFORK <= (int)WAITS_CLASS_MASK, "a class fits beside the place of the second descriptor");

static void calls_fill(struct waits_bpf *programs)
{
    for (long number = 0; number < WAITS_CALLS; number++) {
        unsigned other;
        enum call_class class = call_class(number, &other);
        programs->rodata->calls[number] = (uint8_t)((unsigned)class | other << WAITS_OTHER_SHIFT);
    }
}

static int programs_load(struct wait_recorder *recorder, size_t places)
{
    struct recorder_namespace own = recorder_own_namespace();
    recorder->programs->rodata->own_namespace = own.inode;
    recorder->programs->rodata->own_namespace_device = own.device;
    calls_fill(recorder->programs);
    uint32_t place_count = places == 0 ? WAITS_PLACES : (uint32_t)places;
    recorder->programs->rodata->last_place = place_count - 1;
    bpf_map__set_max_entries(recorder->programs->maps.sleepers, place_count);
    bpf_program__set_autoattach(recorder->programs->progs.wait_list, false);
    int result = waits_bpf__load(recorder->programs);
    if (result != 0)
        return result;
    recorder->list = bpf_program__attach_iter(recorder->programs->progs.wait_list, NULL);
    return waits_bpf__attach(recorder->programs);
}

struct wait_recorder *wait_recorder_new(size_t places, struct error *error)
{
    struct wait_recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL) {
        error_memory(error);
        return NULL;
    }
    recorder_library_silence();
    recorder->programs = waits_bpf__open();
    int result = recorder->programs == NULL ? -errno : 0;
    if (result == 0 && !kernel_hooks_choose(KERNEL_WAITS, recorder->programs->obj, error))
        goto failed;
    if (result == 0)
        result = programs_load(recorder, places);
    recorder->loaded_ns = clock_boottime_ns();
    if (result == 0)
        return recorder;
    kernel_refusal_tell(KERNEL_WAITS, -result, error);
failed:
    wait_recorder_free(recorder);
    return NULL;
}

void wait_recorder_free(struct wait_recorder *recorder)
{
    if (recorder == NULL)
        return;
    bpf_link__destroy(recorder->list);
    waits_bpf__destroy(recorder->programs);
    recorder_rows_done(&recorder->sums);
    buffer_done(&recorder->ongoing);
    buffer_done(&recorder->places);
    buffer_done(&recorder->designs);
    buffer_done(&recorder->earlier_designs);
    free(recorder);
}

void wait_recorder_begin(struct wait_recorder *recorder)
{
    recorder->programs->bss->generation ^= 1;
}

static int ongoing_compare(const void *left, const void *right)
{
    const struct waits_ongoing *a = left, *b = right;
    return (a->thread > b->thread) - (a->thread < b->thread);
}

/* What goes on now. What cannot be read is left to /proc. */
static bool ongoing_read(struct wait_recorder *recorder)
{
    char bytes[64 * sizeof(struct waits_ongoing)];
    buffer_clear(&recorder->ongoing);
    int descriptor = recorder->list == NULL ? -1 : bpf_iter_create(bpf_link__fd(recorder->list));
    if (descriptor < 0)
        return true;
    ssize_t count;
    while ((count = read(descriptor, bytes, sizeof bytes)) > 0 || (count < 0 && errno == EINTR))
        if (count > 0)
            buffer_append(&recorder->ongoing, bytes, (size_t)count);
    close(descriptor);
    size_t waits = recorder->ongoing.length / sizeof(struct waits_ongoing);
    if (waits > 1 && !recorder->ongoing.failed)
        qsort(recorder->ongoing.data, waits, sizeof(struct waits_ongoing), ongoing_compare);
    return !recorder->ongoing.failed;
}

/* Leaves only what ended before the sample began, and takes it out of the map. */
static void sums_choose(struct wait_recorder *recorder)
{
    struct waits_key *keys = (void *)recorder->sums.keys;
    struct waits_sum *sums = (void *)recorder->sums.values;
    uint32_t filling = recorder->programs->bss->generation;
    size_t kept = 0;
    for (size_t i = 0; i < recorder->sums.count; i++) {
        if (keys[i].generation == filling)
            continue;
        bpf_map_delete_elem(bpf_map__fd(recorder->programs->maps.sums), &keys[i]);
        keys[kept] = keys[i];
        sums[kept++] = sums[i];
    }
    recorder->sums.count = kept;
}

bool wait_recorder_read(struct wait_recorder *recorder)
{
    if (!ongoing_read(recorder) || !recorder_map_read(recorder->programs->maps.sums, &recorder->sums,
                                                      sizeof(struct waits_key), sizeof(struct waits_sum)))
        return false;
    sums_choose(recorder);
    uint64_t lost = recorder->programs->bss->lost;
    recorder->lost_now = lost - recorder->lost;
    recorder->lost = lost;
    return true;
}

bool wait_recorder_tells(const struct wait_recorder *recorder, const struct process_memory *process, uint64_t thread,
                         const struct sleep_memory *sleep)
{
    if (recorder == NULL || recorder->list == NULL)
        return false;
    const struct waits_ongoing wanted = {.thread = (uint32_t)thread};
    size_t count = recorder->ongoing.length / sizeof wanted;
    if (count > 0 && bsearch(&wanted, recorder->ongoing.data, count, sizeof wanted, ongoing_compare) != NULL)
        return true;
    /* A sleep that the first look after loading finds may have begun before. */
    bool listed = !process->left_out && process->pid != 1;
    return listed && sleep->awake_ns > recorder->loaded_ns;
}
