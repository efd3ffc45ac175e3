/* The lifecycle of processes, in the kernel: who made whom, who ended how, who sent a signal that stops or ends, whom
 * the kernel killed for memory. A process that lives between two samples is seen nowhere else. SPDX-License-Identifier:
 * (GPL-2.0-only OR MIT) */
#include <linux/bpf.h>
#include <stdbool.h>
#include "collect/bpf/kernel_types.h"
#include "collect/bpf/lifecycle_shared.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "collect/bpf/task.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum {
    SIGNAL_ABORT = 6, /* include/uapi/asm-generic/signal.h */
    SIGNAL_KILL = 9,
    SIGNAL_TERMINATE = 15,
    SIGNAL_STOP = 19,
    SIGNAL_STOP_TERMINAL = 20,
    SIGNAL_BY_KERNEL = 1, /* SEND_SIG_PRIV, include/linux/sched/signal.h */
    EXIT_SIGNAL = 0x7f,   /* the part of an exit code that tells the signal */
};

__u32 lost;

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 2 << 20);
} events SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 8192);
    __type(key, struct lifecycle_parent);
    __type(value, __u64);
} children SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 4096);
    __type(key, __u32);
    __type(value, struct lifecycle_command);
} commands SEC(".maps");

static __always_inline struct lifecycle_event *event_begin(__u32 kind, __u32 signal, struct task_struct *task)
{
    struct lifecycle_event *event = bpf_ringbuf_reserve(&events, sizeof *event, 0);
    if (!event) {
        __sync_fetch_and_add(&lost, 1);
        return 0;
    }
    event->time_ns = bpf_ktime_get_boot_ns();
    event->kind = kind;
    event->signal = signal;
    event->command_bytes = 0;
    event->unused = 0;
    event->other = (struct recorder_party){0};
    party_read(&event->party, task);
    return event;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(record_fork, struct task_struct *parent, struct task_struct *child)
{
    struct task_struct *maker = BPF_CORE_READ(child, real_parent, group_leader);
    if (BPF_CORE_READ(child, pid) != BPF_CORE_READ(child, tgid))
        return 0;
    struct lifecycle_parent key = {.pid = task_number(maker), .start_ns = BPF_CORE_READ(maker, start_boottime)};
    if (key.pid == 0)
        return 0;
    __u64 one = 1, *count = bpf_map_lookup_elem(&children, &key);
    if (count)
        __sync_fetch_and_add(count, 1);
    else
        bpf_map_update_elem(&children, &key, &one, BPF_ANY);
    return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(record_exec, struct task_struct *task)
{
    struct lifecycle_command command = {0};
    __u32 pid = (__u32)(bpf_get_current_pid_tgid() >> 32);
    unsigned long first = BPF_CORE_READ(task, mm, arg_start), end = BPF_CORE_READ(task, mm, arg_end);
    __u64 bytes = end - first;
    if (end <= first)
        return 0;
    if (bytes > LIFECYCLE_COMMAND_BYTES)
        bytes = LIFECYCLE_COMMAND_BYTES;
    if (bpf_probe_read_user(command.text, (__u32)bytes, (void *)first))
        return 0;
    command.bytes = (__u32)bytes;
    bpf_map_update_elem(&commands, &pid, &command, BPF_ANY);
    return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(record_exit, struct task_struct *task)
{
    __u32 pid = (__u32)(bpf_get_current_pid_tgid() >> 32);
    if (BPF_CORE_READ(task, signal, live.counter) != 0) /* other threads live on */
        return 0;
    struct lifecycle_command *command = bpf_map_lookup_elem(&commands, &pid);
    struct lifecycle_event *event = event_begin(LIFECYCLE_EXIT, BPF_CORE_READ(task, exit_code) & EXIT_SIGNAL, task);
    if (event) {
        party_read(&event->other, BPF_CORE_READ(task, group_leader, real_parent));
        if (command) {
            event->command_bytes = command->bytes;
            __builtin_memcpy(event->command, command->text, sizeof event->command);
        }
        bpf_ringbuf_submit(event, 0);
    }
    if (command)
        bpf_map_delete_elem(&commands, &pid);
    return 0;
}

SEC("tp_btf/signal_generate")
int BPF_PROG(record_signal, int signal, void *info, struct task_struct *task, int group, int answer)
{
    if (answer != 0 || (signal != SIGNAL_KILL && signal != SIGNAL_TERMINATE && signal != SIGNAL_STOP &&
                        signal != SIGNAL_STOP_TERMINAL && signal != SIGNAL_ABORT))
        return 0;
    struct lifecycle_event *event = event_begin(LIFECYCLE_SIGNAL, (__u32)signal, task);
    if (!event)
        return 0;
    if ((__u64)info != SIGNAL_BY_KERNEL)
        party_read(&event->other, (struct task_struct *)bpf_get_current_task());
    bpf_ringbuf_submit(event, 0);
    return 0;
}

/* Before 6.10 the trace point told a number. */
SEC("tp_btf/mark_victim")
int record_out_of_memory(__u64 *arguments)
{
    __u64 told = arguments[0];
    struct lifecycle_event *event;
    if (bpf_core_field_exists(struct trace_event_raw_mark_victim, uid)) {
        event = event_begin(LIFECYCLE_OUT_OF_MEMORY, SIGNAL_KILL, (struct task_struct *)told);
    } else {
        event = event_begin(LIFECYCLE_OUT_OF_MEMORY, SIGNAL_KILL, (struct task_struct *)bpf_get_current_task());
        if (event) {
            event->party = (struct recorder_party){.global_pid = (__u32)told};
        }
    }
    if (event)
        bpf_ringbuf_submit(event, 0);
    return 0;
}
