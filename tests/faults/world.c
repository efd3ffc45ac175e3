/* Namespaces for a fault. */
#include "tests/faults/world.h"

#include "tests/faults/cage.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STATUS_SKIPPED = 77 };

static volatile sig_atomic_t first_process;

static void first_process_kill(int number)
{
    (void)number;
    if (first_process > 0)
        kill(first_process, SIGKILL);
}

static bool loopback_up(void)
{
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    bool up = descriptor >= 0 && ioctl(descriptor, SIOCSIFFLAGS, &request) == 0;
    close(descriptor);
    return up;
}

static bool world_make(const char *folder, bool caged)
{
    struct rlimit descriptors = {8192, 8192}, core = {0, 0};
    setrlimit(RLIMIT_NOFILE, &descriptors);
    setrlimit(RLIMIT_CORE, &core);
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0 &&
           mount("tmpfs", folder, "tmpfs", 0, "size=768m") == 0 && sethostname("bench", 5) == 0 && loopback_up() &&
           (!caged || (cage_make() && cage_choose(0)));
}

static void signals_take(void)
{
    struct sigaction action = {.sa_handler = first_process_kill};
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int world_run(const char *folder, unsigned seconds_max, bool caged, int (*play)(void *), void *argument)
{
    if (caged && !cage_enter()) {
        fprintf(stderr, "no cgroups of its own for a fault\n");
        return STATUS_SKIPPED;
    }
    if (unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP) != 0) {
        fprintf(stderr, "no namespaces of its own for a fault: %s\n", strerror(errno));
        cage_leave();
        return STATUS_SKIPPED;
    }
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, "init");
        if (!world_make(folder, caged)) {
            fprintf(stderr, "the world of the fault cannot be made: %s\n", strerror(errno));
            _exit(STATUS_SKIPPED);
        }
        _exit(play(argument));
    }
    first_process = (sig_atomic_t)pid;
    signals_take();
    alarm(seconds_max);
    int status = 0;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    alarm(0);
    cage_leave();
    umount2(folder, MNT_DETACH); /* unshare moved this process into the new mount namespace, too */
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
