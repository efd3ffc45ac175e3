/* What a large host's recording takes on disk, beside atop's: both record, at 1 s, a crowd of 3,000 processes with
 * 33,000 descriptors and 9,000 sockets of which every tenth second comes to each: it works, writes, opens and closes.
 * In a PID namespace of its own, so that nobody else is recorded. Needs root.
 *
 * SECONDS in the environment: how long. atop, from PATH, need not be installed. */
#include "factory.h"
#include "terminal.h"

#include "base/clock.h"
#include "base/units.h"
#include "record/recording.h"
#include "tests/unit/alone.h"
#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROCESSES = 3000, DESCRIPTORS = 33000, SOCKETS = 9000, CHANGING_PER_S = 300, TICKS_PER_S = 10, SECONDS = 30 };

static pid_t program_start(const char *const *words)
{
    pid_t pid = fork();
    if (pid == 0) {
        int nowhere = open("/dev/null", O_RDWR);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        setenv("ATOPACCT", "", 1); /* atop then leaves the kernel's accounting alone */
        dup2(nowhere, STDIN_FILENO);
        dup2(nowhere, STDOUT_FILENO);
        execvp(words[0], (char *const *)words);
        _exit(127);
    }
    return pid;
}

/* The child of a process that writes its recording; 0: none. */
static pid_t writer_of(pid_t pid)
{
    char path[64], name[32] = "";
    pid_t found = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *children = fopen(path, "r");
    for (int child; found == 0 && children != NULL && fscanf(children, "%d", &child) == 1;) {
        snprintf(path, sizeof path, "/proc/%d/comm", child);
        FILE *comm = fopen(path, "r");
        if (comm != NULL && fgets(name, sizeof name, comm) != NULL && strncmp(name, "culprit-write", 13) == 0)
            found = child;
        if (comm != NULL)
            fclose(comm);
    }
    if (children != NULL)
        fclose(children);
    return found;
}

/* A tenth of the crowd each second, in equal parts and in turn. */
static void crowd_stir(struct factory *factory, long seconds)
{
    size_t next = 0;
    int64_t due_ns = clock_boottime_ns();
    for (long tick = 0; tick < seconds * TICKS_PER_S; tick++) {
        factory_stir(factory, next, CHANGING_PER_S / TICKS_PER_S);
        next += CHANGING_PER_S / TICKS_PER_S;
        due_ns += NS_PER_S / TICKS_PER_S;
        int64_t left_ns = due_ns - clock_boottime_ns();
        if (left_ns > 0)
            nanosleep(&(struct timespec){.tv_nsec = left_ns}, NULL);
    }
}

static int double_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Reads samples here and there; prints sizes and times. */
static bool recording_print(const char *path, double written_ms, struct error *error)
{
    enum { READS = 61 };
    double reading_ms[READS];
    struct recording *recording = recording_open(path, error);
    if (recording == NULL)
        return false;
    size_t count = recording_count(recording);
    for (size_t i = 0; i < READS; i++) {
        int64_t start_ns = clock_cpu_ns();
        struct sample *sample = recording_sample(recording, (i + 1) * READS % count, error);
        reading_ms[i] = (double)(clock_cpu_ns() - start_ns) / 1e6;
        if (sample == NULL) {
            recording_close(recording, NULL);
            return false;
        }
        sample_release(sample);
    }
    recording_close(recording, NULL);
    qsort(reading_ms, READS, sizeof *reading_ms, double_compare);
    printf(
        "culprit: %zu samples, %.1f KB each (goal 20), written in %.1f ms cpu each (goal 10), read in %.1f ms cpu, the "
        "longest %.1f (goal 5)\n",
        count, (double)file_bytes(path) / 1024 / (double)count, written_ms / (double)count, reading_ms[READS / 2],
        reading_ms[READS - 1]);
    return true;
}

static void atop_print(const char *path, int status, long seconds)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        puts("atop: not installed");
    else
        printf("atop in the same run: %.1f KB each\n", (double)file_bytes(path) / 1024 / (double)seconds);
}

static bool crowd_record(struct factory *factory, const char *ours, const char *theirs, long seconds,
                         struct error *error)
{
    char count[16];
    snprintf(count, sizeof count, "%ld", seconds);
    pid_t culprit = program_start((const char *[]){"./culprit", "record", "-o", ours, "--interval", "1s", NULL});
    pid_t atop = program_start((const char *[]){"atop", "-w", theirs, "1", count, NULL});
    crowd_stir(factory, seconds);
    pid_t writer = culprit > 0 ? writer_of(culprit) : 0;
    double written_ms = writer > 0 ? family_cpu_ms(writer) : 0;
    int status = 1, atop_status = 1;
    kill(culprit, SIGINT);
    kill(atop, SIGTERM);
    waitpid(culprit, &status, 0);
    waitpid(atop, &atop_status, 0);
    if (writer == 0 || status != 0)
        return error_set(error, "culprit did not record");
    if (!recording_print(ours, written_ms, error))
        return false;
    atop_print(theirs, atop_status, seconds);
    return true;
}

int main(void)
{
    struct error error = {0};
    struct scratch scratch;
    char ours[128], theirs[128];
    const char *wanted = getenv("SECONDS");
    long seconds = SECONDS;
    if (geteuid() != 0) {
        puts("crowd: not measured, a PID namespace of its own takes root");
        return 0;
    }
    if (wanted != NULL && !number_parse(wanted, "SECONDS", 10, 86400, &seconds, &error)) {
        fprintf(stderr, "bench_crowd: %s\n", error.text);
        return 2;
    }
    alone_begin();
    if (!scratch_make(&scratch))
        return 1;
    snprintf(ours, sizeof ours, "%s", scratch_path(&scratch, "crowd.culprit"));
    snprintf(theirs, sizeof theirs, "%s", scratch_path(&scratch, "crowd.atop"));
    struct factory *factory = factory_new(PROCESSES, DESCRIPTORS, SOCKETS, &error);
    bool done = factory != NULL && crowd_record(factory, ours, theirs, seconds, &error);
    if (!done)
        fprintf(stderr, "bench_crowd: %s\n", error.text);
    factory_free(factory);
    scratch_remove(&scratch);
    return done ? 0 : 1;
}
