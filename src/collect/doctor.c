/* The doctor: its rows, each examined in a process that can be left behind. */
#include "collect/doctor.h"

#include "base/clock.h"
#include "collect/doctor_check.h"
#include "collect/privilege.h"
#include "collect/probe.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TOTAL_MS = 4900, ROW_MS = 900, BPF_MS = 2500 };

struct doctor_entry {
    const char *name;
    doctor_check *check;
    bool needed;
    bool whole; /* examined with all capabilities, as the collector has them while it starts */
    int patience_ms;
};

static const struct doctor_entry entries[] = {
    {"processes of all users", check_processes, true, false, ROW_MS},
    {"descriptors of all users", check_descriptors, true, false, ROW_MS},
    {"open modes and locks (fdinfo)", check_descriptor_details, true, false, ROW_MS},
    {"system call it sits in", check_system_calls, true, false, ROW_MS},
    {"kernel function it waits in", check_wait_channels, false, false, ROW_MS},
    {"bytes read and written (io)", check_io, true, false, ROW_MS},
    {"time waiting for a processor", check_run_delay, true, false, ROW_MS},
    {"file locks", check_locks, true, false, ROW_MS},
    {"tcp sockets", check_tcp, true, false, ROW_MS},
    {"udp sockets", check_udp, true, false, ROW_MS},
    {"unix sockets", check_unix, true, false, ROW_MS},
    {"other network namespaces", check_namespaces, false, false, ROW_MS},
    {"pressure (PSI)", check_pressure, true, false, ROW_MS},
    {"control groups", check_cgroups, false, false, ROW_MS},
    {"memory that stays in memory", check_memory_lock, false, true, ROW_MS},
    {"spared when memory runs out", check_oom_score, false, true, ROW_MS},
    {"processors", check_processors, false, false, ROW_MS},
    {"listed by the kernel (BPF)", check_kernel_sample, false, false, BPF_MS},
    {"file lock waits recorded (BPF)", check_lock_recorder, false, false, BPF_MS},
    {"other waits recorded (BPF)", check_wait_recorder, false, false, BPF_MS},
    {"starts and ends recorded (BPF)", check_lifecycle, false, false, BPF_MS},
    {"connections recorded (BPF)", check_network, false, false, BPF_MS},
};

void check_tell(struct doctor_row *row, bool available, const char *remedy, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(row->detail, sizeof row->detail, format, arguments);
    va_end(arguments);
    row->available = available;
    snprintf(row->remedy, sizeof row->remedy, "%s", available ? "" : remedy);
}

static bool entry_examine(void *context, const void *request, size_t request_bytes, struct buffer *answer)
{
    const struct doctor_entry *entry = context;
    (void)request, (void)request_bytes;
    struct doctor_row row = {.name = entry->name, .needed = entry->needed};
    if (!entry->whole)
        privilege_keep();
    entry->check(&row);
    buffer_append(answer, &row, sizeof row);
    return true;
}

static void row_examine(struct doctor_row *row, const struct doctor_entry *entry, int deadline_ms)
{
    struct doctor_entry copy = *entry;
    struct buffer answer = {0};
    struct probe *probe =
        deadline_ms <= 0
            ? NULL
            : probe_new(&(struct probe_options){.name = "culprit-doctor", .work = entry_examine, .context = &copy});
    *row = (struct doctor_row){.name = entry->name, .needed = entry->needed};
    if (probe != NULL && probe_ask(probe, NULL, 0, deadline_ms, &answer, NULL) == PROBE_ANSWERED &&
        answer.length == sizeof *row)
        memcpy(row, answer.data, sizeof *row);
    else
        check_tell(row, false, "this host hangs or is overloaded: run culprit diagnose, and the doctor again later",
                   "not answered in time");
    probe_free(probe);
    buffer_done(&answer);
}

size_t doctor_examine(struct doctor_row *rows, size_t capacity)
{
    int64_t end_ns = clock_boottime_ns() + TOTAL_MS * NS_PER_MS;
    size_t count = sizeof entries / sizeof entries[0];
    count = count > capacity ? capacity : count;
    for (size_t i = 0; i < count; i++) {
        int left_ms = (int)((end_ns - clock_boottime_ns()) / NS_PER_MS);
        int patience_ms = entries[i].patience_ms;
        row_examine(&rows[i], &entries[i], left_ms > patience_ms ? patience_ms : left_ms);
    }
    return count;
}
