/* A build without the kernel source: there is no recorder, of locks or waits, and no lifecycle. */
#include "collect/kernel_reason.h"
#include "collect/lifecycle.h"
#include "collect/network.h"
#include "collect/recorder.h"
#include "collect/waits.h"

struct recorder *recorder_new(struct error *error)
{
    kernel_absence_tell(KERNEL_LOCKS, error);
    return NULL;
}

void recorder_free(struct recorder *recorder)
{
    (void)recorder;
}

void recorder_begin(struct recorder *recorder)
{
    (void)recorder;
}

bool recorder_read(struct recorder *recorder)
{
    (void)recorder;
    return true;
}

uint64_t recorder_held_since(const struct recorder *recorder, uint64_t device, uint64_t inode, unsigned family,
                             uint64_t pid)
{
    (void)recorder, (void)device, (void)inode, (void)family, (void)pid;
    return 0;
}

uint64_t recorder_waits_since(const struct recorder *recorder, uint64_t device, uint64_t inode, uint64_t pid)
{
    (void)recorder, (void)device, (void)inode, (void)pid;
    return 0;
}

bool recorder_append(struct source *source)
{
    (void)source;
    return true;
}

struct lifecycle *lifecycle_new(size_t event_bytes, struct error *error)
{
    (void)event_bytes;
    kernel_absence_tell(KERNEL_LIFECYCLE, error);
    return NULL;
}

void lifecycle_free(struct lifecycle *lifecycle)
{
    (void)lifecycle;
}

size_t lifecycle_command(const struct lifecycle *lifecycle, uint32_t pid, char *text)
{
    (void)lifecycle, (void)pid, (void)text;
    return 0;
}

bool lifecycle_collect(struct source *source)
{
    (void)source;
    return true;
}

struct wait_recorder *wait_recorder_new(size_t places, struct error *error)
{
    (void)places;
    kernel_absence_tell(KERNEL_WAITS, error);
    return NULL;
}

void wait_recorder_free(struct wait_recorder *recorder)
{
    (void)recorder;
}

void wait_recorder_begin(struct wait_recorder *recorder)
{
    (void)recorder;
}

bool wait_recorder_read(struct wait_recorder *recorder)
{
    (void)recorder;
    return true;
}

bool wait_recorder_tells(const struct wait_recorder *recorder, const struct process_memory *process, uint64_t thread,
                         const struct sleep_memory *sleep)
{
    (void)recorder, (void)process, (void)thread, (void)sleep;
    return false;
}

void wait_recorder_name(struct source *source)
{
    (void)source;
}

bool wait_recorder_append(struct source *source, struct wait_ends *ends)
{
    (void)source, (void)ends;
    return true;
}

struct network *network_new(struct error *error)
{
    kernel_absence_tell(KERNEL_NETWORK, error);
    return NULL;
}

void network_free(struct network *network)
{
    (void)network;
}

bool network_append(struct source *source, struct wait_ends *ends)
{
    (void)source, (void)ends;
    return true;
}
