/* What the programs in the kernel cost the host that they look at: `make bench`.
 *
 * Each figure is the throughput with the programs loaded over that without, the median of pairs of rounds that
 * alternate in the same run: two processes that pass a byte through pipes on one cpu, which does nothing but sleep and
 * wake; and redis-server under 50 connections, not bound to a cpu, by its cpu time and that of who asks. At last the
 * cpu time of a collector that samples once a second. */
#include "base/clock.h"
#include "collect/lifecycle.h"
#include "collect/recorder.h"
#include "collect/source.h"
#include "collect/waits.h"
#include "sample/sample.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    ROUNDS = 9,
    ROUND_MS = 700,
    REDIS_ROUNDS = 7,
    COLLECTOR_SAMPLES = 10,
    REDIS_PORT = 17379,
    REDIS_REQUESTS = 100000
};

struct programs {
    struct recorder *recorder;
    struct lifecycle *lifecycle;
    struct wait_recorder *waits;
};

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS}, NULL);
}

static bool programs_load(struct programs *programs, struct error *error)
{
    programs->recorder = recorder_new(error);
    programs->lifecycle = programs->recorder == NULL ? NULL : lifecycle_new(0, error);
    programs->waits = programs->lifecycle == NULL ? NULL : wait_recorder_new(0, error);
    return programs->waits != NULL;
}

static void programs_unload(struct programs *programs)
{
    wait_recorder_free(programs->waits);
    lifecycle_free(programs->lifecycle);
    recorder_free(programs->recorder);
    *programs = (struct programs){0};
}

static int double_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, double_compare);
    return values[count / 2];
}

static void cpu_bind(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static pid_t echo_start(int in, int out)
{
    pid_t pid = fork();
    if (pid == 0) {
        char byte;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (read(in, &byte, 1) == 1 && write(out, &byte, 1) == 1)
            continue;
        _exit(0);
    }
    return pid;
}

/* Cpu time of this process and of those it has collected, in seconds. */
static double cpu_s(void)
{
    double seconds = 0;
    for (int who = RUSAGE_CHILDREN; who <= RUSAGE_SELF; who++) {
        struct rusage usage;
        getrusage(who, &usage);
        seconds += (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    }
    return seconds;
}

/* Round trips between this process and another on one cpu, in a second of their cpu time, which is what a second of
 * that cpu would be without others on it; 0: it failed. */
static double pingpong_measure(void)
{
    int there[2], back[2];
    char byte = 'x';
    cpu_set_t before;
    if (pipe(there) != 0 || pipe(back) != 0)
        return 0;
    sched_getaffinity(0, sizeof before, &before);
    cpu_bind(sched_getcpu());
    pid_t echo = echo_start(there[0], back[1]);
    double before_s = cpu_s();
    int64_t end_ns = clock_boottime_ns() + ROUND_MS * NS_PER_MS;
    long trips = 0;
    while (clock_boottime_ns() < end_ns)
        for (int i = 0; i < 1000; i++, trips++)
            if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
                return 0;
    kill(echo, SIGKILL);
    waitpid(echo, NULL, 0);
    for (int i = 0; i < 2; i++) {
        close(there[i]);
        close(back[i]);
    }
    sched_setaffinity(0, sizeof before, &before);
    return (double)trips / (cpu_s() - before_s);
}

static clockid_t redis_clock; /* the server's cpu time */

static double redis_cpu_s(void)
{
    struct timespec server = {0};
    clock_gettime(redis_clock, &server);
    return cpu_s() + (double)server.tv_sec + (double)server.tv_nsec / NS_PER_S;
}

/* GETs in a second of cpu time of the server and of those who ask; 0: it failed. */
static double redis_measure(void)
{
    double before_s = redis_cpu_s();
    char command[160], line[256];
    double rate = 0;
    snprintf(command, sizeof command, "redis-benchmark -p %d -t get -n %d -c 50 -q 2>/dev/null | tr '\\r' '\\n'",
             REDIS_PORT, REDIS_REQUESTS);
    FILE *output = popen(command, "re");
    while (output != NULL && fgets(line, sizeof line, output) != NULL)
        if (strncmp(line, "GET: ", 5) == 0 && strstr(line, "requests per second") != NULL)
            rate = strtod(line + 5, NULL);
    if (output != NULL)
        pclose(output);
    return rate > 0 ? REDIS_REQUESTS / (redis_cpu_s() - before_s) : 0;
}

/* Rounds with and without in turn, so that what else goes on meets both. */
static bool ratio_print(const char *name, const char *unit, double (*measure)(void), size_t rounds, struct error *error)
{
    double ratios[ROUNDS], rates[ROUNDS];
    struct programs programs = {0};
    measure(); /* the first warms up */
    for (size_t round = 0; round < rounds; round++) {
        double without = 0, with = 0;
        for (size_t half = 0; half < 2; half++) {
            bool loaded = half != round % 2;
            if (loaded && !programs_load(&programs, error)) {
                programs_unload(&programs);
                return false;
            }
            *(loaded ? &with : &without) = measure();
            programs_unload(&programs);
        }
        if (without <= 0 || with <= 0)
            return error_set(error, "%s could not be measured", name);
        ratios[round] = with / without;
        rates[round] = without;
    }
    double rate = median(rates, rounds), ratio = median(ratios, rounds);
    printf("%-40s %8.0f %s without, with the recorder %.3f of that (%.3f to %.3f)\n", name, rate, unit, ratio,
           ratios[0], ratios[rounds - 1]);
    return true;
}

static pid_t redis_start(void)
{
    char port[8];
    snprintf(port, sizeof port, "%d", REDIS_PORT);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (freopen("/dev/null", "w", stdout) != NULL)
            execlp("redis-server", "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly",
                   "no", (char *)NULL);
        _exit(127);
    }
    pause_ms(1000);
    clock_getcpuclockid(pid, &redis_clock);
    return pid;
}

static bool redis_print(struct error *error)
{
    if (system("command -v redis-server redis-benchmark >/dev/null 2>&1") != 0) {
        puts("redis GET, 50 connections: skipped, redis-server or redis-benchmark is not installed");
        return true;
    }
    pid_t server = redis_start();
    bool done = ratio_print("redis GET, 50 connections, unpinned", "1/s", redis_measure, REDIS_ROUNDS, error);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    return done;
}

static bool collector_print(struct error *error)
{
    double cpu_ms[COLLECTOR_SAMPLES];
    size_t processes = 0, waits = 0;
    struct source *source = source_new(&(struct collector_options){0}, error);
    if (source == NULL)
        return false;
    sample_release(source_sample(source, true, error));
    while (!source_settle(source))
        continue;
    sample_release(source_sample(source, true, error));
    bool done = true;
    for (size_t i = 0; done && i < COLLECTOR_SAMPLES; i++) {
        pause_ms(1000);
        struct sample *sample = source_sample(source, i % 2 == 0, error);
        done = sample != NULL;
        if (done) {
            cpu_ms[i] = (double)sample->cpu_ns / NS_PER_MS;
            processes = sample->tables[TABLE_PROCESS].rows;
            waits = sample->tables[TABLE_WAIT].rows;
        }
        sample_release(sample);
    }
    source_free(source);
    if (done)
        printf("%-40s %.2f %% of a core at 1 s, %zu processes, %zu rows of waits\n", "collector",
               median(cpu_ms, COLLECTOR_SAMPLES) / 10, processes, waits);
    return done;
}

int main(void)
{
    struct error error = {0};
    struct programs programs = {0};
    setvbuf(stdout, NULL, _IOLBF, 0);
    bool loaded = programs_load(&programs, &error);
    programs_unload(&programs);
    if (!loaded) {
        printf("skipped: %s\n", error.text);
        return 0;
    }
    if (ratio_print("pipe ping-pong on one cpu", "1/s", pingpong_measure, ROUNDS, &error) && redis_print(&error) &&
        collector_print(&error))
        return 0;
    fprintf(stderr, "bench_recorder: %s\n", error.text);
    return 1;
}
