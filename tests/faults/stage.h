/* Stagings: who plays which part, by class of fault. One file for each kind of them. */
#ifndef TESTS_FAULTS_STAGE_H
#define TESTS_FAULTS_STAGE_H

#include "tests/faults/cast.h"

typedef void stage(struct stage_set *set);

/* stage_lock.c */
stage stage_flock, stage_fcntl, stage_ofd, stage_transient, stage_chain, stage_deadlock, stage_futex,
    stage_futex_transient, stage_flock_script;
/* stage_flow.c */
stage stage_pipe_reader, stage_pipe_writer, stage_server_stalled, stage_server_transient, stage_redis_busy,
    stage_accepts_nobody, stage_reads_nothing, stage_stopped;
/* stage_resource.c */
stage stage_hog, stage_runaway, stage_leak, stage_descriptors, stage_threads, stage_forks, stage_zombies, stage_flood,
    stage_deleted;
/* stage_host.c */
stage stage_disk_hog, stage_reclaim, stage_oom, stage_throttled, stage_fuse, stage_hole, stage_names;
/* stage_healthy.c */
stage stage_backup, stage_compile, stage_rotate, stage_deploy, stage_cron, stage_bursts, stage_quiet;

/* Honest programs that stand beside, the innocent look-alikes among them (background.c). Eight mixes. */
void background_stage(struct stage_set *set);

/* A listening server; clients come with server_client. The socket is tcp in odd mixes, unix in even ones. */
struct member *server_stage(struct stage_set *set, enum part part, unsigned variant, int backlog, const char *name);
struct member *server_client(struct stage_set *set, enum part part, act *role, const struct member *server);

#endif
