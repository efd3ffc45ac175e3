/* What a sample costs, from /proc and from the kernel, beside lsof, ss and ps on the same crowd in the same run: `make
 * bench`.
 *
 * cold: a new source, nothing remembered; warm: its second and later samples. Figures are medians of cpu time, probes
 * included. PROCESSES, DESCRIPTORS and SOCKETS in the environment change the first crowd; a larger one follows. */
#include "factory.h"

#include "base/clock.h"
#include "base/units.h"
#include "collect/source.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 7, PEER_ROUNDS = 3 };

struct figures {
    double cold_ms[ROUNDS], warm_ms[ROUNDS];
    size_t processes, descriptors, sockets, waits;
    bool kernel;
};

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

static bool sample_take(struct source *source, bool complete, double *cpu_ms, struct figures *figures,
                        struct error *error)
{
    struct sample *sample = source_sample(source, complete, error);
    if (sample == NULL)
        return false;
    *cpu_ms = (double)sample->cpu_ns / (double)NS_PER_MS;
    figures->processes = sample->tables[TABLE_PROCESS].rows;
    figures->descriptors = sample->tables[TABLE_DESCRIPTOR].rows;
    figures->sockets = sample->tables[TABLE_SOCKET].rows;
    figures->kernel = (sample->sources & SAMPLE_SOURCE_KERNEL) != 0;
    figures->waits = sample->tables[TABLE_WAIT].rows;
    sample_release(sample);
    return true;
}

static bool tier_measure(bool complete, bool no_sockets, struct figures *figures, struct error *error)
{
    struct collector_options options = {.no_sockets = no_sockets};
    bool done = true;
    for (size_t round = 0; done && round < ROUNDS; round++) {
        struct source *source = source_new(&options, error);
        done = source != NULL && sample_take(source, complete, &figures->cold_ms[round], figures, error) &&
               sample_take(source, complete, &figures->warm_ms[round], figures, error);
        source_free(source);
    }
    return done;
}

/* The same tier with the kernel source loaded: its first sample tells every path, the later ones what changed. */
static bool kernel_measure(struct figures *figures, struct error *error)
{
    double unused;
    struct source *source = source_new(&(struct collector_options){0}, error);
    bool done = source != NULL && sample_take(source, true, &unused, figures, error);
    if (done)
        while (!source_settle(source))
            continue;
    done = done && sample_take(source, true, &figures->cold_ms[0], figures, error);
    for (size_t round = 0; done && round < ROUNDS; round++)
        done = sample_take(source, true, &figures->warm_ms[round], figures, error);
    source_free(source);
    return done;
}

static void file_read(int directory, const char *name)
{
    char text[4096];
    int file = openat(directory, name, O_RDONLY);
    if (file >= 0 && read(file, text, sizeof text) < 0)
        text[0] = '\0';
    close(file);
}

/* The least that a look at /proc can cost: each stat and each link, read and thrown away. */
static double walk_measure(void)
{
    double cpu_ms[ROUNDS];
    for (size_t round = 0; round < ROUNDS; round++) {
        int64_t before_ns = clock_cpu_ns();
        DIR *root = opendir("/proc");
        for (struct dirent *process; root != NULL && (process = readdir(root)) != NULL;) {
            char name[300], target[4096];
            if (process->d_name[0] < '0' || process->d_name[0] > '9')
                continue;
            snprintf(name, sizeof name, "%s/stat", process->d_name);
            file_read(dirfd(root), name);
            snprintf(name, sizeof name, "/proc/%s/fd", process->d_name);
            DIR *descriptors = opendir(name);
            for (struct dirent *link; descriptors != NULL && (link = readdir(descriptors)) != NULL;)
                if (link->d_name[0] != '.' && readlinkat(dirfd(descriptors), link->d_name, target, sizeof target) < 0)
                    target[0] = '\0';
            if (descriptors != NULL)
                closedir(descriptors);
        }
        if (root != NULL)
            closedir(root);
        cpu_ms[round] = (double)(clock_cpu_ns() - before_ns) / (double)NS_PER_MS;
    }
    return median(cpu_ms, ROUNDS);
}

/* Cpu time of another program, its output thrown away; 0: it is not there. */
static double peer_measure(const char *const *words)
{
    double cpu_ms[PEER_ROUNDS];
    for (size_t round = 0; round < PEER_ROUNDS; round++) {
        pid_t pid = fork();
        if (pid == 0) {
            int null = open("/dev/null", O_WRONLY);
            dup2(null, STDOUT_FILENO);
            dup2(null, STDERR_FILENO);
            execvp(words[0], (char *const *)words);
            _exit(127);
        }
        int status;
        struct rusage usage;
        if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || (WIFEXITED(status) && WEXITSTATUS(status) == 127))
            return 0;
        cpu_ms[round] = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
                        (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
    }
    return median(cpu_ms, PEER_ROUNDS);
}

struct peers {
    double lsof_ms, ss_ms, ps_ms; /* 0: not there */
};

static struct peers peers_measure(void)
{
    return (struct peers){.lsof_ms = peer_measure((const char *[]){"lsof", "-nP", NULL}),
                          .ss_ms = peer_measure((const char *[]){"ss", "-anp", NULL}),
                          .ps_ms = peer_measure((const char *[]){"ps", "aux", NULL})};
}

static size_t size_wanted(const char *name, size_t otherwise)
{
    const char *text = getenv(name);
    long number;
    return text != NULL && number_parse(text, name, 1, 1000000, &number, NULL) ? (size_t)number : otherwise;
}

static void line_print(const char *name, double ms, double goal_ms, const struct peers *peers)
{
    printf("  %-34s %8.1f ms", name, ms);
    if (goal_ms > 0)
        printf("  (goal %.0f)", goal_ms);
    if (peers->lsof_ms > 0)
        printf("  lsof / %.1f", peers->lsof_ms / ms);
    if (peers->ss_ms > 0 && peers->ps_ms > 0)
        printf("  ss + ps / %.1f", (peers->ss_ms + peers->ps_ms) / ms);
    putchar('\n');
}

static void peers_print(const struct figures *figures, const struct peers *peers)
{
    printf("one sample of %zu processes, %zu descriptors, %zu sockets, %zu waits (cpu, median of %d)\n",
           figures->processes, figures->descriptors, figures->sockets, figures->waits, ROUNDS);
    const struct {
        const char *name;
        double ms;
    } rows[] = {{"lsof -nP", peers->lsof_ms}, {"ss -anp", peers->ss_ms}, {"ps aux", peers->ps_ms}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].ms > 0)
            printf("  %-34s %8.1f ms\n", rows[i].name, rows[i].ms);
        else
            printf("  %s is not there to compare with\n", rows[i].name);
}

static void kernel_print(struct figures *kernel, double goal_ms, const struct peers *peers)
{
    if (!kernel->kernel) {
        puts("  the kernel source cannot be loaded here");
        return;
    }
    line_print("kernel: all and sockets, first", kernel->cold_ms[0], 0, peers);
    line_print("kernel: all and sockets, warm", median(kernel->warm_ms, ROUNDS), goal_ms, peers);
}

static bool crowd_measure(struct error *error)
{
    struct figures basic = {0}, complete = {0}, whole = {0}, kernel = {0};
    struct factory *factory = factory_new(size_wanted("PROCESSES", 3000), size_wanted("DESCRIPTORS", 33000),
                                          size_wanted("SOCKETS", 9000), error);
    bool done = factory != NULL && tier_measure(false, true, &basic, error) &&
                tier_measure(true, true, &complete, error) && tier_measure(true, false, &whole, error) &&
                kernel_measure(&kernel, error);
    struct peers peers = {0};
    double walk_ms = done ? walk_measure() : 0;
    if (done)
        peers = peers_measure();
    factory_free(factory);
    if (!done)
        return false;
    peers_print(&whole, &peers);
    line_print("bare walk: each stat, each link", walk_ms, 0, &peers);
    line_print("basic tier, cold", median(basic.cold_ms, ROUNDS), 120, &peers);
    line_print("basic tier, warm", median(basic.warm_ms, ROUNDS), 0, &peers);
    line_print("all fields, cold", median(complete.cold_ms, ROUNDS), 260, &peers);
    line_print("all fields, warm", median(complete.warm_ms, ROUNDS), 0, &peers);
    line_print("all fields and sockets, cold", median(whole.cold_ms, ROUNDS), 0, &peers);
    line_print("all fields and sockets, warm", median(whole.warm_ms, ROUNDS), 0, &peers);
    kernel_print(&kernel, 25, &peers);
    return true;
}

static bool large_crowd_measure(struct error *error)
{
    struct figures kernel = {0};
    struct peers peers = {0};
    struct factory *factory = factory_new(5000, 115000, 15000, error);
    bool done = factory != NULL && kernel_measure(&kernel, error);
    if (done)
        peers = peers_measure();
    factory_free(factory);
    if (!done)
        return false;
    peers_print(&kernel, &peers);
    kernel_print(&kernel, 130, &peers);
    return true;
}

int main(void)
{
    struct error error = {0};
    if (crowd_measure(&error) && large_crowd_measure(&error))
        return 0;
    fprintf(stderr, "bench_sample: %s\n", error.text);
    return 1;
}
