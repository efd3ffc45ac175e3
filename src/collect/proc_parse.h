/* The texts that the kernel writes under /proc/PID, as structs. Pure functions on hostile text: a process chooses its
 * name (which may hold ")", blanks and newlines), its paths and its cgroups. */
#ifndef COLLECT_PROC_PARSE_H
#define COLLECT_PROC_PARSE_H

#include "sample/schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* proc_pid_stat(5) */
struct proc_stat {
    const char *name; /* inside the text, not terminated */
    size_t name_length;
    uint64_t pid, parent_pid, flags, minor_faults, major_faults, user_ticks, system_ticks, threads, start_ticks;
    uint64_t rss_pages;
    uint64_t image; /* changes with every exec, where the addresses may be read; otherwise constant */
    char state;
};

enum { PROC_FLAG_KERNEL_THREAD = 0x00200000 }; /* PF_KTHREAD, include/linux/sched.h */

bool proc_stat_parse(const char *text, size_t length, struct proc_stat *stat);

/* /proc/PID/schedstat: cpu time, time runnable but not running, times put on a cpu (Documentation/scheduler/
 * sched-stats.rst). As long as all three stay the same the thread has not run. */
struct proc_schedstat {
    uint64_t cpu_ns, run_delay_ns, slices;
};
bool proc_schedstat_parse(const char *text, struct proc_schedstat *schedstat);

/* /proc/PID/syscall: "running", or the number (-1: blocked outside of a system call) with six arguments. */
struct proc_system_call {
    bool blocked;
    int64_t number;
    uint64_t arguments[6];
};
bool proc_system_call_parse(const char *text, struct proc_system_call *call);

/* The link of a descriptor. */
struct proc_link {
    enum descriptor_type type;
    const char *path; /* inside the text; NULL for pipes and sockets */
    size_t path_length;
    uint64_t inode; /* pipes and sockets */
    bool deleted;
};
void proc_link_parse(const char *text, size_t length, struct proc_link *link);

/* One line of /proc/locks, or behind "lock:" in fdinfo. */
struct proc_lock {
    uint64_t ordinal;
    bool waiting; /* "->": blocked by the lock of the same ordinal that stands without it */
    bool exclusive;
    bool has_pid; /* false: -1, the kernel does not tell */
    enum lock_class class;
    uint64_t pid, device, inode; /* device: major << 20 | minor */
};
bool proc_lock_parse(const char *line, struct proc_lock *lock);

/* "mnt:[4026531841]" */
bool proc_namespace_parse(const char *text, uint64_t *inode);

/* The type of a file by the S_IFMT bits of its mode; what they do not tell: `otherwise`. */
enum descriptor_type descriptor_type_of(uint32_t mode, enum descriptor_type otherwise);

#endif
