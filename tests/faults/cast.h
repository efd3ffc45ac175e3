/* The cast of a staged fault: real processes with parts to play. All look alike until the fault is switched on. Whoever
 * stages them is process 1 of a PID namespace: when it dies, so do they. */
#ifndef TESTS_FAULTS_CAST_H
#define TESTS_FAULTS_CAST_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { MEMBERS_MAX = 96, DESCRIPTORS_KEPT = 4, PATH_BYTES = 128, MIXES = 8 };

enum part { PART_CULPRIT, PART_VICTIM, PART_INNOCENT, PART_BACKGROUND };

/* What all processes of the stage share. */
struct shared {
    atomic_bool on; /* the fault is in effect, or about to be */
    pthread_mutex_t mutex;
    atomic_ulong work[MEMBERS_MAX]; /* units of work done, per member */
    atomic_int pids[MEMBERS_MAX];
};

struct member;
typedef void act(struct member *self);

struct member {
    act *role; /* never returns; what returns is over */
    enum part part;
    char name[16];
    int number; /* in the stage */
    struct shared *shared;
    int descriptors[DESCRIPTORS_KEPT]; /* the only ones that it inherits; -1 = none */
    char path[PATH_BYTES], other_path[PATH_BYTES];
    long amount;      /* what it means is the act's affair: a rate, a count, milliseconds */
    unsigned variant; /* so is this */
    bool caged;       /* runs in the cage (cage.h) */
    uint64_t random;
    pid_t pid;
    uint64_t start_ticks;
};

struct stage_set {
    struct member members[MEMBERS_MAX];
    int count;
    struct shared *shared;
    char folder[64];   /* a file system of its own, bounded in size, in memory */
    char disk[64];     /* a folder on a disk */
    long culprit_port; /* of the address that is to blame when no process is; 0 = a process is */
    uint64_t random;
    int intensity; /* 0 low, 1 medium, 2 high */
    unsigned mix;  /* which honest programs stand beside */
};

/* False: no memory to share. */
bool set_init(struct stage_set *set, const char *folder, uint64_t seed, int intensity, unsigned mix);

/* Adds a member with a name drawn by lot; it starts with set_start. */
struct member *set_add(struct stage_set *set, enum part part, act *role);
/* The same for a member that uses a file of the folder. */
struct member *set_add_on(struct stage_set *set, enum part part, act *role, const char *file);
void member_keep(struct member *member, int descriptor);

/* Starts all in an order drawn by lot, the culprits before or after their victims, and closes what was handed to them.
 * False: a process could not be started or died at once. */
bool set_start(struct stage_set *set, bool culprits_first);

/* Kills the members that are left, and what they started. */
void set_stop(const struct stage_set *set);

/* The three values by intensity. */
long by_intensity(const struct stage_set *set, long low, long medium, long high);
/* 0 <= number < limit, from the state that is advanced. */
unsigned long draw(uint64_t *state, unsigned long limit);

/* ---- for acts ---- */

bool fault_is_on(const struct member *self);
bool is_culprit_now(const struct member *self); /* a culprit, and the fault is on */
void work_done(struct member *self);
void moment(long ms);
void burn(long ms); /* uses the cpu for so long */
void stand_still(void) __attribute__((noreturn));

#endif
