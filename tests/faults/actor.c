/* Actors for fault tests. */
#include "tests/faults/actor.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void stage_set(struct stage *stage)
{
    *stage = (struct stage){0};
    snprintf(stage->folder, sizeof stage->folder, "/tmp/culprit-fault.XXXXXX");
    if (mkdtemp(stage->folder) == NULL)
        stage->folder[0] = '\0';
}

pid_t actor_start(struct stage *stage, const char *name, void (*act)(const char *path), const char *path)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid != 0) {
        if (pid > 0)
            stage->pids[stage->count++] = pid;
        return pid;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, name);
    if (getppid() == parent)
        act(path);
    _exit(0);
}

void stage_clear(struct stage *stage)
{
    for (int i = 0; i < stage->count; i++) {
        kill(stage->pids[i], SIGKILL);
        waitpid(stage->pids[i], NULL, 0);
    }
    stage->count = 0;
    DIR *directory = stage->folder[0] == '\0' ? NULL : opendir(stage->folder);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory != NULL)
        closedir(directory);
    rmdir(stage->folder);
}

static void moment_sleep(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static int file_open(const char *path)
{
    int descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0)
        _exit(1);
    return descriptor;
}

static bool record_lock(int descriptor, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};
    return fcntl(descriptor, F_SETLKW, &lock) == 0;
}

void act_hold_lock(const char *path)
{
    flock(file_open(path), LOCK_EX);
    for (;;)
        pause();
}

void act_hold_record_lock(const char *path)
{
    record_lock(file_open(path), F_WRLCK);
    for (;;)
        pause();
}

void act_hold_lock_until_free(const char *path)
{
    char free_path[256];
    snprintf(free_path, sizeof free_path, "%s.free", path);
    flock(file_open(path), LOCK_EX);
    while (access(free_path, F_OK) != 0)
        moment_sleep(5);
}

void act_want_lock(const char *path)
{
    flock(file_open(path), LOCK_EX);
}

static void line_append(int descriptor)
{
    if (write(descriptor, "line\n", 5) != 5)
        _exit(1);
}

void act_write_under_lock(const char *path)
{
    for (int descriptor = file_open(path);; moment_sleep(100)) {
        flock(descriptor, LOCK_EX);
        line_append(descriptor);
        flock(descriptor, LOCK_UN);
    }
}

void act_write_under_record_lock(const char *path)
{
    for (int descriptor = file_open(path);; moment_sleep(100)) {
        record_lock(descriptor, F_WRLCK);
        line_append(descriptor);
        record_lock(descriptor, F_UNLCK);
    }
}

void act_burn_cpu(const char *path)
{
    (void)path;
    for (;;) {
        struct timespec start, now;
        clock_gettime(CLOCK_MONOTONIC, &start);
        do
            clock_gettime(CLOCK_MONOTONIC, &now);
        while ((now.tv_sec - start.tv_sec) * 1000000000L + (now.tv_nsec - start.tv_nsec) < 10000000L);
        moment_sleep(10);
    }
}
