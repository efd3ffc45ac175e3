/* A world of its own for a fault: namespaces, a bounded file system, loopback, so that it harms nobody and nothing of
 * this machine but its kernel's figures is in the recording. */
#ifndef TESTS_FAULTS_WORLD_H
#define TESTS_FAULTS_WORLD_H

#include <stdbool.h>

/* Runs `play` as process 1 of new PID, mount, network, host name, IPC and cgroup namespaces, in the folder (which must
 * be there), where a tmpfs of 768 MB is mounted for it. Kills it, and so all that it started, after so many seconds or
 * when this process is interrupted. Returns its exit status; 77 without the privilege for namespaces. `caged`: with
 * cgroups of its own (cage.h), 77 where they cannot be had. */
int world_run(const char *folder, unsigned seconds_max, bool caged, int (*play)(void *), void *argument);

#endif
