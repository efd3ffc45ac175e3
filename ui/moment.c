/* The moment on the screen. */
#include "ui/moment.h"

#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { UTC_OFFSET_BIAS_S = 86400 };

static double cpu_counter(const struct sample *sample, size_t column)
{
    const struct table *host = &sample->tables[TABLE_HOST];
    return host->rows > 0 && table_known(host, 0, column) ? (double)table_u64(host, 0, column, 0) : NAN;
}

/* Busy time by all time, between the first and the last sample. */
static double cpu_share(const struct window *window)
{
    const struct sample *first = window->samples[0], *last = window->samples[window->count - 1];
    double busy = cpu_counter(last, HOST_CPU_BUSY_NS) - cpu_counter(first, HOST_CPU_BUSY_NS);
    double idle = cpu_counter(last, HOST_CPU_IDLE_NS) - cpu_counter(first, HOST_CPU_IDLE_NS);
    return busy >= 0 && idle >= 0 && busy + idle > 0 ? busy / (busy + idle) : NAN;
}

static double disk_rate(const struct sample *first, size_t before, const struct sample *last, size_t now, size_t column)
{
    const struct table *from = &first->tables[TABLE_DISK], *to = &last->tables[TABLE_DISK];
    double seconds = (double)(last->boottime_ns - first->boottime_ns) / 1e9;
    if (!table_known(from, before, column) || !table_known(to, now, column) || seconds <= 0)
        return NAN;
    double change = (double)table_u64(to, now, column, 0) - (double)table_u64(from, before, column, 0);
    return change >= 0 ? change / seconds : NAN;
}

static size_t disk_row(const struct sample *sample, const char *name)
{
    const struct table *table = &sample->tables[TABLE_DISK];
    for (size_t row = 0; row < table->rows; row++) {
        const char *other = sample_string(sample, TABLE_DISK, row, DISK_NAME);
        if (other != NULL && strcmp(other, name) == 0)
            return row;
    }
    return SIZE_MAX;
}

/* Puts a disk where it belongs among the busiest. */
static void disk_place(struct moment *moment, const struct moment_disk *disk)
{
    size_t at = moment->disk_count;
    while (at > 0 && !(moment->disks[at - 1].busy >= disk->busy) && !isnan(disk->busy))
        at--;
    if (at == MOMENT_DISKS_MAX)
        return;
    size_t kept = moment->disk_count < MOMENT_DISKS_MAX ? moment->disk_count : MOMENT_DISKS_MAX - 1;
    memmove(&moment->disks[at + 1], &moment->disks[at], (kept - at) * sizeof *disk);
    moment->disks[at] = *disk;
    moment->disk_count = kept + 1;
}

static void moment_disks(struct moment *moment, const struct window *window)
{
    const struct sample *first = window->samples[0], *last = window->samples[window->count - 1];
    for (size_t row = 0; row < last->tables[TABLE_DISK].rows; row++) {
        const char *name = sample_string(last, TABLE_DISK, row, DISK_NAME);
        size_t before = name == NULL ? SIZE_MAX : disk_row(first, name);
        if (before == SIZE_MAX)
            continue;
        struct moment_disk disk = {.read_bps = disk_rate(first, before, last, row, DISK_READ_BYTES),
                                   .write_bps = disk_rate(first, before, last, row, DISK_WRITE_BYTES),
                                   .busy = disk_rate(first, before, last, row, DISK_BUSY_NS) / 1e9};
        snprintf(disk.name, sizeof disk.name, "%s", name);
        disk.busy = disk.busy > 1 ? 1 : disk.busy;
        disk_place(moment, &disk);
    }
}

static void moment_describe(struct moment *moment, const struct sample *sample, bool utc)
{
    const struct table *host = &sample->tables[TABLE_HOST];
    const char *name = host->rows > 0 ? sample_string(sample, TABLE_HOST, 0, HOST_NAME) : NULL;
    snprintf(moment->host, sizeof moment->host, "%s", name == NULL ? "?" : name);
    int64_t offset_s = utc_offset_s(sample->time_ns);
    uint64_t biased = host->rows > 0 ? table_u64(host, 0, HOST_UTC_OFFSET_S, 0) : 0;
    if (biased > 0 && biased < 2 * UTC_OFFSET_BIAS_S)
        offset_s = (int64_t)biased - UTC_OFFSET_BIAS_S;
    moment->utc_offset_s = utc ? 0 : (int32_t)offset_s;
}

bool moment_take(struct moment *moment, struct cursor *cursor, size_t position, int64_t window_ns,
                 const struct model *model, bool utc, struct error *error)
{
    struct window window = {0};
    if (!cursor_window(cursor, position, window_ns, &window, error))
        return false;
    struct moment taken = {.serial = cursor_serial(cursor, position), .cpu_share = cpu_share(&window)};
    moment_describe(&taken, window.samples[window.count - 1], utc);
    moment_disks(&taken, &window);
    taken.graph = graph_build(&window, error);
    window_done(&window);
    if (moment->graph != NULL && taken.serial == moment->serial)
        taken.before = moment->before;
    else if (moment->graph != NULL && taken.serial == moment->serial + 1)
        taken.before = moment->after;
    taken.after = taken.before;
    const struct judge_options options = {.history = &taken.after};
    if (taken.graph != NULL)
        taken.verdict = verdict_new(taken.graph, model, &options, error);
    if (taken.verdict == NULL) {
        moment_done(&taken);
        return false;
    }
    moment_done(moment);
    *moment = taken;
    return true;
}

void moment_done(struct moment *moment)
{
    verdict_free(moment->verdict);
    graph_free(moment->graph);
    *moment = (struct moment){0};
}
