/* The host: one row of figures from the top of /proc, and its block devices. */
#include "collect/proc_read.h"
#include "collect/source_inside.h"

#include "base/clock.h"
#include "base/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct field {
    const char *key;
    size_t column;
    uint64_t factor;
};

static void line_read(struct source *source, size_t row, size_t column, const char *name)
{
    char text[PROC_SMALL_BYTES];
    int length = proc_read(source->root, name, text, sizeof text);
    while (length > 0 && text[length - 1] == '\n')
        length--;
    if (length > 0)
        sample_set_string(source->sample, TABLE_HOST, row, column, text, (size_t)length);
}

static void fields_read(struct source *source, size_t row, const char *name, const struct field *fields, size_t count)
{
    struct buffer text = {0};
    struct table *table = &source->sample->tables[TABLE_HOST];
    uint64_t value;
    if (proc_read_all(source->root, name, &text) == 0)
        for (size_t i = 0; i < count; i++)
            if (proc_field(buffer_text(&text), fields[i].key, &value))
                table_set_u64(table, row, fields[i].column, value * fields[i].factor);
    buffer_done(&text);
}

static void cpu_read(struct source *source, size_t row)
{
    enum { USER, NICE, SYSTEM, IDLE, IO_WAIT, INTERRUPT, SOFT_INTERRUPT, COUNT };
    struct table *table = &source->sample->tables[TABLE_HOST];
    struct buffer text = {0};
    uint64_t ticks[COUNT] = {0}, processors = 0;
    if (proc_read_all(source->root, "stat", &text) == 0 && strncmp(buffer_text(&text), "cpu ", 4) == 0) {
        const char *at = buffer_text(&text) + 4;
        for (size_t i = 0; i < COUNT && proc_number(&at, &ticks[i]); i++)
            continue;
        for (const char *line = strchr(at, '\n'); line != NULL && strncmp(line, "\ncpu", 4) == 0;
             line = strchr(line + 1, '\n'))
            processors++;
        uint64_t busy = ticks[USER] + ticks[NICE] + ticks[SYSTEM] + ticks[INTERRUPT] + ticks[SOFT_INTERRUPT];
        table_set_u64(table, row, HOST_CPU_BUSY_NS, busy * source->ns_per_tick);
        table_set_u64(table, row, HOST_CPU_IDLE_NS, (ticks[IDLE] + ticks[IO_WAIT]) * source->ns_per_tick);
        table_set_u64(table, row, HOST_CPUS, processors);
    }
    buffer_done(&text);
}

/* "some avg10=0.12 avg60=... total=123" and "full ..." (Documentation/accounting/psi.rst); total is in microseconds. */
static void pressure_read(struct source *source, size_t row, const char *name, size_t some, size_t full, size_t total)
{
    struct table *table = &source->sample->tables[TABLE_HOST];
    char text[512];
    int length = proc_read(source->root, name, text, sizeof text);
    if (length < 0) {
        sample_unread_add(source->sample, "pressure", proc_reason(length), 1);
        return;
    }
    double average;
    unsigned long long microseconds;
    if (sscanf(text, "some avg10=%lf avg60=%*f avg300=%*f total=%llu", &average, &microseconds) == 2) {
        table_set_f64(table, row, some, average / 100);
        table_set_u64(table, row, total, microseconds * 1000);
    }
    const char *second = strstr(text, "full ");
    if (second != NULL && sscanf(second, "full avg10=%lf", &average) == 1)
        table_set_f64(table, row, full, average / 100);
}

/* Documentation/admin-guide/iostats.rst; a sector there is always 512 bytes. */
static void disks_collect(struct source *source)
{
    struct buffer text = {0};
    struct table *table = &source->sample->tables[TABLE_DISK];
    if (proc_read_all(source->root, "diskstats", &text) < 0) {
        buffer_done(&text);
        return;
    }
    for (const char *line = buffer_text(&text); line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        line += *line == '\n';
        unsigned major, minor;
        char name[64];
        unsigned long long reads, sectors_read, sectors_written, busy_ms;
        if (sscanf(line, "%u %u %63s %llu %*u %llu %*u %*u %*u %llu %*u %*u %llu", &major, &minor, name, &reads,
                   &sectors_read, &sectors_written, &busy_ms) != 7)
            continue;
        if (sectors_read + sectors_written == 0)
            continue;
        size_t row = table_append(table);
        if (row == SIZE_MAX)
            break;
        sample_set_string(source->sample, TABLE_DISK, row, DISK_NAME, name, strlen(name));
        table_set_u64(table, row, DISK_DEVICE, makedev(major, minor));
        table_set_u64(table, row, DISK_READ_BYTES, sectors_read * 512);
        table_set_u64(table, row, DISK_WRITE_BYTES, sectors_written * 512);
        table_set_u64(table, row, DISK_BUSY_NS, busy_ms * (uint64_t)NS_PER_MS);
    }
    buffer_done(&text);
}

static void missing_tell(struct source *source, size_t row, size_t column, const struct error *missing)
{
    if (missing->text[0] != '\0')
        sample_set_string(source->sample, TABLE_HOST, row, column, missing->text, strlen(missing->text));
}

bool host_collect(struct source *source, struct error *error)
{
    static const struct field memory[] = {{"MemTotal:", HOST_MEMORY_TOTAL_BYTES, 1024},
                                          {"MemAvailable:", HOST_MEMORY_AVAILABLE_BYTES, 1024},
                                          {"SwapTotal:", HOST_SWAP_TOTAL_BYTES, 1024},
                                          {"SwapFree:", HOST_SWAP_FREE_BYTES, 1024}};
    static const struct field events[] = {{"oom_kill ", HOST_OOM_KILLS, 1}};
    struct table *table = &source->sample->tables[TABLE_HOST];
    size_t row = table_append(table);
    if (row == SIZE_MAX)
        return error_memory(error);
    line_read(source, row, HOST_NAME, "sys/kernel/hostname");
    line_read(source, row, HOST_KERNEL, "sys/kernel/osrelease");
    line_read(source, row, HOST_BOOT_ID, "sys/kernel/random/boot_id");
    table_set_u64(table, row, HOST_UTC_OFFSET_S, (uint64_t)(utc_offset_s(source->sample->time_ns) + 86400));
    table_set_u64(table, row, HOST_TICKS_PER_S, (uint64_t)NS_PER_S / source->ns_per_tick);
    cpu_read(source, row);
    fields_read(source, row, "meminfo", memory, sizeof memory / sizeof memory[0]);
    fields_read(source, row, "vmstat", events, sizeof events / sizeof events[0]);
    char text[128];
    if (proc_read(source->root, "loadavg", text, sizeof text) > 0)
        table_set_f64(table, row, HOST_LOAD_1, strtod(text, NULL));
    pressure_read(source, row, "pressure/cpu", HOST_PSI_CPU_SOME, HOST_PSI_CPU_FULL, HOST_PSI_CPU_SOME_NS);
    pressure_read(source, row, "pressure/memory", HOST_PSI_MEMORY_SOME, HOST_PSI_MEMORY_FULL, HOST_PSI_MEMORY_SOME_NS);
    pressure_read(source, row, "pressure/io", HOST_PSI_IO_SOME, HOST_PSI_IO_FULL, HOST_PSI_IO_SOME_NS);
    missing_tell(source, row, HOST_RECORDER_MISSING, &source->recorder_missing);
    missing_tell(source, row, HOST_LIFECYCLE_MISSING, &source->lifecycle_missing);
    missing_tell(source, row, HOST_WAITS_MISSING, &source->waits_missing);
    missing_tell(source, row, HOST_NETWORK_MISSING, &source->network_missing);
    missing_tell(source, row, HOST_LISTING_MISSING, &source->kernel_missing);
    disks_collect(source);
    return true;
}
