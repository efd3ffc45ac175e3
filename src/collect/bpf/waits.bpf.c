/* The waits of threads, in the kernel: who slept for a millisecond or more in a call that waits for somebody, on what,
 * and who woke it.
 *
 * When a thread leaves the cpu to sleep just the time is noted, and the owner of a futex, whose word only the thread
 * itself can read. It is looked at when it is woken, and only if a millisecond has gone by: by the table of calls that
 * /proc's half reads too. It still sleeps then, so that its registers and descriptors tell what for.
 *
 * Who wakes is who was waited for only when the kernel runs on that process's behalf. In an interrupt `current` is a
 * bystander; such a wake leaves the holder open, unless the interrupt is the loopback's, inside the call that sends:
 * then the sender's socket is the mirror image of the waiter's.
 *
 * Sleeps that are older than the programs are left to /proc: it has seen them at its first look.
 * SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#include <linux/bpf.h>
#include <stdbool.h>
#include "collect/bpf/kernel_types.h"
#include "collect/bpf/waits_shared.h"
#include "collect/bpf/waits_types.h"
#include "collect/call_class.h"
#include "sample/schema.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "collect/bpf/task.bpf.h"
#include "collect/bpf/waits_asleep.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum {
    STATE_INTERRUPTIBLE = 1, /* include/linux/sched.h */
    STATE_UNINTERRUPTIBLE = 2,
    STATE_NO_LOAD = 0x400,      /* with UNINTERRUPTIBLE: idle */
    STATE_FREEZABLE = 0x2000,   /* since 6.1 */
    KERNEL_THREAD = 0x00200000, /* PF_KTHREAD */
    IO_WORKER = 0x00000010,     /* PF_IO_WORKER */
    SHORTEST_NS = 1000000,
    CHILD_TOLD_NS = 50000000, /* of shorter-lived children their number would flood the map */
    FAMILY_UNIX = 1,
    FAMILY_INET = 2,
    FAMILY_INET6 = 10,
    PROTOCOL_TCP = 6,
    FUSE_MAGIC = 0x65735546, /* include/uapi/linux/magic.h */
    TYPE_MASK = 0170000,     /* of a mode: include/uapi/linux/stat.h */
    TYPE_PIPE = 0010000,
    TYPE_DIRECTORY = 0040000,
    TYPE_FILE = 0100000,
    TYPE_SOCKET = 0140000,
    FUTEX_COMMAND = 0x7f, /* include/uapi/linux/futex.h */
    FUTEX_WAIT = 0,
    FUTEX_LOCK_PI = 6,
    FUTEX_LOCK_PI2 = 13,
    FUTEX_PRIVATE = 128,
    FUTEX_OWNER = 0x3fffffff,
    CONTENDED = 2,    /* glibc's lowlevellock: taken, and somebody sleeps */
    OWNER_OFFSET = 8, /* of __owner behind __lock in pthread_mutex_t: bits/struct_mutex.h */
};

#define FUTEX_WAITERS     0x80000000U
#define FREEZABLE_VERSION 0x060100 /* 6.1 */

extern int LINUX_KERNEL_VERSION __kconfig;
const volatile __u8 calls[WAITS_CALLS]; /* class and second descriptor of each system call */

__u32 generation;
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, WAITS_SUMS);
    __type(key, struct waits_key);
    __type(value, struct waits_sum);
} sums SEC(".maps");

struct registers {
    __s64 call;
    __u64 arguments[3];
};

/* The user's registers of a task that is in the kernel. */
static __always_inline void registers_read(struct registers *registers, struct pt_regs *user)
{
    struct pt_regs___x86 *x86 = (void *)user;
    struct pt_regs___arm64 *arm64 = (void *)user;
    if (bpf_core_field_exists(x86->orig_ax)) {
        registers->call = (__s64)x86->orig_ax;
        registers->arguments[0] = x86->di;
        registers->arguments[1] = x86->si;
        registers->arguments[2] = x86->dx;
    } else if (bpf_core_field_exists(arm64->syscallno)) {
        registers->call = arm64->syscallno;
        registers->arguments[0] = arm64->orig_x0;
        registers->arguments[1] = arm64->regs[1];
        registers->arguments[2] = arm64->regs[2];
    } else {
        registers->call = -1;
    }
}

static __always_inline __s64 call_number(struct pt_regs *user)
{
    struct pt_regs___x86 *x86 = (void *)user;
    struct pt_regs___arm64 *arm64 = (void *)user;
    if (bpf_core_field_exists(x86->orig_ax))
        return (__s64)x86->orig_ax;
    return bpf_core_field_exists(arm64->syscallno) ? arm64->syscallno : -1;
}

static __always_inline __u8 call_entry(__s64 number)
{
    return number >= 0 && number < WAITS_CALLS ? calls[number & (WAITS_CALLS - 1)] : 0;
}

static __always_inline __u32 state_of(struct task_struct *task)
{
    struct task_struct___old *old = (void *)task;
    return bpf_core_field_exists(task->__state) ? task->__state : (__u32)old->state;
}

/* Asleep, and where nobody can wake it but who it waits for (state D). */
static __always_inline bool state_is_device(__u32 state)
{
    return (state & (STATE_UNINTERRUPTIBLE | STATE_NO_LOAD)) == STATE_UNINTERRUPTIBLE;
}

/* May that sleep be a wait for somebody? */
static __always_inline bool sleep_counts(__u32 class, __u32 state)
{
    if (class >= CALL_FILE)
        return true;
    if (class == CALL_LOCK)
        return false;
    return class == CALL_FUTEX ? !(state & STATE_NO_LOAD) : state_is_device(state);
}

/* Who holds the futex, as far as the word, or glibc's mutex around it, tells. */
static __always_inline __u32 futex_owner(const struct registers *registers)
{
    __u32 command = registers->arguments[1] & FUTEX_COMMAND, value = (__u32)registers->arguments[2], owner = 0;
    if (command == FUTEX_WAIT && value == CONTENDED)
        bpf_probe_read_user(&owner, sizeof owner, (void *)(registers->arguments[0] + OWNER_OFFSET));
    else if (command == FUTEX_WAIT && (value & FUTEX_WAITERS))
        owner = value;
    else if (command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2)
        bpf_probe_read_user(&owner, sizeof owner, (void *)registers->arguments[0]);
    return owner & FUTEX_OWNER;
}

/* May a thread that falls asleep in that state do so for a futex? From 6.1 on such sleeps let the machine freeze,
 * except those behind a lock that lends its priority. */
static __always_inline bool state_suits_futex(struct task_struct *task, __u32 state)
{
    struct task_struct___waits *blocked = (void *)task;
    return LINUX_KERNEL_VERSION < FREEZABLE_VERSION || (state & STATE_FREEZABLE) ||
           !bpf_core_field_exists(blocked->pi_blocked_on) || blocked->pi_blocked_on;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(wait_begin, bool preempted, struct task_struct *task)
{
    __u32 state = state_of(task), owner = 0;
    if (preempted || !(state & (STATE_INTERRUPTIBLE | STATE_UNINTERRUPTIBLE)) ||
        (task->flags & (KERNEL_THREAD | IO_WORKER)))
        return 0;
    if (state_suits_futex(task, state)) {
        struct pt_regs *user = (struct pt_regs *)bpf_task_pt_regs(task);
        __u32 class = call_entry(call_number(user)) & WAITS_CLASS_MASK;
        if (!sleep_counts(class, state))
            return 0;
        if (class == CALL_FUTEX) {
            struct registers registers;
            registers_read(&registers, user);
            owner = futex_owner(&registers);
            /* A thread at rest: conditions and semaphores inside a process tell nobody who holds them. */
            if (owner == 0 && (registers.arguments[1] & FUTEX_PRIVATE))
                return 0;
        }
    }
    sleeper_add(task, owner);
    return 0;
}

static __always_inline struct file *descriptor_file(struct task_struct *task, __u64 number)
{
    struct task_struct___waits *holder = (void *)task;
    struct fdtable___waits *table = BPF_CORE_READ(holder, files, fdt);
    struct file *file = 0;
    __u32 place = (__u32)number;
    if (place < BPF_CORE_READ(table, max_fds))
        bpf_probe_read_kernel(&file, sizeof file, BPF_CORE_READ(table, fd) + place);
    return file;
}

static __always_inline __u32 file_type(struct file *file)
{
    struct inode___waits *inode = (void *)BPF_CORE_READ(file, f_inode);
    return file ? BPF_CORE_READ(inode, i_mode) & TYPE_MASK : 0;
}

static __always_inline struct sock___waits *file_sock(struct file *file)
{
    struct file___waits *open = (void *)file;
    struct socket___waits *socket = BPF_CORE_READ(open, private_data);
    return BPF_CORE_READ(socket, sk);
}

/* One sleep while it is looked at. */
struct sleep {
    struct waits_object object;
    struct sock___waits *sock; /* NULL: not on a socket */
    __u32 flags;
    __u32 descriptor;
};

/* Has the other end connected to it? A unix socket has its listener's name then, an internet one its listener's port,
 * which is not one of those that sockets take when they connect. */
static __always_inline bool socket_is_accepted(struct sock___waits *sock, __u16 family)
{
    struct unix_sock___waits *local = (void *)sock;
    struct inet_connection_sock___waits *internet = (void *)sock;
    if (family == FAMILY_UNIX)
        return BPF_CORE_READ(local, addr) != 0;
    if (BPF_CORE_READ(sock, sk_protocol) != PROTOCOL_TCP)
        return false;
    struct inet_bind_bucket___waits *bucket = BPF_CORE_READ(internet, icsk_bind_hash);
    return bucket && BPF_CORE_READ(bucket, fastreuse) >= 0;
}

static __always_inline __u32 socket_kind(__u32 class)
{
    if (class == CALL_CONNECT)
        return WAIT_CONNECT;
    if (class == CALL_ACCEPT)
        return WAIT_ACCEPT;
    return class == CALL_WRITE ? WAIT_SOCKET_SEND : WAIT_SOCKET_RECEIVE;
}

static __always_inline bool sleep_on_stream(struct sleep *sleep, struct file *file, __u32 class)
{
    __u32 type = file_type(file);
    if (type == TYPE_PIPE && class <= CALL_WRITE) {
        sleep->object.kind = class == CALL_READ ? WAIT_PIPE_READ : WAIT_PIPE_WRITE;
    } else if (type == TYPE_SOCKET) {
        sleep->object.kind = socket_kind(class);
        struct sock___waits *sock = file_sock(file);
        __u16 family = BPF_CORE_READ(sock, __sk_common.skc_family);
        sleep->sock = sock;
        if (family != FAMILY_UNIX && family != FAMILY_INET && family != FAMILY_INET6)
            return false;
        sleep->flags |= family == FAMILY_UNIX ? WAITS_UNIX : 0;
        sleep->flags |= socket_is_accepted(sock, family) ? WAITS_ACCEPTED : 0;
    } else {
        return false;
    }
    sleep->object.inode = BPF_CORE_READ(file, f_inode, i_ino);
    return true;
}

/* What that thread, asleep in that state, waits for; false: nothing that concerns anybody. */
static __always_inline bool sleep_read(struct sleep *sleep, struct task_struct *task, struct pt_regs *user, __u32 state)
{
    struct registers registers;
    registers_read(&registers, user);
    __u8 entry = call_entry(registers.call);
    __u32 class = entry & WAITS_CLASS_MASK, other = entry >> WAITS_OTHER_SHIFT;
    struct file *file = class >= CALL_FILE && class <= CALL_ACCEPT ? descriptor_file(task, registers.arguments[0]) : 0;
    sleep->descriptor = WAITS_NO_DESCRIPTOR;
    if (file && class != CALL_FILE && sleep_on_stream(sleep, file, class))
        return true;
    if (other == 1 || other == 2) {
        struct file *second = descriptor_file(task, other == 1 ? registers.arguments[1] : registers.arguments[2]);
        if (second && sleep_on_stream(sleep, second, CALL_WRITE))
            return true;
    }
    if (class == CALL_CHILD || class == CALL_VFORK) {
        sleep->object.kind = WAIT_CHILD;
        return true;
    }
    if (class == CALL_FUTEX) {
        sleep->object.kind = WAIT_FUTEX;
        return true;
    }
    bool fuse = file && BPF_CORE_READ(file, f_inode, i_sb, s_magic) == FUSE_MAGIC;
    if (!state_is_device(state) && !fuse)
        return false;
    sleep->object.kind = WAIT_DISK;
    sleep->flags |= fuse ? WAITS_FUSE : 0;
    if (file) {
        sleep->descriptor = (__u32)registers.arguments[0];
        sleep->object.inode = BPF_CORE_READ(file, f_inode, i_ino);
        sleep->object.device = BPF_CORE_READ(file, f_inode, i_sb, s_dev);
    }
    return true;
}

/* Does the current process send on the other end of that connection? */
static __always_inline bool waker_is_peer(struct sock___waits *sock, struct task_struct *waker, struct pt_regs *user)
{
    struct registers registers;
    registers_read(&registers, user);
    __u8 entry = call_entry(registers.call);
    __u32 class = entry & WAITS_CLASS_MASK;
    if (class != CALL_READ && class != CALL_WRITE)
        return false;
    __u32 other = entry >> WAITS_OTHER_SHIFT;
    struct file *file = descriptor_file(waker, other == 2   ? registers.arguments[2]
                                               : other == 1 ? registers.arguments[1]
                                                            : registers.arguments[0]);
    if (!file || file_type(file) != TYPE_SOCKET)
        return false;
    struct sock___waits *peer = file_sock(file);
    __u16 port = BPF_CORE_READ(sock, __sk_common.skc_num), peer_port = BPF_CORE_READ(peer, __sk_common.skc_num);
    return port != 0 && peer_port != 0 && BPF_CORE_READ(peer, __sk_common.skc_dport) == bpf_htons(port) &&
           BPF_CORE_READ(sock, __sk_common.skc_dport) == bpf_htons(peer_port) &&
           BPF_CORE_READ(peer, __sk_common.skc_daddr) == BPF_CORE_READ(sock, __sk_common.skc_rcv_saddr);
}

/* Is the kernel here on behalf of the current process, and not in an interrupt? The trace point's arguments lie on the
 * stack in use; the process's own ends below its saved registers. */
static __always_inline bool in_process(const void *arguments, struct task_struct *waker, struct pt_regs *user)
{
    struct task_struct___waits *task = (void *)waker;
    __u64 place = (__u64)arguments, bottom = (__u64)BPF_CORE_READ(task, stack), top = (__u64)user;
    return place >= bottom && place < top && call_number(user) >= 0;
}

/* Was it woken to take a signal? */
static __always_inline bool signal_is_pending(struct task_struct *task)
{
    struct task_struct___waits *waits = (void *)task;
    unsigned long blocked = BPF_CORE_READ(waits, blocked.sig[0]);
    unsigned long own = BPF_CORE_READ(waits, pending.signal.sig[0]);
    return ((own | BPF_CORE_READ(waits, signal, shared_pending.signal.sig[0])) & ~blocked) != 0;
}

/* Is the current process, on whose behalf the kernel wakes that thread, who the thread waited for? */
static __always_inline bool waker_counts(const struct sleep *sleep, struct task_struct *task, struct task_struct *waker)
{
    if (sleep->object.kind == WAIT_CHILD)
        return BPF_CORE_READ(waker, group_leader, real_parent, tgid) == task->tgid;
    return !signal_is_pending(task);
}

/* Adds the one who wakes to the key, where it is who was waited for. Answers whether it is. */
static __always_inline bool holder_find(struct waits_key *key, char name[RECORDER_NAME_BYTES],
                                        const struct sleep *sleep, struct task_struct *task, const void *arguments)
{
    struct recorder_party party;
    struct task_struct *waker = (struct task_struct *)bpf_get_current_task_btf();
    if (waker->pid == 0 || (waker->flags & (KERNEL_THREAD | IO_WORKER)))
        return false;
    struct pt_regs *user = (struct pt_regs *)bpf_task_pt_regs(waker);
    bool process = in_process(arguments, waker, user) && waker_counts(sleep, task, waker);
    bool internet = sleep->sock && !(sleep->flags & WAITS_UNIX);
    if (internet ? !waker_is_peer(sleep->sock, waker, user) : !process)
        return false;
    party_read_current(&party, waker);
    key->holder_pid = party.pid;
    key->holder_start_ns = party.start_ns;
    if (key->object.kind == WAIT_FUTEX)
        key->holder_thread = task_number(waker);
    __builtin_memcpy(name, party.name, RECORDER_NAME_BYTES);
    return true;
}

static __always_inline void sum_add(const struct waits_key *key, const char *name, const char *holder_name,
                                    __u32 descriptor, __u64 since_ns, __u64 until_ns)
{
    struct waits_sum *sum = bpf_map_lookup_elem(&sums, key);
    if (!sum) {
        struct waits_sum none = {.descriptor = descriptor};
        __builtin_memcpy(none.name, name, sizeof none.name);
        __builtin_memcpy(none.holder_name, holder_name, sizeof none.holder_name);
        bpf_map_update_elem(&sums, key, &none, BPF_NOEXIST);
        sum = bpf_map_lookup_elem(&sums, key);
    }
    if (!sum) {
        __sync_fetch_and_add(&lost, 1);
        return;
    }
    /* One thread is woken by one at a time. */
    sum->count++;
    sum->total_ns += until_ns - since_ns;
    if (until_ns - since_ns > sum->until_ns - sum->since_ns) {
        sum->since_ns = since_ns;
        sum->until_ns = until_ns;
    }
}

static __noinline int wait_note(const void *arguments, struct task_struct *task, struct pt_regs *user,
                                const struct waits_sleeper *slept, __u64 until_ns)
{
    struct sleep sleep = {0};
    struct recorder_party party;
    struct waits_key key = {0};
    char holder_name[RECORDER_NAME_BYTES] = {0};
    if (!sleep_read(&sleep, task, user, state_of(task)))
        return 0;
    party_read(&party, task);
    if (party.pid == 0)
        return 0;
    key.object = sleep.object;
    key.start_ns = party.start_ns;
    key.pid = party.pid;
    key.thread = task_number(task);
    key.generation = generation;
    bool told = sleep.object.kind != WAIT_CHILD || until_ns - slept->since_ns >= CHILD_TOLD_NS;
    if (told && !holder_find(&key, holder_name, &sleep, task, arguments))
        sleep.flags |= WAITS_INTERRUPT;
    /* Inside a process only locks are somebody's. */
    if (key.holder_pid == key.pid && slept->owner == 0)
        return 0;
    /* Who wakes at a semaphore need not be who was waited for. */
    if (sleep.object.kind == WAIT_FUTEX && slept->owner == 0)
        sleep.flags |= WAITS_INFERRED;
    key.flags = sleep.flags;
    sum_add(&key, party.name, holder_name, sleep.descriptor, slept->since_ns, until_ns);
    return 0;
}

SEC("tp_btf/sched_waking")
int BPF_PROG(wait_end, struct task_struct *task)
{
    struct waits_sleeper *sleeper = sleeper_find(task);
    if (!sleeper)
        return 0;
    struct waits_sleeper slept = *sleeper;
    __u64 now = bpf_ktime_get_boot_ns();
    sleeper_remove(sleeper);
    if (now < slept.since_ns + SHORTEST_NS)
        return 0;
    struct pt_regs *user = (struct pt_regs *)bpf_task_pt_regs(task);
    __u32 class = call_entry(call_number(user)) & WAITS_CLASS_MASK;
    return sleep_counts(class, state_of(task)) ? wait_note(ctx, task, user, &slept, now) : 0;
}

SEC("iter/task")
int wait_list(struct bpf_iter__task *context)
{
    struct task_struct *task = context->task;
    if (!task || (task->flags & (KERNEL_THREAD | IO_WORKER)))
        return 0;
    __u32 state = state_of(task);
    struct waits_sleeper *sleeper = sleeper_find(task);
    __u64 since_ns = sleeper ? sleeper->since_ns : 0;
    if (since_ns == 0 || bpf_ktime_get_boot_ns() < since_ns + SHORTEST_NS)
        return 0;
    struct pt_regs *user = (struct pt_regs *)bpf_task_pt_regs(task);
    __u32 class = call_entry(call_number(user)) & WAITS_CLASS_MASK;
    struct sleep sleep = {0};
    struct waits_ongoing ongoing = {.since_ns = since_ns, .owner = sleeper->owner};
    if (!sleep_counts(class, state) || !sleep_read(&sleep, task, user, state))
        return 0;
    party_read(&ongoing.party, task);
    if (ongoing.party.pid == 0)
        return 0;
    ongoing.object = sleep.object;
    ongoing.flags = sleep.flags;
    ongoing.descriptor = sleep.descriptor;
    ongoing.thread = task_number(task);
    bpf_seq_write(context->meta->seq, &ongoing, sizeof ongoing);
    return 0;
}
