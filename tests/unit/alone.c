/* A test by itself on its host. */
#include "tests/unit/alone.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Returns in a child; the parent ends with the child's status. */
static void child_become(void)
{
    int status = 1;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        return;
    }
    if (pid > 0)
        waitpid(pid, &status, 0);
    _exit(pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

void alone_begin(void)
{
    if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0)
        return;
    child_become();
    if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 || mount("proc", "/proc", "proc", 0, NULL) != 0)
        _exit(1);
    child_become();
}
