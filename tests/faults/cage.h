/* A cgroup of the world's own, with limits: what it takes to stage a host that is short of memory or of cpu without
 * making this one so. Version 1 and 2 of cgroups serve. */
#ifndef TESTS_FAULTS_CAGE_H
#define TESTS_FAULTS_CAGE_H

#include <stdbool.h>
#include <sys/types.h>

enum { CAGES_MAX = 8 };

enum cage_controller { CAGE_CPU, CAGE_MEMORY, CAGE_CONTROLLERS };

/* Makes a cgroup below the one of this process, per controller, and moves this process there. Before the cgroup
 * namespace is unshared, so that it becomes that namespace's root. False: there is no such controller, or this process
 * may not; nothing is left behind. */
bool cage_enter(void);
/* In the namespaces: mounts the hierarchies anew, so that paths fit. */
bool cage_make(void);
/* Which of the cages is meant from here on, by this process and by those that it starts: less than CAGES_MAX. Makes it
 * when it is not there. Begins with 0, to be made as well. */
bool cage_choose(unsigned number);
/* After the world has ended: moves this process back and removes all that was made. */
void cage_leave(void);

/* For stages: sets the limits, and puts a process inside. */
bool cage_limit_memory(long megabytes);
bool cage_limit_cpu(long percent);
bool cage_put(enum cage_controller controller, pid_t pid);
/* How often tasks in it were stopped for the quota, or killed for memory; -1 = not told. */
long cage_throttled(void);

#endif
