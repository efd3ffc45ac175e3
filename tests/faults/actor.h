/* Actors: real processes for fault tests, with a name of their own, that hold, wait and work. Each dies with the test.
 */
#ifndef TESTS_FAULTS_ACTOR_H
#define TESTS_FAULTS_ACTOR_H

#include <sys/types.h>

enum { ACTORS_MAX = 16 };

/* Everything that a test started; zeroed = nothing. */
struct stage {
    pid_t pids[ACTORS_MAX];
    int count;
    char folder[64]; /* of the test's own, removed with all in it by stage_clear */
};

/* Makes the folder. */
void stage_set(struct stage *stage);

/* Forks a process called `name` that runs act(path). Returns its pid. */
pid_t actor_start(struct stage *stage, const char *name, void (*act)(const char *path), const char *path);

/* Kills and reaps all actors and removes the folder. */
void stage_clear(struct stage *stage);

/* Acts. */
void act_hold_lock(const char *path);        /* takes a write lock (flock), and sleeps */
void act_hold_record_lock(const char *path); /* the same by fcntl */
void act_write_under_lock(const char *path); /* a service: lock, append a line, unlock, ten times a second */
void act_write_under_record_lock(const char *path);
void act_hold_lock_until_free(const char *path); /* takes a write lock (flock), exits once PATH.free exists */
void act_want_lock(const char *path);            /* takes and gives back the lock once, and exits */
void act_burn_cpu(const char *path);             /* honest work: half a core */

#endif
