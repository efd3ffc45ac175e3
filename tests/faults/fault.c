/* The table of the classes. */
#include "tests/faults/fault.h"

#include "tests/faults/act.h"
#include "tests/faults/proof.h"

#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

const struct fault faults[] = {
    {"flock-sleeper", "takes a lock by flock and sleeps; others write under it", false, stage_flock, prove_stalled, 0,
     0},
    {"fcntl-sleeper", "the same by fcntl", false, stage_fcntl, prove_stalled, 0, 0},
    {"ofd-sleeper", "the same by an open file description's lock", false, stage_ofd, prove_stalled, 0, 0},
    {"lock-chain", "one holds a lock that another wants who holds what more want", false, stage_chain, prove_stalled, 0,
     0},
    {"deadlock", "two want each other's lock", false, stage_deadlock, prove_stalled, 0, 0},
    {"lock-transient", "holds a lock for 3 s, is asked about when it is gone", false, stage_transient, prove_stalled,
     5000, 0},
    {"flock-script", "the same by flock(1), in scripts", false, stage_flock_script, prove_stalled, 0, NEEDS_FLOCK},
    {"futex-held", "keeps a mutex in shared memory and sleeps", false, stage_futex, prove_stalled, 0, 0},
    {"futex-transient", "keeps it for 3 s, is asked about when it is free again", false, stage_futex_transient,
     prove_stalled, 5000, 0},
    {"pipe-reader-stalled", "does not read its pipe any more", false, stage_pipe_reader, prove_stalled, 0, 0},
    {"pipe-writer-stalled", "does not write into its pipe any more", false, stage_pipe_writer, prove_stalled, 0, 0},
    {"server-stalled", "does not answer; its clients are busy beside it", false, stage_server_stalled, prove_stalled, 0,
     NEEDS_CPU},
    {"server-transient", "does not answer for 3 s, is asked about when it answers again", false, stage_server_transient,
     prove_stalled, 5000, 0},
    {"redis-busy", "a real server runs a script that does not end", false, stage_redis_busy, prove_stalled, 0,
     NEEDS_REDIS},
    {"connect-blackholed", "an address leads nowhere any more", false, stage_hole, prove_stalled, 0, NEEDS_TUNNEL},
    {"name-lookup-slow", "a name server answers late", false, stage_names, prove_stalled, 0, 0},
    {"fuse-stuck", "the daemon of a file system stops answering", false, stage_fuse, prove_stalled, 0, NEEDS_FUSE},
    {"disk-hog", "writes much through to the disk; others write little", false, stage_disk_hog, prove_disk, 0,
     NEEDS_DISK},
    {"reclaim-storm", "takes the memory that another's files need, in a cgroup", false, stage_reclaim, prove_thrash, 0,
     NEEDS_CAGE | NEEDS_DISK},
    {"oom-kill", "leaks, in a cgroup, until another one is killed", false, stage_oom, prove_killed, 5000, NEEDS_CAGE},
    {"throttled", "uses up the quota that others share, in a cgroup", false, stage_throttled, prove_throttled, 0,
     NEEDS_CAGE},
    {"server-accepts-nobody", "does not accept connections", false, stage_accepts_nobody, prove_stalled, 0, 0},
    {"peer-reads-nothing", "does not read what is sent to it", false, stage_reads_nothing, prove_stalled, 0, 0},
    {"stopped", "a server is stopped by a signal", false, stage_stopped, prove_stalled, 0, 0},
    {"cpu-hog", "spins", false, stage_hog, prove_cpu, 0, NEEDS_CPU},
    {"runaway-small", "uses less cpu than the honest load, but never did before", false, stage_runaway, prove_cpu, 0,
     NEEDS_CPU},
    {"memory-leak", "grows, beside a larger honest process", false, stage_leak, prove_memory, 0, 0},
    {"descriptor-leak", "opens and never closes", false, stage_descriptors, prove_descriptors, 0, 0},
    {"thread-leak", "starts threads that stay", false, stage_threads, prove_threads, 0, 0},
    {"fork-storm", "starts children that end at once", false, stage_forks, prove_children, 0, 0},
    {"zombies", "does not collect its children", false, stage_zombies, prove_zombies, 0, 0},
    {"log-flood", "fills the file system of the logs", false, stage_flood, prove_full, 0, 0},
    {"deleted-file-grows", "writes into a file that has no name any more", false, stage_deleted, prove_deleted, 0, 0},
    {"healthy-quiet", "nothing happens", true, stage_quiet, prove_nothing, 0, 0},
    {"healthy-backup", "a copy of much", true, stage_backup, prove_nothing, 0, 0},
    {"healthy-compile", "short busy children", true, stage_compile, prove_nothing, 0, 0},
    {"healthy-rotate", "a log's lock is taken for 30 ms", true, stage_rotate, prove_nothing, 0, 0},
    {"healthy-deploy", "new processes", true, stage_deploy, prove_nothing, 0, 0},
    {"healthy-cron", "a dozen jobs at once", true, stage_cron, prove_nothing, 0, 0},
    {"healthy-bursts", "all of these, again and again: for long stretches", true, stage_bursts, prove_nothing, 0, 0},
};
const size_t fault_count = sizeof faults / sizeof faults[0];

const struct fault *fault_find(const char *name)
{
    for (size_t i = 0; i < fault_count; i++)
        if (strcmp(faults[i].name, name) == 0)
            return &faults[i];
    return NULL;
}

const char *fault_lacks(const struct fault *fault, const char *disk_folder)
{
    enum { TMPFS = 0x01021994 }; /* TMPFS_MAGIC, linux/magic.h */
    struct statfs status;
    if (fault->needs & NEEDS_FUSE && access("/dev/fuse", R_OK | W_OK) != 0)
        return "there is no /dev/fuse";
    if (fault->needs & NEEDS_TUNNEL && access("/dev/net/tun", R_OK | W_OK) != 0)
        return "there is no /dev/net/tun";
    if (fault->needs & NEEDS_REDIS && !program_is_here("redis-server"))
        return "there is no redis-server";
    if (fault->needs & NEEDS_FLOCK && !program_is_here("flock"))
        return "there is no flock(1)";
    if (fault->needs & NEEDS_DISK && (statfs(disk_folder, &status) != 0 || status.f_type == TMPFS))
        return "/tmp is in memory, not on a disk";
    return NULL;
}
