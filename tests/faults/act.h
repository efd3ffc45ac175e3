/* The parts that processes play. Each does honest work in a loop; a culprit misbehaves once the fault is on. */
#ifndef TESTS_FAULTS_ACT_H
#define TESTS_FAULTS_ACT_H

#include "tests/faults/cast.h"

/* ---- locks (act_lock.c) ---- */
enum lock_kind { LOCK_FLOCK, LOCK_RECORD, LOCK_DESCRIPTION }; /* variant */
act act_locker;     /* lock `path`, append a line, unlock, ten times a second; culprit: keeps the lock and sleeps, for
                       `amount` ms, 0 = for ever */
act act_locker_two; /* as act_locker; on fault: keeps the lock on `path`, and wants the one on `other_path` */
act act_mutex;      /* the same with a mutex in shared memory */
act act_flock_user; /* the same by flock(1), in scripts (act_program.c) */
act act_holder;     /* honest: holds a lock that nobody wants */

/* ---- pipes and sockets (act_flow.c) ---- */
act act_pipe_writer; /* writes to its descriptor; culprit: stops */
act act_pipe_reader; /* reads from its descriptor; culprit: stops */
act act_pipe_filter; /* reads from the first, writes to the second */
enum server_fault { SERVER_STALLS, SERVER_PAUSES, SERVER_ACCEPTS_NOBODY, SERVER_READS_NOTHING }; /* variant */
act act_server;      /* serves its listening descriptor */
act act_client;      /* `path` or port `amount`: one connection, request and answer; variant 1: busy beside it */
act act_client_anew; /* the same with a connection for each request; variant 1: in the words of the web */
act act_sender;      /* one connection, a stream without answers */
act act_stopper;     /* on fault: stops member `amount` with a signal */
/* A listening socket: on the unix path, or, NULL, on `*port`; 0: on a port of its own, which is stored. */
int listener_make(const char *path, int backlog, long *port);

/* ---- networks that fail (act_network.c) ---- */
#define HOLE_ADDRESS "10.9.0.2"
enum { HOLE_PORT = 5999 };  /* clients of this port go to that address */
int hole_make(void);        /* a descriptor to keep, -1 = there are no tunnels here */
act act_hole;               /* keeps it; on fault the address leads nowhere */
int name_server_make(void); /* its socket, -1 = it cannot be had */
act act_name_server;        /* answers; culprit: `amount` ms late, one question after the other */
act act_looker;             /* asks for a name */

/* ---- a file system in user space (act_fuse.c) ---- */
int fuse_mount(const char *folder); /* its descriptor, -1 = there is none here */
act act_fuse_daemon;                /* culprit: stops answering */
act act_file_reader;                /* reads the first bytes of `path` */

/* ---- a disk, and room for its files in memory (act_disk.c) ---- */
act act_disk_writer; /* culprit: `amount` megabytes a second, through to the disk */
act act_syncer;      /* a line, through to the disk */
act act_mapped;      /* works on a mapped file of `amount` megabytes */
act act_hoarder;     /* culprit: takes `amount` megabytes and keeps using them */

/* ---- resources (act_resource.c): honest until the fault is on, then `amount` each second ---- */
act act_hog;         /* `amount` threads that spin */
act act_runaway;     /* `amount` percent of a core */
act act_leak;        /* megabytes of memory; variant: at most so many, 0 = 400 */
act act_descriptors; /* descriptors */
act act_threads;     /* threads */
act act_forks;       /* children that end at once */
act act_zombies;     /* children that nobody collects */
act act_flood;       /* kilobytes into `path`, until the file system is full and beyond */
act act_deleted;     /* kilobytes into a file that has no name any more */
act act_logger;      /* appends to `path`, begins anew after 500 KB; a line that could not be written is no work */

/* ---- honest programs (act_honest.c) ---- */
act act_idle;
act act_ticker;       /* a little work ten times a second */
act act_burner;       /* `amount` percent of a core, always */
act act_big;          /* `amount` megabytes, touched again and again */
act act_many_files;   /* `amount` descriptors */
act act_many_threads; /* `amount` threads */
act act_forker;       /* a child a second, collected */
act act_parent;       /* waits for a child that lives on */

/* ---- bursts that look like faults, once "the fault" is on, with no harm to anybody (act_burst.c) ---- */
act act_backup, act_compile, act_rotate, act_deploy, act_cron; /* `amount`: see there */

/* ---- real programs (act_program.c) ---- */
/* Runs a shell's command to its end; its exit status, 127 when it cannot be started. */
int script_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool program_is_here(const char *name);
act act_redis;        /* redis-server at the unix socket `path` */
act act_redis_script; /* on fault: has it run a script that never ends */
act act_nginx;        /* nginx at the unix socket `path` */
act act_script;       /* a job of a few real programs, each `amount` ms */

#endif
