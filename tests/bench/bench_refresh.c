/* What a refresh of the live screen costs, all in, beside htop: each in a terminal of 200x50 over the same crowd of
 * 3,000 processes with 33,000 descriptors, one after the other, in a PID namespace of its own so that nobody else is
 * counted. Prints cpu time per refresh of all processes of each, by process for culprit, and the ratio. Needs root.
 *
 * bench_refresh [KEYS]: types these into culprit first. SECONDS in the environment: how long each is watched. */
#include "factory.h"
#include "terminal.h"

#include "base/units.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 3000, DESCRIPTORS = 33000, SOCKETS = 9000, SETTLE_MS = 8000, SECONDS = 25 };

struct cost {
    double all_ms, front_ms; /* per second, which is per refresh */
    double bytes;
};

static double process_cpu_ms(pid_t pid)
{
    double children_ms = 0;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "r");
    for (int child; file != NULL && fscanf(file, "%d", &child) == 1;)
        children_ms += family_cpu_ms(child);
    if (file != NULL)
        fclose(file);
    return family_cpu_ms(pid) - children_ms;
}

static bool cost_measure(const char *const *words, const char *keys, long seconds, struct cost *cost)
{
    struct terminal terminal = terminal_start(words, 200, 50);
    if (terminal.pid <= 0)
        return false;
    terminal_watch(&terminal, now_ms() + SETTLE_MS / 2.0);
    if (write(terminal.descriptor, keys, strlen(keys)) < 0)
        perror("typing");
    terminal_watch(&terminal, now_ms() + SETTLE_MS / 2.0);
    double all_ms = family_cpu_ms(terminal.pid), front_ms = process_cpu_ms(terminal.pid), start_ms = now_ms();
    size_t bytes = terminal_watch(&terminal, start_ms + (double)seconds * 1e3);
    double elapsed_s = (now_ms() - start_ms) / 1e3;
    *cost = (struct cost){.all_ms = (family_cpu_ms(terminal.pid) - all_ms) / elapsed_s,
                          .front_ms = (process_cpu_ms(terminal.pid) - front_ms) / elapsed_s,
                          .bytes = (double)bytes / elapsed_s};
    bool there = elapsed_s >= (double)seconds && waitpid(terminal.pid, NULL, WNOHANG) == 0;
    terminal_end(&terminal);
    return there;
}

static int crowd_measure(const char *keys)
{
    struct cost culprit, htop;
    struct error error;
    const char *wanted = getenv("SECONDS");
    long seconds = SECONDS;
    int status = 1;
    if (wanted != NULL && !number_parse(wanted, "SECONDS", 1, 3600, &seconds, &error)) {
        fprintf(stderr, "bench_refresh: %s\n", error.text);
        return 2;
    }
    struct factory *factory = factory_new(PROCESSES, DESCRIPTORS, SOCKETS, &error);
    if (factory == NULL) {
        fprintf(stderr, "bench_refresh: %s\n", error.text);
        return 1;
    }
    if (!cost_measure((const char *[]){"./culprit", NULL}, keys, seconds, &culprit)) {
        fputs("bench_refresh: culprit did not stay\n", stderr);
        goto out;
    }
    printf("refresh at 1 s, 200x50, %d processes, %d descriptors: %.1f ms cpu (goal 30): front %.1f, collector %.1f; "
           "%.0f bytes/s\n",
           PROCESSES, DESCRIPTORS, culprit.all_ms, culprit.front_ms, culprit.all_ms - culprit.front_ms, culprit.bytes);
    fflush(stdout);
    status = 0;
    if (cost_measure((const char *[]){"htop", "-d", "10", NULL}, "", seconds, &htop))
        printf("refresh of htop at 1 s in the same run: %.1f ms cpu; culprit / htop = %.2f (goal 0.50)\n", htop.all_ms,
               culprit.all_ms / htop.all_ms);
    else
        puts("refresh: htop is not there to compare with");
out:
    factory_free(factory);
    return status;
}

/* Runs as process 1 of the new namespace: who stays behind ends with it. */
static int inside_run(const char *keys)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || mount("proc", "/proc", "proc", 0, NULL) != 0) {
        perror("bench_refresh: a /proc of its own");
        return 1;
    }
    setenv("HOME", "/proc", 1); /* nobody's settings, and none are written */
    unsetenv("XDG_CONFIG_HOME");
    return crowd_measure(keys);
}

int main(int argc, char **argv)
{
    int status = 0;
    if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) {
        printf("refresh: not measured, a PID namespace of its own takes root (%s)\n", strerror(errno));
        return 0;
    }
    pid_t pid = fork();
    if (pid == 0) {
        status = inside_run(argc > 1 ? argv[1] : "");
        fflush(stdout);
        _exit(status);
    }
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
