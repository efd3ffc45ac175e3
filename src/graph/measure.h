/* What is measured of a node over a window, in units that people read. The columns of lists, the features of models and
 * the drill-down all take their numbers from here. NaN = not observed.
 *
 * X(enum, "name", "unit", "what it is") */
#ifndef GRAPH_MEASURE_H
#define GRAPH_MEASURE_H

#define MEASURES(X)                                                                                          \
    X(MEASURE_CPU_PCT, "cpu", "%", "cpu used, percent of one core")                                          \
    X(MEASURE_RUN_DELAY, "run_delay", "s/s", "seconds per second spent runnable but not running")            \
    X(MEASURE_RUN_DELAY_ALL, "run_delay_all", "s/s", "the same of all its threads, preemption included")     \
    X(MEASURE_RSS_BYTES, "memory", "bytes", "resident memory")                                               \
    X(MEASURE_RSS_GROWTH_BPS, "memory_growth", "bytes/s", "growth of resident memory")                       \
    X(MEASURE_READ_BPS, "read", "bytes/s", "read from storage")                                              \
    X(MEASURE_WRITE_BPS, "write", "bytes/s", "written to storage")                                           \
    X(MEASURE_MAJOR_FAULTS_PS, "major_faults", "1/s", "page faults that needed io")                          \
    X(MEASURE_MINOR_FAULTS_PS, "minor_faults", "1/s", "page faults without io")                              \
    X(MEASURE_VOLUNTARY_PS, "voluntary_switches", "1/s", "times it gave the cpu up")                         \
    X(MEASURE_INVOLUNTARY_PS, "involuntary_switches", "1/s", "times the cpu was taken from it")              \
    X(MEASURE_DESCRIPTORS, "descriptors", "", "open descriptors")                                            \
    X(MEASURE_DESCRIPTORS_GROWTH_PS, "descriptors_growth", "1/s", "growth of open descriptors")              \
    X(MEASURE_THREADS, "threads", "", "threads")                                                             \
    X(MEASURE_THREADS_GROWTH_PS, "threads_growth", "1/s", "growth of threads")                               \
    X(MEASURE_CHILDREN, "children", "", "children alive")                                                    \
    X(MEASURE_CHILDREN_PS, "children_created", "1/s", "children that appeared")                              \
    X(MEASURE_ZOMBIES, "zombies", "", "children that exited and were not waited for")                        \
    X(MEASURE_AGE_S, "age", "s", "time since its start")                                                     \
    X(MEASURE_BLOCKED_S, "blocked", "s", "longest wait in the window, not for a child or a connection")      \
    X(MEASURE_LOCK_WAIT_S, "lock_wait", "s", "longest wait for a file lock")                                 \
    X(MEASURE_LOCK_HELD_S, "lock_held", "s", "longest time it held a lock that others waited for")           \
    X(MEASURE_WAITERS, "waiters", "", "processes that wait for it, or on it")                                \
    X(MEASURE_RTT_MS, "rtt", "ms", "smoothed round-trip time; of a process: the worst of its sockets")       \
    X(MEASURE_RETRANSMITS_PS, "retransmits", "1/s", "segments sent again")                                   \
    X(MEASURE_RECEIVE_QUEUE_BYTES, "receive_queue", "bytes", "bytes that nobody has read yet")               \
    X(MEASURE_SEND_QUEUE_BYTES, "send_queue", "bytes", "bytes that the other end has not taken")             \
    X(MEASURE_BACKLOG, "backlog", "", "connections that wait to be accepted")                                \
    X(MEASURE_BACKLOG_SHARE, "backlog_share", "", "the same, as a share of the limit")                       \
    X(MEASURE_PIPE_FULL_PCT, "pipe_full", "%", "how much of the pipe is full of bytes that nobody has read") \
    X(MEASURE_SIZE_BYTES, "size", "bytes", "size of the file")                                               \
    X(MEASURE_SIZE_GROWTH_BPS, "size_growth", "bytes/s", "growth of the file")                               \
    X(MEASURE_OPENERS, "openers", "", "processes that have it open")                                         \
    X(MEASURE_WRITERS, "writers", "", "processes that have it open for writing")                             \
    X(MEASURE_DELETED, "deleted", "", "1: it has no name any more, but is open")                             \
    X(MEASURE_SPACE_USED_PCT, "space_used", "%", "of the file system")                                       \
    X(MEASURE_MEMORY_USED_PCT, "memory_used", "%", "of the host")                                            \
    X(MEASURE_SWAP_USED_PCT, "swap_used", "%", "of the host")                                                \
    X(MEASURE_PSI_CPU, "pressure_cpu", "", "share of time that some task wanted cpu, 0 to 1")                \
    X(MEASURE_PSI_MEMORY, "pressure_memory", "", "share of time that some task waited for memory")           \
    X(MEASURE_PSI_IO, "pressure_io", "", "share of time that some task waited for io")                       \
    X(MEASURE_PSI_MEMORY_FULL, "pressure_memory_full", "", "share of time that all tasks waited for memory") \
    X(MEASURE_PSI_IO_FULL, "pressure_io_full", "", "share of time that all tasks waited for io")             \
    X(MEASURE_CPU_QUOTA_PCT, "cpu_quota", "%", "cpu that its control group may use, percent of one core")    \
    X(MEASURE_THROTTLED, "throttled", "s/s", "seconds per second that this quota held its group back")       \
    X(MEASURE_THROTTLED_OWN, "throttled_own", "s/s", "the part of it for which its own use of cpu answers")  \
    X(MEASURE_OOM_KILLED, "oom_killed", "", "1: the kernel killed it for memory; of the host: how many")     \
    X(MEASURE_DEGREE, "degree", "", "edges")

#define MEASURE_ENUM(measure, name, unit, help) measure,
enum measure { MEASURES(MEASURE_ENUM) MEASURE_COUNT };

extern const struct measure_schema {
    const char *name;
    const char *unit;
    const char *help;
} measures[MEASURE_COUNT];

#endif
