/* Stages one fault in a world of its own, records it, and writes the label:
 *
 *     inject [-i low|medium|high] [-s SEED] [-m MIX] [-p design|test] [-d SECONDS] [-c CULPRIT] -o DIRECTORY CLASS
 *     inject -l        lists the classes
 *
 * Writes DIRECTORY/CLASS-MIX-SEED.culprit (anonymised) and .label.json, or nothing. Needs root for the namespaces:
 * without, it ends with 77. Everything is bounded: the recorded time (-d, 12 s) and 28 seconds more, and what act.h
 * says. */
#include "tests/faults/fault.h"
#include "tests/faults/world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    SETTLE_MS = 3000,
    HEALTHY_MS = 4600,
    PROOF_MS = 1500,
    BESIDE_S = 30,
    RECORDED_S = 12,
    RECORDED_MAX_S = 3600,
    STATUS_SKIPPED = 77
};

static const char *const intensities[] = {"low", "medium", "high"};

struct injection {
    const struct fault *fault;
    int intensity;
    unsigned long seed, mix, recorded_s;
    const char *split, *culprit, *directory;
    char folder[64], disk[64], recording[512], label[512];
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static pid_t recorder_start(const struct injection *injection, const sigset_t *mask)
{
    char duration[32];
    snprintf(duration, sizeof duration, "%lus", injection->recorded_s);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    sigprocmask(SIG_SETMASK, mask, NULL);
    int log = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execl(injection->culprit, injection->culprit, "record", "--anonymise", "--interval", "1s", "--duration", duration,
          "-o", injection->recording, (char *)NULL);
    _exit(127);
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

static bool label_write(const struct injection *injection, const struct stage_set *set, double begin_s, double end_s)
{
    FILE *file = fopen(injection->label, "we");
    if (file == NULL)
        return false;
    fprintf(file, "{\n  \"version\": 1,\n  \"intensity\": \"%s\",\n  \"split\": \"%s\"",
            intensities[injection->intensity], injection->split);
    if (injection->fault->healthy) {
        fprintf(file, ",\n  \"healthy\": true");
    } else {
        fprintf(file, ",\n  \"class\": \"%s\",\n  \"begin\": %.3f,\n  \"end\": %.3f", injection->fault->name, begin_s,
                end_s);
        processes_print(file, set, PART_CULPRIT, "culprits");
        processes_print(file, set, PART_VICTIM, "victims");
        processes_print(file, set, PART_INNOCENT, "innocents");
    }
    fprintf(file, "\n}\n");
    return fclose(file) == 0;
}

static int complain(const struct injection *injection, const char *what)
{
    fprintf(stderr, "inject %s: %s\n", injection->fault->name, what);
    return 1;
}

/* Process 1 collects whoever ends, at once: a parent that does not is a fault of its own. */
static volatile sig_atomic_t recorder_status = -1;
static pid_t recorder;

static void ended_collect(int number)
{
    (void)number;
    int status, kept = errno;
    for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;)
        if (ended == recorder)
            recorder_status = (sig_atomic_t)status;
    errno = kept;
}

static void recorder_run(const struct injection *injection)
{
    sigset_t ending, before;
    sigemptyset(&ending);
    sigaddset(&ending, SIGCHLD);
    signal(SIGCHLD, ended_collect);
    sigprocmask(SIG_BLOCK, &ending, &before);
    recorder = recorder_start(injection, &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static bool recorder_await(void)
{
    while (recorder > 0 && recorder_status < 0)
        moment(20);
    return recorder > 0 && WIFEXITED(recorder_status) && WEXITSTATUS(recorder_status) == 0;
}

/* Process 1 of the fault's world: when it returns, everything in there ends. */
static int play(void *argument)
{
    const struct injection *injection = argument;
    static struct stage_set set;
    if (!set_init(&set, injection->folder, injection->seed * 7919 + injection->mix, injection->intensity,
                  (unsigned)injection->mix))
        return complain(injection, "no memory to share");
    snprintf(set.disk, sizeof set.disk, "%s", injection->disk);
    injection->fault->stage(&set);
    background_stage(&set);
    if (!set_start(&set, injection->seed % 2 == 1))
        return complain(injection, "a process could not be started");
    moment(SETTLE_MS);
    recorder_run(injection);
    moment(HEALTHY_MS);
    double begin_s = now_s();
    atomic_store(&set.shared->on, true);
    moment(PROOF_MS);
    const char *amiss = injection->fault->prove(&set);
    if (!recorder_await())
        return complain(injection, "the recorder failed");
    if (amiss != NULL)
        return complain(injection, amiss);
    double end_s = injection->fault->over_ms > 0 ? begin_s + injection->fault->over_ms / 1000.0 : now_s();
    return label_write(injection, &set, begin_s, end_s) ? 0 : complain(injection, "the label cannot be written");
}

static int usage(void)
{
    fprintf(stderr, "usage: inject [-i low|medium|high] [-s SEED] [-m MIX] [-p design|test] [-d SECONDS] [-c CULPRIT] "
                    "-o DIRECTORY CLASS\n       inject -l\n");
    return 2;
}

static bool options_take(struct injection *injection, int argc, char **argv)
{
    for (int option; (option = getopt(argc, argv, "i:s:m:p:d:c:o:")) != -1;)
        switch (option) {
        case 'i':
            for (injection->intensity = 2;
                 injection->intensity > 0 && strcmp(optarg, intensities[injection->intensity]) != 0;)
                injection->intensity--;
            break;
        case 's':
            injection->seed = strtoul(optarg, NULL, 10);
            break;
        case 'm':
            injection->mix = strtoul(optarg, NULL, 10) % MIXES;
            break;
        case 'p':
            injection->split = strcmp(optarg, "design") == 0 ? "design" : "test";
            break;
        case 'd':
            injection->recorded_s = strtoul(optarg, NULL, 10);
            break;
        case 'c':
            injection->culprit = optarg;
            break;
        case 'o':
            injection->directory = optarg;
            break;
        default:
            return false;
        }
    injection->fault = optind + 1 == argc ? fault_find(argv[optind]) : NULL;
    return injection->fault != NULL && injection->directory != NULL && injection->recorded_s >= RECORDED_S &&
           injection->recorded_s <= RECORDED_MAX_S;
}

static void paths_set(struct injection *injection, const char *directory)
{
    snprintf(injection->recording, sizeof injection->recording, "%.400s/%s-%lu-%lu.culprit", directory,
             injection->fault->name, injection->mix, injection->seed);
    snprintf(injection->label, sizeof injection->label, "%.400s/%s-%lu-%lu.label.json", directory,
             injection->fault->name, injection->mix, injection->seed);
    unlink(injection->recording);
    unlink(injection->label);
}

static void folder_remove(const char *folder)
{
    DIR *directory = opendir(folder);
    for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;)
        unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory != NULL)
        closedir(directory);
    rmdir(folder);
}

static int injection_run(struct injection *injection)
{
    snprintf(injection->folder, sizeof injection->folder, "/tmp/stage.XXXXXX");
    snprintf(injection->disk, sizeof injection->disk, "/tmp/stage-disk.XXXXXX");
    if (mkdtemp(injection->folder) == NULL)
        return complain(injection, "no folder can be made in /tmp");
    if (mkdtemp(injection->disk) == NULL) {
        rmdir(injection->folder);
        return complain(injection, "no folder can be made in /tmp");
    }
    const char *lack = fault_lacks(injection->fault, injection->disk);
    int status = STATUS_SKIPPED;
    if (lack != NULL)
        complain(injection, lack);
    else
        status = world_run(injection->folder, (unsigned)injection->recorded_s + BESIDE_S,
                           (injection->fault->needs & NEEDS_CAGE) != 0, play, injection);
    folder_remove(injection->folder);
    folder_remove(injection->disk);
    return status;
}

int main(int argc, char **argv)
{
    struct injection injection = {
        .split = "design", .culprit = "./culprit", .seed = 1, .intensity = 1, .recorded_s = RECORDED_S};
    if (argc == 2 && strcmp(argv[1], "-l") == 0) {
        for (size_t i = 0; i < fault_count; i++)
            printf("%s\n", faults[i].name);
        return 0;
    }
    if (!options_take(&injection, argc, argv))
        return usage();
    char *directory = realpath(injection.directory, NULL);
    if (directory == NULL)
        return complain(&injection, "there is no such directory");
    paths_set(&injection, directory);
    free(directory);
    int status = injection_run(&injection);
    if (status == 0)
        return chmod(injection.recording, 0644);
    unlink(injection.recording);
    unlink(injection.label);
    return status;
}
