/* Samples made by hand. */
#include "tests/unit/hand_made.h"

#include "base/clock.h"

#include <assert.h>
#include <string.h>

enum { TICKS_PER_S = 100, SAMPLES_MAX = 8 };

static uint64_t ticks(double seconds)
{
    return (uint64_t)(seconds * TICKS_PER_S + 0.5);
}

static uint64_t nanoseconds(double seconds)
{
    return (uint64_t)(seconds * NS_PER_S);
}

size_t made_row(struct sample *sample, enum table_kind kind)
{
    size_t row = table_append(&sample->tables[kind]);
    assert(row != SIZE_MAX);
    return row;
}

void made_u64(struct sample *sample, enum table_kind kind, size_t column, uint64_t value)
{
    table_set_u64(&sample->tables[kind], sample->tables[kind].rows - 1, column, value);
}

void made_text(struct sample *sample, enum table_kind kind, size_t column, const char *text)
{
    sample_set_string(sample, kind, sample->tables[kind].rows - 1, column, text, strlen(text));
}

struct sample *made_sample(double boottime_s)
{
    struct sample *sample = sample_new();
    assert(sample != NULL);
    sample->boottime_ns = (int64_t)nanoseconds(boottime_s);
    sample->time_ns = INT64_C(1763676151) * NS_PER_S + sample->boottime_ns;
    sample->complete = 1;
    made_row(sample, TABLE_HOST);
    made_text(sample, TABLE_HOST, HOST_NAME, "web3");
    made_u64(sample, TABLE_HOST, HOST_TICKS_PER_S, TICKS_PER_S);
    return sample;
}

void made_process(struct sample *sample, uint64_t pid, double start_s, const char *name)
{
    made_row(sample, TABLE_PROCESS);
    made_u64(sample, TABLE_PROCESS, PROCESS_PID, pid);
    made_u64(sample, TABLE_PROCESS, PROCESS_START_TICKS, ticks(start_s));
    made_u64(sample, TABLE_PROCESS, PROCESS_PARENT_PID, pid == 1 ? 0 : 1);
    made_u64(sample, TABLE_PROCESS, PROCESS_STATE, 'S');
    made_u64(sample, TABLE_PROCESS, PROCESS_MOUNT_NAMESPACE, 4026531841);
    made_text(sample, TABLE_PROCESS, PROCESS_NAME, name);
}

void made_descriptor(struct sample *sample, uint64_t pid, double start_s, uint64_t number, uint64_t type,
                     const char *path, uint64_t inode, uint64_t access)
{
    made_row(sample, TABLE_DESCRIPTOR);
    made_u64(sample, TABLE_DESCRIPTOR, DESCRIPTOR_PID, pid);
    made_u64(sample, TABLE_DESCRIPTOR, DESCRIPTOR_START_TICKS, ticks(start_s));
    made_u64(sample, TABLE_DESCRIPTOR, DESCRIPTOR_NUMBER, number);
    made_u64(sample, TABLE_DESCRIPTOR, DESCRIPTOR_TYPE, type);
    if (path != NULL)
        made_text(sample, TABLE_DESCRIPTOR, DESCRIPTOR_PATH, path);
    if (inode != 0)
        made_u64(sample, TABLE_DESCRIPTOR, DESCRIPTOR_INODE, inode);
    if (access != 0)
        made_u64(sample, TABLE_DESCRIPTOR, DESCRIPTOR_ACCESS, access);
}

void made_lock(struct sample *sample, uint64_t pid, double start_s, const char *path, uint64_t inode, bool exclusive,
               bool waiting, double since_s)
{
    made_row(sample, TABLE_LOCK);
    made_u64(sample, TABLE_LOCK, LOCK_PID, pid);
    made_u64(sample, TABLE_LOCK, LOCK_START_TICKS, ticks(start_s));
    made_u64(sample, TABLE_LOCK, LOCK_CLASS, LOCK_POSIX);
    made_u64(sample, TABLE_LOCK, LOCK_EXCLUSIVE, exclusive);
    made_u64(sample, TABLE_LOCK, LOCK_WAITING, waiting);
    made_u64(sample, TABLE_LOCK, LOCK_DEVICE, 8 << 20 | 1);
    made_u64(sample, TABLE_LOCK, LOCK_INODE, inode);
    if (path != NULL)
        made_text(sample, TABLE_LOCK, LOCK_PATH, path);
    made_u64(sample, TABLE_LOCK, LOCK_SINCE_NS, nanoseconds(since_s));
}

void made_wait(struct sample *sample, uint64_t pid, double start_s, uint64_t holder, double holder_start_s,
               const char *holder_name, const char *path, double since_s, bool ongoing)
{
    made_row(sample, TABLE_WAIT);
    made_u64(sample, TABLE_WAIT, WAIT_KIND, WAIT_LOCK);
    made_u64(sample, TABLE_WAIT, WAIT_PID, pid);
    made_u64(sample, TABLE_WAIT, WAIT_START_TICKS, ticks(start_s));
    made_u64(sample, TABLE_WAIT, WAIT_THREAD, pid);
    if (holder != 0) {
        made_u64(sample, TABLE_WAIT, WAIT_HOLDER_PID, holder);
        made_u64(sample, TABLE_WAIT, WAIT_HOLDER_START_TICKS, ticks(holder_start_s));
        made_text(sample, TABLE_WAIT, WAIT_HOLDER_NAME, holder_name);
    }
    if (path != NULL)
        made_text(sample, TABLE_WAIT, WAIT_PATH, path);
    made_u64(sample, TABLE_WAIT, WAIT_SINCE_NS, nanoseconds(since_s));
    made_u64(sample, TABLE_WAIT, WAIT_UNTIL_NS, (uint64_t)sample->boottime_ns);
    made_u64(sample, TABLE_WAIT, WAIT_ONGOING, ongoing);
    made_u64(sample, TABLE_WAIT, WAIT_COUNT, 1);
}

struct window made_window(struct sample **samples, size_t count)
{
    assert(count > 0 && count <= SAMPLES_MAX);
    return (struct window){.samples = samples, .count = count};
}

void made_window_done(struct window *window)
{
    for (size_t i = 0; i < window->count; i++)
        sample_release(window->samples[i]);
    window->count = 0;
}
