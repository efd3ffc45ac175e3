/* Stages one fault in a world of its own, records it, and writes the label:
 *
 *     inject [-i low|medium|high] [-s SEED] [-m MIX] [-p design|test] [-d SECONDS] [-c CULPRIT] -o DIRECTORY CLASS
 *     inject -b SECONDS [-s SEED] [-m MIX] [-p design|test] [-c CULPRIT] -o DIRECTORY CLASS...
 *     inject -l        lists the classes
 *
 * Writes DIRECTORY/CLASS-MIX-SEED.culprit (anonymised) and .label.json, or nothing. With -b one host lives through all
 * of the classes, after so many healthy seconds that are recorded, too (host.h); these recordings keep all names, so
 * that what was learnt of the healthy ones holds for the others. Needs root for the namespaces: without, it ends
 * with 77. Everything is bounded: the recorded time (-d, 12 s) and 28 seconds more, and what act.h says. */
#include "tests/faults/host.h"
#include "tests/faults/world.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SETTLE_MS = 3000, BESIDE_S = 30, RECORDED_MAX_S = 3600, STATUS_SKIPPED = 77 };

struct injection {
    int intensity;
    struct take take; /* of a single fault */
    struct host host;
};

static int complain(const struct fault *fault, const char *what)
{
    fprintf(stderr, "inject %s: %s\n", fault->name, what);
    return 1;
}

/* Process 1 of the fault's world: when it returns, everything in there ends. */
static int fault_play(const struct injection *injection)
{
    static struct stage_set set;
    const struct host *host = &injection->host;
    const struct fault *fault = host->faults[0];
    if (!set_init(&set, host->folder, host->seed * 7919 + host->mix, injection->intensity, (unsigned)host->mix))
        return complain(fault, "no memory to share");
    snprintf(set.disk, sizeof set.disk, "%s", host->disk);
    fault->stage(&set);
    background_stage(&set);
    if (!set_start(&set, host->seed % 2 == 1))
        return complain(fault, "a process could not be started");
    moment(SETTLE_MS);
    take_prepare();
    const char *amiss = take_fault(&injection->take, fault, &set);
    return amiss == NULL ? 0 : complain(fault, amiss);
}

static int play(void *argument)
{
    const struct injection *injection = argument;
    return injection->host.baseline_s > 0 ? host_play(&injection->host) : fault_play(injection);
}

static int usage(void)
{
    fprintf(stderr, "usage: inject [-i low|medium|high] [-s SEED] [-m MIX] [-p design|test] [-d SECONDS] [-c CULPRIT] "
                    "-o DIRECTORY CLASS\n"
                    "       inject -b SECONDS [-s SEED] [-m MIX] [-p design|test] [-c CULPRIT] -o DIRECTORY CLASS...\n"
                    "       inject -l\n");
    return 2;
}

static int intensity_find(const char *name)
{
    int intensity = 2;
    while (intensity > 0 && strcmp(name, intensities[intensity]) != 0)
        intensity--;
    return intensity;
}

static bool option_take(struct injection *injection, int option, const char *value)
{
    struct host *host = &injection->host;
    switch (option) {
    case 'i':
        injection->intensity = intensity_find(value);
        return true;
    case 's':
        host->seed = strtoul(value, NULL, 10);
        return true;
    case 'm':
        host->mix = strtoul(value, NULL, 10) % MIXES;
        return true;
    case 'p':
        host->split = strcmp(value, "design") == 0 ? "design" : "test";
        return true;
    case 'b':
        host->baseline_s = strtoul(value, NULL, 10);
        return host->baseline_s >= TAKE_LEAST_S && host->baseline_s <= RECORDED_MAX_S;
    case 'd':
        injection->take.recorded_s = strtoul(value, NULL, 10);
        return injection->take.recorded_s >= TAKE_LEAST_S && injection->take.recorded_s <= RECORDED_MAX_S;
    case 'c':
        host->culprit = value;
        return true;
    case 'o':
        host->directory = realpath(value, NULL); /* for as long as this process lives */
        return host->directory != NULL;
    default:
        return false;
    }
}

static bool options_take(struct injection *injection, int argc, char **argv)
{
    struct host *host = &injection->host;
    for (int option; (option = getopt(argc, argv, "i:s:m:p:b:d:c:o:")) != -1;)
        if (!option_take(injection, option, optarg))
            return false;
    for (; optind < argc && host->count < HOST_FAULTS_MAX; optind++)
        if ((host->faults[host->count++] = fault_find(argv[optind])) == NULL)
            return false;
    return host->directory != NULL && optind == argc && (host->count == 1 || (host->count > 1 && host->baseline_s > 0));
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

/* Leaves out what this host lacks the means for. Returns what the others need. */
static unsigned faults_check(struct host *host)
{
    unsigned needs = 0;
    int kept = 0;
    for (int i = 0; i < host->count; i++) {
        const char *lack = fault_lacks(host->faults[i], host->disk);
        if (lack != NULL) {
            complain(host->faults[i], lack);
            continue;
        }
        needs |= host->faults[i]->needs;
        host->faults[kept++] = host->faults[i];
    }
    host->count = kept;
    return needs;
}

static int injection_run(struct injection *injection)
{
    struct host *host = &injection->host;
    snprintf(host->folder, sizeof host->folder, "/tmp/stage.XXXXXX");
    snprintf(host->disk, sizeof host->disk, "/tmp/stage-disk.XXXXXX");
    if (mkdtemp(host->folder) == NULL)
        return complain(host->faults[0], "no folder can be made in /tmp");
    if (mkdtemp(host->disk) == NULL) {
        rmdir(host->folder);
        return complain(host->faults[0], "no folder can be made in /tmp");
    }
    unsigned needs = faults_check(host);
    unsigned seconds = host->baseline_s > 0 ? host_seconds(host) : (unsigned)injection->take.recorded_s + BESIDE_S;
    int status = STATUS_SKIPPED;
    if (host->count > 0)
        status = world_run(host->folder, seconds, (needs & NEEDS_CAGE) != 0, play, injection);
    folder_remove(host->folder);
    folder_remove(host->disk);
    return status;
}

int main(int argc, char **argv)
{
    struct injection injection = {.intensity = 1,
                                  .take = {.recorded_s = TAKE_LEAST_S, .anonymised = true},
                                  .host = {.split = "design", .culprit = "./culprit", .seed = 1}};
    if (argc == 2 && strcmp(argv[1], "-l") == 0) {
        for (size_t i = 0; i < fault_count; i++)
            printf("%s\n", faults[i].name);
        return 0;
    }
    if (!options_take(&injection, argc, argv))
        return usage();
    struct take *take = &injection.take;
    const struct host *host = &injection.host;
    take->culprit = host->culprit;
    take->split = host->split;
    if (host->baseline_s == 0)
        take_name(take, host->directory, host->faults[0]->name, host->mix, host->seed);
    int status = injection_run(&injection);
    if (host->baseline_s > 0)
        return status;
    if (status == 0)
        return chmod(take->recording, 0644);
    take_remove(take);
    return status;
}
