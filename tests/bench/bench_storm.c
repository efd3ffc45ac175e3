/* A storm of 2,000 short processes a second, for 5 s: `make bench`.
 *
 * How many of them the collector counted for their parent, how many exits it told or counted as left out, and what its
 * samples cost while it lasts, beside `ps` in the same run. */
#include "base/clock.h"
#include "collect/source.h"
#include "sample/sample.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STORM_S = 5, STORM_PS = 2000, SLICES_PS = 100 };

/* Starts the processes in slices of 10 ms; what it could not start in time it starts as fast as it can. */
static pid_t storm_start(void)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int64_t began_ns = clock_boottime_ns();
    for (int slice = 0; slice < STORM_S * SLICES_PS; slice++) {
        for (int i = 0; i < STORM_PS / SLICES_PS; i++) {
            pid_t child = fork();
            if (child == 0)
                _exit(0);
        }
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
        int64_t left_ns = began_ns + (slice + 1) * NS_PER_S / SLICES_PS - clock_boottime_ns();
        if (left_ns > 0)
            nanosleep(&(struct timespec){.tv_nsec = left_ns}, NULL);
    }
    while (waitpid(-1, NULL, 0) > 0)
        continue;
    pause();
    _exit(0);
}

static double ps_cpu_ms(void)
{
    struct rusage before, after;
    getrusage(RUSAGE_CHILDREN, &before);
    if (system("ps -eo pid,ppid,comm,args >/dev/null") != 0)
        return 0;
    getrusage(RUSAGE_CHILDREN, &after);
    return 1e3 * (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec -
                          before.ru_stime.tv_sec) +
           1e-3 * (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec -
                           before.ru_stime.tv_usec);
}

struct tally {
    uint64_t counted, told, left_out;
    double sample_cpu_ms;
    int samples;
};

static bool sample_count(struct source *source, pid_t storm, struct tally *tally)
{
    struct error error = {0};
    struct sample *sample = source_sample(source, false, &error);
    if (sample == NULL)
        return false;
    const struct table *events = &sample->tables[TABLE_EVENT];
    for (size_t row = 0; row < events->rows; row++)
        tally->told += table_u64(events, row, EVENT_OTHER_PID, 0) == (uint64_t)storm;
    size_t row = sample_process_row(sample, (uint64_t)storm, 0);
    if (row != SIZE_MAX)
        tally->counted = table_u64(&sample->tables[TABLE_PROCESS], row, PROCESS_CHILDREN_CREATED, 0);
    tally->left_out += sample_unread_count(sample, "events");
    tally->sample_cpu_ms += (double)sample->cpu_ns / NS_PER_MS;
    tally->samples++;
    sample_release(sample);
    return true;
}

int main(void)
{
    struct error error = {0};
    struct tally tally = {0};
    bool whole = false;
    struct source *source = source_new(&(struct collector_options){.no_sockets = true}, &error);
    if (source == NULL)
        return 1;
    sample_release(source_sample(source, true, &error));
    while (!source_settle(source))
        continue;
    sample_release(source_sample(source, true, &error));
    double ps_ms = ps_cpu_ms();
    int64_t began_ns = clock_boottime_ns();
    pid_t storm = storm_start();
    /* The last look comes when all have been started, however late. */
    for (int i = 0; i < 60 && !whole; i++) {
        sleep(1);
        if (!sample_count(source, storm, &tally))
            break;
        whole = tally.counted == (uint64_t)STORM_S * STORM_PS && i >= STORM_S;
    }
    double took_s = (double)(clock_boottime_ns() - began_ns) / NS_PER_S;
    kill(storm, SIGKILL);
    waitpid(storm, NULL, 0);
    source_free(source);
    printf("storm of %d processes, %.1f s: %llu counted for their parent (%.1f %%), %llu exits told, %llu counted as "
           "left out\n",
           STORM_S * STORM_PS, took_s, (unsigned long long)tally.counted,
           100.0 * (double)tally.counted / (STORM_S * STORM_PS), (unsigned long long)tally.told,
           (unsigned long long)tally.left_out);
    printf("  a sample meanwhile: %.1f ms cpu, ps %.1f ms: ratio %.2f\n", tally.sample_cpu_ms / tally.samples, ps_ms,
           tally.sample_cpu_ms / tally.samples / ps_ms);
    return whole ? 0 : 1;
}
