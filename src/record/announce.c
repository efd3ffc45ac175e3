/* Recorders that tell where they record to. */
#include "record/announce.h"

#include "base/buffer.h"
#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "recorder-"
enum { HOST_BYTES = 128, FILE_BYTES_MAX = 2 * PATH_MAX, FILES_MAX = 256 };

struct announce {
    int folder;     /* where it stands */
    int descriptor; /* locked */
    char name[32];
    char place[PATH_MAX]; /* the folder's name */
};

/* ---- where ---- */

/* The n-th place for announcements of a user; NULL: there are no more. The environment replaces them all, but not for a
 * program that has gained privileges by being started. */
static const char *place_name(size_t n, uid_t user, char name[PATH_MAX])
{
    const char *chosen = secure_getenv("CULPRIT_RUNTIME_DIRECTORY");
    static const char *const users[] = {"/run/user/%lu/culprit", "/tmp/culprit-%lu"};
    if (chosen != NULL)
        return n == 0 && chosen[0] == '/' ? chosen : NULL;
    if (user == 0)
        return n == 0 ? "/run/culprit" : NULL;
    if (n >= sizeof users / sizeof users[0])
        return NULL;
    snprintf(name, PATH_MAX, n == 0 ? users[0] : users[1], (unsigned long)user);
    return name;
}

/* A descriptor of the folder, if only its owner, who must be that user, can write to it; -1. */
static int place_open(const char *name, uid_t user)
{
    struct stat status;
    int folder = open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return -1;
    if (fstat(folder, &status) == 0 && status.st_uid == user && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0)
        return folder;
    close(folder);
    errno = EPERM;
    return -1;
}

/* The first place that is there or can be made; its name is copied to made. */
static int place_make(uid_t user, char made[PATH_MAX])
{
    char name[PATH_MAX];
    const char *place;
    int folder = -1;
    errno = ENOENT;
    for (size_t n = 0; folder < 0 && (place = place_name(n, user, name)) != NULL; n++)
        if (mkdir(place, 0755) == 0 || errno == EEXIST) {
            folder = place_open(place, user);
            snprintf(made, PATH_MAX, "%s", place);
        }
    return folder;
}

/* ---- what ---- */

/* What tells this host's present run, and its processes' numbers, from all others. */
static bool host_describe(char text[HOST_BYTES])
{
    char boot[64] = "", pids[64] = "";
    int descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t got = descriptor < 0 ? -1 : read(descriptor, boot, sizeof boot - 1);
    if (descriptor >= 0)
        close(descriptor);
    boot[got > 0 ? strcspn(boot, "\n") : 0] = '\0';
    ssize_t length = readlink("/proc/self/ns/pid", pids, sizeof pids - 1);
    if (got <= 0 || length <= 0)
        return false;
    snprintf(text, HOST_BYTES, "%s %s", boot, pids);
    return true;
}

static bool announcement_write(int descriptor, const char *recording, int64_t interval_ns, struct error *error)
{
    char host[HOST_BYTES], *path = realpath(recording, NULL);
    struct buffer text = {0};
    bool known = path != NULL && host_describe(host);
    if (known)
        buffer_printf(&text, "culprit recorder 1\nhost %s\npid %ld\ninterval_ns %" PRId64 "\nrecording %s", host,
                      (long)getpid(), interval_ns, path);
    bool written = known && !text.failed && write(descriptor, text.data, text.length) == (ssize_t)text.length;
    if (!written)
        error_errno(error, errno, "cannot tell others of the recording %s", recording);
    buffer_done(&text);
    free(path);
    return written;
}

/* What the file says, if it is one of ours about this host. */
static bool announcement_read(int descriptor, struct announcement *found)
{
    char text[FILE_BYTES_MAX + 1], host[HOST_BYTES], boot[64], pids[64], said[HOST_BYTES];
    ssize_t got = pread(descriptor, text, FILE_BYTES_MAX, 0);
    if (got <= 0 || memchr(text, '\0', (size_t)got) != NULL || !host_describe(host))
        return false;
    text[got] = '\0';
    int at = -1;
    if (sscanf(text, "culprit recorder 1\nhost %63s %63s\npid %" SCNd64 "\ninterval_ns %" SCNd64 "\nrecording %n", boot,
               pids, &found->pid, &found->interval_ns, &at) != 4 ||
        at < 0 || text[at] != '/' || found->pid <= 0 || found->interval_ns <= 0)
        return false;
    snprintf(said, sizeof said, "%.63s %.63s", boot, pids);
    found->recording = strcmp(said, host) == 0 ? strdup(text + at) : NULL;
    return found->recording != NULL;
}

/* ---- telling ---- */

/* Whoever can lock an announcement outlives its recorder. */
static void leftovers_remove(int folder)
{
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
            continue;
        int descriptor = openat(folder, entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
            unlinkat(folder, entry->d_name, 0);
        if (descriptor >= 0)
            close(descriptor);
    }
    if (entries != NULL)
        closedir(entries);
    else if (copy >= 0)
        close(copy);
}

/* Under a name that nobody looks at until it is locked and whole. */
static bool announcement_place(struct announce *announce, const char *recording, int64_t interval_ns,
                               struct error *error)
{
    char unfinished[sizeof announce->name];
    snprintf(unfinished, sizeof unfinished, "new-%ld", (long)getpid());
    snprintf(announce->name, sizeof announce->name, PREFIX "%ld", (long)getpid());
    unlinkat(announce->folder, unfinished, 0);
    announce->descriptor =
        openat(announce->folder, unfinished, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (announce->descriptor < 0 || flock(announce->descriptor, LOCK_EX | LOCK_NB) != 0)
        return error_errno(error, errno, "cannot tell others of the recording %s", recording);
    bool placed = announcement_write(announce->descriptor, recording, interval_ns, error);
    if (placed && renameat(announce->folder, unfinished, announce->folder, announce->name) != 0)
        placed = error_errno(error, errno, "cannot tell others of the recording %s", recording);
    if (!placed)
        unlinkat(announce->folder, unfinished, 0);
    return placed;
}

struct announce *announce_new(const char *recording, int64_t interval_ns, struct error *error)
{
    struct announce *announce = calloc(1, sizeof *announce);
    if (announce == NULL) {
        error_memory(error);
        return NULL;
    }
    announce->descriptor = -1;
    announce->folder = place_make(geteuid(), announce->place);
    if (announce->folder < 0)
        error_errno(error, errno, "no place to tell others of the recording");
    else
        leftovers_remove(announce->folder);
    if (announce->folder >= 0 && announcement_place(announce, recording, interval_ns, error))
        return announce;
    announce->name[0] = '\0';
    announce_free(announce);
    return NULL;
}

void announce_free(struct announce *announce)
{
    if (announce == NULL)
        return;
    if (announce->name[0] != '\0')
        unlinkat(announce->folder, announce->name, 0);
    if (announce->descriptor >= 0)
        close(announce->descriptor);
    if (announce->folder >= 0)
        close(announce->folder);
    if (announce->folder >= 0 && geteuid() != 0) /* one that others use as well is not empty, and stays */
        rmdir(announce->place);
    free(announce);
}

/* ---- finding ---- */

bool announcement_lives(const struct announcement *announcement)
{
    if (flock(announcement->descriptor, LOCK_SH | LOCK_NB) != 0)
        return errno == EWOULDBLOCK;
    flock(announcement->descriptor, LOCK_UN);
    return false;
}

void announcement_done(struct announcement *announcement)
{
    if (announcement->descriptor >= 0)
        close(announcement->descriptor);
    free(announcement->recording);
    *announcement = (struct announcement){.descriptor = -1};
}

static int64_t coarseness_ns(const struct announcement *announcement)
{
    return announcement->interval_ns < NS_PER_S ? NS_PER_S : announcement->interval_ns;
}

/* Takes one file into account; since_ns: when the best one so far began. */
static void candidate_take(int folder, const char *name, uid_t user, struct announcement *best, int64_t *since_ns)
{
    struct stat status;
    struct announcement one = {.owner = user};
    one.descriptor = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool good = one.descriptor >= 0 && fstat(one.descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
                status.st_uid == user && announcement_lives(&one) && announcement_read(one.descriptor, &one);
    int64_t began_ns = good ? status.st_mtim.tv_sec * NS_PER_S + status.st_mtim.tv_nsec : 0;
    bool better = good && (best->descriptor < 0 || coarseness_ns(&one) < coarseness_ns(best) ||
                           (coarseness_ns(&one) == coarseness_ns(best) && began_ns < *since_ns));
    if (!better) {
        announcement_done(&one);
        return;
    }
    announcement_done(best);
    *best = one;
    *since_ns = began_ns;
}

static void place_search(const char *place, uid_t user, struct announcement *best, int64_t *since_ns)
{
    int folder = place_open(place, user);
    int copy = folder < 0 ? -1 : openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    struct dirent *entry;
    for (size_t files = 0; entries != NULL && files < FILES_MAX && (entry = readdir(entries)) != NULL; files++)
        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0)
            candidate_take(folder, entry->d_name, user, best, since_ns);
    if (entries != NULL)
        closedir(entries);
    else if (copy >= 0)
        close(copy);
    if (folder >= 0)
        close(folder);
}

bool announcement_find(uid_t user, struct announcement *found)
{
    int64_t since_ns = 0;
    char name[PATH_MAX];
    const char *place;
    *found = (struct announcement){.descriptor = -1};
    for (size_t n = 0; (user == 0 || geteuid() == 0) && (place = place_name(n, 0, name)) != NULL; n++)
        place_search(place, 0, found, &since_ns);
    for (size_t n = 0; user != 0 && (place = place_name(n, user, name)) != NULL; n++)
        place_search(place, user, found, &since_ns);
    return found->descriptor >= 0;
}
