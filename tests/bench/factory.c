/* A crowd of idle processes. */
#include "factory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SHARED_FILES = 400 };

struct factory {
    pid_t *children;
    size_t count;
    int leash[2]; /* the children read from it: its end is theirs */
    int ready[2]; /* each writes a byte when it has opened all */
    char directory[64];
};

struct share {
    size_t files, pipes, sockets; /* descriptors of one process */
};

static bool share_open(const struct factory *factory, size_t child, const struct share *share)
{
    for (size_t i = 0; i < share->files; i++) {
        char path[128];
        /* The first is its own, the others are those of many. */
        snprintf(path, sizeof path, "%s/%s%zu.log", factory->directory, i == 0 ? "own" : "shared",
                 i == 0 ? child : (child * 7 + i * 31) % SHARED_FILES);
        if (open(path, O_RDWR | O_CREAT | O_APPEND, 0600) < 0)
            return false;
    }
    int ends[2];
    for (size_t i = 0; i + 1 < share->pipes; i += 2)
        if (pipe(ends) != 0)
            return false;
    for (size_t i = 0; i + 1 < share->sockets; i += 2)
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
            return false;
    if (share->sockets % 2 == 0)
        return true;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    return listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof address) == 0 &&
           listen(listener, 1) == 0;
}

static void stirred(int number)
{
    (void)number; /* what it interrupts is the point */
}

static void child_work(const struct factory *factory, size_t child)
{
    enum { WORK_NS = 1000000 };
    static int extra = -1;
    char path[128];
    struct timespec begun, now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begun);
    snprintf(path, sizeof path, "%s/own%zu.log", factory->directory, child);
    if (extra >= 0)
        close(extra);
    extra = extra >= 0 ? -1 : open(path, O_WRONLY | O_APPEND);
    if (extra >= 0 && write(extra, path, strlen(path)) < 0)
        perror("a crowd's file");
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    while ((now.tv_sec - begun.tv_sec) * 1000000000 + now.tv_nsec - begun.tv_nsec < WORK_NS);
}

static _Noreturn void child_run(const struct factory *factory, size_t child, const struct share *share)
{
    char byte = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = stirred}, NULL);
    /* What the caller has inherited from its shell is not part of the crowd. */
    for (int i = 3; i < 1024; i++)
        if (i != factory->leash[0] && i != factory->ready[1])
            close(i);
    if (!share_open(factory, child, share))
        _exit(1);
    if (write(factory->ready[1], &byte, 1) != 1)
        _exit(1);
    close(factory->ready[1]);
    while (read(factory->leash[0], &byte, 1) < 0 && errno == EINTR)
        child_work(factory, child);
    _exit(0);
}

static bool children_make(struct factory *factory, size_t processes, const struct share *share, struct error *error)
{
    for (size_t i = 0; i < processes; i++) {
        pid_t pid = fork();
        if (pid < 0)
            return error_errno(error, errno, "cannot fork process %zu", i);
        if (pid == 0)
            child_run(factory, i, share);
        factory->children[factory->count++] = pid;
    }
    close(factory->ready[1]);
    factory->ready[1] = -1;
    for (size_t ready = 0; ready < processes;) {
        char bytes[4096];
        ssize_t count = read(factory->ready[0], bytes, sizeof bytes);
        if (count <= 0)
            return error_set(error, "only %zu of %zu children could open what they should", ready, processes);
        ready += (size_t)count;
    }
    return true;
}

struct factory *factory_new(size_t processes, size_t descriptors, size_t sockets, struct error *error)
{
    struct factory *factory = calloc(1, sizeof *factory);
    if (factory == NULL) {
        error_memory(error);
        return NULL;
    }
    factory->leash[0] = factory->leash[1] = factory->ready[0] = factory->ready[1] = -1;
    factory->children = calloc(processes, sizeof *factory->children);
    strcpy(factory->directory, "/tmp/bench-XXXXXX");
    /* 0, 1, 2 and the leash every process has anyway. */
    size_t each = descriptors / processes > 4 ? descriptors / processes - 4 : 0;
    struct share share = {.sockets = sockets / processes < each ? sockets / processes : each};
    share.pipes = (each - share.sockets) / 3 / 2 * 2;
    share.files = each - share.sockets - share.pipes;
    if (factory->children == NULL)
        error_memory(error);
    else if (mkdtemp(factory->directory) == NULL)
        error_errno(error, errno, "cannot make a directory in /tmp");
    else if (pipe2(factory->leash, 0) != 0 || pipe2(factory->ready, 0) != 0)
        error_errno(error, errno, "cannot make a pipe");
    else if (children_make(factory, processes, &share, error))
        return factory;
    factory_free(factory);
    return NULL;
}

static void directory_remove(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(directory), entry->d_name, 0);
    closedir(directory);
    rmdir(path);
}

void factory_stir(struct factory *factory, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++)
        kill(factory->children[(first + i) % factory->count], SIGUSR1);
}

void factory_free(struct factory *factory)
{
    if (factory == NULL)
        return;
    for (int i = 0; i < 2; i++) {
        if (factory->leash[i] >= 0)
            close(factory->leash[i]);
        if (factory->ready[i] >= 0)
            close(factory->ready[i]);
    }
    for (size_t i = 0; i < factory->count; i++)
        kill(factory->children[i], SIGKILL);
    for (size_t i = 0; i < factory->count; i++)
        waitpid(factory->children[i], NULL, 0);
    directory_remove(factory->directory);
    free(factory->children);
    free(factory);
}
