/* Recording and labelling. */
#include "tests/faults/take.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HEALTHY_MS = 4600, PROOF_MS = 1500 };

const char *const intensities[3] = {"low", "medium", "high"};

static volatile sig_atomic_t recorder_status = -1;
static pid_t recorder;

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void take_name(struct take *take, const char *directory, const char *name, unsigned long mix, unsigned long seed)
{
    snprintf(take->recording, sizeof take->recording, "%.400s/%s-%lu-%lu.culprit", directory, name, mix, seed);
    snprintf(take->label, sizeof take->label, "%.400s/%s-%lu-%lu.label.json", directory, name, mix, seed);
    take_remove(take);
}

void take_remove(const struct take *take)
{
    unlink(take->recording);
    unlink(take->label);
}

/* Whoever is not collected at once is a fault of its own. */
static void ended_collect(int number)
{
    (void)number;
    int status, kept = errno;
    for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;)
        if (ended == recorder)
            recorder_status = (sig_atomic_t)status;
    errno = kept;
}

void take_prepare(void)
{
    signal(SIGCHLD, ended_collect);
}

static pid_t recorder_fork(const struct take *take, const sigset_t *mask)
{
    char duration[32];
    snprintf(duration, sizeof duration, "%lus", take->recorded_s);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    sigprocmask(SIG_SETMASK, mask, NULL);
    int log = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execl(take->culprit, take->culprit, "record", "--interval", "1s", "--duration", duration, "-o", take->recording,
          take->anonymised ? "--anonymise" : (char *)NULL, (char *)NULL);
    _exit(127);
}

void take_begin(const struct take *take)
{
    sigset_t ending, before;
    sigemptyset(&ending);
    sigaddset(&ending, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ending, &before);
    recorder_status = -1;
    recorder = recorder_fork(take, &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

bool take_end(void)
{
    while (recorder > 0 && recorder_status < 0)
        moment(20);
    return recorder > 0 && WIFEXITED(recorder_status) && WEXITSTATUS(recorder_status) == 0;
}

static void processes_print(FILE *file, const struct stage_set *set, enum part part, const char *name)
{
    const char *between = "";
    fprintf(file, ",\n  \"%s\": [", name);
    for (int i = 0; i < set->count; i++)
        if (set->members[i].part == part) {
            fprintf(file, "%s{\"pid\": %d, \"start_ticks\": \"%llu\"}", between, (int)set->members[i].pid,
                    (unsigned long long)set->members[i].start_ticks);
            between = ", ";
        }
    if (part == PART_CULPRIT && set->culprit_port != 0)
        fprintf(file, "{\"remote_port\": %ld}", set->culprit_port);
    fprintf(file, "]");
}

static bool label_write(const struct take *take, const struct fault *fault, const struct stage_set *set, double begin_s)
{
    /* On a host short of cpu the recorder ends long after its last sample. */
    double recorded_s = begin_s - HEALTHY_MS / 1000.0 + (double)take->recorded_s, now = now_s();
    double end_s = fault->over_ms > 0 ? begin_s + fault->over_ms / 1000.0 : now < recorded_s ? now : recorded_s;
    FILE *file = fopen(take->label, "we");
    if (file == NULL)
        return false;
    fprintf(file, "{\n  \"version\": 1,\n  \"intensity\": \"%s\",\n  \"split\": \"%s\"", intensities[set->intensity],
            take->split);
    if (take->model != NULL)
        fprintf(file, ",\n  \"model\": \"%s\"", take->model);
    if (fault->healthy) {
        fprintf(file, ",\n  \"healthy\": true");
    } else {
        fprintf(file, ",\n  \"class\": \"%s\",\n  \"begin\": %.3f,\n  \"end\": %.3f", fault->name, begin_s, end_s);
        processes_print(file, set, PART_CULPRIT, "culprits");
        processes_print(file, set, PART_VICTIM, "victims");
        processes_print(file, set, PART_INNOCENT, "innocents");
    }
    fprintf(file, "\n}\n");
    return fclose(file) == 0;
}

const char *take_fault(const struct take *take, const struct fault *fault, const struct stage_set *set)
{
    take_begin(take);
    moment(HEALTHY_MS);
    double begin_s = now_s();
    atomic_store(&set->shared->on, true);
    moment(PROOF_MS);
    const char *amiss = fault->prove(set);
    if (!take_end())
        return "the recorder failed";
    if (amiss == NULL && !label_write(take, fault, set, begin_s))
        amiss = "the label cannot be written";
    return amiss;
}
