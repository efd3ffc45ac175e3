/* Staging of each class. Intensity sets how many suffer, or how fast it goes. */
#include "tests/faults/fault.h"

#include "tests/faults/act.h"
#include "tests/faults/proof.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static void pipe_make(int ends[2])
{
    if (pipe(ends) != 0)
        abort();
}

struct member *server_stage(struct stage_set *set, enum part part, unsigned variant, int backlog, const char *name)
{
    struct member *server = set_add_on(set, part, act_server, name);
    if (set->mix % 2 == 1)
        server->path[0] = '\0';
    int listener = listener_make(server->path[0] == '\0' ? NULL : server->path, backlog, &server->amount);
    if (listener < 0)
        abort();
    server->variant = variant;
    member_keep(server, listener);
    return server;
}

struct member *server_client(struct stage_set *set, enum part part, act *role, const struct member *server)
{
    struct member *client = set_add(set, part, role);
    snprintf(client->path, sizeof client->path, "%s", server->path);
    client->amount = server->amount;
    return client;
}

/* ---- locks ---- */

static void lockers_stage(struct stage_set *set, enum lock_kind kind, long held_ms)
{
    struct member *culprit = set_add_on(set, PART_CULPRIT, act_locker, "app.log");
    culprit->variant = kind;
    culprit->amount = held_ms;
    for (long i = by_intensity(set, 1, 3, 6); i > 0; i--)
        set_add_on(set, PART_VICTIM, act_locker, "app.log")->variant = kind;
}

static void stage_flock(struct stage_set *set)
{
    lockers_stage(set, LOCK_FLOCK, 0);
}

static void stage_fcntl(struct stage_set *set)
{
    lockers_stage(set, LOCK_RECORD, 0);
}

static void stage_ofd(struct stage_set *set)
{
    lockers_stage(set, LOCK_DESCRIPTION, 0);
}

static void stage_transient(struct stage_set *set)
{
    lockers_stage(set, LOCK_FLOCK, 3000);
}

static struct member *two_stage(struct stage_set *set, enum part part, const char *file, const char *other)
{
    struct member *member = set_add_on(set, part, act_locker_two, file);
    snprintf(member->other_path, sizeof member->other_path, "%s/%s", set->folder, other);
    return member;
}

static void stage_chain(struct stage_set *set)
{
    set_add_on(set, PART_CULPRIT, act_locker, "a.lock");
    two_stage(set, PART_VICTIM, "b.lock", "a.lock");
    if (set->intensity > 0)
        two_stage(set, PART_VICTIM, "c.lock", "b.lock");
    const char *last = set->intensity > 0 ? "c.lock" : "b.lock";
    for (long i = by_intensity(set, 1, 2, 4); i > 0; i--)
        set_add_on(set, PART_VICTIM, act_locker, last);
}

static void stage_deadlock(struct stage_set *set)
{
    two_stage(set, PART_CULPRIT, "a.lock", "b.lock");
    two_stage(set, PART_CULPRIT, "b.lock", "a.lock");
    for (long i = by_intensity(set, 1, 2, 5); i > 0; i--)
        set_add_on(set, PART_VICTIM, act_locker, i % 2 == 0 ? "a.lock" : "b.lock");
}

static void stage_futex(struct stage_set *set)
{
    set_add(set, PART_CULPRIT, act_mutex);
    for (long i = by_intensity(set, 1, 3, 6); i > 0; i--)
        set_add(set, PART_VICTIM, act_mutex);
}

/* ---- pipes and sockets ---- */

/* A pipeline from a writer through filters to a reader. */
static void pipeline_stage(struct stage_set *set, enum part writer, enum part reader, enum part between, long filters)
{
    int ends[2];
    struct member *first = set_add(set, writer, act_pipe_writer);
    pipe_make(ends);
    member_keep(first, ends[1]);
    for (; filters > 0; filters--) {
        struct member *filter = set_add(set, between, act_pipe_filter);
        member_keep(filter, ends[0]);
        pipe_make(ends);
        member_keep(filter, ends[1]);
    }
    member_keep(set_add(set, reader, act_pipe_reader), ends[0]);
}

static void stage_pipe_reader(struct stage_set *set)
{
    pipeline_stage(set, PART_VICTIM, PART_CULPRIT, PART_VICTIM, by_intensity(set, 0, 1, 2));
}

static void stage_pipe_writer(struct stage_set *set)
{
    pipeline_stage(set, PART_CULPRIT, PART_VICTIM, PART_VICTIM, by_intensity(set, 0, 1, 2));
}

static void stage_server_stalled(struct stage_set *set)
{
    struct member *server = server_stage(set, PART_CULPRIT, SERVER_STALLS, 16, "app.sock");
    for (long i = by_intensity(set, 1, 3, 6); i > 0; i--)
        server_client(set, PART_VICTIM, act_client, server)->variant = 1;
}

static void stage_accepts_nobody(struct stage_set *set)
{
    struct member *server = server_stage(set, PART_CULPRIT, SERVER_ACCEPTS_NOBODY, 1, "app.sock");
    for (long i = by_intensity(set, 3, 5, 8); i > 0; i--)
        server_client(set, PART_VICTIM, act_client_anew, server);
}

static void stage_reads_nothing(struct stage_set *set)
{
    struct member *server = server_stage(set, PART_CULPRIT, SERVER_READS_NOTHING, 16, "app.sock");
    for (long i = by_intensity(set, 1, 2, 4); i > 0; i--)
        server_client(set, PART_VICTIM, act_sender, server);
}

static void stage_stopped(struct stage_set *set)
{
    struct member *server = server_stage(set, PART_CULPRIT, SERVER_STALLS, 16, "app.sock");
    for (long i = by_intensity(set, 1, 3, 6); i > 0; i--)
        server_client(set, PART_VICTIM, act_client, server);
    set_add(set, PART_CULPRIT, act_stopper)->amount = server->number;
}

/* ---- resources ---- */

static struct member *resource_stage(struct stage_set *set, act *role, long low, long medium, long high)
{
    struct member *culprit = set_add_on(set, PART_CULPRIT, role, "data");
    culprit->amount = by_intensity(set, low, medium, high);
    return culprit;
}

static void innocent_stage(struct stage_set *set, act *role, long amount)
{
    set_add(set, PART_INNOCENT, role)->amount = amount;
}

static void stage_hog(struct stage_set *set)
{
    resource_stage(set, act_hog, 1, 2, 4);
    innocent_stage(set, act_burner, 50);
}

static void stage_runaway(struct stage_set *set)
{
    resource_stage(set, act_runaway, 20, 30, 40);
    innocent_stage(set, act_burner, 60);
}

static void stage_leak(struct stage_set *set)
{
    resource_stage(set, act_leak, 5, 15, 40);
    innocent_stage(set, act_big, 450);
}

static void stage_descriptors(struct stage_set *set)
{
    resource_stage(set, act_descriptors, 20, 100, 400);
    innocent_stage(set, act_many_files, 600);
}

static void stage_threads(struct stage_set *set)
{
    resource_stage(set, act_threads, 5, 20, 60);
    innocent_stage(set, act_many_threads, 100);
}

static void stage_forks(struct stage_set *set)
{
    resource_stage(set, act_forks, 20, 60, 150);
    innocent_stage(set, act_forker, 0);
}

static void stage_zombies(struct stage_set *set)
{
    resource_stage(set, act_zombies, 15, 40, 90);
    innocent_stage(set, act_forker, 0);
}

static void stage_flood(struct stage_set *set)
{
    char folder[96], options[32];
    long megabytes = by_intensity(set, 4, 12, 32);
    snprintf(folder, sizeof folder, "%s/log", set->folder);
    snprintf(options, sizeof options, "size=%ldm", megabytes);
    if (mkdir(folder, 0700) != 0 || mount("tmpfs", folder, "tmpfs", 0, options) != 0)
        abort();
    struct member *culprit = set_add_on(set, PART_CULPRIT, act_flood, "log/debug.log");
    culprit->amount = megabytes * 1024;
    for (int i = 0; i < 3; i++) {
        char file[32];
        snprintf(file, sizeof file, "log/app%d.log", i);
        set_add_on(set, PART_VICTIM, act_logger, file);
    }
}

static void stage_deleted(struct stage_set *set)
{
    resource_stage(set, act_deleted, 2048, 8192, 24576);
    set_add_on(set, PART_INNOCENT, act_logger, "honest.log");
}

/* ---- bursts of healthy hosts ---- */

static void stage_backup(struct stage_set *set)
{
    set_add_on(set, PART_BACKGROUND, act_backup, "archive");
}

static void stage_compile(struct stage_set *set)
{
    for (long i = by_intensity(set, 1, 2, 3); i > 0; i--)
        set_add(set, PART_BACKGROUND, act_compile);
}

static void stage_rotate(struct stage_set *set)
{
    for (int i = 0; i < 3; i++)
        set_add_on(set, PART_BACKGROUND, act_locker, "app.log");
    set_add_on(set, PART_BACKGROUND, act_rotate, "app.log");
}

static void stage_deploy(struct stage_set *set)
{
    for (long i = by_intensity(set, 1, 2, 3); i > 0; i--)
        set_add(set, PART_BACKGROUND, act_deploy);
}

static void stage_cron(struct stage_set *set)
{
    for (long i = by_intensity(set, 1, 2, 3); i > 0; i--)
        set_add(set, PART_BACKGROUND, act_cron);
}

static void stage_quiet(struct stage_set *set)
{
    (void)set;
}

const struct fault faults[] = {
    {"flock-sleeper", "takes a lock by flock and sleeps; others write under it", false, stage_flock, prove_stalled, 0},
    {"fcntl-sleeper", "the same by fcntl", false, stage_fcntl, prove_stalled, 0},
    {"ofd-sleeper", "the same by an open file description's lock", false, stage_ofd, prove_stalled, 0},
    {"lock-chain", "one holds a lock that another wants who holds what more want", false, stage_chain, prove_stalled,
     0},
    {"deadlock", "two want each other's lock", false, stage_deadlock, prove_stalled, 0},
    {"lock-transient", "holds a lock for 3 s, is asked about when it is gone", false, stage_transient, prove_stalled,
     5000},
    {"futex-held", "keeps a mutex in shared memory and sleeps", false, stage_futex, prove_stalled, 0},
    {"pipe-reader-stalled", "does not read its pipe any more", false, stage_pipe_reader, prove_stalled, 0},
    {"pipe-writer-stalled", "does not write into its pipe any more", false, stage_pipe_writer, prove_stalled, 0},
    {"server-stalled", "does not answer; its clients are busy beside it", false, stage_server_stalled, prove_stalled,
     0},
    {"server-accepts-nobody", "does not accept connections", false, stage_accepts_nobody, prove_stalled, 0},
    {"peer-reads-nothing", "does not read what is sent to it", false, stage_reads_nothing, prove_stalled, 0},
    {"stopped", "a server is stopped by a signal", false, stage_stopped, prove_stalled, 0},
    {"cpu-hog", "spins", false, stage_hog, prove_cpu, 0},
    {"runaway-small", "uses less cpu than the honest load, but never did before", false, stage_runaway, prove_cpu, 0},
    {"memory-leak", "grows, beside a larger honest process", false, stage_leak, prove_memory, 0},
    {"descriptor-leak", "opens and never closes", false, stage_descriptors, prove_descriptors, 0},
    {"thread-leak", "starts threads that stay", false, stage_threads, prove_threads, 0},
    {"fork-storm", "starts children that end at once", false, stage_forks, prove_children, 0},
    {"zombies", "does not collect its children", false, stage_zombies, prove_zombies, 0},
    {"log-flood", "fills the file system of the logs", false, stage_flood, prove_full, 0},
    {"deleted-file-grows", "writes into a file that has no name any more", false, stage_deleted, prove_deleted, 0},
    {"healthy-quiet", "nothing happens", true, stage_quiet, prove_nothing, 0},
    {"healthy-backup", "a copy of much", true, stage_backup, prove_nothing, 0},
    {"healthy-compile", "short busy children", true, stage_compile, prove_nothing, 0},
    {"healthy-rotate", "a log's lock is taken for 30 ms", true, stage_rotate, prove_nothing, 0},
    {"healthy-deploy", "new processes", true, stage_deploy, prove_nothing, 0},
    {"healthy-cron", "a dozen jobs at once", true, stage_cron, prove_nothing, 0},
};
const size_t fault_count = sizeof faults / sizeof faults[0];

const struct fault *fault_find(const char *name)
{
    for (size_t i = 0; i < fault_count; i++)
        if (strcmp(faults[i].name, name) == 0)
            return &faults[i];
    return NULL;
}
