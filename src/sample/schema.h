/* What a sample can hold: one row per table, one row per column. The enums, the codec's names, `culprit doctor` and the
 * recording format's documentation come from these lists. A column is read by name from disk or pipe: rows may be added
 * and reordered freely, a name once released keeps its meaning and unit.
 *
 * X(enum, "name", type, "unit", "what it is")
 *
 * Types: U64 an unsigned integer, F64 a double, STRING an index into the sample's strings.
 * Identities: a process is (pid, start_ticks); a socket or pipe is its inode number, which the kernel draws from one
 * counter for the whole host; a file is (mount_namespace, path), and (device, inode) where it was looked at. */
#ifndef SAMPLE_SCHEMA_H
#define SAMPLE_SCHEMA_H

#define SAMPLE_TABLES(X)                                                  \
    X(HOST, host, "the host itself: one row")                             \
    X(PROCESS, process, "processes")                                      \
    X(DESCRIPTOR, descriptor, "open descriptors of processes")            \
    X(FILE, file, "regular files that were looked at (the dear tier)")    \
    X(SOCKET, socket, "sockets, from the kernel's listing or sock_diag")  \
    X(PIPE, pipe, "pipes and fifos, from the kernel's listing")           \
    X(LOCK, lock, "file locks, held and waited for")                      \
    X(WAIT, wait, "episodes: who waited for whom, on what, how long")     \
    X(EVENT, event, "what happened to processes since the sample before") \
    X(FILESYSTEM, filesystem, "mounted file systems in use")              \
    X(DISK, disk, "block devices")                                        \
    X(CGROUP, cgroup, "control groups with a limit")                      \
    X(UNREAD, unread, "what could not be read, by kind and reason")

#define HOST_COLUMNS(X)                                                                                         \
    X(HOST_NAME, "name", STRING, "", "host name")                                                               \
    X(HOST_KERNEL, "kernel", STRING, "", "kernel release")                                                      \
    X(HOST_BOOT_ID, "boot_id", STRING, "", "random id of this boot")                                            \
    X(HOST_UTC_OFFSET_S, "utc_offset", U64, "s", "zone, in seconds plus 86400")                                 \
    X(HOST_CPUS, "cpus", U64, "", "processors online")                                                          \
    X(HOST_TICKS_PER_S, "ticks_per_s", U64, "1/s", "unit of start_ticks")                                       \
    X(HOST_CPU_BUSY_NS, "cpu_busy", U64, "ns", "cpu time used by all, idle and iowait excluded (counter)")      \
    X(HOST_CPU_IDLE_NS, "cpu_idle", U64, "ns", "cpu time idle, iowait included (counter)")                      \
    X(HOST_MEMORY_TOTAL_BYTES, "memory_total", U64, "bytes", "memory")                                          \
    X(HOST_MEMORY_AVAILABLE_BYTES, "memory_available", U64, "bytes", "memory available without swapping")       \
    X(HOST_SWAP_TOTAL_BYTES, "swap_total", U64, "bytes", "swap")                                                \
    X(HOST_SWAP_FREE_BYTES, "swap_free", U64, "bytes", "swap free")                                             \
    X(HOST_LOAD_1, "load_1", F64, "", "load average over one minute")                                           \
    X(HOST_OOM_KILLS, "oom_kills", U64, "", "processes killed for memory since boot (counter)")                 \
    X(HOST_PSI_CPU_SOME, "psi_cpu_some", F64, "", "share of time with cpu pressure, 10 s average, 0 to 1")      \
    X(HOST_PSI_CPU_FULL, "psi_cpu_full", F64, "", "the same, all tasks")                                        \
    X(HOST_PSI_MEMORY_SOME, "psi_memory_some", F64, "", "share of time with memory pressure")                   \
    X(HOST_PSI_MEMORY_FULL, "psi_memory_full", F64, "", "the same, all tasks")                                  \
    X(HOST_PSI_IO_SOME, "psi_io_some", F64, "", "share of time with io pressure")                               \
    X(HOST_PSI_IO_FULL, "psi_io_full", F64, "", "the same, all tasks")                                          \
    X(HOST_PSI_CPU_SOME_NS, "psi_cpu_some_total", U64, "ns", "cpu pressure, total (counter)")                   \
    X(HOST_PSI_MEMORY_SOME_NS, "psi_memory_some_total", U64, "ns", "memory pressure, total (counter)")          \
    X(HOST_PSI_IO_SOME_NS, "psi_io_some_total", U64, "ns", "io pressure, total (counter)")                      \
    X(HOST_RECORDER_MISSING, "recorder_missing", STRING, "", "why waits for file locks are not recorded")       \
    X(HOST_LIFECYCLE_MISSING, "lifecycle_missing", STRING, "", "why starts, ends and signals are not recorded") \
    X(HOST_WAITS_MISSING, "waits_missing", STRING, "", "why other waits are not recorded")                      \
    X(HOST_NETWORK_MISSING, "network_missing", STRING, "", "why connections that fail are not recorded")        \
    X(HOST_LISTING_MISSING, "listing_missing", STRING, "", "why the kernel does not list the processes")

#define PROCESS_COLUMNS(X)                                                                                          \
    X(PROCESS_PID, "pid", U64, "", "process id, in the collector's pid namespace")                                  \
    X(PROCESS_START_TICKS, "start_ticks", U64, "ticks", "start, in ticks since boot: with pid, the key")            \
    X(PROCESS_PARENT_PID, "parent_pid", U64, "", "parent")                                                          \
    X(PROCESS_NAME, "name", STRING, "", "comm")                                                                     \
    X(PROCESS_EXECUTABLE, "executable", STRING, "", "path of the executable")                                       \
    X(PROCESS_COMMAND, "command", STRING, "", "argv, joined with blanks, at most 4096 bytes")                       \
    X(PROCESS_UID, "uid", U64, "", "effective user id")                                                             \
    X(PROCESS_STATE, "state", U64, "", "the letter of the state: R S D T t Z I, as its character code")             \
    X(PROCESS_KERNEL_THREAD, "kernel_thread", U64, "", "1 for a kernel thread")                                     \
    X(PROCESS_SELF, "self", U64, "", "1 for this tool's own processes")                                             \
    X(PROCESS_CPU_NS, "cpu", U64, "ns", "cpu time used, all threads (counter)")                                     \
    X(PROCESS_RUN_DELAY_NS, "run_delay", U64, "ns", "time runnable but not running, main thread (counter)")         \
    X(PROCESS_RUN_DELAY_ALL_NS, "run_delay_all", U64, "ns", "the same, all living threads (falls when one ends)")   \
    X(PROCESS_RSS_BYTES, "rss", U64, "bytes", "resident memory")                                                    \
    X(PROCESS_MINOR_FAULTS, "minor_faults", U64, "", "page faults without io (counter)")                            \
    X(PROCESS_MAJOR_FAULTS, "major_faults", U64, "", "page faults with io (counter)")                               \
    X(PROCESS_READ_BYTES, "read", U64, "bytes", "bytes fetched from storage (counter)")                             \
    X(PROCESS_WRITE_BYTES, "write", U64, "bytes", "bytes sent to storage (counter)")                                \
    X(PROCESS_THREADS, "threads", U64, "", "threads")                                                               \
    X(PROCESS_CHILDREN_CREATED, "children_created", U64, "", "processes it has made since we watch (counter)")      \
    X(PROCESS_DESCRIPTORS, "descriptors", U64, "", "open descriptors")                                              \
    X(PROCESS_VOLUNTARY_SWITCHES, "voluntary_switches", U64, "", "times it gave the cpu up, main thread (counter)") \
    X(PROCESS_INVOLUNTARY_SWITCHES, "involuntary_switches", U64, "", "times the cpu was taken from it (counter)")   \
    X(PROCESS_CGROUP, "cgroup", STRING, "", "cgroup path (v2, else v1: systemd, name=, memory, others)")            \
    X(PROCESS_UNIT, "unit", STRING, "", "systemd unit, or container:ID12")                                          \
    X(PROCESS_WAIT_CHANNEL, "wait_channel", STRING, "", "kernel function it sleeps in")                             \
    X(PROCESS_SYSTEM_CALL, "system_call", U64, "", "number of the system call it sits in, main thread")             \
    X(PROCESS_MOUNT_NAMESPACE, "mount_namespace", U64, "", "inode of ns/mnt")                                       \
    X(PROCESS_NET_NAMESPACE, "net_namespace", U64, "", "inode of ns/net")

#define DESCRIPTOR_COLUMNS(X)                                                                                     \
    X(DESCRIPTOR_PID, "pid", U64, "", "process id of the owner")                                                  \
    X(DESCRIPTOR_START_TICKS, "start_ticks", U64, "ticks", "start of the owner")                                  \
    X(DESCRIPTOR_NUMBER, "number", U64, "", "descriptor number")                                                  \
    X(DESCRIPTOR_TYPE, "type", U64, "", "enum descriptor_type")                                                   \
    X(DESCRIPTOR_PATH, "path", STRING, "", "path of a file, directory or device, without the kernel's (deleted)") \
    X(DESCRIPTOR_DELETED, "deleted", U64, "", "1 when the file has no name any more")                             \
    X(DESCRIPTOR_INODE, "inode", U64, "", "inode of a pipe or socket; of a file where looked at")                 \
    X(DESCRIPTOR_DEVICE, "device", U64, "", "device of a file where looked at, as st_dev")                        \
    X(DESCRIPTOR_ACCESS, "access", U64, "", "1 read, 2 write, 3 both, where looked at")

#define FILE_COLUMNS(X)                                                       \
    X(FILE_MOUNT_NAMESPACE, "mount_namespace", U64, "", "with path: the key") \
    X(FILE_PATH, "path", STRING, "", "path")                                  \
    X(FILE_DEVICE, "device", U64, "", "st_dev")                               \
    X(FILE_INODE, "inode", U64, "", "st_ino")                                 \
    X(FILE_SIZE_BYTES, "size", U64, "bytes", "size")                          \
    X(FILE_LINKS, "links", U64, "", "names that it has; 0 = deleted but open")

#define SOCKET_COLUMNS(X)                                                                                       \
    X(SOCKET_NET_NAMESPACE, "net_namespace", U64, "", "inode of ns/net")                                        \
    X(SOCKET_INODE, "inode", U64, "", "inode; 0 when no descriptor holds it (time wait, orphan)")               \
    X(SOCKET_COOKIE, "cookie", U64, "", "the kernel's id of the socket")                                        \
    X(SOCKET_PROTOCOL, "protocol", U64, "", "enum socket_protocol")                                             \
    X(SOCKET_STATE, "state", U64, "", "TCP_ESTABLISHED = 1 ... as in netinet/tcp.h; unix sockets use the same") \
    X(SOCKET_LOCAL, "local", STRING, "",                                                                        \
      "local address and port: 10.0.0.5:443, [::1]:80; path of a unix socket, "                                 \
      "@name when abstract")                                                                                    \
    X(SOCKET_REMOTE, "remote", STRING, "", "remote address and port")                                           \
    X(SOCKET_PEER_INODE, "peer_inode", U64, "", "inode of the other end, when it is on this host")              \
    X(SOCKET_UID, "uid", U64, "", "owner")                                                                      \
    X(SOCKET_RECEIVE_QUEUE_BYTES, "receive_queue", U64, "bytes", "unread bytes (established)")                  \
    X(SOCKET_SEND_QUEUE_BYTES, "send_queue", U64, "bytes", "unacknowledged or unsent bytes (established)")      \
    X(SOCKET_BACKLOG, "backlog", U64, "", "connections that wait to be accepted (listening)")                   \
    X(SOCKET_BACKLOG_LIMIT, "backlog_limit", U64, "", "how many may wait (listening)")                          \
    X(SOCKET_RTT_US, "rtt", U64, "us", "smoothed round-trip time")                                              \
    X(SOCKET_RETRANSMITS, "retransmits", U64, "", "segments sent again (counter)")                              \
    X(SOCKET_UNANSWERED_MS, "unanswered", U64, "ms",                                                            \
      "how long ago it sent what has had no answer yet (tcp, of the end that connected)")

#define PIPE_COLUMNS(X)                                                                                 \
    X(PIPE_INODE, "inode", U64, "", "inode, as that of its descriptors")                                \
    X(PIPE_BUFFERS_USED, "buffers_used", U64, "", "buffers that hold bytes; all of them: writers wait") \
    X(PIPE_BUFFERS, "buffers", U64, "", "buffers that it may fill (fcntl F_SETPIPE_SZ in pages)")       \
    X(PIPE_READERS, "readers", U64, "", "open files that read from it, also those not listed")          \
    X(PIPE_WRITERS, "writers", U64, "", "open files that write to it, also those not listed")

#define LOCK_COLUMNS(X)                                                                                           \
    X(LOCK_PID, "pid", U64, "", "who holds it or waits for it; absent when the kernel does not tell (OFD locks)") \
    X(LOCK_START_TICKS, "start_ticks", U64, "ticks", "start of that process")                                     \
    X(LOCK_CLASS, "class", U64, "", "enum lock_class")                                                            \
    X(LOCK_EXCLUSIVE, "exclusive", U64, "", "1 for a write lock, 0 for a read lock")                              \
    X(LOCK_WAITING, "waiting", U64, "", "1: waits for the lock; 0: holds it")                                     \
    X(LOCK_DEVICE, "device", U64, "", "device as the lock table tells it (major << 20 | minor)")                  \
    X(LOCK_INODE, "inode", U64, "", "inode of the file")                                                          \
    X(LOCK_MOUNT_NAMESPACE, "mount_namespace", U64, "", "of the process")                                         \
    X(LOCK_PATH, "path", STRING, "", "path of the file, from the process's descriptor")                           \
    X(LOCK_SINCE_NS, "since", U64, "ns", "boot time at which it was first seen or taken")                         \
    X(LOCK_AT_LEAST, "at_least", U64, "", "1: it is older than our first look")

#define WAIT_COLUMNS(X)                                                                                        \
    X(WAIT_KIND, "kind", U64, "", "enum wait_kind")                                                            \
    X(WAIT_PID, "pid", U64, "", "who waited")                                                                  \
    X(WAIT_START_TICKS, "start_ticks", U64, "ticks", "start of that process")                                  \
    X(WAIT_THREAD, "thread", U64, "", "which of its threads")                                                  \
    X(WAIT_NAME, "name", STRING, "", "its name, when it may be gone by the time of the sample")                \
    X(WAIT_HOLDER_PID, "holder_pid", U64, "", "for whom; absent when nobody is known")                         \
    X(WAIT_HOLDER_START_TICKS, "holder_start_ticks", U64, "ticks", "start of that process")                    \
    X(WAIT_HOLDER_NAME, "holder_name", STRING, "", "its name, when it may be gone by the time of the sample")  \
    X(WAIT_HOLDER_THREAD, "holder_thread", U64, "", "which of its threads, where that is known")               \
    X(WAIT_MOUNT_NAMESPACE, "mount_namespace", U64, "", "of the object's path")                                \
    X(WAIT_PATH, "path", STRING, "", "object: path of the file or device")                                     \
    X(WAIT_INODE, "inode", U64, "", "object: inode of the pipe or socket")                                     \
    X(WAIT_ACCEPTED, "accepted", U64, "", "of a socket: 1 when the other end had connected to it")             \
    X(WAIT_SINCE_NS, "since", U64, "ns", "boot time at which the longest single wait began")                   \
    X(WAIT_UNTIL_NS, "until", U64, "ns", "boot time at which it ended; the sample's own time when it goes on") \
    X(WAIT_AT_LEAST, "at_least", U64, "", "1: it had begun before our first look")                             \
    X(WAIT_ONGOING, "ongoing", U64, "", "1: still waiting at the time of the sample")                          \
    X(WAIT_COUNT, "count", U64, "", "single waits summed in this row")                                         \
    X(WAIT_TOTAL_NS, "total", U64, "ns", "time waited in all of them")                                         \
    X(WAIT_HELD_SINCE_NS, "held_since", U64, "ns", "of a lock: boot time at which the holder took it")         \
    X(WAIT_HELD_UNTIL_NS, "held_until", U64, "ns", "and at which it gave it back; absent while it holds it")   \
    X(WAIT_REMOTE, "remote", STRING, "", "object: address and port that was asked for a connection")           \
    X(WAIT_SIGNAL, "signal", U64, "", "of who is stopped: the signal that did it")                             \
    X(WAIT_INFERRED, "inferred", U64, "", "1: the holder is concluded, not told by the kernel")

#define EVENT_COLUMNS(X)                                                                                        \
    X(EVENT_KIND, "kind", U64, "", "enum event_kind")                                                           \
    X(EVENT_TIME_NS, "time", U64, "ns", "boot time")                                                            \
    X(EVENT_PID, "pid", U64, "", "to whom")                                                                     \
    X(EVENT_START_TICKS, "start_ticks", U64, "ticks", "start of that process")                                  \
    X(EVENT_NAME, "name", STRING, "", "its comm")                                                               \
    X(EVENT_COMMAND, "command", STRING, "", "of who exits: argv, joined with blanks, at most 256 bytes")        \
    X(EVENT_OTHER_PID, "other_pid", U64, "", "parent of who exits; sender of a signal, absent for the kernel")  \
    X(EVENT_OTHER_START_TICKS, "other_start_ticks", U64, "ticks", "start of that process")                      \
    X(EVENT_OTHER_NAME, "other_name", STRING, "", "its comm")                                                   \
    X(EVENT_SINCE_NS, "since", U64, "ns",                                                                       \
      "of a connection that failed: boot time at which it was asked for; of segments sent again: of the first") \
    X(EVENT_REMOTE, "remote", STRING, "", "of a connection: address and port")                                  \
    X(EVENT_ERROR, "error", U64, "", "of a connection that failed: errno value; 0: given up")                   \
    X(EVENT_COUNT, "count", U64, "", "segments sent again since the sample before")                             \
    X(EVENT_SIGNAL_NUMBER, "signal", U64, "", "signal that was sent, or that ended it")

#define FILESYSTEM_COLUMNS(X)                                                       \
    X(FILESYSTEM_MOUNT, "mount", STRING, "", "mount point")                         \
    X(FILESYSTEM_TYPE, "type", STRING, "", "ext4, xfs, tmpfs, ...")                 \
    X(FILESYSTEM_DEVICE, "device", U64, "", "st_dev")                               \
    X(FILESYSTEM_TOTAL_BYTES, "total", U64, "bytes", "size")                        \
    X(FILESYSTEM_AVAILABLE_BYTES, "available", U64, "bytes", "space for users")     \
    X(FILESYSTEM_INODES, "inodes", U64, "", "inodes; 0 where they are not counted") \
    X(FILESYSTEM_INODES_FREE, "inodes_free", U64, "", "inodes free")                \
    X(FILESYSTEM_READ_ONLY, "read_only", U64, "", "1 when mounted read-only")

#define DISK_COLUMNS(X)                                                   \
    X(DISK_NAME, "name", STRING, "", "kernel name")                       \
    X(DISK_DEVICE, "device", U64, "", "st_rdev")                          \
    X(DISK_READ_BYTES, "read", U64, "bytes", "bytes read (counter)")      \
    X(DISK_WRITE_BYTES, "write", U64, "bytes", "bytes written (counter)") \
    X(DISK_BUSY_NS, "busy", U64, "ns", "time with io under way (counter)")

#define CGROUP_COLUMNS(X)                                                                                \
    X(CGROUP_PATH, "path", STRING, "", "path, as in the cgroup column of the processes")                 \
    X(CGROUP_CPU_NS, "cpu", U64, "ns", "cpu time used (counter)")                                        \
    X(CGROUP_QUOTA, "quota", F64, "", "processors it may use; absent without a limit")                   \
    X(CGROUP_PERIODS, "periods", U64, "", "periods in which the quota was watched (counter)")            \
    X(CGROUP_THROTTLED_PERIODS, "throttled_periods", U64, "", "those in which it was used up (counter)") \
    X(CGROUP_THROTTLED_NS, "throttled", U64, "ns", "time held back, summed over processors (counter)")   \
    X(CGROUP_MEMORY_BYTES, "memory", U64, "bytes", "memory charged to it, page cache included")          \
    X(CGROUP_MEMORY_MAX_BYTES, "memory_max", U64, "bytes", "limit of memory; absent without one")        \
    X(CGROUP_OOM_KILLS, "oom_kills", U64, "", "processes killed for memory in it (counter)")

#define UNREAD_COLUMNS(X)                                                                   \
    X(UNREAD_KIND, "kind", STRING, "", "processes, descriptors, sockets, filesystems, ...") \
    X(UNREAD_REASON, "reason", STRING, "", "not permitted, missed the deadline, ...")       \
    X(UNREAD_COUNT, "count", U64, "", "how many")

#define SCHEMA_ENUM_COLUMN(column, name, type, unit, help) column,
#define SCHEMA_ENUM_TABLE(TABLE, name, help)               TABLE_##TABLE,

enum table_kind { SAMPLE_TABLES(SCHEMA_ENUM_TABLE) TABLE_COUNT };

enum { HOST_COLUMNS(SCHEMA_ENUM_COLUMN) HOST_COLUMN_COUNT };
enum { PROCESS_COLUMNS(SCHEMA_ENUM_COLUMN) PROCESS_COLUMN_COUNT };
enum { DESCRIPTOR_COLUMNS(SCHEMA_ENUM_COLUMN) DESCRIPTOR_COLUMN_COUNT };
enum { FILE_COLUMNS(SCHEMA_ENUM_COLUMN) FILE_COLUMN_COUNT };
enum { SOCKET_COLUMNS(SCHEMA_ENUM_COLUMN) SOCKET_COLUMN_COUNT };
enum { PIPE_COLUMNS(SCHEMA_ENUM_COLUMN) PIPE_COLUMN_COUNT };
enum { LOCK_COLUMNS(SCHEMA_ENUM_COLUMN) LOCK_COLUMN_COUNT };
enum { WAIT_COLUMNS(SCHEMA_ENUM_COLUMN) WAIT_COLUMN_COUNT };
enum { EVENT_COLUMNS(SCHEMA_ENUM_COLUMN) EVENT_COLUMN_COUNT };
enum { FILESYSTEM_COLUMNS(SCHEMA_ENUM_COLUMN) FILESYSTEM_COLUMN_COUNT };
enum { DISK_COLUMNS(SCHEMA_ENUM_COLUMN) DISK_COLUMN_COUNT };
enum { CGROUP_COLUMNS(SCHEMA_ENUM_COLUMN) CGROUP_COLUMN_COUNT };
enum { UNREAD_COLUMNS(SCHEMA_ENUM_COLUMN) UNREAD_COLUMN_COUNT };

/* Values of coded columns: part of the format, never renumbered. */
enum descriptor_type {
    DESCRIPTOR_OTHER, /* anonymous inodes: epoll, eventfd, timerfd, ... */
    DESCRIPTOR_FILE,
    DESCRIPTOR_DIRECTORY,
    DESCRIPTOR_DEVICE_FILE,
    DESCRIPTOR_PIPE,
    DESCRIPTOR_SOCKET,
};
enum event_kind { EVENT_EXIT, EVENT_SIGNAL, EVENT_OOM, EVENT_CONNECT_FAILED, EVENT_RESENT, EVENT_KIND_COUNT };
enum socket_protocol { SOCKET_TCP, SOCKET_UDP, SOCKET_UNIX, SOCKET_OTHER };
enum lock_class { LOCK_FLOCK, LOCK_POSIX, LOCK_OFD, LOCK_LEASE };

/* X(enum, "name", "what is waited for") */
#define WAIT_KINDS(X)                                                    \
    X(WAIT_LOCK, "lock", "a file lock (flock, fcntl, OFD)")              \
    X(WAIT_PIPE_READ, "pipe_read", "bytes in a pipe")                    \
    X(WAIT_PIPE_WRITE, "pipe_write", "room in a pipe")                   \
    X(WAIT_SOCKET_RECEIVE, "socket_receive", "bytes from the other end") \
    X(WAIT_SOCKET_SEND, "socket_send", "room at the other end")          \
    X(WAIT_CONNECT, "connect", "a connection")                           \
    X(WAIT_ACCEPT, "accept", "somebody who connects")                    \
    X(WAIT_CHILD, "child", "a child's exit")                             \
    X(WAIT_FUTEX, "futex", "a lock in memory")                           \
    X(WAIT_DISK, "disk", "a device or file system (state D)")            \
    X(WAIT_STOPPED, "stopped", "to be continued by who stopped it")
#define SCHEMA_ENUM_WAIT(kind, name, help) kind,
enum wait_kind { WAIT_KINDS(SCHEMA_ENUM_WAIT) WAIT_KIND_COUNT };

#endif
